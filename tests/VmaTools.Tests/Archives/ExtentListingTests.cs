using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using Xunit;

namespace VmaTools.Tests.Archives;

/// <summary>Whoever lists extents takes them one by one: nobody decodes the whole archive meanwhile.</summary>
public class ExtentListingTests
{
    private const int Block = 128 << 10;

    [Fact]
    public void The_first_extents_do_not_set_every_processor_to_work()
    {
        ArchiveForge forge = new ArchiveForge().Device(1, "drive", 16L * 59 * ArchiveForge.ClusterSize);
        byte[] cluster = ArchiveForge.Block(1, 0, 0);
        byte[] data = [.. Enumerable.Repeat(cluster, 16).SelectMany(static b => b)];
        for (uint extent = 0; extent < 16; extent++)
        {
            forge.Extent(e =>
            {
                for (uint i = 0; i < 59; i++)
                {
                    e.Slot((0xffffUL << 48) | (1UL << 32) | ((extent * 59) + i), data);
                }
            });
        }

        byte[] archive = forge.Build();
        byte[] frames = [.. Cuts(forge, archive).SelectMany(static c => Frame(c))];
        using Counting stream = new(frames);
        using VmaArchive opened = VmaArchive.Open(stream, options: new VmaOpenOptions { ThrottleLimit = 8 });
        Assert.Equal(16, opened.ReadExtents().Count());
        stream.Taken = 0;
        Assert.Equal(2, opened.ReadExtents().Take(2).Select(static e =>
        {
            Thread.Sleep(300);
            return e;
        }).Count());
        Assert.InRange(stream.Taken, 1, frames.Length / 2);
    }

    private static IEnumerable<byte[]> Cuts(ArchiveForge forge, byte[] archive)
    {
        yield return archive[..(int)forge.OffsetOf(0)];
        for (int i = 0; i < forge.Extents.Count; i++)
        {
            yield return archive[(int)forge.OffsetOf(i)..(int)forge.OffsetOf(i + 1)];
        }
    }

    /// <summary>A frame of zstd whose blocks are stored as they are.</summary>
    private static byte[] Frame(byte[] content)
    {
        using MemoryStream frame = new();
        frame.Write([0x28, 0xb5, 0x2f, 0xfd, 0xa0]);
        frame.Write(BitConverter.GetBytes(content.Length));
        for (int at = 0; at < content.Length; at += Block)
        {
            int length = Math.Min(Block, content.Length - at);
            int header = (length << 3) | (at + length == content.Length ? 1 : 0);
            frame.Write([(byte)header, (byte)(header >> 8), (byte)(header >> 16)]);
            frame.Write(content, at, length);
        }

        return frame.ToArray();
    }

    private sealed class Counting(byte[] bytes) : MemoryStream(bytes)
    {
        private long _read;

        public long Taken
        {
            get => Interlocked.Read(ref _read);
            set => Interlocked.Exchange(ref _read, value);
        }

        public override int ReadByte() => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => Count(base.Read(buffer, offset, count));

        public override int Read(Span<byte> buffer) => Count(base.Read(buffer));

        private int Count(int count)
        {
            Interlocked.Add(ref _read, count);
            return count;
        }
    }
}
