using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Threading;
using VmaTools.Compression;
using Xunit;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace VmaTools.Tests.Compression;

/// <summary>Whoever decodes from the middle on knows of each byte whether he knows it, and what he knows is right.</summary>
public sealed class BlindDecodingTests : IDisposable
{
    private const int Mixed = 2_000_000;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(12)]
    public void From_every_block_of_zstd_on_known_bytes_are_right(int level)
    {
        byte[] content = Content();
        byte[] packed = Zstd(content, level);
        long known = 0;
        long all = 0;
        List<(int Stored, int Decoded)> blocks = Blocks(packed);
        foreach ((int stored, int decoded) in blocks.Where(static (_, i) => i % 3 == 1))
        {
            using ZstdBlindDecoder without = new(new MemoryStream(packed, stored, packed.Length - stored), stored, PartialHistory.None, leaveOpen: false);
            (long right, long total, bool toEnd) = Compare(without, content.AsSpan(decoded));
            known += right;
            all += total;
            if (!toEnd)
            {
                // Some table is that of a block before.
                continue;
            }

            // With what came before only what the last offsets of the block before would have told is unknown.
            PartialHistory history = new(content[..decoded], new byte[decoded]);
            using ZstdBlindDecoder with = new(new MemoryStream(packed, stored, packed.Length - stored), stored, history, leaveOpen: false);
            (long more, _, _) = Compare(with, content.AsSpan(decoded));
            Assert.InRange(more, right, total);
            Assert.True(more > total * 9 / 10, $"{more} of {total}");
        }

        Assert.InRange(known, all / 4, all);
    }

    /// <summary>In front of a block there are bytes that look like the first ones of one.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(19)]
    public void A_search_finds_blocks_and_nothing_else(int level)
    {
        byte[] packed = Zstd(Content(), level);
        string path = Save(packed);
        HashSet<long> begins = [.. Blocks(packed).Select(static b => (long)b.Stored)];
        Random random = new(level);
        int found = 0;
        for (int i = 0; i < Trials.Of(40); i++)
        {
            BlindStart? start = ZstdResync.Find(path, random.Next(20, packed.Length), packed.Length, CancellationToken.None);
            Assert.True(start is null || begins.Contains(start.Position), $"{start}");
            found += start is null ? 0 : 1;
        }

        Assert.True(found > 0);
    }

    [Theory]
    [InlineData(CompressionLevel.Optimal)]
    [InlineData(CompressionLevel.SmallestSize)]
    public void From_blocks_of_gzip_on_known_bytes_are_right(CompressionLevel level)
    {
        byte[] content = Content();
        using MemoryStream stream = new();
        using (GZipStream gzip = new(stream, level, leaveOpen: true))
        {
            gzip.Write(content);
        }

        byte[] packed = stream.ToArray();
        string path = Save(packed);
        Random random = new(1);
        int found = 0;
        for (int i = 0; i < Trials.Of(20); i++)
        {
            if (DeflateResync.Find(path, random.Next(20, packed.Length), packed.Length, CancellationToken.None) is not { } start)
            {
                continue;
            }

            found++;
            using GzipBlindDecoder decoder = new(offset => new MemoryStream(packed, (int)offset, packed.Length - (int)offset), start);
            int length = 0;
            List<(byte[] Bytes, byte[] Unknown)> pieces = [];
            while (decoder.Next())
            {
                pieces.Add((decoder.Bytes.ToArray(), decoder.Unknown.ToArray()));
                length += decoder.Bytes.Length;
            }

            // It came to the end, so that it is known where it began.
            Assert.Equal(packed.Length, decoder.CompressedPosition);
            int at = content.Length - length;
            foreach ((byte[] bytes, byte[] unknown) in pieces)
            {
                for (int j = 0; j < bytes.Length; j++, at++)
                {
                    Assert.True(unknown[j] != 0 || bytes[j] == content[at], $"from {start}: wrong at {at}");
                }
            }
        }

        Assert.True(found > 0);
    }

    private static byte[] Content() => [.. StreamSamples.Matches(Mixed / 2, 3), .. StreamSamples.Random(Mixed / 4, 5), .. StreamSamples.Matches(Mixed / 4, 7)];

    private static (long Known, long All, bool ToEnd) Compare(BlindDecoder decoder, ReadOnlySpan<byte> content)
    {
        long known = 0;
        long all = 0;
        try
        {
            while (decoder.Next())
            {
                for (int i = 0; i < decoder.Bytes.Length; i++)
                {
                    if (decoder.Unknown[i] == 0)
                    {
                        Assert.True(decoder.Bytes[i] == content[i], $"wrong at {all + i}");
                        known++;
                    }
                }

                all += decoder.Bytes.Length;
                content = content[decoder.Bytes.Length..];
            }
        }
        catch (VmaCompressionException)
        {
            return (known, all, false);
        }

        Assert.True(content.IsEmpty);
        return (known, all, true);
    }

    /// <summary>Where the blocks of a frame begin, in it and in its content.</summary>
    private static List<(int Stored, int Decoded)> Blocks(byte[] packed)
    {
        List<(int, int)> blocks = [];
        using ZstdFrames frames = new(new MemoryStream(packed), false, int.MaxValue, false, 0, 0);
        int decoded = 0;
        while (frames.Next(out ZstdPiece piece) && piece.Kind != ZstdPieceKind.FrameEnd)
        {
            decoded += piece.Length;
            blocks.Add(((int)piece.CompressedEnd, decoded));
        }

        return blocks[..^1];
    }

    private static byte[] Zstd(byte[] content, int level)
    {
        using MemoryStream result = new();
        using Compressor compressor = new(level);
        compressor.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
        using (CompressionStream stream = new(result, compressor, leaveOpen: true))
        {
            stream.Write(content);
        }

        return result.ToArray();
    }

    private string Save(byte[] bytes)
    {
        string path = Path.Combine(_folder.FullName, Path.GetRandomFileName());
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
