using System;
using System.Buffers.Binary;
using System.Linq;
using System.Text;
using VmaTools.Disks.Volumes.Lvm;
using Xunit;

namespace VmaTools.Tests.Disks.Volumes;

/// <summary>LVM's labels and metadata: copies, damage, and what other texts than those of lvm2 would say.</summary>
public sealed class LvmTests
{
    private const int LabelAt = 512;

    [Fact]
    public void The_copy_on_the_other_disk_serves()
    {
        GuestDisks disks = GuestDisks.OfBackup("lvm-two-disks");
        (long offset, _) = Text(disks[0]);
        disks[0].Write(offset + 100, "XX"u8);
        using VolumeSet set = disks.Open();
        Assert.Equal(["data/stripe", "data/span"], set.Volumes.Where(static v => v.MemberOf is null).Select(static v => v.Id));
        Assert.Contains(set.Find("drive-scsi0").Warnings, static w => w.Code == VmaCodes.FileSystemChecksumMismatch);
        using FileSystem files = set.Find("span").OpenFileSystem();
        Assert.Empty(GuestTruth.Differences(files, GuestImages.Truth("lvm-two-disks").Volume("data/span"), withContent: false));
    }

    [Fact]
    public void Without_any_copy_the_disks_stay_physical_volumes()
    {
        GuestDisks disks = GuestDisks.OfBackup("lvm-two-disks");
        disks[0].Write(Text(disks[0]).Offset + 100, "XX"u8);
        disks[1].Write(4096, new byte[512]);
        using VolumeSet set = disks.Open();
        Assert.Equal(["drive-scsi0", "drive-scsi1"], set.Volumes.Select(static v => v.Id));
        Assert.All(set.Volumes, static v => Assert.NotEmpty(v.Warnings));
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => set.Find("drive-scsi0").OpenFileSystem());
        Assert.Contains("physical volume of LVM", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_label_with_a_wrong_checksum_is_used_and_told()
    {
        GuestDisks disks = GuestDisks.OfBackup("lvm-two-disks");
        disks[0].Write(LabelAt + 500, [1]);
        using VolumeSet set = disks.Open();
        Assert.Equal(4, set.Volumes.Count);
        VolumeWarning warning = Assert.Single(set.Warnings);
        Assert.Equal((VmaCodes.FileSystemChecksumMismatch, "drive-scsi0"), (warning.Code, warning.Volume));
    }

    [Fact]
    public void The_newest_metadata_count()
    {
        GuestDisks disks = GuestDisks.OfBackup("lvm-two-disks");
        Replace(disks[1], "seqno = ", "seqno = 9");
        Replace(disks[1], "span {", "spam {");
        using VolumeSet set = disks.Open();
        Assert.Contains(set.Volumes, static v => v.Id == "data/spam");
        Assert.DoesNotContain(set.Volumes, static v => v.Id == "data/span");
    }

    [Theory]
    [InlineData("type = \"striped\"", "type = \"cache\"", "segment of type \"cache\"")]
    [InlineData("type = \"striped\"", "type = \"vdo\"", "segment of type \"vdo\"")]
    [InlineData("stripe_size = 128", "stripe_size = 0", "do not fill whole extents")]
    [InlineData("stripe_count = 2", "stripe_count = 3", "do not add up")]
    [InlineData("\"pv0\", ", "\"pv7\", ", "which the metadata do not have")]
    [InlineData("\"pv0\", ", "\"stripe\", ", "made of itself")]
    [InlineData("start_extent = 0", "start_extent = 1", "do not follow each other")]
    public void What_the_metadata_should_not_say_is_refused_by_name(string old, string changed, string message)
    {
        GuestDisks disks = GuestDisks.OfBackup("lvm-two-disks");
        string text = Text(disks[0]).Text;
        int at = text.IndexOf("stripe {", StringComparison.Ordinal);
        Assert.True(at > 0, text);
        Write(disks[0], text[..at] + Once(text[at..], old, changed));
        Replace(disks[0], "seqno = ", "seqno = 9");
        using VolumeSet set = disks.Open();
        DiskVolume volume = set.Find("data/stripe");
        Assert.Contains(message, volume.Problem, StringComparison.Ordinal);
        Assert.Throws<VmaFileSystemException>(() => volume.OpenRead());

        // The other volume has nothing to do with it.
        Assert.Null(set.Find("data/span").Problem);
    }

    [Fact]
    public void Hostile_texts_with_right_checksums_end_in_errors_of_ours()
    {
        GuestDisks disks = GuestDisks.OfBackup("lvm-two-disks").Without(1);
        VolumeMutations.Run(disks, 2000, 1, 1 << 20, static d => Seal(d));
    }

    /// <summary>The text that counts, and where it lies.</summary>
    internal static (long Offset, string Text) Text(SparseBytes disk)
    {
        (long area, _) = LvmLabel.Read(disk)!.MetadataAreas[0];
        byte[] header = disk.Read(area, 512);
        long offset = area + BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(40));
        return (offset, Encoding.UTF8.GetString(disk.Read(offset, (int)BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(48)))));
    }

    /// <summary>Puts another text in the place of the one that counts, with checksums that fit.</summary>
    internal static void Write(SparseBytes disk, string text)
    {
        long offset = Text(disk).Offset;
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        disk.Write(offset, bytes);
        byte[] header = disk.Read(4096, 512);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(48), bytes.Length);
        disk.Write(4096, header);
        Seal(disk);
    }

    private static void Replace(SparseBytes disk, string old, string changed) => Write(disk, Once(Text(disk).Text, old, changed));

    private static string Once(string text, string old, string changed)
    {
        int at = text.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at >= 0, $"The metadata have no {old}: {text}");
        return text[..at] + changed + text[(at + old.Length)..];
    }

    /// <summary>Gives the metadata of a disk checksums that fit, where they still have a place.</summary>
    private static void Seal(SparseBytes disk)
    {
        byte[] header = disk.Read(4096, 512);
        long start = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(40));
        long length = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(48));
        if (start is > 0 and < 1 << 20 && length is > 0 and < 1 << 16)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(56), LvmLabel.Crc(disk.Read(4096 + start, (int)length)));
        }

        BinaryPrimitives.WriteUInt32LittleEndian(header, LvmLabel.Crc(header.AsSpan(4)));
        disk.Write(4096, header);
        byte[] label = disk.Read(LabelAt, 512);
        BinaryPrimitives.WriteUInt32LittleEndian(label.AsSpan(16), LvmLabel.Crc(label.AsSpan(20)));
        disk.Write(LabelAt, label);
    }
}
