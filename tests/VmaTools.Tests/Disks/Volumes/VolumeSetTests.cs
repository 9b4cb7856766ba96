using System;
using System.Linq;
using System.Text.Json;
using VmaTools.Disks;
using Xunit;

namespace VmaTools.Tests.Disks.Volumes;

/// <summary>Volumes over all disks of real guests: which there are, what they are called, and that they hold what Linux read.</summary>
public sealed class VolumeSetTests
{
    [Theory]
    [InlineData("lvm-two-disks", "drive-scsi0 drive-scsi1 data/stripe=stripe data/span=span", "data/stripe data/span", "data/stripe data/span")]
    [InlineData("md-raid0", "drive-scsi0 drive-scsi1 md0", "md0", "md0")]
    [InlineData("md-raid1-lvm", "drive-scsi0/p1 drive-scsi1/p1 md0 vgmd/root=root vgmd/srv=srv", "vgmd/root vgmd/srv", "vgmd/root vgmd/srv")]
    public void Everything_is_as_Linux_reads_it(string image, string ids, string volumes, string truths)
    {
        using VolumeSet set = GuestDisks.OfBackup(image).Open();
        Assert.Equal(ids.Split(' '), set.Volumes.Select(static v => v.ShortId is null ? v.Id : v.Id + "=" + v.ShortId));
        Assert.Empty(set.Warnings);
        Assert.Equal(volumes.Split(' '), set.Volumes.Where(static v => v.MemberOf is null).Select(static v => v.Id));
        foreach ((string id, string truthId) in volumes.Split(' ').Zip(truths.Split(' ')))
        {
            JsonElement truth = GuestImages.Truth(image).Volume(truthId);
            DiskVolume volume = set.Find(id);
            Assert.Equal(truth.GetProperty("device_bytes").GetInt64(), volume.Size);
            Assert.Equal(truth.GetProperty("fs").GetString(), volume.FileSystemKind);
            using FileSystem files = volume.OpenFileSystem();
            Assert.Empty(GuestTruth.Differences(files, truth));
        }
    }

