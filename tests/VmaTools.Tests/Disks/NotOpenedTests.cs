using System.IO;
using System.Linq;
using VmaTools.Disks;
using VmaTools.Tests.Disks.Partitions;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>What has no files to show says why.</summary>
public sealed class NotOpenedTests
{
    [Theory]
    [InlineData("luks1")]
    [InlineData("luks2")]
    public void An_encrypted_volume(string disk)
    {
        using VolumeSet set = VolumeSet.Open([new VolumeDisk("disk", new MemoryStream(DiskFixture.Load(disk)))]);
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => Assert.Single(set.Volumes).OpenFileSystem());
        Assert.Equal(VmaCodes.VolumeLocked, exception.Code);
        Assert.Contains("LUKS", exception.Message, System.StringComparison.Ordinal);
    }

    [Fact]
    public void A_volume_without_a_file_system()
    {
        using VolumeSet set = VolumeSet.Open([new VolumeDisk("disk", new MemoryStream(new byte[4 << 20]))]);
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => Assert.Single(set.Volumes).OpenFileSystem());
        Assert.Equal(VmaCodes.FileSystemNotSupported, exception.Code);
    }

    [Theory]
    [InlineData("gpt-linux", "disk0p2")]
    [InlineData("ntfs-small", null)]
    [InlineData("fat16-mtools", null)]
    [InlineData("exfat-kernel", null)]
    [InlineData("btrfs-replay", null)]
    [InlineData("xfs-replay", null)]
    public void A_file_is_no_directory(string image, string? id)
    {
        string volume = id ?? GuestImages.Truth(image).Volumes.First(static v => v.TryGetProperty("files", out _)).GetProperty("id").GetString()!;
        using SparseBytes bytes = GuestImages.CopyVolume(image, volume);
        using FileSystem files = GuestImages.OpenFiles(bytes);
        FileEntry file = GuestImages.Walk(files).First(static e => e.Type == FileEntryType.File);
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => files.ReadDirectory(file).ToArray());
        Assert.Equal((VmaCodes.FileNotDirectory, file.FullName), (exception.Code, exception.FilePath));
    }
}
