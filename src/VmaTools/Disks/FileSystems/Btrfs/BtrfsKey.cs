using System;
using System.Buffers.Binary;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>What an item of a tree is found by: keys sort by number, type and offset, all unsigned.</summary>
/// <param name="Number">The object that the item belongs to, such as an inode.</param>
/// <param name="Type">One of <see cref="BtrfsItemTypes"/>.</param>
/// <param name="Offset">What it means depends on the type.</param>
internal readonly record struct BtrfsKey(ulong Number, byte Type, ulong Offset) : IComparable<BtrfsKey>
{
    /// <summary>Bytes of a key on the disk: number (8), type (1), offset (8).</summary>
    public const int Size = 17;

    public static BtrfsKey Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(bytes), bytes[8], BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice(9)));

    public int CompareTo(BtrfsKey other)
    {
        if (Number != other.Number)
        {
            return Number < other.Number ? -1 : 1;
        }

        return Type != other.Type ? Type - other.Type : Offset.CompareTo(other.Offset);
    }
}
