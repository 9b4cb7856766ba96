using System;
using System.Buffers.Binary;
using System.Linq;
using System.Text.Json;
using VmaTools.Bytes;
using VmaTools.Disks;
using VmaTools.Disks.FileSystems;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>What a reader of ext4 does where the structures that all else hangs on are damaged, or tell what is not understood.</summary>
public sealed class ExtStructureTests
{
    private const int SuperblockAt = 1024;
    private const int SuperblockSize = 1024;

    // Blocks of 1 KiB; the second group begins with a copy of the superblock, and of the descriptors behind it.
    private const int DescriptorsAt = 2048;
    private const int CopyAt = (1 + 8192) * 1024;

    private static readonly JsonElement Truth = GuestImages.Truth("ext4-log").Volume("disk0");

    [Fact]
    public void A_copy_serves_where_the_superblock_is_damaged()
    {
        SparseBytes volume = GuestImages.OpenRaw("ext4-log");
        byte[] flipped = volume.Read(SuperblockAt + 0x28, 1);
        flipped[0] ^= 4;
        volume.Write(SuperblockAt + 0x28, flipped);
        AssertWholeByCopy(volume);

        volume.Write(SuperblockAt, new byte[SuperblockSize]);
        AssertWholeByCopy(volume);
    }

    [Fact]
    public void A_copy_serves_where_a_descriptor_is_damaged()
    {
        SparseBytes volume = GuestImages.OpenRaw("ext4-log");
        volume.Write(DescriptorsAt, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        using FileSystem files = GuestImages.OpenFiles(volume);
        FileSystemFinding finding = files.Findings.First(static f => f.Code == VmaCodes.FileSystemBackupUsed);
        Assert.Equal(DescriptorsAt, finding.VolumeOffset);
        Assert.NotEmpty(files.ReadDirectory(files.Root));
    }

    [Fact]
    public void A_superblock_without_a_copy_is_refused_as_damaged()
    {
        SparseBytes volume = GuestImages.OpenRaw("ext4-log");
        volume.Write(SuperblockAt + 0x28, [0, 0, 0, 0]);
        volume.Write(CopyAt, new byte[SuperblockSize]);
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => GuestImages.OpenFiles(volume));
        Assert.Equal(VmaCodes.FileSystemDamaged, exception.Code);
        Assert.Equal(SuperblockAt, exception.VolumeOffset);
    }

    [Fact]
    public void A_volume_without_any_superblock_is_none_of_ours()
    {
        SparseBytes volume = GuestImages.OpenRaw("ext4-log");
        volume.Write(SuperblockAt, new byte[SuperblockSize]);
        volume.Write(CopyAt, new byte[SuperblockSize]);
        Assert.Null(FileSystemReaders.Open(volume, new FileSystemOptions()));
    }

    [Theory]
    [InlineData(0x1, "compression")]
    [InlineData(0x8, "journal_dev")]
    [InlineData(0x1000, "dirdata")]
    [InlineData(0x100000, "FEATURE_I20")]
    public void What_is_not_understood_is_refused_by_name(uint feature, string name)
    {
        SparseBytes volume = GuestImages.OpenRaw("ext4-log");
        ChangeSuperblock(volume, s => BinaryPrimitives.WriteUInt32LittleEndian(s.AsSpan(0x60), BinaryPrimitives.ReadUInt32LittleEndian(s.AsSpan(0x60)) | feature));
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => GuestImages.OpenFiles(volume));
        Assert.Equal(VmaCodes.FileSystemFeatureUnknown, exception.Code);
        Assert.Contains(name, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_volume_that_ends_early_is_told()
    {
        SparseBytes volume = GuestImages.OpenRaw("ext4-log");
        using FileSystem files = GuestImages.OpenFiles(new RangeDiskBytes(volume, 0, volume.Length - 1024));
        Assert.Contains(files.Findings, static f => f.Code == VmaCodes.FileSystemDamaged && f.Message.Contains("ends at", StringComparison.Ordinal));

        // One file has a block at the very end.
        Assert.StartsWith("/reused9: VolumeOutOfRange", Assert.Single(GuestTruth.Differences(files, Truth)), StringComparison.Ordinal);
    }

    internal static void ChangeSuperblock(SparseBytes volume, Action<byte[]> change)
    {
        byte[] superblock = volume.Read(SuperblockAt, SuperblockSize);
        change(superblock);
        BinaryPrimitives.WriteUInt32LittleEndian(superblock.AsSpan(SuperblockSize - 4), Crc32C.Update(uint.MaxValue, superblock.AsSpan(0, SuperblockSize - 4)));
        volume.Write(SuperblockAt, superblock);
    }

    private static void AssertWholeByCopy(SparseBytes volume)
    {
        using FileSystem files = GuestImages.OpenFiles(volume);
        FileSystemFinding finding = Assert.Single(files.Findings);
        Assert.Equal(VmaCodes.FileSystemBackupUsed, finding.Code);
        Assert.Equal(CopyAt, finding.VolumeOffset);
        Assert.NotEmpty(files.ReadDirectory(files.Root));
    }
}
