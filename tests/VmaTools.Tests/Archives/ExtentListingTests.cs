using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Compression;
using VmaTools.Sources;
using Xunit;

namespace VmaTools.Tests.Archives;

/// <summary>Whoever lists extents takes them one by one: nobody decodes the whole archive meanwhile.</summary>
public class ExtentListingTests
{
    private const int Extents = 4;
    private const int Block = 128 << 10;

    [Fact]
    public void Listing_asks_for_one_thread_and_a_pass_for_all()
    {
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(InFrames()));
        Asked asked = new(archive.Source) { Threads = 8 };
        using VmaArchive same = VmaArchive.Rebuilt(asked, archive.Header);
        Assert.Equal(Extents, same.ReadExtents().Count());
        Assert.Equal([1], asked.ThreadsWanted);
        Assert.True(same.ReadForward([]).IsValid);
        Assert.Equal([1, 8], asked.ThreadsWanted);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(8, true)]
    public void One_thread_decodes_one_frame_after_the_other(int threads, bool isApart)
    {
        using ZstdStream stream = ZstdStream.DecodingAhead(new MemoryStream(InFrames()), ZstdStream.DefaultMaxWindowSize, threads);
        stream.CopyTo(Stream.Null);
        Assert.Equal(isApart, stream.IsApart);
    }

    /// <summary>An archive whose every extent is a frame, each larger than what is decoded before others are set to work.</summary>
    private static byte[] InFrames()
    {
        ArchiveForge forge = new ArchiveForge().Device(1, "drive", Extents * 59L * ArchiveForge.ClusterSize);
        byte[] cluster = ArchiveForge.Block(1, 0, 0);
        byte[] data = [.. Enumerable.Repeat(cluster, 16).SelectMany(static b => b)];
        for (uint extent = 0; extent < Extents; extent++)
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
        return [.. Cuts(forge, archive).SelectMany(static c => Frame(c))];
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

    /// <summary>A source that remembers how many threads were asked for.</summary>
    private sealed class Asked(ArchiveSource source) : ArchiveSource
    {
        public List<int> ThreadsWanted { get; } = [];

        public override long? StoredLength => source.StoredLength;

        public override string Compression => source.Compression;

        public override bool CanReadAnywhere => source.CanReadAnywhere;

        public override ForwardBytes OpenForward(int threads)
        {
            ThreadsWanted.Add(threads);
            return source.OpenForward(threads);
        }

        public override RandomBytes OpenRandom() => source.OpenRandom();
    }
}
