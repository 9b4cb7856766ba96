using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>An entry of an index. Its bounds were checked when the node was walked.</summary>
/// <param name="Node">The node's bytes.</param>
/// <param name="Offset">Where the entry begins.</param>
internal readonly record struct NtfsIndexEntry(byte[] Node, int Offset)
{
    public const int HeadLength = 16;

    // Entry: 0 record u64 (of a view: 0 offset of the data u16, 2 its length u16)   8 length u16   10 length of the key u16
    //   12 flags u16: 1 has a node below, 2 the node's last   16 key   at the end: the node below u64

    public NtfsReference Reference => new(LittleEndian.U64(Node, Offset));

    public int Length => LittleEndian.U16(Node, Offset + 8);

    public bool HasNodeBelow => (Node[Offset + 12] & 1) != 0;

    public bool IsLast => (Node[Offset + 12] & 2) != 0;

    public long NodeBelow => LittleEndian.I64(Node, Offset + Length - 8);

    public ReadOnlySpan<byte> Key => Node.AsSpan(Offset + HeadLength, LittleEndian.U16(Node, Offset + 10));

    /// <summary>The data of an entry of a view; empty where it does not lie within the entry.</summary>
    public ReadOnlySpan<byte> Data
    {
        get
        {
            int start = LittleEndian.U16(Node, Offset);
            int length = LittleEndian.U16(Node, Offset + 2);
            return start >= HeadLength && start + length <= Length ? Node.AsSpan(Offset + start, length) : default;
        }
    }

    /// <summary>True where all of it lies within the bytes from its beginning to the node's end.</summary>
    public static bool IsWithin(ReadOnlySpan<byte> entry)
    {
        if (entry.Length < HeadLength)
        {
            return false;
        }

        int length = LittleEndian.U16(entry, 8);
        int below = (entry[12] & 1) != 0 ? 8 : 0;
        int key = (entry[12] & 2) != 0 ? 0 : LittleEndian.U16(entry, 10);
        return length >= HeadLength + key + below && length <= entry.Length;
    }
}
