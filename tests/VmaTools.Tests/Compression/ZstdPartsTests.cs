using System;
using System.IO;
using System.Linq;
using VmaTools.Compression;
using Xunit;

namespace VmaTools.Tests.Compression;

/// <summary>The parts of the decoder, where a whole stream would reach a case too seldom.</summary>
public class ZstdPartsTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(1000, 1000)]
    [InlineData(1024, 1024)]
    [InlineData(5000, 3000)]
    [InlineData(300_000, 131_072)]
    public void History_keeps_the_window_whatever_the_blocks(int window, int blockMax)
    {
        var dice = new Dice(11);
        byte[] all = new byte[Math.Max(20 * window, 100)];
        dice.Fill(all);
        var history = new ZstdHistory();
        foreach (int most in new[] { blockMax, Math.Max(1, blockMax / 3), Math.Max(1, blockMax / 50), blockMax })
        {
            history.Reset(window, blockMax);
            int position = 0;
            for (int i = 0; i < 2000; i++)
            {
                int size = Math.Min(dice.Below(most + 1), Math.Min(blockMax, all.Length - position));
                history.Reserve();
                Assert.True(history.Buffer.Length >= history.Position + blockMax + ZstdHistory.Margin);

                // Copying in words overwrites a part of the margin.
                all.AsSpan(position, size).CopyTo(history.Buffer.AsSpan(history.Position));
                history.Buffer.AsSpan(history.Position + size, 32).Fill(0xEE);
                history.Advance(size);
                position += size;
                int reach = Math.Min(window, position);
                Assert.Equal(reach, history.Reachable);
                if (i % 50 == 0 || size > window / 10)
                {
                    Assert.True(all.AsSpan(position - reach, reach).SequenceEqual(history.CopyWindow()));
                }
            }

            Assert.True(history.Buffer.Length <= window + blockMax + (2 * ZstdHistory.Margin));
        }
    }

    [Fact]
    public void History_grows_with_its_content()
    {
        var history = new ZstdHistory();
        history.Reset(128 << 20, 128 << 10);
        history.Reserve();
        Assert.True(history.Buffer.Length < 200_000);
        for (int i = 0; i < 18; i++)
        {
            history.Advance(100_000);
            history.Reserve();
            Assert.True(history.Buffer.Length < 2 * (history.Position + 200_000));
        }

        // From then on it stays, and what of it was not written to takes no room.
        history.Advance(100_000);
        history.Reserve();
        history.Advance(100_000);
        history.Reserve();
        byte[] buffer = history.Buffer;
        for (int i = 0; i < 1000; i++)
        {
            history.Advance(100_000);
            history.Reserve();
        }

        Assert.Same(buffer, history.Buffer);
    }

    [Fact]
    public void A_code_of_literals_is_complete_or_refused()
    {
        // Two symbols of one bit each: a weight of 1, the second follows from it.
        Assert.Equal([1, 1], Weights(0x80, 0x10));
        Assert.Equal([2, 1, 1], Weights(0x81, 0x21));
        Assert.Equal([0, 1, 1], Weights(0x81, 0x01));
        Assert.Equal([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1], Weights(0x8A, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10));

        Assert.Throws<InvalidDataException>(() => Weights());
        Assert.Throws<InvalidDataException>(() => Weights(0x80));
        Assert.Throws<InvalidDataException>(() => Weights(0x80, 0x00));
        Assert.Throws<InvalidDataException>(() => Weights(0x80, 0x20));
        Assert.Throws<InvalidDataException>(() => Weights(0x80, 0xC0));
        Assert.Throws<InvalidDataException>(() => Weights(0x80, 0xF0));

        // Weights 4 and 1 leave a gap that no single weight closes; eleven bits at most.
        Assert.Throws<InvalidDataException>(() => Weights(0x81, 0x41));
        Assert.Throws<InvalidDataException>(() => Weights(0x81, 0xBB));
        Assert.Throws<InvalidDataException>(() => Weights(0x00));
        Assert.Throws<InvalidDataException>(() => Weights(0x02, 0xFF, 0xFF));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public void A_stream_of_literals_ends_with_its_last_symbol(int size)
    {
        // Codes of one bit, as many as a stream of this size holds below its end mark.
        var table = new LiteralTable();
        table.Read([0x80, 0x10]);
        byte[] stream = new byte[size];
        stream[^1] = 0b1000;
        int symbols = ((size - 1) * 8) + 3;
        foreach (bool fast in new[] { false, true })
        {
            HuffmanDecoder.DecodeOne(table.Entries, stream, new byte[symbols], fast);
            Assert.Throws<InvalidDataException>(() => HuffmanDecoder.DecodeOne(table.Entries, stream, new byte[symbols - 1], fast));
            Assert.Throws<InvalidDataException>(() => HuffmanDecoder.DecodeOne(table.Entries, stream, new byte[symbols + 1], fast));
        }
    }

    [Fact]
    public void Every_state_of_a_predefined_table_is_reached_by_one_code()
    {
        var tables = new SequenceTables();
        tables.Restore(SequenceCodes.DefaultLiteralLengths, SequenceCodes.DefaultMatchLengths, SequenceCodes.DefaultOffsets);
        Check(SequenceTables.LiteralLengthStart, SequenceCodes.DefaultLiteralLengths, SequenceCodes.LiteralLengths);
        Check(SequenceTables.MatchLengthStart, SequenceCodes.DefaultMatchLengths, SequenceCodes.MatchLengths);
        Check(SequenceTables.OffsetStart, SequenceCodes.DefaultOffsets, SequenceCodes.Offsets);

        void Check(int start, FseDistribution distribution, ulong[] symbols)
        {
            int size = 1 << distribution.Log;
            foreach (IGrouping<ulong, ulong> states in tables.Entries.AsSpan(start, size).ToArray().GroupBy(entry => entry & 0xFFFFFFFF0000FF00 & ~0xFFFF0000UL))
            {
                Assert.Contains(states.Key, symbols);
                Assert.Equal(size, states.Sum(entry => 1 << FseEntry.StateBits(entry)));
                Assert.All(states, entry => Assert.InRange(FseEntry.NextState(entry), start, start + size - (1 << FseEntry.StateBits(entry))));
            }
        }
    }

    [Fact]
    public void A_distribution_is_shared_out_exactly_or_refused()
    {
        // Accuracy 5; one symbol with a count of 32 is the value 33, six set bits.
        FseDistribution one = FseDistribution.Read([0xF0, 0x03], 10, 9, out int size);
        Assert.Equal(5, one.Log);
        Assert.Equal(2, size);

        // Cut; too accurate; more symbols than there may be; a run of zeros beyond them; nothing but the rarest symbols, past the end.
        Assert.Throws<InvalidDataException>(() => FseDistribution.Read([0xF0], 10, 9, out _));
        Assert.Throws<InvalidDataException>(() => FseDistribution.Read([0x05], 10, 9, out _));
        Assert.Throws<InvalidDataException>(() => FseDistribution.Read([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 10, 9, out _));
        Assert.Throws<InvalidDataException>(() => FseDistribution.Read([0x10, 0xFE, 0xFF, 0xFF, 0xFF], 10, 9, out _));
        Assert.Throws<InvalidDataException>(() => FseDistribution.Read([0], 63, 9, out _));
        Assert.Throws<InvalidDataException>(() => FseDistribution.Read([], 10, 9, out _));
    }

    [Fact]
    public void Bits_are_read_from_the_end()
    {
        byte[] bytes = [0b1010_0110, 0b0001_1011];
        var reader = new BackwardBitReader(bytes, BackwardBitReader.CountBits(bytes));
        Assert.Equal(12, reader.BitsLeft);
        Assert.Equal(0b10u, reader.Read(2));
        Assert.Equal(0u, reader.Read(0));
        Assert.Equal(0b111u, reader.Read(3));
        Assert.Equal(0b0100110u, reader.Read(7));
        Assert.Equal(0, reader.BitsLeft);
        Assert.Equal(0u, reader.Read(3));
        Assert.Equal(-3, reader.BitsLeft);
    }

    [Fact]
    public void Bits_past_the_beginning_are_zeros()
    {
        var reader = new BackwardBitReader([0b111], 2);
        Assert.Equal(0b11000u, reader.Read(5));
        Assert.Equal(-3, reader.BitsLeft);
    }

    private static byte[] Weights(params byte[] description)
    {
        var table = new LiteralTable();
        Assert.Equal(description.Length, table.Read(description));
        return table.Weights!;
    }
}
