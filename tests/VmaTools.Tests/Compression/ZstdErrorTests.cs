using System;
using System.IO;
using VmaTools.Compression;
using Xunit;

namespace VmaTools.Tests.Compression;

/// <summary>What is wrong with a stream is told by a code, the offsets and a sentence; nothing is taken on trust.</summary>
public class ZstdErrorTests
{
    private static readonly byte[] Magic = [0x28, 0xB5, 0x2F, 0xFD];

    public static TheoryData<string, string, byte[]> Damaged => new()
    {
        { "no frame", VmaCodes.CompressedDataCorrupt, [1, 2, 3, 4, 5] },
        { "no frame, too short for a magic", VmaCodes.CompressedDataCorrupt, [1, 2] },
        { "nothing", VmaCodes.CompressedDataTruncated, [] },
        { "reserved bit of the descriptor", VmaCodes.CompressedDataCorrupt, [.. Magic, 0x08, 0x58, 1, 0, 0] },
        { "reserved block type", VmaCodes.CompressedDataCorrupt, [.. Magic, 0x00, 0x58, 0x07, 0, 0] },
        { "block above 128 KiB", VmaCodes.CompressedDataCorrupt, [.. Magic, 0x00, 0x58, .. BlockHeader(true, 1, (128 * 1024) + 1), 7] },
        { "block above the window", VmaCodes.CompressedDataCorrupt, [.. Magic, 0x00, 0x00, .. BlockHeader(true, 1, 1025), 7] },
        { "more than the content size", VmaCodes.CompressedDataCorrupt, [.. Magic, 0x20, 3, .. BlockHeader(false, 1, 3), 7, .. BlockHeader(true, 1, 1), 7] },
        { "less than the content size", VmaCodes.CompressedDataCorrupt, [.. Magic, 0x20, 3, .. BlockHeader(true, 1, 2), 7] },
        { "empty compressed block", VmaCodes.CompressedDataCorrupt, [.. Magic, 0x00, 0x58, .. BlockHeader(true, 2, 0)] },
        { "no sequences section", VmaCodes.CompressedDataCorrupt, Block(0x08, 1) },
        { "bytes after the last section", VmaCodes.CompressedDataCorrupt, Block(0x08, 1, 0, 0) },
        { "literals longer than the block", VmaCodes.CompressedDataCorrupt, Block(0x10, 1, 0) },
        { "treeless literals without a tree", VmaCodes.CompressedDataCorrupt, Block(0x13, 0x40, 0, 1, 0) },
        { "repeated tables without tables", VmaCodes.CompressedDataCorrupt, Block(0x08, 1, 1, 0xFC, 1) },
        { "reserved bits of the modes", VmaCodes.CompressedDataCorrupt, Block(0x08, 1, 1, 0x55, 0, 0, 0, 1) },
        { "code that does not exist", VmaCodes.CompressedDataCorrupt, Block(0x08, 1, 1, 0x54, 36, 0, 0, 1) },
        { "sequence bits without an end mark", VmaCodes.CompressedDataCorrupt, Block(0x08, 1, 1, 0x54, 1, 0, 0, 0) },
        { "offset beyond the beginning", VmaCodes.CompressedDataCorrupt, Block(0x08, 1, 1, 0x54, 1, 2, 0, 0x07) },
        { "more literals than there are", VmaCodes.CompressedDataCorrupt, Block(0x08, 1, 1, 0x54, 2, 0, 0, 1) },
        { "bits left over", VmaCodes.CompressedDataCorrupt, Block(0x08, 1, 1, 0x54, 1, 0, 0, 2) },
        { "dictionary", VmaCodes.CompressionNotSupported, [.. Magic, 0x01, 0x58, 9, 1, 0, 0] },
        { "trailing bytes", VmaCodes.CompressedTrailingData, [.. Magic, 0x00, 0x58, 1, 0, 0, 0xAA, 0, 0, 0, 0] },
        { "one trailing byte", VmaCodes.CompressedTrailingData, [.. Magic, 0x00, 0x58, 1, 0, 0, 0xAA] },
        { "beginning of another frame", VmaCodes.CompressedDataTruncated, [.. Magic, 0x00, 0x58, 1, 0, 0, 0x28, 0xB5] },
        { "beginning of a skippable frame", VmaCodes.CompressedDataTruncated, [.. Magic, 0x00, 0x58, 1, 0, 0, 0x53, 0x2A, 0x4D] },
        { "skippable frame cut short", VmaCodes.CompressedDataTruncated, [0x53, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 1, 2, 3] },
        { "wrong checksum", VmaCodes.CompressedChecksumMismatch, [.. Magic, 0x04, 0x58, 1, 0, 0, 1, 2, 3, 4] },
    };

