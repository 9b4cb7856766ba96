using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using VmaTools.Exports;
using VmaTools.Files;
using VmaTools.Images;
using VmaTools.Tests.Archives;
using Xunit;

namespace VmaTools.Tests.Exports;

/// <summary>What becomes of files: whole under their names, or nothing at all.</summary>
public sealed class ExportTests : IDisposable
{
    private const string Standard = "vzdump-qemu-101-2026_11_20-02_00_03";

    private readonly TempFolder _folder = new();

    public static TheoryData<string, ImageFormat, bool, VmdkSubformat> Formats
    {
        get
        {
            TheoryData<string, ImageFormat, bool, VmdkSubformat> data = [];
            foreach (string archive in new[] { Standard + ".vma.zst", "shuffled.vma", "vmstate.vma" })
            {
                foreach (ImageFormat format in Enum.GetValues<ImageFormat>())
                {
                    data.Add(archive, format, false, VmdkSubformat.MonolithicSparse);
                }

                data.Add(archive, ImageFormat.Vhd, true, VmdkSubformat.MonolithicSparse);
                data.Add(archive, ImageFormat.Vhdx, true, VmdkSubformat.MonolithicSparse);
                data.Add(archive, ImageFormat.Vmdk, false, VmdkSubformat.StreamOptimized);
            }

            return data;
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(Standard + ".vma")]
    [InlineData(Standard + ".vma.zst")]
    [InlineData(Standard + ".vma.gz")]
    [InlineData(Standard + ".vma.lzo")]
    [InlineData("shuffled.vma")]
    [InlineData("gaps-between-slots.vma")]
    [InlineData("vmstate.vma")]
    [InlineData("nodisk.vma")]
    public void Raw_files_have_the_known_digests_and_nothing_else_is_left(string file)
    {
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path("corpus/" + file));
        VmaExportResult result = Export(archive, archive.Devices, new VmaExportOptions());
        Assert.All(result.Outputs, static o => Assert.Null(o.Error));
        var expected = Corpus.Devices(file[..file.IndexOf(".vma", StringComparison.Ordinal)]);
        Assert.Equal(expected.Select(static d => d.Name + ".raw").Order(), FilesIn(_folder.FullName));
        foreach ((string name, _, long size, string digest) in expected)
        {
            byte[] content = File.ReadAllBytes(Target(name + ".raw"));
            Assert.Equal(size, content.Length);
            Assert.Equal(digest, Corpus.Hex(SHA256.HashData(content)));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Images_hold_what_the_raw_disk_holds(string file, ImageFormat format, bool isFixed, VmdkSubformat subformat)
    {
        Tool.QemuImg.SkipIfMissing();
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path("corpus/" + file));
        Export(archive, archive.Devices, new VmaExportOptions());
        VmaExportOptions options = new() { Format = format, IsFixed = isFixed, VmdkSubformat = subformat, Force = true };
        string extension = ImageFormats.Get(format).Extension;
        VmaExport export = new(archive, options);
        foreach (VmaDevice device in archive.Devices)
        {
            export.Add(device, Target("image-" + device.Name + extension));
        }

        Assert.All(export.Run().Outputs, static o => Assert.Null(o.Error));
        foreach (VmaDevice device in archive.Devices)
        {
            string driver = device.IsVmstate || format == ImageFormat.Raw ? "raw" : format == ImageFormat.Vhd ? "vpc" : format.ToString().ToLowerInvariant();
            string compared = Tool.QemuImg.Run("compare", "-f", "raw", "-F", driver, Target(device.Name + ".raw"), Target("image-" + device.Name + extension));
            Assert.Contains("Images are identical", compared, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Stream_optimized_image_from_a_source_that_cannot_go_back_is_refused_by_name()
    {
        using VmaArchive archive = VmaArchive.Open(TricklingStream.AsPipe(File.OpenRead(Fixtures.Path("corpus/shuffled.vma"))));
        VmaExport export = new(archive, new VmaExportOptions { Format = ImageFormat.Vmdk, VmdkSubformat = VmdkSubformat.StreamOptimized });
        export.Add(archive.FindDevice("drive-scsi0")!, Target("a.vmdk"));
        VmaException error = Assert.Throws<VmaException>(() => export.Run());
        Assert.Equal((VmaCodes.ImageNeedsOrder, "drive-scsi0"), (error.Code, error.Device));
        Assert.Empty(FilesIn(_folder.FullName));
    }

    [Fact]
    public void Whole_devices_of_a_damaged_archive_are_published_and_the_others_leave_nothing()
    {
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(Corpus.Damaged("extent-removed.vma")));
        VmaExportResult result = Export(archive, archive.Devices, new VmaExportOptions());
        Assert.Equal(["drive-efidisk0.raw"], FilesIn(_folder.FullName));
        Assert.Equal(3, result.Outputs.Count(static o => o.Error?.Code == VmaCodes.DeviceNotWhole));
        VmaExportOutput broken = result.Outputs.Single(static o => o.Result.Device.Name == "drive-scsi0");
        Assert.Contains($"{broken.Result.MissingBytes} are missing", broken.Error!.Message, StringComparison.Ordinal);
        Assert.True(broken.Result.MissingBytes > 0);
    }

    [Fact]
    public void Existing_file_is_kept_unless_force_is_given_and_until_the_new_one_is_whole()
    {
        File.WriteAllText(Target("drive-scsi0.raw"), "precious");
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(Corpus.Damaged("extent-removed.vma")));
        VmaExport careful = new(archive);
        Assert.Equal(VmaCodes.TargetExists, Assert.Throws<VmaException>(() => careful.Add(archive.FindDevice("drive-scsi0")!, Target("drive-scsi0.raw"))).Code);

        Export(archive, [archive.FindDevice("drive-scsi0")!], new VmaExportOptions { Force = true });
        Assert.Equal("precious", File.ReadAllText(Target("drive-scsi0.raw")));

        using VmaArchive good = VmaArchive.Open(Corpus.PathOf(Standard));
        Export(good, [good.FindDevice("drive-scsi0")!], new VmaExportOptions { Force = true });
        Assert.Equal(8388608, new FileInfo(Target("drive-scsi0.raw")).Length);
    }

    [Fact]
    public void Cancelled_export_leaves_nothing()
    {
        using VmaArchive archive = VmaArchive.Open(Corpus.PathOf("allzero-1g"));
        using CancellationTokenSource stop = new();
        VmaExport export = new(archive);
        export.Add(archive.Devices[0], Target("a.raw"));
        Assert.ThrowsAny<OperationCanceledException>(() => export.Run(null, [new CancellingSink(stop)], stop.Token));
        Assert.Empty(FilesIn(_folder.FullName));
    }

    [Fact]
    public void Two_devices_never_go_to_one_file()
    {
        using VmaArchive archive = VmaArchive.Open(Corpus.PathOf(Standard));
        VmaExport export = new(archive);
        export.Add(archive.Devices[0], Target("a.raw"));
        VmaException error = Assert.Throws<VmaException>(() => export.Add(archive.Devices[1], Target("a.raw")));
        Assert.Equal(VmaCodes.OutputNameCollision, error.Code);
        Assert.Contains(archive.Devices[0].Name, error.Message, StringComparison.Ordinal);
        Assert.Contains(archive.Devices[1].Name, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public void Names_that_differ_in_case_are_two_where_the_file_system_says_so()
    {
        Assert.SkipWhen(CaseProbe.IgnoresCase(_folder.FullName), "the file system of the temporary folder takes them for one");
        using VmaArchive archive = VmaArchive.Open(Corpus.PathOf(Standard));
        VmaExport export = new(archive);
        export.Add(archive.Devices[0], Path.Combine(Target("new"), "A.raw"));
        export.Add(archive.Devices[1], Path.Combine(Target("new"), "a.RAW"));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.FullName));
        Assert.All(export.Run().Outputs, static o => Assert.Null(o.Error));
        Assert.Equal(["A.raw", "a.RAW"], FilesIn(Target("new")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Two_devices_are_never_written_over_one_target()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "making links takes a right there");
        byte[] bytes = new ArchiveForge().Device(1, "first", 65536).Device(2, "second", 65536).Extent(static e => e.Cluster(1, 0).Cluster(2, 0)).Build();
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(bytes));
        File.WriteAllBytes(Target("disk"), new byte[65536]);
        File.CreateSymbolicLink(Target("link"), Target("disk"));
        VmaExport export = new(archive);
        export.AddExisting(archive.Devices[0], Target("disk"));
        VmaException error = Assert.Throws<VmaException>(() => export.AddExisting(archive.Devices[1], Target("link")));
        Assert.Equal(VmaCodes.SingleFileTarget, error.Code);
        Assert.Contains("'first' (1)", error.Message, StringComparison.Ordinal);
        Assert.Contains("'second' (2)", error.Message, StringComparison.Ordinal);
        Assert.Equal(new byte[65536], File.ReadAllBytes(Target("disk")));
    }

    [Fact]
    public void A_vmstate_longer_than_its_size_is_told_where_it_is_written_over_a_target()
    {
        byte[] bytes = new ArchiveForge().Device(1, "drive", 65536).Device(2, "vmstate", 65536)
            .Extent(static e => e.Cluster(2, 0).Cluster(2, 1).Cluster(1, 0)).Build();
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(bytes));
        File.WriteAllBytes(Target("state"), new byte[65536]);
        VmaExport export = new(archive);
        export.Add(archive.Devices[0], Target("drive.raw"));
        export.AddExisting(archive.Devices[1], Target("state"));
        Assert.Equal([null, VmaCodes.TargetTooSmall], export.Run().Outputs.Select(static o => o.Error?.Code));
        Assert.Equal(65536, new FileInfo(Target("state")).Length);
    }

    [Fact]
    public void What_a_kind_of_image_cannot_hold_concerns_its_target_only()
    {
        byte[] bytes = new ArchiveForge().Device(1, "first", 131072).Device(2, "second", 65536)
            .Extent(static e => e.Cluster(1, 0).Cluster(2, 0).Cluster(1, 1)).Build();
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(bytes));
        RefusingTarget refusing = new(archive.Devices[0], Target("first"));
        DiskSink disks = new();
        archive.ReadForward([new ExportSink([Opened(refusing), Opened(new RefusingTarget(archive.Devices[1], Target("second"), refuses: false))], isAlone: true), disks]);
        Assert.Equal((VmaCodes.ImageTooLarge, "first", Target("first")), (refusing.Failure?.Code, refusing.Failure?.Device, refusing.Failure?.Path));
        Assert.Equal(65536, disks[2].ToArray(65536).Length);

        static ExportTarget Opened(ExportTarget target)
        {
            target.Open(CancellationToken.None);
            return target;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Existing_target_is_written_over_in_place(bool writeZeros)
    {
        using VmaArchive archive = VmaArchive.Open(Corpus.PathOf(Standard));
        VmaDevice device = archive.FindDevice("drive-scsi0")!;
        byte[] before = new byte[device.Size + 512];
        Array.Fill(before, (byte)0xAA);
        File.WriteAllBytes(Target("disk"), before);
        VmaExport export = new(archive);
        export.AddExisting(device, Target("disk"), writeZeros);
        Assert.Null(export.Run().Outputs.Single().Error);

        DiskSink disks = new();
        VmaPassResult pass = archive.ReadForward([disks]);
        byte[] disk = disks[device.DeviceId].ToArray(device.Size);
        byte[] after = File.ReadAllBytes(Target("disk"));
        Assert.Equal(before.Length, after.Length);
        Assert.All(after.Skip((int)device.Size), static b => Assert.Equal(0xAA, b));
        long kept = Enumerable.Range(0, disk.Length).LongCount(i => after[i] != disk[i]);
        long zeros = pass.Devices.First(d => d.Device.DeviceId == device.DeviceId).ZeroBytes;
        Assert.Equal(writeZeros ? 0 : zeros, kept);
    }

    [Theory]
    [InlineData(-512)]
    [InlineData((4 << 20) + 512)]
    public void Target_of_the_wrong_size_is_refused_and_untouched(long difference)
    {
        using VmaArchive archive = VmaArchive.Open(Corpus.PathOf(Standard));
        VmaDevice device = archive.FindDevice("drive-scsi2")!;
        File.WriteAllBytes(Target("disk"), new byte[device.Size + difference]);
        VmaException error = Assert.Throws<VmaException>(() => new VmaExport(archive).AddExisting(device, Target("disk")));
        Assert.Equal(VmaCodes.TargetTooSmall, error.Code);
    }

    [Fact]
    public void Zeros_take_no_room()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "allocated blocks are asked from stat");
        using VmaArchive archive = VmaArchive.Open(Corpus.PathOf("allzero-1g"));
        Export(archive, archive.Devices, new VmaExportOptions());
        Assert.Equal(1L << 30, new FileInfo(Target("drive-scsi0.raw")).Length);
        Assert.Equal("0", Tool.Stat.Run("-c", "%b", Target("drive-scsi0.raw")).Trim());
    }

