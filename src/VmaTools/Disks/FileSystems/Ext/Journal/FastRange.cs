using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Ext.Journal;

/// <summary>A range of a content that a fast commit maps anew, or takes away.</summary>
/// <param name="First">Its first block in the content.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Block">The first block on the volume; 0 for a hole.</param>
/// <param name="IsUnwritten">True where nothing was written there yet.</param>
internal readonly record struct FastRange(long First, long Count, long Block, bool IsUnwritten)
{
    private const int Unwritten = 32768;

    /// <summary>A range that is stored as an extent is.</summary>
    public static FastRange Added(ReadOnlySpan<byte> extent)
    {
        int count = BinaryPrimitives.ReadUInt16LittleEndian(extent.Slice(4));
        long block = BinaryPrimitives.ReadUInt32LittleEndian(extent.Slice(8)) | ((long)BinaryPrimitives.ReadUInt16LittleEndian(extent.Slice(6)) << 32);
        return new FastRange(
            BinaryPrimitives.ReadUInt32LittleEndian(extent), count > Unwritten ? count - Unwritten : count, block, count > Unwritten);
    }

    public static FastRange Deleted(ReadOnlySpan<byte> range) =>
        new(BinaryPrimitives.ReadUInt32LittleEndian(range), BinaryPrimitives.ReadUInt32LittleEndian(range.Slice(4)), 0, false);

    /// <summary>Extents with this range in them, in place of what was there.</summary>
    public IReadOnlyList<FileExtent> Change(ExtVolume volume, ExtInode inode, IReadOnlyList<FileExtent> extents)
    {
        long start = First * volume.BlockSize;
        long end = start + (Count * volume.BlockSize);
        ExtentList changed = new(inode.Length);
        foreach (FileExtent extent in extents)
        {
            Keep(changed, extent, extent.Offset, Math.Min(extent.Offset + extent.Length, start));
        }

        if (Block != 0)
        {
            changed.Add(
                start,
                Count * volume.BlockSize,
                volume.ContentOffsetOf(inode, Block, Count),
                IsUnwritten ? FileExtentKind.Unwritten : FileExtentKind.Data);
        }

        foreach (FileExtent extent in extents)
        {
            Keep(changed, extent, Math.Max(extent.Offset, end), extent.Offset + extent.Length);
        }

        return changed.Finish();
    }

    /// <summary>Keeps of an extent what lies between two offsets of the content.</summary>
    private static void Keep(ExtentList kept, FileExtent extent, long from, long to)
    {
        if (from < to && extent.VolumeOffset is long place)
        {
            kept.Add(from, to - from, place + from - extent.Offset, extent.Kind);
        }
    }
}