    [Fact]
    public void Members_lead_from_disks_to_volumes()
    {
        using VolumeSet set = GuestDisks.OfBackup("md-raid1-lvm").Open();
        Assert.Equal("md0", set.Find("drive-scsi0/p1").MemberOf);
        Assert.Equal("linux_raid_member", set.Find("drive-scsi1/p1").FileSystemKind);
        Assert.Equal("vgmd", set.Find("md0").MemberOf);
        Assert.Equal(["drive-scsi0/p1", "drive-scsi1/p1"], set.Find("md0").Members.Select(static m => m.Name));
        DiskVolume root = set.Find("root");
        Assert.Equal(DiskVolumeType.LogicalVolume, root.Type);
        VolumeMember member = Assert.Single(root.Members);
        Assert.Equal(("md0", VolumeMemberState.Present), (member.Name, member.State));
        Assert.Equal("ZXcg3Yfufk6e0vBGheMI3X9BvYnfYGGF", member.Uuid);
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => set.Find("md0").OpenFileSystem());
        Assert.Equal(VmaCodes.VolumeNotSupported, exception.Code);
        Assert.Contains("part of vgmd", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vgmd/root")]
    [InlineData("root")]
    [InlineData("/dev/vgmd/root")]
    [InlineData("/dev/mapper/vgmd-root")]
    [InlineData("UUID=2dd70d61-75a2-4057-9ddd-af4776bb3e8b")]
    [InlineData("2DD70D61-75A2-4057-9DDD-AF4776BB3E8B")]
    [InlineData("LABEL=root")]
    [InlineData("/dev/disk/by-uuid/2dd70d61-75a2-4057-9ddd-af4776bb3e8b")]
    public void A_volume_has_many_names(string name)
    {
        using VolumeSet set = GuestDisks.OfBackup("md-raid1-lvm").Open();
        Assert.Equal("vgmd/root", set.Find(name).Id);
    }

    [Fact]
    public void A_name_that_fits_none_or_several_lists_what_there_is()
    {
        using VolumeSet set = GuestDisks.OfBackup("md-raid1-lvm").Open();
        VmaFileSystemException none = Assert.Throws<VmaFileSystemException>(() => set.Find("roo"));
        Assert.Equal(VmaCodes.VolumeNotFound, none.Code);
        Assert.Contains("drive-scsi0/p1, drive-scsi1/p1, md0, vgmd/root, vgmd/srv", none.Message, StringComparison.Ordinal);
        VmaFileSystemException several = Assert.Throws<VmaFileSystemException>(() => set.Find("p1"));
        Assert.Equal(VmaCodes.VolumeAmbiguous, several.Code);
        Assert.Contains("drive-scsi0/p1, drive-scsi1/p1", several.Message, StringComparison.Ordinal);
        Assert.Null(set.Find("drive-scsi0/p1").ShortId);
    }

    [Theory]
    [InlineData("lvm-two-disks", "data/span", "data~2/span")]
    [InlineData("md-raid0", "md0", "md0~2")]
    [InlineData("md-raid1-lvm", "vgmd/srv", "vgmd~2/srv")]
    public void Clones_are_told_apart(string image, string first, string second)
    {
        using VolumeSet set = GuestDisks.OfBackup(image).WithClones().Open();
        Assert.Contains(set.Warnings, static w => w.Code == VmaCodes.VolumeDuplicate);
        DiskVolume one = set.Find(first);
        DiskVolume other = set.Find(second);
        Assert.Equal(one.VolumeUuid, other.VolumeUuid);
        Assert.Null(other.ShortId);

        // Each is made of its own disks.
        Assert.All(Parts(set, one), static n => Assert.DoesNotContain("clone", n, StringComparison.Ordinal));
        Assert.All(Parts(set, other), static n => Assert.Contains("clone", n, StringComparison.Ordinal));
        using FileSystem files = other.OpenFileSystem();
        Assert.Empty(GuestTruth.Differences(files, GuestImages.Truth(image).Volume(first), withContent: false));
    }

    [Fact]
    public void What_a_missing_disk_had_is_lost_and_the_rest_is_read()
    {
        using VolumeSet set = GuestDisks.OfBackup("lvm-two-disks").Without(1).Open();
        DiskVolume span = set.Find("data/span");
        Assert.Equal(335544320, span.Size);
        Assert.Equal([VolumeMemberState.Present, VolumeMemberState.Missing], span.Members.Select(static m => m.State).Order());
        VolumeWarning warning = Assert.Single(span.Warnings);
        Assert.Equal(VmaCodes.VolumeMemberMissing, warning.Code);
        Assert.Contains("/dev/", warning.Message, StringComparison.Ordinal);
        Assert.Contains(set.Warnings, static w => w.Code == VmaCodes.VolumeMemberMissing && w.Volume == "data");

        // What lies on the disk that is there is read, what does not is never zeros.
        using VolumeSet whole = GuestDisks.OfBackup("lvm-two-disks").Open();
        long lost = 0;
        byte[] expected = new byte[1 << 20];
        byte[] actual = new byte[1 << 20];
        for (long offset = 0; offset < span.Size; offset += actual.Length)
        {
            KnownRange range = span.Bytes.FindRange(offset, actual.Length);
            if (range.Kind == KnownRangeKind.Lost)
            {
                Assert.Equal(VmaCodes.VolumeMemberMissing, Assert.Throws<VmaFileSystemException>(() => span.Bytes.Read(offset, actual)).Code);
                lost += range.Length;
                continue;
            }

            span.Bytes.Read(offset, actual);
            whole.Find("data/span").Bytes.Read(offset, expected);
            Assert.Equal(expected, actual);
        }

        Assert.InRange(lost, 1 << 20, span.Size - (1 << 20));
    }

    [Fact]
    public void A_stripe_without_one_of_its_disks_is_refused_by_name()
    {
        using VolumeSet set = GuestDisks.OfBackup("md-raid0").Without(0).Open();
        DiskVolume array = set.Find("md0");
        Assert.Contains("it needs all", array.Problem, StringComparison.Ordinal);
        Assert.Equal(VmaCodes.VolumeMemberMissing, Assert.Throws<VmaFileSystemException>(() => array.OpenFileSystem()).Code);
        Assert.Equal(VmaCodes.VolumeMemberMissing, Assert.Throws<VmaFileSystemException>(() => array.OpenRead()).Code);
        Assert.Contains(array.Members, static m => m is { State: VolumeMemberState.Missing, Name: "member 0 of 2" });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_mirror_needs_one_of_its_disks_and_says_that_it_is_degraded(int missing)
    {
        using VolumeSet set = GuestDisks.OfBackup("md-raid1-lvm").Without(missing).Open();
        VolumeWarning warning = Assert.Single(set.Find("md0").Warnings);
        Assert.Contains("degraded: 1 of its 2 members", warning.Message, StringComparison.Ordinal);
        using FileSystem files = set.Find("vgmd/root").OpenFileSystem();
        Assert.Empty(GuestTruth.Differences(files, GuestImages.Truth("md-raid1-lvm").Volume("vgmd/root")));
    }

    [Fact]
    public void Hostile_changes_end_in_errors_of_ours()
    {
        VolumeMutations.Run(GuestDisks.OfBackup("md-raid1-lvm"), 300, 1, 3 << 20);
        VolumeMutations.Run(GuestDisks.OfBackup("lvm-two-disks"), 1000, 1000, 1 << 20);
        VolumeMutations.Run(GuestDisks.OfBackup("md-raid0"), 1000, 2000, 64 << 10);
    }

    /// <summary>The disks and partitions that a volume is made of.</summary>
    private static string[] Parts(VolumeSet set, DiskVolume volume) => volume.Members.Count == 0
        ? [volume.Id]
        : [.. volume.Members.SelectMany(m => Parts(set, set.Find(m.Name)))];
}
