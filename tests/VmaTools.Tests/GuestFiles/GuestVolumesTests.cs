using System;
using System.IO;
using System.Linq;
using System.Text;
using VmaTools.Tests.Disks;
using Xunit;

namespace VmaTools.Tests.GuestFiles;

/// <summary>What volumes of a guest are told by, and found by.</summary>
public sealed class GuestVolumesTests
{
    [Fact]
    public void Subvolumes_are_volumes_of_their_own_where_they_are_asked_for()
    {
        using VmaArchive archive = Open("btrfs-replay");
        using VmaGuest plain = VmaGuest.Open(archive);
        Assert.Equal(["drive-scsi0"], plain.GetVolumes().Select(static v => v.Id));
        using VmaGuest guest = VmaGuest.Open(archive, new FileSystemOptions { WithSubvolumes = true });
        VmaVolume subvolume = guest.GetVolumes().Single(static v => v.Subvolume is not null);
        Assert.Equal("drive-scsi0/sub", subvolume.Id);
        Assert.Equal("Subvolume", subvolume.Kind);
        string[] expected = GuestImages.Truth("btrfs-replay").Volume("disk0").GetProperty("files").EnumerateArray()
            .Select(static f => f.GetProperty("path").GetString()!).Where(static p => p.StartsWith("/sub/", StringComparison.Ordinal)).Select(static p => p[4..]).Order(StringComparer.Ordinal).ToArray();
        Assert.NotEmpty(expected);

        // It is found by its name without being listed, too, and its files can be opened anew.
        VmaFile root = plain.GetFile("/", "drive-scsi0/sub");
        VmaFile[] files = plain.ReadDirectory(root, int.MaxValue).ToArray();
        Assert.Equal(expected, files.Select(static f => f.FullName).Order(StringComparer.Ordinal));
        VmaFile file = files.First(static f => f.Length > 0);
        using Stream content = file.OpenRead();
        using Stream same = plain.OpenRead(plain.GetFile("/sub" + file.FullName));
        Assert.Equal(Read(same), Read(content));
        Assert.Equal(VmaCodes.VolumeNotFound, Assert.Throws<VmaFileSystemException>(() => plain.GetFile("/", "drive-scsi0/none")).Code);
    }

    [Fact]
    public void A_member_that_is_not_in_the_backup_is_named_with_the_reason()
    {
        using TempFolder folder = new();
        string path = folder.File("part.vma");
        using (VmaArchive whole = Open("lvm-two-disks"))
        using (VmaCreation creation = new())
        {
            creation.AddConfig("qemu-server.conf", Encoding.ASCII.GetBytes("scsi0: a:disk-0,size=260M\nscsi1: a:disk-1,backup=0,size=300M\n#qmdump#map:scsi0:drive-scsi0:a:raw:\n"));
            creation.AddDevice(whole.FindDevice("drive-scsi0")!);
            creation.Run(path);
        }

        using VmaArchive archive = VmaArchive.Open(path);
        using VmaGuest guest = VmaGuest.Open(archive);
        Assert.Contains(guest.Warnings, static w => w.Contains("is on none of the disks", StringComparison.Ordinal));
        Assert.Contains(guest.Warnings, static w => w.Contains("scsi1: a:disk-1", StringComparison.Ordinal) && w.Contains("backup=0", StringComparison.Ordinal));
        VmaVolume stripe = guest.GetVolumes().Single(static v => v.Id == "data/stripe");
        Assert.Contains(stripe.Warnings, static w => w.Contains("is on none of the disks", StringComparison.Ordinal));
        using VmaArchive both = Open("lvm-two-disks");
        using VmaGuest complete = VmaGuest.Open(both);
        Assert.Empty(complete.Warnings);
    }

    [Fact]
    public void A_volume_that_only_a_copy_of_its_superblock_tells_of_has_its_label()
    {
        using VmaArchive archive = Open("dmg-btrfs-sb0");
        using VmaGuest guest = VmaGuest.Open(archive);
        VmaVolume volume = Assert.Single(guest.GetVolumes());
        System.Text.Json.JsonElement truth = GuestImages.Truth("dmg-btrfs-sb0").Volume("disk0");
        Assert.Equal("btrfs", volume.FileSystem);
        Assert.Equal(truth.GetProperty("label").GetString(), volume.Label);
        Assert.Equal(truth.GetProperty("uuid").GetString(), volume.Uuid);
        Assert.NotEmpty(volume.Warnings);
        Assert.Equal("/", guest.GetFile("/", volume.Label).FullName);
    }

    [Theory]
    [InlineData("gpt/p2")]
    [InlineData("p2")]
    public void A_volume_named_by_id_or_short_form_is_opened_alone(string volume)
    {
        using TempFolder folder = new();
        string path = folder.File("several.vma");
        using (VmaArchive gpt = Open("gpt-linux"))
        using (VmaArchive ext4 = Open("ext4-casefold"))
        using (VmaCreation creation = new())
        {
            creation.AddDevice(gpt.Devices[0], "gpt");
            creation.AddDevice(ext4.Devices[0], "other");
            creation.Run(path);
        }

        using RecordingStream stored = new(path);
        using VmaArchive archive = VmaArchive.Open(stored);
        int other = archive.Devices.Single(static d => d.Name == "other").DeviceId;
        long from = archive.ReadExtents().First(e => e.DeviceIds.Contains(other)).Offset;
        using VmaGuest guest = VmaGuest.Open(archive);
        stored.Furthest = 0;
        VmaFile root = guest.GetFile("/", volume);
        Assert.NotEmpty(guest.ReadDirectory(root, int.MaxValue).ToArray());
        Assert.Equal("gpt/p2", guest.GetVolumeId(volume));
        Assert.InRange(stored.Furthest, 1, from);

        // What a name is that no id and no short form is, all of them tell.
        _ = guest.GetVolume(volume);
        Assert.True(stored.Furthest > from);
    }

    [Fact]
    public void A_listing_goes_on_behind_a_directory_that_lies_below_itself()
    {
        using VmaArchive archive = Open("dmg-fat16");
        using VmaGuest guest = VmaGuest.Open(archive);
        System.Collections.Generic.List<FileSystemFinding> findings = [];
        VmaFile[] files = guest.ReadDirectory(guest.GetFile("/", "drive-scsi0"), int.MaxValue, onFinding: findings.Add).ToArray();
        Assert.Contains(findings, static f => f.Path == "/evil/loop");
        string[] expected = GuestImages.Truth("dmg-fat16").Volume("disk0").GetProperty("files").EnumerateArray()
            .Select(static f => f.GetProperty("path").GetString()!).Where(static p => p.StartsWith("/ok", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(expected);
        Assert.Subset(files.Select(static f => f.FullName).ToHashSet(), expected.ToHashSet());
    }

    private static VmaArchive Open(string image) => VmaArchive.Open(Fixtures.Path(Path.Combine("disks", image + ".vma.zst")));

    private static byte[] Read(Stream stream)
    {
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>An archive that tells how far into it was read.</summary>
    private sealed class RecordingStream(string path) : FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1)
    {
        public long Furthest { get; set; }

        public override int Read(byte[] buffer, int offset, int count) => Note(base.Read(buffer, offset, count));

        public override int Read(Span<byte> buffer) => Note(base.Read(buffer));

        private int Note(int read)
        {
            Furthest = Math.Max(Furthest, Position);
            return read;
        }
    }
}
