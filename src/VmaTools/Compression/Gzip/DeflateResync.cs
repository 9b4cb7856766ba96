using System;
using System.IO;
using System.Threading;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>
/// Finds where a member can be decoded again behind damage: at a block with codes of its own, which hardly anything else looks like, or
/// at one that is stored and says its length twice, if several blocks follow.
/// </summary>
internal static class DeflateResync
{
    private const int SearchSize = 1 << 20;
    private const int BlocksTried = 4;
    private const int BytesTried = 4 << 10;
    private const int MostBlocksTried = 64;
    private const int TrailerSize = 8;
    private const int LengthSize = 4;

    /// <summary>The first block from which on blocks can be decoded, or null.</summary>
    /// <param name="path">The compressed file.</param>
    /// <param name="from">Where the search begins.</param>
    /// <param name="limit">Where it ends: the begin of the next member.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static BlindStart? Find(string path, long from, long limit, CancellationToken cancellationToken)
    {
        using SourceStream file = SourceStream.Open(path);
        DeflateBlockProbe probe = new();

        // Behind the end come zeros, which no block is.
        byte[] buffer = new byte[SearchSize + DeflateBlockProbe.MostBytes];
        while (from < limit)
        {
            cancellationToken.ThrowIfCancellationRequested();
            file.Position = from;
            int held = SearchBuffer.Fill(file, buffer);
            buffer.AsSpan(held).Clear();
            int end = (int)Math.Min(Math.Min(held, SearchSize), limit - from);
            for (int i = 0; i < end; i++)
            {
                // Two of four bytes may tell a length by chance, and anything may be the content; what is behind it is known better.
                if (StoredSize(buffer, i) is int stored && IsDecodable(file, (from + i + stored) * 8, cancellationToken))
                {
                    return new BlindStart((from + i + stored) * 8);
                }

                for (int bit = i * 8; bit < (i + 1) * 8; bit++)
                {
                    if (probe.IsBegin(buffer, bit) && IsDecodable(file, (from * 8) + bit, cancellationToken))
                    {
                        return new BlindStart((from * 8) + bit);
                    }
                }
            }

            if (held < buffer.Length)
            {
                return null;
            }

            from += SearchSize;
        }

        return null;
    }

    /// <summary>Bytes of the length of a stored block and its content; null where there is none.</summary>
    private static int? StoredSize(byte[] bytes, int at) => (byte)~bytes[at] == bytes[at + 2] && (byte)~bytes[at + 1] == bytes[at + 3]
        ? LengthSize + bytes[at] + (bytes[at + 1] << 8)
        : null;

    private static bool IsDecodable(Stream file, long bit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        file.Position = bit >> 3;
        CompressedSource source = new(file, bit >> 3);
        try
        {
            Inflater inflater = BlindInflater.At(source, bit, 0);
            for (int blocks = 0; blocks < MostBlocksTried;)
            {
                long limit = inflater.DecodedOffset + inflater.MakeRoom(SearchSize);
                if (inflater.Decode(limit))
                {
                    inflater.AlignSource();
                    bool hasTrailer = source.TryReadExactly(new byte[TrailerSize], 0, TrailerSize);
                    _ = GzipHeader.TryReadFurther(source, 0);
                    return hasTrailer;
                }

                blocks += inflater.BetweenBlocks ? 1 : 0;
                if (blocks >= BlocksTried && inflater.CompressedOffset - (bit >> 3) >= BytesTried)
                {
                    return true;
                }
            }

            return true;
        }
        catch (VmaCompressionException)
        {
            return false;
        }
    }
}
