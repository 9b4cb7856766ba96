using System;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.Audits;

/// <summary>Ranges that differ are found block by block, and zeros are not read.</summary>
public class ComparisonTests
{
    private const int Cluster = 65536;

    [Fact]
    public void A_device_equals_its_disk()
    {
        ArchiveForge forge = Forge();
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(forge.Build()));
        using VmaDeviceStream device = archive.Devices[0].OpenRead();
        Assert.Empty(VmaComparison.Compare(device, new MemoryStream(forge.Disk(1))));
        Assert.Empty(VmaComparison.Compare(new MemoryStream(forge.Disk(1)), device));
    }

    [Theory]
    [InlineData(0, 1, 0, 4096)]
    [InlineData(4095, 2, 0, 8192)]
    [InlineData(5 * Cluster, Cluster, 5 * Cluster, Cluster)]
    [InlineData((1 << 20) - 1, 2, (1 << 20) - 4096, 8192)]
    [InlineData((40 * Cluster) - 1025, 1, (40 * Cluster) - 4096, 4096 - 1024)]
    public void A_difference_is_told_in_blocks(int at, int count, long offset, long size)
    {
        ArchiveForge forge = Forge();
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(forge.Build()));
        using VmaDeviceStream device = archive.Devices[0].OpenRead();
        byte[] disk = forge.Disk(1);
        for (int i = 0; i < count; i++)
        {
            disk[at + i] ^= 0x55;
        }

        VmaDifference difference = Assert.Single(VmaComparison.Compare(device, new MemoryStream(disk)));
        Assert.Equal((VmaDifferenceKind.Content, offset, size), (difference.Kind, difference.Offset, difference.Size));
    }

    [Fact]
    public void Another_length_is_a_difference()
    {
        MemoryStream shorter = new(new byte[10_000]);
        MemoryStream longer = new(new byte[12_345]);
        VmaDifference more = Assert.Single(VmaComparison.Compare(longer, shorter));
        Assert.Equal((VmaDifferenceKind.ReferenceOnly, 10_000L, 2345L), (more.Kind, more.Offset, more.Size));
        Assert.Equal(VmaDifferenceKind.DifferenceOnly, Assert.Single(VmaComparison.Compare(shorter, longer)).Kind);
    }

    [Fact]
    public void Random_differences_are_all_found()
    {
        Random random = new(11);
        byte[] left = new byte[(3 << 20) + 777];
        random.NextBytes(left);
        byte[] right = [.. left];
        for (int i = 0; i < 60; i++)
        {
            int at = random.Next(right.Length);
            right.AsSpan(at, Math.Min(random.Next(1, 20_000), right.Length - at)).Fill((byte)i);
        }

        bool[] differs = new bool[(left.Length + 4095) / 4096];
        foreach (VmaDifference difference in VmaComparison.Compare(new MemoryStream(left), new MemoryStream(right)))
        {
            Assert.True(difference.Offset % 4096 == 0 && (difference.Size % 4096 == 0 || difference.Offset + difference.Size == left.Length));
            differs.AsSpan((int)(difference.Offset / 4096), (int)((difference.Size + 4095) / 4096)).Fill(true);
        }

        for (int block = 0; block < differs.Length; block++)
        {
            int start = block * 4096;
            int size = Math.Min(4096, left.Length - start);
            Assert.Equal(!left.AsSpan(start, size).SequenceEqual(right.AsSpan(start, size)), differs[block]);
        }
    }

    [Fact]
    public void Zeros_against_zeros_cost_no_reading()
    {
        // 256 TiB less a cluster: reading any part worth mentioning would take for ever.
        long size = (1L << 48) - Cluster;
        byte[] archive = new ArchiveForge().Device(1, "vmstate", size).Extent(static e => e.Cluster(1, 0)).Build();
        using VmaArchive one = VmaArchive.Open(new MemoryStream(archive));
        using VmaArchive other = VmaArchive.Open(new MemoryStream(Corpus.Bytes("allzero-1g")));
        using VmaDeviceStream zeros = other.Devices[0].OpenRead();
        using VmaDeviceStream state = one.Devices[0].OpenRead();
        Assert.Equal(1L << 30, zeros.ZerosAt(0, long.MaxValue));
        Assert.Equal(0, state.ZerosAt(0, 100));
        Assert.Equal(1L << 30, state.ZerosAt(Cluster, 1L << 30));
    }

    [Fact]
    public void What_is_lost_cannot_be_compared()
    {
        byte[] archive = new ArchiveForge().Device(1, "a", 3 * Cluster).Extent(static e => e.Cluster(1, 0).Cluster(1, 2)).Build();
        using VmaArchive open = VmaArchive.Open(new MemoryStream(archive));
        using VmaDeviceStream device = open.Devices[0].OpenRead();
        VmaException error = Assert.ThrowsAny<VmaException>(() => VmaComparison.Compare(device, new MemoryStream(new byte[3 * Cluster])).ToList());
        Assert.Equal(VmaCodes.ClusterMissing, error.Code);
    }

    private static ArchiveForge Forge()
    {
        ArchiveForge forge = new ArchiveForge().Device(1, "a", (40 * Cluster) - 1024);
        forge.Extent(static e =>
        {
            for (uint cluster = 0; cluster < 40; cluster++)
            {
                e.Cluster(1, cluster, (cluster % 4) switch { 0 => 0xffff, 1 => 0, 2 => 0x0ff0, _ => 0x5555 });
            }
        });
        return forge;
    }
}
