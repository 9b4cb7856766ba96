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
            for (int i = 0; Bzip2Marks.TryFind(buffer.AsSpan(0, held), ref i, out int shift); i++)
            {
                long bit = ((from + i) * 8) + shift;
                if (bit < fromBit)
                {
                    continue;
                }

                cancellationToken.ThrowIfCancellationRequested();
                if (TryAt(file, bit) is { } state)
                {
                    return state;
                }
            }

            if (held < buffer.Length)
            {
                return null;
            }

            from += held - Bzip2Marks.Reach + 1;
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
}
