using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using VmaTools.GuestFiles;
using VmaTools.Tests.Disks;
using Xunit;

namespace VmaTools.Tests.GuestFiles;

/// <summary>Every way to a file leads to the same one, and every way in which an archive is kept to the same files.</summary>
public sealed class GuestDoorsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string> Images =>
        ["gpt-linux", "lvm-two-disks", "md-raid1-lvm", "ntfs-small", "fat16-mtools", "ext4-casefold", "exfat-kernel", "btrfs-replay", "dmg-ext4-evil"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Images))]
    public void Every_entry_is_reached_by_each_form_of_its_path(string image)
    {
        using VmaArchive archive = Open(image);
        using VmaGuest guest = VmaGuest.Open(archive);
        int count = 0;
        foreach (GuestVolume volume in guest.GuestVolumes.Where(static v => v.TryGetFiles(out _) is not null))
        {
            FileSystem files = volume.GetFiles();
            HashSet<string> twice = [];
            foreach (FileEntry entry in new FileWalk(files, static _ => { }, default).Below(files.DefaultRoot, int.MaxValue, withSystem: true))
            {
                if (!twice.Add(entry.FullName))
                {
                    // Damage: no path tells two entries of one name apart.
                    continue;
                }

                count++;
                List<FileEntry> way = [];
                for (FileEntry? above = entry; above?.Parent is not null; above = above.Parent)
                {
                    way.Insert(0, above);
                }

                GuestPath argument = GuestPath.ParseArgument(volume.Id + ":" + entry.FullName, out string? named);
                Assert.Equal(volume.Id, named);
                GuestPath[] doors =
                [
                    GuestPath.ParseExact(entry.FullName),
                    argument,
                    GuestPath.ParseLenient("/" + string.Join("/", way.Select(static e => GuestItemName.Of(e.Name)))),
                    GuestPath.ParseLenient("\\" + string.Join("\\", way.Select(static e => GuestItemName.Of(e.Name)))),
                ];
                foreach (GuestPath door in doors)
                {
                    Assert.Equal(way.Select(static e => e.Name), door.Names);
                }

                FileEntry found = guest.Resolve(doors[0], volume.Id, followLast: false).Entry;
                Assert.Equal((entry.FullName, entry.Id, entry.Type), (found.FullName, found.Id, found.Type));
            }
        }

        Assert.True(count > 5);
    }

    [Fact]
    public void A_path_begins_at_the_default_subvolume_and_else_at_the_top()
    {
        using VmaArchive archive = VmaArchive.Open(TinyArchive.Make("btrfs-subvolumes", _folder));
        using VmaGuest guest = VmaGuest.Open(archive);
        Assert.Equal("/@/etc/passwd", guest.GetFile("/etc/passwd", "drive-scsi0").FullName);
        foreach (string path in new[] { "/@/etc/passwd", "/@home/alice/note", "/top" })
        {
            Assert.Equal(path, guest.GetFile(path, "drive-scsi0").FullName);
        }

        VmaFileSystemException missing = Assert.Throws<VmaFileSystemException>(() => guest.GetFile("/@home/bob", "drive-scsi0"));
        Assert.Equal((VmaCodes.FileNotFound, "/@/@home"), (missing.Code, missing.FilePath));
        Assert.Equal(("drive-scsi0", archive.ArchivePath), (missing.Volume, missing.Path));
    }

    [Theory]
    [InlineData("gpt-linux")]
    [InlineData("lvm-two-disks")]
    [InlineData("md-raid0")]
    [InlineData("ntfs-small")]
    [InlineData("exfat-kernel")]
    public void Files_are_the_same_from_a_plain_archive_and_from_raw_disks(string image)
    {
        string path = _folder.File("plain.vma");
        using (VmaArchive compressed = Open(image))
        using (VmaCreation creation = new())
        {
            compressed.Devices.ToList().ForEach(d => creation.AddDevice(d));
            creation.Run(path);
        }

        using VmaArchive archive = VmaArchive.Open(path);
        VmaExport export = new(archive);
        foreach (VmaDevice device in archive.Devices)
        {
            export.Add(device, _folder.File(device.Name + ".raw"));
        }

        Assert.All(export.Run().Outputs, static o => Assert.Null(o.Error));
        using VmaGuest guest = VmaGuest.Open(archive);
        using VolumeSet disks = VolumeSet.Open(archive.Devices.Select(d => new VolumeDisk(d.Name, File.OpenRead(_folder.File(d.Name + ".raw")))).ToArray());
        GuestTruth truth = GuestImages.Truth(image);
        foreach (JsonElement volume in truth.Volumes.Where(static v => v.TryGetProperty("files", out JsonElement files) && files.GetArrayLength() > 0))
        {
            string id = IdOf(volume.GetProperty("id").GetString()!, truth);
            Assert.Empty(GuestTruth.Differences(guest.OpenFileSystem(id), volume));
            using FileSystem raw = disks.Find(id).OpenFileSystem();
            Assert.Empty(GuestTruth.Differences(raw, volume));
        }
    }

    /// <summary>What the truth calls <c>disk0p2</c> is <c>drive-scsi0/p2</c>.</summary>
    private static string IdOf(string id, GuestTruth truth)
    {
        if (!id.StartsWith("disk", StringComparison.Ordinal))
        {
            return id;
        }

        string[] parts = id["disk".Length..].Split('p');
        string drive = truth.Root.GetProperty("disks")[int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture)].GetProperty("drive").GetString()!;
        return parts.Length == 1 ? drive : drive + "/p" + parts[1];
    }

    private static VmaArchive Open(string image) => VmaArchive.Open(Fixtures.Path(Path.Combine("disks", image + ".vma.zst")));
}
