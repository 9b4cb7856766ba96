using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;

namespace VmaTools.Disks.Partitions;

/// <summary>Reads the disklabel of a BSD system: how a partition, or a whole disk, is divided further.</summary>
/// <remarks>
/// <code>
/// second sector of what it divides, little-endian
///   0 magic 82564557 u32   40 bytes a sector u32   114 version u16 (OpenBSD)   132 magic   136 checksum u16   138 number of slices u16
/// 148 16 bytes a slice:
///   0 sectors u32   4 first sector u32   12 type u8
///   8 first sector, upper bits u16   10 sectors, upper bits u16 (OpenBSD's version 1; else 8 is the size of a fragment)
/// </code>
/// All 16-bit words from the first byte to the last slice, the checksum included, give zero when they are combined by exclusive or.
/// OpenBSD and NetBSD count sectors from the start of the disk, FreeBSD from that of the partition, if its slice c, which is all of it,
/// begins at 0.
/// </remarks>
internal sealed class BsdLabel
{
    private const int LabelOffset = 512;
    private const int SliceOffset = 148;
    private const int SliceSize = 16;
    private const int MaxSlices = 52;
    private const int WholeSlice = 2;
    private const uint Magic = 0x82564557;

    private static readonly Dictionary<byte, string> Types = new()
    {
        [1] = "BSD swap",
        [7] = "BSD fast file system",
        [8] = "FAT",
        [9] = "BSD log-structured file system",
        [11] = "HPFS",
        [12] = "ISO 9660",
        [14] = "BSD ccd",
        [17] = "Linux ext2",
        [18] = "NTFS",
        [19] = "BSD RAID",
        [27] = "ZFS",
    };

    private readonly byte[] _label;
    private readonly int _sliceCount;
    private readonly int _sectorSize;

    private BsdLabel(byte[] label, int sliceCount, int sectorSize)
    {
        _label = label;
        _sliceCount = sliceCount;
        _sectorSize = sectorSize;
    }

    /// <summary>The label of a part of a disk, or null where there is none.</summary>
    public static BsdLabel? TryRead(DiskReader part)
    {
        byte[] label = part.Read(LabelOffset, SliceOffset + (MaxSlices * SliceSize));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(label.AsSpan(138));
        int sectorSize = BinaryPrimitives.ReadInt32LittleEndian(label.AsSpan(40));
        if (BinaryPrimitives.ReadUInt32LittleEndian(label) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(label.AsSpan(132)) != Magic
            || count is 0 or > MaxSlices
            || sectorSize is not (512 or 1024 or 2048 or 4096))
        {
            return null;
        }

        ushort sum = 0;
        for (int at = 0; at < SliceOffset + (count * SliceSize); at += 2)
        {
            sum ^= BinaryPrimitives.ReadUInt16LittleEndian(label.AsSpan(at));
        }

        return sum == 0 ? new BsdLabel(label, count, sectorSize) : null;
    }

    /// <summary>The slices that lie within what the label divides, but for the one that is all of it.</summary>
    /// <param name="start">Where on the disk that begins.</param>
    /// <param name="size">How long it is.</param>
    /// <param name="isFreeBsd">Whether it may count from there.</param>
    /// <param name="firstIndex">The number that the first slice has; others follow.</param>
    public List<PartitionEntry> ReadSlices(long start, long size, bool isFreeBsd, int firstIndex)
    {
        long origin = isFreeBsd && (_sliceCount <= WholeSlice || SliceAt(WholeSlice).First == 0) ? start : 0;
        List<PartitionEntry> slices = [];
        for (int i = 0; i < _sliceCount; i++)
        {
            (long first, long sectors, byte type) = SliceAt(i);
            long offset = origin + (first * _sectorSize);
            long length = sectors * _sectorSize;
            bool isAll = offset == start && length == size;
            if (sectors == 0 || type == 0 || isAll || offset < start || length > size || offset - start > size - length)
            {
                continue;
            }

            string name = Types.TryGetValue(type, out string? known) ? known : "Unknown";
            slices.Add(new PartitionEntry(
                firstIndex + slices.Count, name, "BSD " + type.ToString(CultureInfo.InvariantCulture), offset, length)
            {
                Name = ((char)('a' + i)).ToString(),
            });
        }

        return slices;
    }

    private (long First, long Sectors, byte Type) SliceAt(int index)
    {
        ReadOnlySpan<byte> slice = _label.AsSpan(SliceOffset + (index * SliceSize), SliceSize);
        long sectors = BinaryPrimitives.ReadUInt32LittleEndian(slice);
        long first = BinaryPrimitives.ReadUInt32LittleEndian(slice.Slice(4));
        if (BinaryPrimitives.ReadUInt16LittleEndian(_label.AsSpan(114)) == 1)
        {
            first |= (long)BinaryPrimitives.ReadUInt16LittleEndian(slice.Slice(8)) << 32;
            sectors |= (long)BinaryPrimitives.ReadUInt16LittleEndian(slice.Slice(10)) << 32;
        }

        return (first, sectors, slice[12]);
    }
}
