using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.Archives;

/// <summary>Hostile archives cost neither memory nor time out of proportion. Alone, because what others allocate would count.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public class RunsAlone
{
}

[Collection(nameof(MemoryTests))]
public class MemoryTests
{
    private const long MostGrowth = 64 << 20;

    [Theory]
    [InlineData(0u)]
    [InlineData(512u)]
    [InlineData(1u << 31)]
    [InlineData(0xffff_fe00u)]
    [InlineData(50u << 20)]
    [InlineData(1u << 20)]
    public void Header_that_claims_to_be_large(uint size)
    {
        byte[] bytes = new ArchiveForge().HeaderU32(56, size).Build();
        Bounded(() => Assert.ThrowsAny<VmaException>(() => VmaArchive.Open(new MemoryStream(bytes))));
        Bounded(() => Assert.ThrowsAny<VmaException>(() => VmaArchive.Open(TricklingStream.AsPipe(new MemoryStream(bytes)))));
    }

    [Fact]
    public void Long_names_many_times()
    {
        ArchiveForge forge = new();
        forge.Config(ArchiveForge.Terminated(new string('\u0001', 65_534)), [1]);
        for (int i = 0; i < 256; i++)
        {
            forge.HeaderU32(2044 + (4 * i), 1).HeaderU32(3068 + (4 * i), 1).HeaderU32(4096 + (32 * i), 1).HeaderU32(4096 + (32 * i) + 12, 512);
        }

        byte[] bytes = forge.Build();
        Bounded(() =>
        {
            using VmaArchive archive = VmaArchive.Open(new MemoryStream(bytes));
            Assert.Equal(254, archive.Devices.Count);
        });
    }

    [Fact]
    public void Finding_for_every_slot()
    {
        ArchiveForge forge = new ArchiveForge().Device(1, "a", 65536);
        for (int i = 0; i < 200; i++)
        {
            forge.Extent(static e =>
            {
                for (int s = 0; s < 59; s++)
                {
                    e.Zero(7, uint.MaxValue);
                }
            });
        }

        ReadsInBounds(forge.Build());
    }

    [Fact]
    public void Scattered_clusters()
    {
        ArchiveForge forge = new ArchiveForge().Device(1, "a", 1L << 48);
        for (uint i = 0; i < 200; i++)
        {
            forge.Extent(e =>
            {
                for (uint s = 0; s < 59; s++)
                {
                    e.Zero(1, ((i * 59) + s) * 100_003);
                }
            });
        }

        ReadsInBounds(forge.Build());
    }

    [Fact]
    public void Extents_that_overlap()
    {
        // Each header claims 944 blocks that begin with the next header.
        ArchiveForge forge = new ArchiveForge().Device(1, "a", 1L << 40);
        for (uint i = 0; i < 8_000; i++)
        {
            forge.Extent(e =>
            {
                for (uint s = 0; s < 59; s++)
                {
                    e.Slot((0xffffUL << 48) | (1UL << 32) | ((i * 59) + s), []);
                }

                e.BlockCount = 944;
            });
        }

        ReadsInTime(forge.Build());
    }

    [Fact]
    public void Every_other_extent_header_damaged()
    {
        ArchiveForge forge = new ArchiveForge().Device(1, "a", 1L << 40);
        for (uint i = 0; i < 10_000; i++)
        {
            uint cluster = i;
            forge.Extent(e =>
            {
                e.Zero(1, cluster);
                if (cluster % 2 == 1)
                {
                    e.SpoilMd5();
                }
            });
        }

        ReadsInTime(forge.Build());
    }

    [Fact]
    public void Magic_everywhere()
    {
        byte[] start = new ArchiveForge().Device(1, "a", 1L << 40).Build();
        byte[] noise = [.. Enumerable.Range(0, 2 << 20).SelectMany(static _ => "VMAE"u8.ToArray())];
        ReadsInTime([.. start, .. noise]);
    }

    private static void ReadsInBounds(byte[] bytes)
    {
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(bytes));
        Bounded(() => archive.ReadForward([]));
        Bounded(() => archive.LoadMap());
        Bounded(() => _ = archive.ReadExtents().Count());
        using VmaArchive piped = VmaArchive.Open(TricklingStream.AsPipe(new MemoryStream(bytes)));
        Bounded(() => piped.ReadForward([]));
    }

    private static void ReadsInTime(byte[] bytes)
    {
        Stopwatch watch = Stopwatch.StartNew();
        Reading.Of(bytes);
        Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), $"reading took {watch.Elapsed}");
    }

    private static void Bounded(Action action)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        action();
        long grown = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.True(grown < MostGrowth, $"{grown >> 20} MiB were allocated");
    }
}
