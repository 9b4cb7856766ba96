using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text.Json;
using VmaTools.Tests.Disks;
using Xunit;

namespace VmaTools.Tests.Exports;

/// <summary>Volumes that are put together from several places, as files.</summary>
public sealed class VolumeExportTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("lvm-two-disks", "data/span")]
    [InlineData("lvm-two-disks", "data/stripe")]
    [InlineData("md-raid0", "md0")]
    public void What_is_exported_holds_what_the_kernel_read_from_the_volume(string image, string id)
    {
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path(Path.Combine("disks", image + ".vma.zst")));
        string file = _folder.File("volume.raw");
        VmaExport export = new(archive);
        export.Add(VolumeOf(archive, id), file);
        VmaExportOutput output = Assert.Single(export.Run().Outputs);
        Assert.Null(output.Error);
        JsonElement truth = GuestImages.Truth(image).Volume(id);
        using VolumeSet set = VolumeSet.Open([new VolumeDisk("copy", File.OpenRead(file))]);
        using FileSystem files = set.Find("copy").OpenFileSystem();
        Assert.Empty(GuestTruth.Differences(files, truth));
    }

    [Fact]
    public void A_partition_given_as_a_volume_is_the_range_of_its_disk()
    {
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path("disks/gpt-linux.vma.zst"));
        VmaVolume volume = VolumeOf(archive, "drive-scsi0/p2");
        VmaExport export = new(archive);
        export.Add(volume, _folder.File("volume.raw"));
        export.Add(VmaPartition.Read(archive.Devices[0], out _).Single(static p => p.Index == 3), _folder.File("other.raw"));
        Assert.All(export.Run().Outputs, static o => Assert.Null(o.Error));
        using Stream content = volume.OpenRead();
        using FileStream written = File.OpenRead(_folder.File("volume.raw"));
        Assert.Equal(content.Length, written.Length);
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(written));
    }

    [Fact]
    public void Nothing_is_left_where_a_device_below_it_did_not_come_whole()
    {
        string path = _folder.File("damaged.vma");
        using (VmaArchive whole = VmaArchive.Open(Fixtures.Path("disks/lvm-two-disks.vma.zst")))
        using (VmaCreation creation = new())
        {
            whole.Devices.ToList().ForEach(d => creation.AddDevice(d));
            creation.Run(path);
        }

        // The last extent loses its magic, and with it clusters of the second disk.
        byte[] bytes = File.ReadAllBytes(path);
        bytes.AsSpan().Slice(bytes.AsSpan().LastIndexOf("VMAE"u8), 4).Clear();
        File.WriteAllBytes(path, bytes);
        using VmaArchive archive = VmaArchive.Open(path);
        VmaExport export = new(archive);
        export.Add(VolumeOf(archive, "data/span"), _folder.File("out/span.raw"));
        Assert.NotNull(Assert.Single(export.Run().Outputs).Error);
        Assert.Empty(Directory.GetFiles(_folder.File("out")));
    }

    private static VmaVolume VolumeOf(VmaArchive archive, string id)
    {
        using VmaGuest guest = VmaGuest.Open(archive);
        return guest.GetVolumes().Single(v => v.Id == id);
    }
}
