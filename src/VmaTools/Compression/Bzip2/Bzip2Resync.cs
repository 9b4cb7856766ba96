using System;
using System.IO;
using System.Threading;

namespace VmaTools.Compression;

/// <summary>
/// Finds where a bzip2 file can be read again behind damage: each block begins with a mark of 48 bits, anywhere in a byte, and
/// knows nothing of others, so the next one that decodes and whose checksum matches will do.
/// </summary>
internal static class Bzip2Resync
{
    private const int SearchSize = 1 << 20;
    private const int MarkBits = 48;

    /// <summary>Whole bytes that a mark has, and what lies around them.</summary>
    private const int MarkReach = 7;

    /// <summary>For each value of the mark's second whole byte: for which offsets within a byte (one bit each) it may be that.</summary>
    private static readonly byte[] Shifts = MakeShifts();

    /// <summary>The state at the first whole block that begins at an offset in bits or behind it, or null.</summary>
    public static Bzip2State? FindBlock(string path, long fromBit, CancellationToken cancellationToken)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        byte[] buffer = new byte[SearchSize];
        long from = fromBit >> 3;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            file.Position = from;
            int held = SearchBuffer.Fill(file, buffer);
            for (int i = 0; i + MarkReach <= held; i++)
            {
                byte shifts = Shifts[buffer[i + 1]];
                for (int shift = 0; shifts != 0; shift++, shifts >>= 1)
                {
                    long bit = ((from + i) * 8) + shift;
                    if ((shifts & 1) == 0 || bit < fromBit || !IsMark(buffer.AsSpan(i, MarkReach), shift))
                    {
                        continue;
                    }

                    cancellationToken.ThrowIfCancellationRequested();
                    if (TryAt(file, bit) is { } state)
                    {
                        return state;
                    }
                }
            }

            if (held < buffer.Length)
            {
                return null;
            }

            from += held - MarkReach + 1;
        }
    }

    /// <summary>The state at an offset if a whole block is there.</summary>
    private static Bzip2State? TryAt(FileStream file, long bit)
    {
        Bzip2State state = new(bit >> 3, 0) { Step = Bzip2Step.Mark, SkippedBits = (int)(bit & 7), Level = 9 };
        file.Position = state.CompressedPosition;
        using Bzip2DecodingStream decoder = Bzip2DecodingStream.Resume(file, leaveOpen: true, state);
        try
        {
            _ = decoder.Read(stackalloc byte[1]);
            return state;
        }
        catch (VmaCompressionException)
        {
            return null;
        }
    }

    private static bool IsMark(ReadOnlySpan<byte> bytes, int shift)
    {
        ulong value = 0;
        foreach (byte next in bytes)
        {
            value = (value << 8) | next;
        }

        const ulong Mask = (1UL << MarkBits) - 1;
        return ((value >> ((MarkReach * 8) - MarkBits - shift)) & Mask) == (ulong)Bzip2DecodingStream.BlockMark;
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