    [Fact]
    public void Target_that_cannot_be_written_is_one_clear_error()
    {
        File.WriteAllText(Target("file"), string.Empty);
        using VmaArchive archive = VmaArchive.Open(Corpus.PathOf(Standard));
        VmaExport export = new(archive);
        export.Add(archive.Devices[0], Path.Combine(Target("file"), "a.raw"));
        VmaException error = Assert.Throws<VmaException>(() => export.Run());
        Assert.Equal((VmaCodes.TargetWriteFailed, archive.Devices[0].Name), (error.Code, error.Device));
    }

    [Fact]
    public void Full_disk_is_recognised()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "there is no /dev/full here");
        using FileStream full = new("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 1);
        Assert.True(TargetErrors.IsDiskFull(Assert.ThrowsAny<IOException>(() => full.Write(new byte[4096]))));
    }

    [Fact]
    public void Room_is_judged_by_what_is_surely_needed()
    {
        using VmaArchive archive = VmaArchive.Open(Corpus.PathOf("allzero-1g"));
        RoomNeed raw = new(archive.Devices[0], Target("a.raw"), null);
        RoomNeed image = raw with { TakesNominalSize = false };
        RoomNeed isFixed = raw with { TakesNominalSize = true };

        // 1 GiB of zeros: nothing is needed where the volume has holes, all of it where not.
        Assert.Empty(RoomCheck.Run(archive, [raw], _ => TargetVolume.FromFormat("/", 2L << 30, "ext4")));
        Assert.Single(RoomCheck.Run(archive, [raw], _ => TargetVolume.FromFormat("/", 1 << 20, "ext4")));
        Assert.Single(RoomCheck.Run(archive, [image], _ => TargetVolume.FromFormat("/", 1 << 20, "vfat")));
        Assert.Equal(VmaCodes.TargetNoSpace, Refusal(raw, "exfat", 1 << 20));
        Assert.Equal(VmaCodes.TargetNoSpace, Refusal(isFixed, "ext4", 1 << 20));
        Assert.Empty(RoomCheck.Run(archive, [raw], _ => TargetVolume.FromFormat("/", null, "ext4")));

        string Refusal(RoomNeed need, string format, long free) =>
            Assert.Throws<VmaException>(() => RoomCheck.Run(archive, [need], _ => TargetVolume.FromFormat("/", free, format))).Code;
    }

    [Fact]
    public void File_too_large_for_the_file_system_is_refused_before_anything_is_written()
    {
        byte[] bytes = new ArchiveForge().Device(1, "drive-scsi0", 5L << 30).Extent(static e => e.Cluster(1, 0)).Build();
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(bytes));
        RoomNeed need = new(archive.Devices[0], Target("a.raw"), null);
        VmaException error = Assert.Throws<VmaException>(
            () => RoomCheck.Run(archive, [need], _ => TargetVolume.FromFormat("/mnt/stick", 1L << 40, "vfat")));
        Assert.Equal(VmaCodes.TargetFileTooLarge, error.Code);
    }

    [Fact]
    public void Compressed_archive_is_not_decompressed_to_judge_the_room()
    {
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path("corpus/" + Standard + ".vma.zst"));
        string warning = Assert.Single(RoomCheck.Run(
            archive, [new RoomNeed(archive.FindDevice("drive-scsi0")!, Target("a.raw"), null)], _ => TargetVolume.FromFormat("/", 1 << 20, "ext4")));
        Assert.Contains("unknown", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Volume_of_a_path_that_does_not_exist_yet_is_found()
    {
        TargetVolume volume = TargetVolume.Of(Path.Combine(_folder.FullName, "a", "b", "c.raw"));
        Assert.True(volume.FreeBytes > 0);
    }

    private VmaExportResult Export(VmaArchive archive, IReadOnlyList<VmaDevice> devices, VmaExportOptions options)
    {
        VmaExport export = new(archive, options);
        foreach (VmaDevice device in devices)
        {
            export.Add(device, Target(device.Name + ImageFormats.Get(options.Format).Extension));
        }

        return export.Run();
    }

    private string Target(string name) => _folder.File(name);

    private static IEnumerable<string> FilesIn(string folder) => Directory.GetFiles(folder).Select(static f => Path.GetFileName(f)).Order(StringComparer.Ordinal);

    private sealed class RefusingTarget(VmaDevice device, string path, bool refuses = true) : ExportTarget(device, path, null)
    {
        protected override ImageWriter OpenCore(CancellationToken cancellationToken) => new Writer(Device.Size, refuses);

        protected override void PublishCore()
        {
        }

        private sealed class Writer(long size, bool refuses) : ImageWriter(new MemoryStream(), size, size)
        {
            protected override void WriteCore(long offset, ReadOnlySpan<byte> data)
            {
                if (refuses)
                {
                    throw new VmaException(VmaCodes.ImageTooLarge, "No more fits.");
                }
            }

            protected override void CompleteCore()
            {
            }
        }
    }

    private sealed class CancellingSink(CancellationTokenSource stop) : VmaSink
    {
        public override void OnZeros(VmaDevice device, long offset, long length) => stop.Cancel();
    }
}
