using System;
using System.Linq;
using VmaTools.Compression;
using Xunit;

namespace VmaTools.Tests.Compression;

public class Lzo1xTests
{
    // The instruction that ends a block.
    private static readonly byte[] End = [0x11, 0, 0];

    [Fact]
    public void Each_instruction_means_what_it_says()
    {
        byte[] data = StreamSamples.Random(0x11000, 1);

        // Run of literals long enough for all distances, its length told by 255s.
        byte[] expected = data;
        int zeros = (data.Length - 18) / 255;
        byte rest = (byte)(data.Length - 18 - (zeros * 255));
        byte[] run = [0, .. new byte[zeros], rest, .. data];
        Assert.NotEqual(0, rest);

        void Check(byte[] instruction, int distance, int length, params byte[] literals)
        {
            byte[] block = [.. run, .. instruction, .. literals, .. End];
            byte[] whole = [.. expected, .. Enumerable.Range(0, length).Select(i => expected[expected.Length - distance + (i % distance)]), .. literals];
            Assert.Equal(whole, Decode(block, whole.Length));
        }

        Check([0b1110_1100 | 0b11, 0x10], 1 + 3 + (0x10 << 3), 8, 1, 2, 3);
        Check([0b1000_0000, 0], 1, 5);
        Check([0b0111_1101, 0xFF], 2048, 4, 9);
        Check([0b0100_0000, 7], 57, 3);
        Check([0b0011_1111, 0xFE, 0xFF], 16384, 33, 5, 6);
        Check([0b0010_0000, 0, 0, 7, 0b1100, 0], 4, 2 + 31 + 255 + 255 + 7);
        Check([0b0001_1111, 0xFC, 0xFF], 16384 + 16384 + 16383, 9);
        Check([0b0001_0001, 0x04, 0], 16385, 3);
        Check([0b0001_1000, 1, 0, 0], 32768, 10);
        Check([0b0000_1101, 0xFF], 2049 + 3 + (0xFF << 2), 3, 4);

        // Two bytes from nearby can only follow one to three literals.
        byte[] block = [.. run, 0b1000_0001, 0, 42, 0b0000_0100, 1, .. End];
        byte[] tail = [.. expected, .. Enumerable.Repeat(expected[^1], 5), 42];
        Assert.Equal([.. tail, .. tail[^6..^4]], Decode(block, tail.Length + 2));
    }

    [Fact]
    public void A_first_byte_above_17_is_a_count_of_literals()
    {
        Assert.Equal([7], Decode([18, 7, .. End], 1));
        Assert.Equal([7, 8, 9, 7, 8], Decode([20, 7, 8, 9, 8, 0, .. End], 5));
        byte[] longest = StreamSamples.Random(238, 2);
        Assert.Equal(longest, Decode([255, .. longest, .. End], 238));
        Assert.Equal([], Decode(End, 0));
    }

    [Theory]
    [InlineData(new byte[] { }, 0, 0)]
    [InlineData(new byte[] { 21 }, 4, 0)]
    [InlineData(new byte[] { 21, 1, 2, 3, 4 }, 4, 5)]
    [InlineData(new byte[] { 21, 1, 2, 3, 4, 0x11 }, 4, 5)]
    [InlineData(new byte[] { 21, 1, 2, 3, 4, 0x11, 0 }, 4, 5)]
    [InlineData(new byte[] { 21, 1, 2, 3, 4, 0x11, 0, 0, 0 }, 4, 5)]
    [InlineData(new byte[] { 21, 1, 2, 3, 4, 0x11, 0, 0 }, 5, 5)]
    [InlineData(new byte[] { 21, 1, 2, 3, 4, 0x11, 0, 0 }, 3, 0)]
    [InlineData(new byte[] { 21, 1, 2, 3, 4, 0x80, 0, 0x11, 0, 0 }, 8, 5)]
    [InlineData(new byte[] { 21, 1, 2, 3, 4, 0x90, 0, 0x11, 0, 0 }, 9, 5)]
    [InlineData(new byte[] { 21, 1, 2, 3, 4, 0x80, 0, 0, 200, 0, 0, 0 }, 300, 7)]
    [InlineData(new byte[] { 21, 1, 2, 3, 4, 0x20, 0, 0, 0, 0 }, 3000, 5)]
    [InlineData(new byte[] { 21, 1, 2, 3, 4, 0x83, 0, 9, 9 }, 12, 5)]
    public void What_breaks_a_rule_is_told(byte[] block, int length, int failedAt)
    {
        byte[] compressed = new byte[block.Length + Lzo1x.Slack];
        block.CopyTo(compressed, 0);
        Assert.NotNull(Lzo1x.TryDecode(compressed, block.Length, new byte[length + Lzo1x.Slack], length, out int at));
        Assert.Equal(failedAt, at);
    }

    [Fact]
    public void Nothing_is_written_past_the_slack_and_nothing_is_read_there()
    {
        // Any bytes at all: the guard behind the slack stays, and what lies behind the block makes no difference.
        byte[] first = new byte[300 + Lzo1x.Slack];
        byte[] second = new byte[300 + Lzo1x.Slack];
        byte[] guarded = new byte[4096 + Lzo1x.Slack + 64];
        Random random = new(3);
        for (int round = 0; round < 20_000; round++)
        {
            int length = random.Next(300);
            int decodedLength = random.Next(4096);
            random.NextBytes(first);
            Array.Clear(second);
            Array.Copy(first, second, length);
            guarded.AsSpan(decodedLength + Lzo1x.Slack).Fill(0xA5);
            string? error = Lzo1x.TryDecode(first, length, guarded, decodedLength, out int at);
            Assert.Equal(-1, guarded.AsSpan(decodedLength + Lzo1x.Slack).IndexOfAnyExcept((byte)0xA5));
            Assert.Equal(error, Lzo1x.TryDecode(second, length, new byte[decodedLength + Lzo1x.Slack], decodedLength, out int sameAt));
            Assert.Equal(at, sameAt);
        }
    }

    private static byte[] Decode(byte[] block, int length)
    {
        byte[] compressed = new byte[block.Length + Lzo1x.Slack];
        block.CopyTo(compressed, 0);
        byte[] decoded = new byte[length + Lzo1x.Slack];
        Assert.Null(Lzo1x.TryDecode(compressed, block.Length, decoded, length, out _));
        return decoded[..length];
    }
}
