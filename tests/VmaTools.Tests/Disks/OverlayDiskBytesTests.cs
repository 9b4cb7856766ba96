using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Disks;
using Xunit;

namespace VmaTools.Tests.Disks;

public sealed class OverlayDiskBytesTests
{
    private const int Block = 64;

    [Fact]
    public void Every_read_gives_what_a_disk_with_the_blocks_written_would()
    {
        Random random = new(1);
        byte[] disk = new byte[(20 * Block) + 10];
        random.NextBytes(disk);
        byte[] written = (byte[])disk.Clone();
        Dictionary<long, OverlayBlock> blocks = new()
        {
            [0] = new(10 * Block),
            [3] = new(11 * Block, [1, 2, 3, 4]),
            [4] = new(0, Enumerable.Range(100, Block).Select(static i => (byte)i).ToArray()),
            [19] = new(3 * Block),
            [20] = new(0),
            [-1] = new(0),
        };
        foreach ((long number, OverlayBlock block) in blocks.Where(static b => b.Key is >= 0 and < 20))
        {
            Span<byte> target = written.AsSpan((int)number * Block, Block);
            disk.AsSpan((int)block.Offset, Block).CopyTo(target);
            block.Head?.CopyTo(target);
        }

        using OverlayDiskBytes overlay = new(new StreamDiskBytes(new MemoryStream(disk)), Block, blocks);
        Assert.Equal(disk.Length, overlay.Length);
        for (int i = 0; i < 2000; i++)
        {
            int offset = random.Next(disk.Length);
            byte[] part = overlay.Read(offset, random.Next(1, disk.Length - offset + 1));
            Assert.True(part.AsSpan().SequenceEqual(written.AsSpan(offset, part.Length)), $"{part.Length} at {offset}");
        }
    }

    [Fact]
    public void What_is_known_of_a_range_is_that_of_what_stands_for_it()
    {
        // The second block is zeros below; the overlay puts bytes there, and the zeros elsewhere.
        using OverlayDiskBytes overlay = new(
            new OneZeroBlock(),
            Block,
            new Dictionary<long, OverlayBlock> { [1] = new(0, new byte[Block]), [5] = new(Block, [1, 2]) });
        Assert.Equal(new KnownRange(Block, KnownRangeKind.Data), overlay.FindRange(0, 1000));
        Assert.Equal(new KnownRange(Block - 3, KnownRangeKind.Data), overlay.FindRange(Block + 3, 1000));
        Assert.Equal(new KnownRange(2, KnownRangeKind.Data), overlay.FindRange(5 * Block, 1000));
        Assert.Equal(new KnownRange(Block - 2, KnownRangeKind.Zeros), overlay.FindRange((5 * Block) + 2, 1000));
        Assert.Equal(new KnownRange(4 * Block, KnownRangeKind.Data), overlay.FindRange(6 * Block, 1000));
        Assert.Equal(default, overlay.FindRange(10 * Block, 1000));
    }

    private sealed class OneZeroBlock : DiskBytes
    {
        public override long Length => 10 * Block;

        protected override void ReadCore(long offset, Span<byte> buffer) => buffer.Clear();

        protected override KnownRange FindRangeCore(long offset, long length) => offset switch
        {
            < Block => new(Math.Min(length, Block - offset), KnownRangeKind.Data),
            < 2 * Block => new(Math.Min(length, (2 * Block) - offset), KnownRangeKind.Zeros),
            _ => new(length, KnownRangeKind.Data),
        };
    }
}
