using System;
using System.Linq;
using VmaTools.Disks;
using VmaTools.Disks.Volumes.Lvm.Thin;
using Xunit;

namespace VmaTools.Tests.Disks.Volumes;

/// <summary>Thin volumes, snapshots, mirrors and RAIDs that lvm2 made, and what Linux read from them.</summary>
public sealed class LvmLayersTests
{
    [Theory]
    [InlineData("two", "two/a two/b")]
    [InlineData("thin", "thin/one thin/snap thin/snap2 thin/ro thin/ext thin/empty")]
    [InlineData("cow", "cow/base cow/early cow/late cow/full")]
    [InlineData(
        "raid",
        "raid/r1 raid/m raid/md raid/r10 raid/raid4 raid/raid5_la raid/raid5_ra raid/raid5_ls raid/raid5_rs raid/raid5_n raid/raid6_zr raid/raid6_nr raid/raid6_nc raid/raid6_ls_6 raid/raid6_rs_6 raid/raid0 raid/raid0m")]
    public void Everything_is_as_Linux_reads_it(string group, string ids)
    {
        using VolumeSet set = GuestDisks.OfSet("lvm", group).Open();
        DiskVolume[] volumes = [.. set.Volumes.Where(static v => v.Type == DiskVolumeType.LogicalVolume)];
        Assert.Equal(ids.Split(' '), volumes.Select(static v => v.Id));
        Assert.Empty(set.Warnings);
        foreach (DiskVolume volume in volumes.Where(static v => v.Id != "cow/full"))
        {
            // What was told last counts: the origin of snapshots was changed after it was filled.
            (_, long length, string digest) = GuestDisks.TruthsOf("lvm").Last(t => t.Name == volume.Id.Replace('/', '-'));
            Assert.Equal(length, volume.Size);
            Assert.True(digest == RaidTests.Sha256(RaidTests.ReadAll(volume)), volume.Id);
        }
    }

    [Fact]
    public void A_snapshot_that_ran_out_of_room_is_refused()
    {
        using VolumeSet set = GuestDisks.OfSet("lvm", "cow").Open();
        Assert.Contains("run out of room", set.Find("cow/full").Problem, StringComparison.Ordinal);
        Assert.Equal("/dev/mapper/cow-early", set.Find("early").DevicePath);
    }

    [Theory]
    [InlineData("cached/slow", "cache+CACHE_USES_CACHEVOL")]
    [InlineData("cached/slow2", "writecache")]
    public void Caches_are_refused_by_name(string id, string type)
    {
        using VolumeSet set = GuestDisks.OfSet("lvm", "cached").Open();
        Assert.Equal(["cached/slow", "cached/slow2"], set.Volumes.Where(static v => v.Type == DiskVolumeType.LogicalVolume).Select(static v => v.Id));
        Assert.Contains($"a segment of type \"{type}\"", set.Find(id).Problem, StringComparison.Ordinal);
        Assert.Equal(VmaCodes.VolumeNotSupported, Assert.Throws<VmaFileSystemException>(() => set.Find(id).OpenRead()).Code);
    }

