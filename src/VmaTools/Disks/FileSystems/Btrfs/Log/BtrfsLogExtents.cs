using System;
using System.Buffers.Binary;
using System.Linq;

namespace VmaTools.Disks.FileSystems.Btrfs.Log;

/// <summary>Replays the extents of files.</summary>
internal sealed class BtrfsLogExtents
{
    private readonly BtrfsTree _tree;
    private readonly BtrfsOverlay _overlay;
    private readonly BtrfsSuperblock _superblock;

    public BtrfsLogExtents(BtrfsTree tree, BtrfsSuperblock superblock)
    {
        _tree = tree;
        _overlay = tree.Overlay!;
        _superblock = superblock;
    }

    /// <summary>Puts a logged extent in the place of what was there.</summary>
    public void Replay(in BtrfsItem item)
    {
        BtrfsExtent extent = BtrfsExtent.Parse(item, _superblock.SectorSize);
        Drop(item.Key.Number, item.Key.Offset, (ulong)extent.End);
        if (!extent.IsHole || (_superblock.Incompatible & BtrfsFeatures.NoHoles) == 0)
        {
            _overlay.Set(item.Key, item.Data.ToArray());
        }
    }

    /// <summary>Takes a range out of the extents of a file.</summary>
    public void Drop(ulong number, ulong start, ulong end)
    {
        // The last before the range may reach into it.
        BtrfsCursor cursor = _tree.SeekBefore(new BtrfsKey(number, BtrfsItemTypes.FileExtent, start));
        System.Collections.Generic.List<BtrfsItem> touched = [];
        while (cursor.MoveNext())
        {
            BtrfsKey key = cursor.Current.Key;
            if (key.CompareTo(new BtrfsKey(number, BtrfsItemTypes.FileExtent, end)) >= 0)
            {
                break;
            }

            if (key.Number == number && key.Type == BtrfsItemTypes.FileExtent)
            {
                touched.Add(cursor.Current);
            }
        }

        foreach (BtrfsItem item in touched)
        {
            BtrfsExtent extent = BtrfsExtent.Parse(item, _superblock.SectorSize);
            ulong from = item.Key.Offset;
            ulong to = (ulong)extent.End;
            if (to <= start)
            {
                continue;
            }

            if (extent.IsInline)
            {
                _overlay.Set(item.Key, null);
                continue;
            }

            // What begins at another offset is another item.
            _overlay.Set(item.Key, from < start ? Cut(item, from, from, start) : null);
            if (to > end)
            {
                _overlay.Set(item.Key with { Offset = end }, Cut(item, from, end, to));
            }
        }
    }

    private static byte[] Cut(in BtrfsItem item, ulong origin, ulong start, ulong end)
    {
        byte[] bytes = item.Data.ToArray();
        Span<byte> offset = bytes.AsSpan(BtrfsExtent.OffsetOffset);
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(BtrfsExtent.HeaderSize)) != 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(offset, BinaryPrimitives.ReadUInt64LittleEndian(offset) + (start - origin));
        }

        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(BtrfsExtent.LengthOffset), end - start);
        return bytes;
    }
}
