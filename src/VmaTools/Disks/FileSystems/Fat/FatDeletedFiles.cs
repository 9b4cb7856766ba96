using System;
using System.Collections.Generic;
using System.Linq;

namespace VmaTools.Disks.FileSystems.Fat;

/// <summary>
/// Looks for deleted entries in all directories, and in those that were deleted themselves and whose clusters nothing else has
/// taken.
/// </summary>
internal sealed class FatDeletedFiles
{
    private const int MaxDepth = 255;

    private readonly FatFileSystem _files;
    private readonly FatDeletedNames _names;
    private readonly DiskBytes _cached;
    private readonly FatGeometry _geometry;
    private readonly ClusterUse _use;
    private readonly HashSet<uint> _seen = [];

    public FatDeletedFiles(FatFileSystem files, FatDeletedNames names, DiskBytes cached, FatGeometry geometry, ClusterUse use)
    {
        _files = files;
        _names = names;
        _cached = cached;
        _geometry = geometry;
        _use = use;
    }

    /// <summary>What was deleted in a directory and below it; what cannot be read is passed over, as it is when files are listed.</summary>
    /// <param name="root">The directory.</param>
    /// <param name="slotsOf">The slots of a directory that is there.</param>
    public IEnumerable<FatEntry> Below(FatEntry root, Func<FatEntry, IEnumerable<DirectorySlot>> slotsOf)
    {
        Stack<FatEntry> pending = new([root]);
        while (pending.Count > 0)
        {
            FatEntry directory = pending.Pop();
            IEnumerable<DirectorySlot> slots = directory.IsDeleted ? SlotsOfDeleted(directory) : slotsOf(directory);
            foreach (FatDeletedEntry deleted in _names.Read(slots, withLive: directory.IsDeleted))
            {
                FatEntry entry = FatEntry.Read(
                    directory, deleted.Name, deleted.ShortName, deleted.Bytes, deleted.Offset, _geometry.Bits == 32, isDeleted: true);
                yield return entry;
                if (entry.Type == FileEntryType.Directory && DepthOf(entry) < MaxDepth && IsStillThere(entry) && _seen.Add(entry.FirstCluster))
                {
                    pending.Push(entry);
                }
            }

            foreach (FatEntry child in directory.IsDeleted ? [] : Directories(directory))
            {
                pending.Push(child);
            }
        }
    }

    private static int DepthOf(FatEntry entry)
    {
        int depth = 0;
        for (FileEntry? above = entry.Parent; above is not null; above = above.Parent)
        {
            depth++;
        }

        return depth;
    }

    private List<FatEntry> Directories(FatEntry directory)
    {
        List<FatEntry> found = [];
        try
        {
            found.AddRange(_files.ReadDirectory(directory).OfType<FatEntry>().Where(static e => e.Type == FileEntryType.Directory));
        }
        catch (VmaException)
        {
            // Whoever lists the directory is told.
        }

        return found;
    }

    /// <summary>True where the first cluster of a deleted directory is free, and still begins as that of this directory did.</summary>
    private bool IsStillThere(FatEntry directory)
    {
        uint above = directory.Parent is FatEntry { Parent: not null } parent ? parent.FirstCluster : 0;
        if (directory.FirstCluster < FatTable.FirstCluster)
        {
            return false;
        }

        try
        {
            long place = _geometry.OffsetOf(directory.FirstCluster);
            _use.Stretch(place, 1, out bool isUsed);
            if (isUsed)
            {
                return false;
            }

            byte[] dots = _cached.Read(place, 2 * DirectorySlot.Size);
            return IsDotsOf(dots, directory.FirstCluster) && IsDotsOf(dots.AsSpan(DirectorySlot.Size), above);
        }
        catch (VmaException)
        {
            return false;
        }
    }

    private bool IsDotsOf(ReadOnlySpan<byte> slot, uint cluster) =>
        FatNames.IsDots(slot) && FatEntry.ClusterOf(slot, _geometry.Bits == 32) == cluster;

    /// <summary>The slots of a deleted directory: its clusters lay one behind the other, as far as they are free and look like slots.</summary>
    private IEnumerable<DirectorySlot> SlotsOfDeleted(FatEntry directory)
    {
        const byte NoAttribute = 0xC0;
        const long MaxLength = 2 * 1024 * 1024;
        long place = _geometry.OffsetOf(directory.FirstCluster);
        long length = _use.Stretch(place, MaxLength, out _);
        return DirectorySlots.Read(_cached, [(place, length)], static _ => { }).TakeWhile(static s => (s.Bytes[11] & NoAttribute) == 0);
    }
}
