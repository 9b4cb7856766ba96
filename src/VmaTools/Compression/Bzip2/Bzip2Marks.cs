using System;

namespace VmaTools.Compression;

/// <summary>Finds what blocks of bzip2 begin with: a mark of 48 bits, anywhere in a byte.</summary>
internal static class Bzip2Marks
{
    /// <summary>Bytes that a mark lies in, at most.</summary>
    public const int Reach = 7;

    private const int MarkBits = 48;

    /// <summary>For each value of the mark's second whole byte: for which offsets within a byte (one bit each) it may be that.</summary>
    private static readonly byte[] Shifts = MakeShifts();

    /// <summary>Finds the next mark.</summary>
    /// <param name="bytes">Where it is looked for.</param>
    /// <param name="at">From where on; then the byte that it begins in, or the first in which it was not looked for.</param>
    /// <param name="shift">Number of bits of that byte that lie before it.</param>
    public static bool TryFind(ReadOnlySpan<byte> bytes, ref int at, out int shift)
    {
        for (; at + Reach <= bytes.Length; at++)
        {
            byte shifts = Shifts[bytes[at + 1]];
            for (shift = 0; shifts != 0; shift++, shifts >>= 1)
            {
                if ((shifts & 1) != 0 && IsMark(bytes.Slice(at, Reach), shift))
                {
                    return true;
                }
            }
        }

        shift = 0;
        return false;
    }

    private static bool IsMark(ReadOnlySpan<byte> bytes, int shift)
    {
        ulong value = 0;
        foreach (byte next in bytes)
        {
            value = (value << 8) | next;
        }

        const ulong Mask = (1UL << MarkBits) - 1;
        return ((value >> ((Reach * 8) - MarkBits - shift)) & Mask) == (ulong)Bzip2DecodingStream.BlockMark;
    }

    private static byte[] MakeShifts()
    {
        byte[] shifts = new byte[256];
        for (int shift = 0; shift < 8; shift++)
        {
            shifts[(byte)(Bzip2DecodingStream.BlockMark >> (MarkBits - 16 + shift))] |= (byte)(1 << shift);
        }

        return shifts;
    }
}
