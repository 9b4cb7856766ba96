using System;
using System.Buffers.Binary;
using System.Globalization;

namespace VmaTools.Disks.Partitions;

/// <summary>Members of a ZFS pool, told by the list of names and values in their labels.</summary>
/// <remarks>
/// A label of 256 KiB stands twice at the start (and twice at the end). From 16 KiB in it lies the list, in XDR, which is
/// big-endian and padded to four bytes:
/// <code>
/// 0 encoding (1 XDR)   1 byte order   4 version u32   8 flags u32   12 pairs…, ended by a size of 0
/// pair: 0 size u32   4 decoded size u32   8 name length u32   12 name   type u32 (8 number, 9 text)   count u32   value
/// </code>
/// </remarks>
internal static class ZfsSignature
{
    private const int LabelSize = 256 * 1024;
    private const int ListOffset = 16 * 1024;

    // The list has 112 KiB; name and identity of the pool stand at its beginning, before the tree of devices.
    private const int ListRead = 16 * 1024;
    private const uint NumberType = 8;
    private const uint TextType = 9;

    /// <summary>The first label. It begins behind 16 KiB that may still hold what was there before.</summary>
    public static FileSystemFacts? First(DiskReader partition, byte[] head) => ReadList(head.AsSpan(ListOffset, ListRead));

    /// <summary>The second label, which outlives the first where another file system came later.</summary>
    public static FileSystemFacts? Second(DiskReader partition, byte[] head) =>
        partition.Length > LabelSize * 2 ? ReadList(partition.Read(LabelSize + ListOffset, ListRead)) : null;

    private static FileSystemFacts? ReadList(ReadOnlySpan<byte> list)
    {
        if (list[0] != 1 || list[1] > 1 || BinaryPrimitives.ReadUInt32BigEndian(list.Slice(4)) != 0)
        {
            return null;
        }

        string? pool = null;
        string? guid = null;
        int at = 12;
        while (at <= list.Length - 12)
        {
            uint size = BinaryPrimitives.ReadUInt32BigEndian(list.Slice(at));
            if (size < 12 || size > (uint)(list.Length - at))
            {
                break;
            }

            ReadOnlySpan<byte> pair = list.Slice(at, (int)size);
            uint nameLength = BinaryPrimitives.ReadUInt32BigEndian(pair.Slice(8));
            if (nameLength <= size - 12)
            {
                ReadOnlySpan<byte> name = pair.Slice(12, (int)nameLength);
                long value = 12 + ((nameLength + 3L) & ~3L);
                if (value + 16 <= size)
                {
                    ReadOnlySpan<byte> data = pair.Slice((int)value);
                    uint type = BinaryPrimitives.ReadUInt32BigEndian(data);
                    if (type == NumberType && name.SequenceEqual("pool_guid"u8))
                    {
                        guid = BinaryPrimitives.ReadUInt64BigEndian(data.Slice(8)).ToString(CultureInfo.InvariantCulture);
                    }
                    else if (type == TextType && name.SequenceEqual("name"u8))
                    {
                        uint length = Math.Min(BinaryPrimitives.ReadUInt32BigEndian(data.Slice(8)), (uint)data.Length - 12);
                        pool = FieldText.Utf8(data.Slice(12, (int)length));
                    }
                }
            }

            at += (int)size;
        }

        return guid is null ? null : new FileSystemFacts("ZFS", pool, guid);
    }
}