    [Theory]
    [MemberData(nameof(Damaged))]
    public void Each_damage_has_its_code(string what, string code, byte[] compressed)
    {
        foreach (bool checkedOnly in new[] { false, true })
        {
            ZstdOutcome outcome = ZstdDecoding.Decode(compressed, checkedOnly);
            Assert.True(code == outcome.Code, $"{what}: {outcome.Code} {outcome.Message}");
        }
    }

    [Fact]
    public void A_match_by_hand_decodes()
    {
        // One literal, then a match of 3 bytes at the last offset, which is 1.
        ZstdOutcome outcome = ZstdDecoding.Decode(Block(0x08, 0x41, 1, 0x54, 1, 0, 0, 1), false);
        Assert.Null(outcome.Message);
        Assert.Equal("AAAA"u8.ToArray(), outcome.Bytes);
    }

    [Theory]
    [InlineData("small-1.zst", 11)]
    [InlineData("one.zst", 1)]
    [InlineData("mixed-3-rsyncable-piped.zst", 997)]
    public void Cut_anywhere_is_truncated(string file, int step)
    {
        byte[] compressed = ZstdFixtureTests.Load(file);
        for (int length = 0; length < compressed.Length; length += step)
        {
            ZstdOutcome outcome = ZstdDecoding.Decode(compressed.AsSpan(0, length).ToArray(), false);
            Assert.Equal(VmaCodes.CompressedDataTruncated, outcome.Code);
            Assert.Equal(0, outcome.VerifiedPosition);
        }
    }

    [Fact]
    public void Errors_tell_both_offsets_and_come_again()
    {
        byte[] compressed = [.. ZstdFixtureTests.Load("small-1.zst"), 0xAA, 0xBB];
        using var stream = new ZstdStream(new MemoryStream(compressed), false);
        ZstdOutcome outcome = ZstdDecoding.Decode(stream);
        Assert.Equal(20_000, outcome.Bytes.Length);
        Assert.Equal(20_000, outcome.VerifiedPosition);
        VmaCompressionException again = Assert.Throws<VmaCompressionException>(() => stream.Read(new byte[1]));
        Assert.Equal(VmaCodes.CompressedTrailingData, again.Code);
        Assert.Equal(compressed.Length - 2, again.CompressedOffset);
        Assert.Equal(20_000, again.Offset);
        Assert.False(stream.AtBlockBoundary);
    }

    [Fact]
    public void Blocks_before_the_damage_are_delivered()
    {
        byte[] compressed = ZstdFixtureTests.Load("text-1-piped.zst");
        ZstdOutcome outcome = ZstdDecoding.Decode(compressed.AsSpan(0, compressed.Length - 4).ToArray(), false);
        Assert.Equal(VmaCodes.CompressedDataTruncated, outcome.Code);
        Assert.True(ZstdSamples.Make("text").AsSpan().SequenceEqual(outcome.Bytes));
        Assert.Equal(0, outcome.VerifiedPosition);
    }

    [Fact]
    public void A_window_above_the_limit_is_refused_with_both_sizes()
    {
        byte[] large = [.. Magic, 0x00, 18 << 3, 1, 0, 0];
        ZstdOutcome outcome = ZstdDecoding.Decode(large, false);
        Assert.Equal(VmaCodes.CompressionWindowTooLarge, outcome.Code);
        Assert.Contains("268435456", outcome.Message);
        Assert.Contains("134217728", outcome.Message);
        Assert.Null(ZstdDecoding.Decode(large, false, 256 << 20).Code);

        byte[] largest = [.. Magic, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0];
        Assert.Equal(VmaCodes.CompressionWindowTooLarge, ZstdDecoding.Decode(largest, false, long.MaxValue).Code);
        Assert.Equal(VmaCodes.CompressionWindowTooLarge, ZstdDecoding.Decode(largest, false, -1).Code);
    }

