using System;
using System.Linq;
using VmaTools.Disks.Volumes.Md;
using Xunit;

namespace VmaTools.Tests.Disks.Volumes;

/// <summary>Linux software RAID.</summary>
public sealed class MdTests
{
    [Fact]
    public void A_member_that_left_earlier_is_not_read()
    {
        GuestDisks disks = GuestDisks.OfBackup("md-raid1-lvm");
        long superblock = Superblock(disks[1]);

        // Counted less: what it holds is old. Its copy of a file is changed, so that reading it would show.
        disks[1].Write(superblock + 200, BitConverter.GetBytes(BitConverter.ToInt64(disks[1].Read(superblock + 200, 8)) - 5));
        disks[1].Write(superblock + (2 << 20), new byte[8 << 20]);
        using VolumeSet set = disks.Open();
        DiskVolume array = set.Find("md0");
        Assert.Equal([VolumeMemberState.Present, VolumeMemberState.Stale, VolumeMemberState.Missing], array.Members.Select(static m => m.State));
        Assert.Contains(array.Warnings, static w => w.Message.Contains("drive-scsi1/p1 left the RAID 1 earlier", StringComparison.Ordinal));
        Assert.Contains(array.Warnings, static w => w.Message.Contains("degraded", StringComparison.Ordinal));
        using FileSystem files = set.Find("vgmd/srv").OpenFileSystem();
        Assert.Empty(GuestTruth.Differences(files, GuestImages.Truth("md-raid1-lvm").Volume("vgmd/srv")));
    }

    [Fact]
    public void A_superblock_with_a_wrong_checksum_is_told()
    {
        GuestDisks disks = GuestDisks.OfBackup("md-raid0");
        disks[0].Write(4096 + 32, "h"u8);
        using VolumeSet set = disks.Open();
        Assert.Contains(set.Warnings, static w => w.Code == VmaCodes.VolumeDamaged && w.Volume == "md0");
    }

    [Theory]
    [InlineData(0x4, "a change of its shape that was under way")]
    [InlineData(0x200, "a journal on another device")]
    [InlineData(0x80000000, "unknown features (0x80000000)")]
    public void Features_that_are_not_understood_are_refused_by_name(uint feature, string message)
    {
        GuestDisks disks = GuestDisks.OfBackup("md-raid0");
        disks[0].Write(4096 + 8, BitConverter.GetBytes(feature));
        using VolumeSet set = disks.Open();
        Assert.Contains(message, set.Find("md0").Problem, StringComparison.Ordinal);
    }

    /// <summary>Where the superblock of a partition that begins at 1 MiB lies.</summary>
    private static long Superblock(SparseBytes disk)
    {
        long offset = (1 << 20) + 4096;
        Assert.NotNull(MdSuperblock1.Read(new VmaTools.Disks.RangeDiskBytes(disk, 1 << 20, long.MaxValue), 4096));
        return offset;
    }
}
