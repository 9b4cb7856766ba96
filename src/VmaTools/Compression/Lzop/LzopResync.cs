using System;
using System.Buffers.Binary;
using System.IO;
using System.Threading;

namespace VmaTools.Compression;

/// <summary>
/// Finds where an lzop file can be read again behind damage: blocks know nothing of each other, so the next one that decodes
/// and whose checksums match will do.
/// </summary>
internal static class LzopResync
{
    /// <summary>The flags that lzop sets unless told otherwise, for a file whose header is lost.</summary>
    public const LzopFlags UsualFlags = LzopFlags.DataAdler32;

    /// <summary>What lzop puts into every block but a file's last one, and so what a search goes by.</summary>
    private const uint UsualLength = 256 << 10;

    private const int LengthsSize = 8;
    private const int SearchSize = 1 << 20;

    /// <summary>The state at the first whole block behind a damaged one, or null.</summary>
    public static LzopState? BehindBlock(string path, LzopFailedBlock failed, CancellationToken cancellationToken)
    {
        using FileStream file = Open(path);
        return failed.End is long end && TryAt(file, end, failed.Flags) is { } next
            ? next
            : Search(file, failed.Start + 1, failed.Flags, cancellationToken);
    }

    /// <summary>The state at the first whole block from an offset on, or null.</summary>
    public static LzopState? FindBlock(string path, long from, LzopFlags flags, CancellationToken cancellationToken)
    {
        using FileStream file = Open(path);
        return Search(file, from, flags, cancellationToken);
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);

    private static LzopState? Search(FileStream file, long from, LzopFlags flags, CancellationToken cancellationToken)
    {
        byte[] mark = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(mark, UsualLength);
        byte[] buffer = new byte[SearchSize];
        while (true)
        {
            file.Position = from;
            int held = SearchBuffer.Fill(file, buffer);
            int at = 0;
            while (at + LengthsSize <= held)
            {
                int hit = buffer.AsSpan(at, held - at).IndexOf(mark);
                if (hit < 0 || at + hit + LengthsSize > held)
                {
                    break;
                }

                cancellationToken.ThrowIfCancellationRequested();
                at += hit;
                bool isPlausible = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(at + 4)) is > 0 and <= UsualLength;
                if (isPlausible && TryAt(file, from + at, flags) is { } state)
                {
                    return state;
                }

                at++;
            }

            if (held < buffer.Length)
            {
                return null;
            }

            cancellationToken.ThrowIfCancellationRequested();
            from += held - LengthsSize + 1;
        }
    }

    /// <summary>The state at an offset if a whole block, or the whole end of a file, is there.</summary>
    private static LzopState? TryAt(FileStream file, long offset, LzopFlags flags)
    {
        if (offset >= file.Length)
        {
            return null;
        }

        LzopState state = new(offset, 0) { Step = LzopStep.Block, Flags = flags };
        file.Position = offset;
        using LzopDecodingStream decoder = LzopDecodingStream.Resume(file, leaveOpen: true, state);
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