    [Fact]
    public void A_snapshot_that_is_being_merged_is_refused_with_its_origin()
    {
        GuestDisks disks = GuestDisks.OfSet("lvm", "cow");
        for (int disk = 0; disk < 2; disk++)
        {
            LvmTests.Write(disks[disk], LvmTests.Text(disks[disk]).Text.Replace("cow_store = \"early\"", "merging_store = \"early\"", StringComparison.Ordinal));
        }

        using VolumeSet set = disks.Open();
        Assert.Contains("is being merged", set.Find("cow/early").Problem, StringComparison.Ordinal);
        Assert.Contains("is being merged", set.Find("cow/base").Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Legs_are_done_without_as_far_as_the_level_allows()
    {
        GuestDisks disks = GuestDisks.OfSet("lvm", "raid");
        (string Name, int Missing)[] expected =
            [("r1", 2), ("r10", 1), ("raid4", 1), ("raid5_la", 1), ("raid5_ra", 1), ("raid5_ls", 1), ("raid5_rs", 1), ("raid5_n", 1), ("raid6_zr", 2), ("raid6_nr", 2), ("raid6_nc", 2)];
        foreach (int[] missing in new int[][] { [0], [1], [2], [0, 1], [1, 2], [0, 2] })
        {
            using VolumeSet set = disks.Without(missing).Open();
            foreach ((string name, int most) in expected)
            {
                DiskVolume volume = set.Find("raid/" + name);
                if (missing.Length > most && name != "r10")
                {
                    Assert.Contains("can do without", volume.Problem, StringComparison.Ordinal);
                    continue;
                }

                if (missing.Length <= most)
                {
                    Assert.Contains(volume.Warnings, w => w.Message.Contains($"degraded: {missing.Length} of its", StringComparison.Ordinal));
                    string digest = GuestDisks.TruthsOf("lvm").Single(t => t.Name == "raid-" + name).Sha256;
                    Assert.True(digest == RaidTests.Sha256(RaidTests.ReadAll(volume)), $"{name} without {string.Join(", ", missing)}");
                }
            }
        }
    }

    [Fact]
    public void A_leg_that_had_failed_is_not_read()
    {
        // Leg 0 of the mirror counted less than the others, and holds something else.
        GuestDisks disks = GuestDisks.OfSet("lvm", "raid");
        long metadata = PlaceOf(disks[0], "r1_rmeta_0");
        Assert.Equal("DmRd"u8, disks[0].Read(metadata, 4));
        disks[0].Write(metadata + 16, BitConverter.GetBytes(3L));
        disks[0].Write(metadata + 65536, new byte[65536]);
        using VolumeSet set = disks.Open();
        DiskVolume volume = set.Find("raid/r1");
        Assert.Contains(volume.Warnings, static w => w.Message.Contains("Leg 0 of the raid1 had failed", StringComparison.Ordinal));
        Assert.Equal(GuestDisks.TruthsOf("lvm").Single(static t => t.Name == "raid-r1").Sha256, RaidTests.Sha256(RaidTests.ReadAll(volume)));
    }

    [Fact]
    public void The_second_copy_on_one_disk_serves_where_the_first_is_damaged()
    {
        GuestDisks disks = GuestDisks.OfSet("lvm", "two").Without(1);
        disks[0].Write(4096 + 60, [0xFF]);
        using VolumeSet set = disks.Open();
        Assert.Contains(set.Warnings, static w => w is { Code: VmaCodes.FileSystemBackupUsed, Volume: "disk0" });
        Assert.Equal(GuestDisks.TruthsOf("lvm").Single(static t => t.Name == "two-a").Sha256, RaidTests.Sha256(RaidTests.ReadAll(set.Find("two/a"))));
    }

    [Fact]
    public void Damaged_metadata_of_a_pool_are_errors_and_never_zeros()
    {
        GuestDisks disks = GuestDisks.OfSet("lvm", "thin");
        long metadata = PlaceOf(disks[0], "pool_tmeta");
        const int Snapshot = 2;
        ulong?[] expected = Blocks(disks[0], metadata, Snapshot);
        Assert.Equal(301, expected.Count(static b => b is not null));
        int damaged = 0;
        foreach (long page in disks[0].Pages.Where(p => p >= metadata && p < metadata + (2 << 20)))
        {
            disks[0].Write(page + 2000, [(byte)(disks[0].Read(page + 2000, 1)[0] ^ 1)]);
            try
            {
                Assert.Equal(expected, Blocks(disks[0], metadata, Snapshot));
            }
            catch (VmaFileSystemException exception)
            {
                damaged++;
                Assert.Equal(VmaCodes.FileSystemChecksumMismatch, exception.Code);
            }

            disks.SetBack();
        }

        // The superblock, the tree of volumes, and the nodes of this one.
        Assert.InRange(damaged, 4, 10);
    }

    [Fact]
    public void A_thin_volume_whose_map_is_damaged_is_lost_there_and_read_elsewhere()
    {
        GuestDisks disks = GuestDisks.OfSet("lvm", "thin");
        long metadata = PlaceOf(disks[0], "pool_tmeta");
        using VolumeSet whole = disks.Open();
        byte[] content = RaidTests.ReadAll(whole.Find("thin/snap"));
        foreach (long page in disks[0].Pages.Where(p => p >= metadata + 4096 && p < metadata + (2 << 20)))
        {
            disks[0].Write(page + 2000, [(byte)(disks[0].Read(page + 2000, 1)[0] ^ 1)]);
            using VolumeSet set = disks.Open();
            DiskVolume volume = set.Find("thin/snap");
            long lost = 0;
            for (long offset = 0; volume.Problem is null && offset < volume.Size; offset += 65536)
            {
                if (volume.Bytes.FindRange(offset, 65536).Kind == KnownRangeKind.Lost)
                {
                    lost++;
                    continue;
                }

                Assert.True(content.AsSpan((int)offset, 65536).SequenceEqual(volume.Bytes.Read(offset, 65536)), $"Page {page} at {offset}");
            }

            disks.SetBack();
            if (lost is > 0 and < 640)
            {
                return;
            }
        }

        Assert.Fail("No page is a leaf of the map.");
    }

    [Fact]
    public void Hostile_changes_end_in_errors_of_ours()
    {
        VolumeMutations.Run(GuestDisks.OfSet("lvm", "thin").Without(), 500, 1, 7 << 20);
        VolumeMutations.Run(GuestDisks.OfSet("lvm", "cow"), 500, 1000, 4 << 20);
        VolumeMutations.Run(GuestDisks.OfSet("lvm", "raid").Without(), 200, 2000, 4 << 20);
    }

    /// <summary>Where the pool has each block of a volume.</summary>
    private static ulong?[] Blocks(SparseBytes disk, long metadata, ulong volume)
    {
        ThinMetadata thin = ThinMetadata.Open(new RangeDiskBytes(disk, metadata, 2 << 20));
        ulong root = thin.RootOf(volume);
        return [.. Enumerable.Range(0, 640).Select(i => thin.FindBlock(root, (ulong)i, out _))];
    }

    /// <summary>Where a logical volume of one segment begins on its disk.</summary>
    private static long PlaceOf(SparseBytes disk, string logical)
    {
        string text = LvmTests.Text(disk).Text;
        string own = text[text.IndexOf($"\n{logical} {{", StringComparison.Ordinal)..];
        int extent = int.Parse(own[(own.IndexOf("\", ", own.IndexOf("stripes =", StringComparison.Ordinal), StringComparison.Ordinal) + 3)..].Split('\n')[0], null);
        return (1024 * 512L) + (extent * 65536L);
    }
}