    [Theory]
    [InlineData(50, 0, 1024, true)]
    [InlineData(50, 0, 1025, false)]
    [InlineData(50, 7, 1025, false)]
    [InlineData(50, 39, 1025, false)]
    [InlineData(1024, 0, 1024, true)]
    [InlineData(1024, 0, 1025, false)]
    [InlineData(1024, 7, 1025, false)]
    public void An_offset_reaches_to_the_end_of_the_window_and_no_further(int second, int which, int offset, bool good)
    {
        // A window of 1 KiB, two blocks that fill it and more, then matches of 3 bytes of which one reaches as far as told.
        const int Matches = 40;
        string bits = "1";
        for (int i = 0; i < Matches; i++)
        {
            bits += Convert.ToString((i == which ? offset : 1022) - 1021, 2).PadLeft(10, '0');
        }

        bits = bits.PadLeft((bits.Length + 7) / 8 * 8, '0');
        byte[] stream = new byte[bits.Length / 8];
        for (int i = 0; i < stream.Length; i++)
        {
            stream[stream.Length - 1 - i] = Convert.ToByte(bits.Substring(i * 8, 8), 2);
        }

        byte[] content = new byte[1024 + second];
        new Dice(12).Fill(content);
        byte[] block = [0, Matches, 0x54, 0, 10, 0, .. stream];
        byte[] compressed =
        [
            .. Magic, 0x00, 0x00, .. BlockHeader(false, 0, 1024), .. content.AsSpan(0, 1024), .. BlockHeader(false, 0, second), .. content.AsSpan(1024),
            .. BlockHeader(true, 2, block.Length), .. block,
        ];
        ZstdOutcome fast = ZstdDecoding.Decode(compressed, false);
        ZstdOutcome slow = ZstdDecoding.Decode(compressed, true);
        Assert.True(fast.IsLike(slow), $"{fast.Facts} / {slow.Facts}");
        Assert.Equal(good ? null : VmaCodes.CompressedDataCorrupt, fast.Code);
        Assert.Equal(content.Length + (good ? 3 * Matches : 0), fast.Bytes.Length);
    }

    [Fact]
    public void A_dictionary_is_named()
    {
        ZstdOutcome outcome = ZstdDecoding.Decode([.. Magic, 0x03, 0x58, 0xEF, 0xBE, 0xAD, 0xDE, 1, 0, 0], false);
        Assert.Equal(VmaCodes.CompressionNotSupported, outcome.Code);
        Assert.Contains("dictionary", outcome.Message);
        Assert.Contains("3735928559", outcome.Message);
    }

    [Fact]
    public void A_claim_of_a_large_window_costs_nothing()
    {
        byte[] compressed = [.. Magic, 0x00, 17 << 3, .. BlockHeader(true, 1, 5), 7];
        ZstdDecoding.Decode(compressed, false);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(5, ZstdDecoding.Decode(compressed, false).Bytes.Length);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 2_000_000);
    }

    [Fact]
    public void A_disposed_stream_says_so()
    {
        var source = new MemoryStream();
        var stream = new ZstdStream(source, true);
        stream.Dispose();
        Assert.Throws<ObjectDisposedException>(() => stream.Read(new byte[1]));
        Assert.True(source.CanRead);
        new ZstdStream(source, false).Dispose();
        Assert.False(source.CanRead);
    }

    private static byte[] BlockHeader(bool last, int type, int size)
    {
        int header = (last ? 1 : 0) | (type << 1) | (size << 3);
        return [(byte)header, (byte)(header >> 8), (byte)(header >> 16)];
    }

    private static byte[] Block(params byte[] content) => [.. Magic, 0x00, 0x58, .. BlockHeader(true, 2, content.Length), .. content];
}
