using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using VmaTools.Disks;
using VmaTools.Disks.FileSystems;
using VmaTools.Disks.Volumes;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>Volumes whose first superblock (boot sector) cannot be read: copies of it serve, as where it is overwritten.</summary>
public class LostBeginTests
{
    [Theory]
    [InlineData("gpt-linux", "ext4", 1024, 1024)]
    [InlineData("gpt-linux", "ext4", 0, 64 * 1024)]
    [InlineData("gpt-linux", "xfs", 0, 512)]
    [InlineData("gpt-linux", "btrfs", 64 * 1024, 4096)]
    [InlineData("gpt-linux", "btrfs", 0, 128 * 1024)]
    [InlineData("gpt-linux", "ntfs", 0, 512)]
    [InlineData("ntfs-small", "ntfs", 0, 4096)]
    [InlineData("fat32-kernel", "vfat", 0, 512)]
    [InlineData("fat32-kernel", "vfat", 0, 1024)]
    [InlineData("exfat-kernel", "exfat", 0, 512)]
    [InlineData("exfat-kernel", "exfat", 0, 4096)]
    [InlineData("gpt-linux", "xfs", 0, 1024)]
    public void Copies_serve_where_the_first_superblock_is_lost(string image, string kind, long offset, int length)
    {
        GuestTruth truth = GuestImages.Truth(image);
        JsonElement volume = truth.Volumes.First(v => v.GetProperty("fs").GetString() == kind);
        using DiskBytes disk = GuestImages.OpenVolume(image, volume, out DiskBytes range);
        using FileSystem whole = GuestImages.OpenFiles(range);
        using LosingBytes lossy = new(range, (offset, length));
        using FileSystem byCopy = GuestImages.OpenFiles(lossy);
        Assert.Contains(byCopy.Findings, static f => f.Code == VmaCodes.FileSystemBackupUsed);
        Assert.Equal(GuestImages.Walk(whole).Select(static e => e.FullName), GuestImages.Walk(byCopy).Select(static e => e.FullName));
    }

    [Fact]
    public void The_copy_of_a_GPT_serves_where_the_first_cluster_of_the_disk_is_lost_and_so_do_the_volumes_own()
    {
        GuestTruth truth = GuestImages.Truth("gpt-linux");
        using DiskBytes disk = GuestImages.OpenVolume("gpt-linux", truth.Volumes.First(), out _);
        using VolumeSet whole = VolumeSet.Open(Disks(disk));
        DiskVolume ext = whole.Volumes.First(static v => v.FileSystemKind == "ext4");
        using LosingBytes lossy = new(disk, (0, 64 * 1024), (ext.Partition!.Offset, 64 * 1024));
        using VolumeSet left = VolumeSet.Open(Disks(lossy));
        Assert.Equal(whole.Volumes.Select(static v => (v.Id, v.Size)), left.Volumes.Select(static v => (v.Id, v.Size)));
        DiskVolume same = left.Volumes.First(v => v.Id == ext.Id);
        Assert.Contains(left.Warnings, static w => w is { Code: "GptPrimaryDamaged", Volume: "disk0" });
        using FileSystem files = same.OpenFileSystem();
        Assert.Contains(files.Findings, static f => f.Code == VmaCodes.FileSystemBackupUsed);
        Assert.Equal(("ext4", ext.Uuid, ext.Label), (same.FileSystemKind, same.Uuid, same.Label));
    }

    private static KeyValuePair<string, DiskBytes>[] Disks(DiskBytes disk) => [new("disk0", disk)];
}
