using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>A name in a directory, or of an extended attribute: both are stored alike, several with one hash in an item.</summary>
/// <param name="Bytes">The name.</param>
/// <param name="Target">The inode or subvolume that it leads to.</param>
/// <param name="Type">What that is: 1 file, 2 directory, 3 character device, 4 block device, 5 fifo, 6 socket, 7 link, 8 attribute.</param>
/// <param name="Value">The value of an attribute.</param>
internal readonly record struct BtrfsName(ReadOnlyMemory<byte> Bytes, BtrfsKey Target, byte Type, ReadOnlyMemory<byte> Value)
{
    // 0 key[17]   17 transaction u64   25 length of the value u16   27 length of the name u16   29 type u8   30 name, value
    public const int HeaderSize = 30;

    /// <summary>The hash that names are found by.</summary>
    public static ulong Hash(ReadOnlySpan<byte> name) => Crc32C.Update(0xFFFFFFFE, name);

    /// <summary>The names in an item.</summary>
    public static List<BtrfsName> ReadAll(ReadOnlyMemory<byte> item)
    {
        List<BtrfsName> names = [];
        while (!item.IsEmpty)
        {
            if (item.Length < HeaderSize)
            {
                throw BtrfsErrors.TooShort("a name");
            }

            ReadOnlySpan<byte> header = item.Span;
            int valueLength = BinaryPrimitives.ReadUInt16LittleEndian(header.Slice(25));
            int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header.Slice(27));
            if (item.Length < HeaderSize + nameLength + valueLength)
            {
                throw BtrfsErrors.TooShort("a name");
            }

            names.Add(new BtrfsName(
                item.Slice(HeaderSize, nameLength), BtrfsKey.Read(header), header[29], item.Slice(HeaderSize + nameLength, valueLength)));
            item = item.Slice(HeaderSize + nameLength + valueLength);
        }

        return names;
    }
}
