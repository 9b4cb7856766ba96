using System;
using System.IO;
using System.Threading;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>
/// Finds where a frame can be decoded again behind damage: blocks have no mark, but each tells where the next one begins, and few bytes
/// that are none do so several times in a row.
/// </summary>
internal static class ZstdResync
{
    private const int SearchSize = 1 << 20;

    // A chain of this many is taken for one. By chance the first bytes of a block are those of about every twentieth place.
    private const int ChainLength = 5;

    // Enough to look at that many blocks of the largest size.
    private const int LookAhead = ChainLength * (ZstdBlockHeader.HeaderSize + ZstdFrameHeader.MaxBlock);

    private const int BlocksTried = 3;
    private const int MostSteps = 256;

    /// <summary>The first block from which on blocks can be decoded, or null.</summary>
    /// <param name="path">The compressed file.</param>
    /// <param name="from">A block that could not be decoded, or where the search begins.</param>
    /// <param name="limit">Where it ends: the begin of the next frame.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static BlindStart? Find(string path, long from, long limit, CancellationToken cancellationToken)
    {
        using SourceStream file = SourceStream.Open(path);
        byte[] buffer = new byte[SearchSize + LookAhead];
        bool isFirst = true;
        while (from < limit)
        {
            cancellationToken.ThrowIfCancellationRequested();
            file.Position = from;
            int held = SearchBuffer.Fill(file, buffer);
            bool isToEnd = held < buffer.Length;

            // Where only the contents of a block are damaged the next one is where it says.
            if (isFirst && ZstdBlockHeader.TryParse(buffer.AsSpan(0, held), out ZstdBlockHeader failed)
                && IsPlausible(failed) && IsChain(buffer.AsSpan(0, held), failed.WholeSize, isToEnd)
                && FindDecodable(file, from + failed.WholeSize, limit, cancellationToken) is (>= 0, int steps) next)
            {
                return new BlindStart(next.Position * 8, (steps + 1L) * ZstdFrameHeader.MaxBlock);
            }

            isFirst = false;
            int end = isToEnd ? held : SearchSize;
            for (int i = 1; i < end; i++)
            {
                if (!IsChain(buffer.AsSpan(0, held), i, isToEnd))
                {
                    continue;
                }

                cancellationToken.ThrowIfCancellationRequested();
                (long position, _) = FindDecodable(file, from + i, limit, cancellationToken);
                if (position >= 0)
                {
                    return new BlindStart(position * 8);
                }
            }

            if (isToEnd)
            {
                return null;
            }

            from += SearchSize - 1;
        }

        return null;
    }

    /// <summary>Whether block after block begins there, up to the end of a frame or several times.</summary>
    private static bool IsChain(ReadOnlySpan<byte> bytes, int at, bool isToEnd)
    {
        ZstdBlockHeader header = default;
        for (int i = 0; i < ChainLength; i++)
        {
            bool isThere = at <= bytes.Length && ZstdBlockHeader.TryParse(bytes.Slice(at), out header);
            if (!isThere || !IsPlausible(header))
            {
                return false;
            }

            at += header.WholeSize;
            if (header.IsLast)
            {
                return IsFrameEnd(bytes, at, isToEnd) || IsFrameEnd(bytes, at + sizeof(uint), isToEnd);
            }
        }

        return true;
    }

    private static bool IsFrameEnd(ReadOnlySpan<byte> bytes, int at, bool isToEnd) =>
        at == bytes.Length ? isToEnd : at < bytes.Length && ZstdFrames.Matches(bytes.Slice(at));

    // Blocks of nothing are valid, and zeros are one after the other; no encoder writes them but at the end.
    private static bool IsPlausible(ZstdBlockHeader header) =>
        !header.IsReserved && header.Size <= ZstdFrameHeader.MaxBlock && (header.Size > 0 || (header.IsRaw && header.IsLast));

    /// <summary>The first block of a chain from which on some can be decoded, and how many are before it; or -1.</summary>
    private static (long Position, int Steps) FindDecodable(Stream file, long at, long limit, CancellationToken cancellationToken)
    {
        byte[] start = new byte[ZstdBlockHeader.HeaderSize];
        for (int steps = 0; steps < MostSteps && at < limit; steps++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (IsDecodable(file, at))
            {
                return (at, steps);
            }

            file.Position = at;
            int held = SearchBuffer.Fill(file, start);
            if (!ZstdBlockHeader.TryParse(start.AsSpan(0, held), out ZstdBlockHeader header) || !IsPlausible(header) || header.IsLast)
            {
                break;
            }

            at += header.WholeSize;
        }

        return (-1, 0);
    }

    private static bool IsDecodable(Stream file, long at)
    {
        file.Position = at;
        using ZstdBlindDecoder decoder = new(file, at, PartialHistory.None, leaveOpen: true);
        if (!decoder.StandsAtSureBlock)
        {
            return false;
        }

        try
        {
            for (int i = 0; i < BlocksTried && decoder.Next(); i++)
            {
            }

            return true;
        }
        catch (VmaCompressionException)
        {
            return false;
        }
    }
}
