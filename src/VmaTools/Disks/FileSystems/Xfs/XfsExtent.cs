using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>Blocks of a fork that lie together on the volume.</summary>
/// <param name="Start">The first one's number in the fork.</param>
/// <param name="Count">How many.</param>
/// <param name="Block">The first one's number on the volume; null for a hole.</param>
/// <param name="IsUnwritten">True where they were allocated but never written.</param>
internal readonly record struct XfsExtent(ulong Start, ulong Count, ulong? Block, bool IsUnwritten = false)
{
    /// <summary>Bytes of a record.</summary>
    public const int Size = 16;

    /// <summary>The number of the block behind the last one.</summary>
    public ulong End => Start + Count;

    /// <summary>Reads a record: a flag, then 54 bits of start, 52 of block, 21 of count.</summary>
    public static XfsExtent Parse(ReadOnlySpan<byte> record)
    {
        ulong high = BigEndian.U64(record, 0);
        ulong low = BigEndian.U64(record, 8);
        return new XfsExtent(
            (high & long.MaxValue) >> 9,
            low & ((1ul << 21) - 1),
            ((high & 0x1ff) << 43) | (low >> 21),
            high >> 63 != 0);
    }
}
