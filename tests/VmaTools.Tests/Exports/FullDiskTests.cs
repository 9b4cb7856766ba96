using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Extents;
using VmaTools.Files;
using Xunit;

namespace VmaTools.Tests.Exports;

/// <summary>One target's trouble is no other's, and what is told is what the system said.</summary>
public sealed class FullDiskTests : IDisposable
{
    private const int Cluster = 65536;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Where_one_disk_does_not_fit_the_others_are_exported()
    {
        using TinyVolume volume = TinyVolume.Mount(512);
        ArchiveForge forge = new ArchiveForge().Device(1, "a", 2 * Cluster).Device(2, "b", 40 * Cluster).Device(3, "c", 2 * Cluster)
            .Extent(static e => e.Cluster(1, 0).Cluster(2, 0))
            .Extent(static e => Clusters(e, 2, 1, 39))
            .Extent(static e => e.Cluster(1, 1).Cluster(3, 0).Cluster(3, 1));
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(forge.Build()));
        VmaExport export = new(archive);
        foreach (VmaDevice device in archive.Devices)
        {
            export.Add(device, volume.File(device.Name + ".raw"));
        }

        Assert.Equal([null, VmaCodes.TargetNoSpace, null], export.Run().Outputs.Select(static o => o.Error?.Code));
        Assert.Equal(["a.raw", "c.raw"], volume.Files());
        Assert.Equal(forge.Disk(3), File.ReadAllBytes(volume.File("c.raw")));
    }

    [Fact]
    public void Where_none_fits_the_error_tells_what_became_of_each()
    {
        using TinyVolume volume = TinyVolume.Mount(64);
        byte[] bytes = new ArchiveForge().Device(1, "first", 40 * Cluster).Device(2, "second", 40 * Cluster)
            .Extent(static e => Clusters(e, 1, 0, 40))
            .Extent(static e => Clusters(e, 2, 0, 40))
            .Build();
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(bytes));
        VmaExport export = new(archive);
        export.Add(archive.Devices[0], volume.File("1.raw"));
        export.Add(archive.Devices[1], volume.File("2.raw"));
        VmaException error = Assert.Throws<VmaException>(() => export.Run());
        Assert.Equal(VmaCodes.TargetNoSpace, error.Code);
        Assert.Contains("first: TargetNoSpace", error.Message, StringComparison.Ordinal);
        Assert.Contains("second: TargetNoSpace", error.Message, StringComparison.Ordinal);
        Assert.Empty(volume.Files());
    }

    [Theory]
    [InlineData("vmstate-far-cluster.vma.zst", "vmstate", VmaCodes.TargetFileTooLarge)]
    [InlineData("dev-17T.vma.zst", "drive-scsi0", VmaCodes.DeviceNotWhole)]
    public void Larger_than_the_file_system_allows_is_an_error_of_that_device(string name, string device, string code)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "file systems elsewhere may hold such a file");
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path("hostile/" + name));
        VmaExport export = new(archive);
        foreach (VmaDevice each in archive.Devices)
        {
            export.Add(each, _folder.File(each.Name + ".raw"));
        }

        Dictionary<string, string?> outcome = export.Run().Outputs.ToDictionary(static o => o.Result.Device.Name, static o => o.Error?.Code);
        Assert.Equal(code, outcome[device]);
        Assert.Equal([null], outcome.Where(o => o.Key != device).Select(static o => o.Value));
        Assert.Single(Directory.GetFiles(_folder.FullName));

        // Salvage meets the same limit, and goes on as well.
        using VmaSalvage salvage = VmaSalvage.Open(Fixtures.Path("hostile/" + name));
        IReadOnlyList<VmaSalvageReport> reports = salvage.Run(
            salvage.Archive.Devices.ToDictionary(static d => d.DeviceId, d => _folder.File(d.Name + ".incomplete.raw")));
        Assert.Equal(VmaCodes.TargetFileTooLarge, reports.Single(r => r.Name == device).Error?.Code);
        VmaSalvageReport other = reports.Single(r => r.Name != device);
        Assert.Null(other.Error);
        Assert.Equal(Cluster, new FileInfo(other.File).Length);
    }

    [Fact]
    public void What_is_small_and_does_not_fit_leaves_nothing_either()
    {
        using TinyVolume volume = TinyVolume.Mount(256);
        volume.Fill(left: 0);
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path("corpus/vzdump-qemu-101-2026_11_20-02_00_03.vma.gz"));
        Full(() => archive.BuildIndex(volume.File("an.vmaindex")));
        Full(() => TextFile.Write(volume.File("report.html"), new string('x', 10_000), ArchiveGuard.Default, replace: false));
        using VmaArchive again = VmaArchive.Open(
            Fixtures.Path("corpus/vzdump-qemu-101-2026_11_20-02_00_03.vma.gz"), new VmaOpenOptions { NewIndexPath = volume.File("an.vmaindex") });
        VmaPassResult pass = again.ReadForward([]);
        Assert.Equal((true, VmaCodes.TargetNoSpace), (pass.IsValid, pass.NewIndexError?.Code));
        Assert.Equal(["filler"], volume.Files());

        void Full(Action action)
        {
            VmaException error = Assert.Throws<VmaException>(action);
            Assert.Equal(VmaCodes.TargetNoSpace, error.Code);
            Assert.StartsWith(volume.File(string.Empty), error.Path, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_salvaged_for_packing_and_does_not_fit_is_told()
    {
        using TinyVolume volume = TinyVolume.Mount(512);
        byte[] bytes = new ArchiveForge().Device(1, "a", Cluster).Device(2, "b", 40 * Cluster)
            .Extent(static e => Clusters(e.Cluster(1, 0), 2, 0, 40)).Build();
        File.WriteAllBytes(_folder.File("a.vma"), bytes);
        using VmaSalvage salvage = VmaSalvage.Open(_folder.File("a.vma"));
        VmaException error = Assert.Throws<VmaException>(() => VmaSalvagePacking.Pack(salvage, volume.File("packed.vma")));
        Assert.Equal((VmaCodes.TargetNoSpace, "b"), (error.Code, error.Device));
        Assert.Empty(volume.Files());
    }

    [Fact]
    public void A_report_that_does_not_fit_takes_nothing_from_what_is_salvaged()
    {
        using TinyVolume volume = TinyVolume.Mount(256);
        volume.Fill(left: (2 * Cluster) + 8192);
        byte[] bytes = new ArchiveForge().Device(1, "a", Cluster).Device(2, "b", Cluster).Extent(static e => e.Cluster(1, 0).Cluster(2, 0)).Build();
        File.WriteAllBytes(_folder.File("a.vma"), bytes);
        using VmaSalvage salvage = VmaSalvage.Open(_folder.File("a.vma"));
        IReadOnlyList<VmaSalvageReport> reports = salvage.Run(salvage.Archive.Devices.ToDictionary(static d => d.DeviceId, d => volume.File(d.Name + ".incomplete.raw")));
        Assert.Equal([null, VmaCodes.TargetNoSpace], reports.Select(static r => r.Error?.Code));
        Assert.Equal(["a.incomplete.json", "a.incomplete.raw", "a.incomplete.txt", "b.incomplete.raw", "filler"], volume.Files());
    }

    [Theory]
    [InlineData("mkfs.vfat", "mount -o loop")]
    [InlineData("mkfs.ext4 -q -O casefold -E encoding=utf8", "mount -o loop")]
    [InlineData("mkntfs -Q -F -q", "lowntfs-3g -o ignore_case")]
    public void Names_are_one_where_the_file_system_says_so(string maker, string mounter)
    {
        using TinyVolume volume = TinyVolume.IgnoringCase(_folder.FullName, maker.Split(' '), mounter.Split(' '));
        string folder = volume.File("folder");
        if (maker.Contains("casefold", StringComparison.Ordinal))
        {
            Directory.CreateDirectory(folder);
            new Tool("chattr").Run("+F", folder);
        }

        string[] before = volume.Files();
        byte[] bytes = new ArchiveForge().Device(1, "Drive", Cluster).Device(2, "drive", Cluster).Extent(static e => e.Cluster(1, 0).Cluster(2, 0)).Build();
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(bytes));
        foreach (string target in new[] { folder, Path.Combine(folder, "new") })
        {
            VmaExport export = new(archive);
            export.Add(archive.Devices[0], Path.Combine(target, "Drive.raw"));
            VmaException error = Assert.Throws<VmaException>(() => export.Add(archive.Devices[1], Path.Combine(target, "drive.raw")));
            Assert.Equal(VmaCodes.OutputNameCollision, error.Code);
        }

        Assert.Equal(before, volume.Files());
        Assert.True(!Directory.Exists(folder) || Directory.GetFileSystemEntries(folder).Length == 0);
    }

    private static void Clusters(ExtentForge extent, int device, uint first, uint count)
    {
        for (uint i = first; i < first + count; i++)
        {
            extent.Cluster(device, i);
        }
    }
}
