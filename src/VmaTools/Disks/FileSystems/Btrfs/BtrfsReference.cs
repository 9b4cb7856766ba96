using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>What an inode knows of one of its names.</summary>
/// <param name="Parent">The directory.</param>
/// <param name="Index">Its place in the directory's order.</param>
/// <param name="Name">The name.</param>
internal readonly record struct BtrfsReference(ulong Parent, ulong Index, ReadOnlyMemory<byte> Name)
{
    /// <summary>The offset of the key of an extended reference.</summary>
    public static ulong Hash(ulong parent, ReadOnlySpan<byte> name) => Crc32C.Update((uint)parent, name);

    /// <summary>The references in an item, plain (index u64, length u16, name) or extended (the directory u64 before that).</summary>
    public static List<BtrfsReference> ReadAll(in BtrfsItem item)
    {
        bool isExtended = item.Key.Type == BtrfsItemTypes.ExtendedReference;
        int start = isExtended ? 8 : 0;
        List<BtrfsReference> references = [];
        for (ReadOnlyMemory<byte> rest = item.Data; !rest.IsEmpty;)
        {
            if (rest.Length < start + 10)
            {
                throw BtrfsErrors.TooShort("a reference");
            }

            ReadOnlySpan<byte> bytes = rest.Span;
            int length = BinaryPrimitives.ReadUInt16LittleEndian(bytes.Slice(start + 8));
            if (rest.Length < start + 10 + length)
            {
                throw BtrfsErrors.TooShort("a reference");
            }

            references.Add(new BtrfsReference(
                isExtended ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : item.Key.Offset,
                BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice(start)),
                rest.Slice(start + 10, length)));
            rest = rest.Slice(start + 10 + length);
        }

        return references;
    }

    /// <summary>The bytes of an item with these references.</summary>
    public static byte[] Write(IReadOnlyList<BtrfsReference> references, bool isExtended)
    {
        List<byte> bytes = [];
        byte[] number = new byte[8];
        foreach (BtrfsReference reference in references)
        {
            if (isExtended)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(number, reference.Parent);
                bytes.AddRange(number);
            }

            BinaryPrimitives.WriteUInt64LittleEndian(number, reference.Index);
            bytes.AddRange(number);
            bytes.Add((byte)reference.Name.Length);
            bytes.Add((byte)(reference.Name.Length >> 8));
            bytes.AddRange(reference.Name.ToArray());
        }

        return bytes.ToArray();
    }
}
