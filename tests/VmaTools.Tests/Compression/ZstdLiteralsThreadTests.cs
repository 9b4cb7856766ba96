using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using VmaTools.Bytes;
using VmaTools.Compression;
using Xunit;

namespace VmaTools.Tests.Compression;

/// <summary>Literals that are decoded before their turn are those that are decoded in it.</summary>
public class ZstdLiteralsThreadTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("-1")]
    [InlineData("-19")]
    public void Same_literals(string arguments)
    {
        Frame frame = new(Tool.Filter("zstd", arguments + " -q -c", Text(1 << 20)));
        Assert.InRange(frame.Blocks.Count, 5, 60);
        using ZstdLiteralsThread ahead = new();
        int taken = 0;
        int round = 0;
        Assert.True(SpinWait.SpinUntil(() => (taken += frame.Take(ahead, first: round++ % 3)) >= 20, Patience));
    }

    [Fact]
    public void Damaged_literals_are_left_to_the_decoder()
    {
        byte[] sound = Tool.Filter("zstd", "-3 -q -c", Text(1 << 20));
        Random random = new(5);
        using ZstdLiteralsThread ahead = new();
        int rounds = Trials.Of(100);
        for (int round = 0; round < rounds; round++)
        {
            byte[] damaged = (byte[])sound.Clone();
            for (int flips = 0; flips < 5; flips++)
            {
                damaged[random.Next(20, damaged.Length)] ^= (byte)(1 << random.Next(8));
            }

            new Frame(damaged).Take(ahead, 0);
        }
    }

    [Fact]
    public void Nothing_is_taken_after_the_end()
    {
        Frame frame = new(Tool.Filter("zstd", "-3 -q -c", Text(1 << 20)));
        using ZstdLiteralsThread ahead = new();
        int spins = 1;
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                frame.Begin(ahead, 0);
                Thread.SpinWait(spins = Math.Min(2 * spins, 1 << 20));
                return ahead.TryTake(frame.Blocks[0].Position, out _);
            },
            Patience));
        ahead.End();
        Assert.All(frame.Blocks, block => Assert.False(ahead.TryTake(block.Position, out _)));
    }

    [Fact]
    public void As_many_blocks_as_there_is_room_for_may_be_followed_by_too_few()
    {
        byte[] text = Text(128 << 10);
        Random random = new(9);
        using MemoryStream alike = new();
        for (int block = 0; block < 80; block++)
        {
            for (int i = 0; i < 3000; i++)
            {
                text[random.Next(text.Length)] = (byte)random.Next('a', 'u');
            }

            alike.Write(text);
        }

        Frame frame = new(Tool.Filter("zstd", "-3 -q -c", alike.ToArray()));
        Assert.InRange(frame.Blocks.Count, 70, 200);
        using ZstdLiteralsThread ahead = new();
        frame.Begin(ahead, 0);
        foreach (Block block in frame.Blocks)
        {
            ahead.TryTake(block.Position, out _);
        }

        frame.Begin(ahead, frame.Blocks.Count - 2);
        Assert.False(ahead.TryTake(frame.Blocks[^1].Position, out _));
    }

    [Fact]
    public void A_chunk_of_the_source_is_announced_before_it_is_given_back()
    {
        byte[] bytes = new byte[5 << 20];
        new Random(1).NextBytes(bytes);
        using ZstdSource source = new(new ReadAheadStream(new MemoryStream(bytes), leaveOpen: false, readDirectly: 0), leaveOpen: false, 0);
        int announced = 0;
        source.GivingBack = () => announced++;
        long borrowed = 0;
        for (int at = 0; source.Require(1000); at += 1000)
        {
            if (source.Borrowed != borrowed)
            {
                Assert.Equal(borrowed, announced);
                borrowed = source.Borrowed;
            }

            Assert.True(source.Segment.AsSpan(0, 1000).SequenceEqual(bytes.AsSpan(at, 1000)));
            source.Consume(1000);
        }

        Assert.InRange(borrowed, 3, 100);
    }

    private static byte[] Text(int size)
    {
        byte[] text = new byte[size];
        Random random = new(2);
        for (int i = 0; i < size; i++)
        {
            // Every so often other letters become frequent, so that there are several tables, most of which serve several blocks.
            int letter = Math.Min(random.Next(20), random.Next(20));
            text[i] = (byte)('a' + ((letter + (i / 300_000 * 7)) % 20));
        }

        return text;
    }

    /// <summary>The blocks of a frame, as far as it is sound, and what their literals decode to.</summary>
    private sealed class Frame
    {
        private readonly byte[] _buffer;
        private readonly int _max;
        private int _rounds;

        public Frame(byte[] bytes)
        {
            _buffer = new byte[bytes.Length + (2 * ZstdSource.Margin)];
            bytes.CopyTo(_buffer, ZstdSource.Margin);
            int at = ZstdFrameHeader.Size(bytes[ZstdFrameHeader.MagicSize]);
            _max = ZstdFrameHeader.Parse(bytes).BlockMax;
            LiteralTable table = new();
            try
            {
                while (ZstdBlockHeader.TryParse(bytes.AsSpan(at), out ZstdBlockHeader header) && header.Size <= _max && !header.IsReserved)
                {
                    Block block = new(at, table.Weights);
                    ReadOnlySpan<byte> content = bytes.AsSpan(at + ZstdBlockHeader.HeaderSize, header.WholeSize - ZstdBlockHeader.HeaderSize);
                    if (header.IsCompressed)
                    {
                        LiteralsSection section = LiteralsSection.Parse(content, _max);
                        if (section.IsCoded)
                        {
                            int tableSize = section.HasTable ? table.Read(content.Slice(section.HeaderSize, section.Compressed)) : 0;
                            block.Literals = new byte[section.Length];
                            section.Decode(content, table.Entries, tableSize, block.Literals, fast: false);
                        }
                    }

                    Blocks.Add(block);
                    at += header.WholeSize;
                    if (header.IsLast)
                    {
                        break;
                    }
                }
            }
            catch (Exception exception) when (exception is InvalidDataException or ArgumentOutOfRangeException)
            {
                // From here on nothing may be taken.
                Damaged = at;
            }
        }

        public List<Block> Blocks { get; } = [];

        /// <summary>Where the first damaged block is.</summary>
        public int? Damaged { get; }

        public void Begin(ZstdLiteralsThread ahead, int first)
        {
            int start = Blocks.Count > first ? Blocks[first].Position : 0;
            ahead.Begin(
                new ArraySegment<byte>(_buffer, ZstdSource.Margin + start, _buffer.Length - (2 * ZstdSource.Margin) - start),
                start,
                Blocks.Count > first ? Blocks[first].Weights : null,
                _max);
        }

        /// <summary>Takes what can be taken from a block on, and counts it.</summary>
        public int Take(ZstdLiteralsThread ahead, int first)
        {
            Begin(ahead, first);

            // Now and then it is let go ahead.
            Thread.SpinWait((_rounds++ % 2) << 16);
            int taken = 0;
            foreach (Block block in Blocks)
            {
                if (ahead.TryTake(block.Position, out ReadOnlySpan<byte> literals))
                {
                    taken++;
                    Assert.NotNull(block.Literals);
                    Assert.True(literals.SequenceEqual(block.Literals), $"the literals of the block at {block.Position} differ");
                }
            }

            if (Damaged is { } damaged)
            {
                Assert.False(ahead.TryTake(damaged, out _));
            }

            return taken;
        }
    }

    /// <param name="Position">Where the block begins in the frame.</param>
    /// <param name="Weights">What the table before it is made from.</param>
    private sealed record Block(int Position, byte[]? Weights)
    {
        public byte[]? Literals { get; set; }
    }
}
