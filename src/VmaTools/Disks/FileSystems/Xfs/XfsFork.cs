using System;
using System.Collections.Generic;
using VmaTools.Disks.FileSystems.Xfs.Log;

namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>
/// The map of a fork: which blocks of the volume hold which blocks of a file, a directory or attributes. For one thread at a time;
/// of a tree no more than one leaf is kept.
/// </summary>
internal sealed class XfsFork
{
    private readonly XfsExtentTree? _tree;
    private readonly List<XfsExtent> _changes = [];
    private XfsExtentLeaf _leaf;

    private XfsFork(XfsExtentTree? tree, XfsExtentLeaf leaf)
    {
        _tree = tree;
        _leaf = leaf;
    }

    /// <summary>The map of an inode's content.</summary>
    public static XfsFork OfData(XfsVolume volume, XfsInode inode)
    {
        XfsFork fork = Create(volume, inode, inode.DataFork, inode.DataFormat, inode.DataExtentCount);
        foreach (XfsMapChange change in volume.Maps)
        {
            if (change.Inode == inode.Number)
            {
                fork._changes.Add(change.Extent);
            }
        }

        return fork;
    }

    /// <summary>The map of an inode's attributes.</summary>
    public static XfsFork OfAttributes(XfsVolume volume, XfsInode inode) =>
        Create(volume, inode, inode.AttributeFork, inode.AttributeFormat, inode.AttributeExtentCount);

    /// <summary>The extent, or the part of a hole, that a block lies in.</summary>
    /// <exception cref="VmaFileSystemException">The map is damaged.</exception>
    public XfsExtent Find(ulong block)
    {
        if (!_leaf.Covers(block))
        {
            // What a leaf does not cover is in another one; without a tree there is but one, which covers all.
            _leaf = _tree!.FindLeaf(block);
        }

        XfsExtent found = _leaf.Find(block);
        foreach (XfsExtent change in _changes)
        {
            found = Change(found, change, block);
        }

        return found;
    }

    /// <summary>The part of an extent around a block that a change leaves, or the change itself where the block lies in it.</summary>
    private static XfsExtent Change(XfsExtent extent, XfsExtent change, ulong block)
    {
        if (block >= change.Start && block < change.End)
        {
            return change;
        }

        ulong start = change.End <= block ? Math.Max(extent.Start, change.End) : extent.Start;
        ulong end = change.Start > block ? Math.Min(extent.End, change.Start) : extent.End;
        return extent with { Start = start, Count = end - start, Block = extent.Block + (start - extent.Start) };
    }

    private static XfsFork Create(XfsVolume volume, XfsInode inode, ReadOnlySpan<byte> fork, XfsForkFormat format, ulong count)
    {
        switch (format)
        {
            case XfsForkFormat.Extents:
                return new XfsFork(
                    null, XfsExtentLeaf.Parse(volume.Superblock, fork.Slice(0, (int)count * XfsExtent.Size), 0, ulong.MaxValue, inode.Offset));
            case XfsForkFormat.Tree:
                return new XfsFork(new XfsExtentTree(volume, inode, fork.ToArray()), default);
            default:
                throw XfsVolume.Damaged($"Inode {inode.Number} has no map of extents.", inode.Offset);
        }
    }
}
