using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Cli.Tests;

public sealed class ExtractTests : Workspace
{
    public static TheoryData<string> Names => [.. Corpus.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_byte_is_true(string name)
    {
        Outcome outcome = Vma.Run("extract", Corpus.PathOf(name), Out).Expect(0);
        AssertExtracted(name, Out);
        Assert.Equal(
            Corpus.Devices(name).Where(static d => d.Name != "vmstate").Select(d => $"DEVINFO {Path.Combine(Out, $"tmp-disk-{d.Name}.raw")} {d.Size}"),
            outcome.Lines);
        Assert.Empty(outcome.Error);
    }

    [Fact]
    public void Disks_that_no_checksum_covers_are_taken_by_an_option_of_its_own()
    {
        ArchiveForge forge = new ArchiveForge().Device(1, "drive-a", 65536).Extent(static e => e.Cluster(1, 0));
        byte[] content = forge.Build();
        int block = (content.Length << 3) | 1;

        // A zstd frame of one raw block, without a checksum, and what is none behind it.
        string file = Write("unproven.vma.zst", [0x28, 0xb5, 0x2f, 0xfd, 0, 0x50, (byte)block, (byte)(block >> 8), (byte)(block >> 16), .. content, 1, 2, 3, 4]);
        Outcome outcome = Vma.Run("extract", file, Out).Expect(2);
        Assert.Contains("--allow-unproven", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("AllowUnproven", outcome.Error, StringComparison.Ordinal);
        Assert.Empty(FilesIn(Out));
        Vma.Run("extract", "--allow-unproven", file, Here("taken"));
        Assert.Equal(["disk-drive-a.raw"], FilesIn(Here("taken")));
    }

    [Theory]
    [InlineData(Sample)]
    [InlineData("shuffled")]
    [InlineData("gaps-between-slots")]
    [InlineData("nodisk")]
    public void Output_and_files_are_those_of_Proxmox(string name)
    {
        Outcome judge = Vma.Judge("extract", "-v", Corpus.PathOf(name), Here("judge")).Expect(0);
        Outcome ours = Vma.Run("extract", "-v", Corpus.PathOf(name), Here("ours-")).Expect(0);

        // How often progress is printed hangs on the size of what is read at once; its last line and all others do not.
        static IEnumerable<string> Stable(Outcome outcome) => outcome.Lines.Where(static l => !l.StartsWith("progress ", StringComparison.Ordinal));
        Assert.Equal(Stable(judge), Stable(ours).Select(static l => l.Replace("/ours-/", "/judge/", StringComparison.Ordinal)));
        Assert.Equal(FilesIn(Here("judge")), FilesIn(Here("ours-")));
        Assert.All(FilesIn(Here("judge")), f => Assert.Equal(Digest(Here($"judge/{f}")), Digest(Here($"ours-/{f}"))));
    }

    [Fact]
    public void Progress_lines_read_as_scripts_expect()
    {
        string[] lines = [.. Vma.Run("extract", Corpus.PathOf(Sample), Out, "-v").Expect(0).Lines.Where(static l => l.StartsWith("progress ", StringComparison.Ordinal))];
        Assert.NotEmpty(lines);
        Assert.All(lines, static l => Assert.Matches(@"^progress \d{1,3}% \(read \d+ bytes, duration \d+ sec\)$", l));
        Assert.StartsWith("progress 100% ", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Small_devices_do_not_divide_by_zero()
    {
        string file = Write("s.vma", new ArchiveForge().Device(1, "drive-a", 512).Extent(static e => e.Cluster(1, 0, 1)).Build());
        Outcome outcome = Vma.Run("extract", "-v", file, Out).Expect(0);
        Assert.Contains("total bytes read 65536, sparse bytes 0 (0%)", outcome.Lines);
        Assert.Equal(512, new FileInfo(Path.Combine(Out, "disk-drive-a.raw")).Length);
    }

    [Fact]
    public void A_drive_list_chooses()
    {
        Outcome outcome = Vma.Run("extract", Corpus.PathOf(Sample), Out, "-d", "drive-scsi2,drive-efidisk0").Expect(0);
        AssertExtracted(Sample, Out, static d => d is "drive-scsi2" or "drive-efidisk0");
        Assert.Equal(2, outcome.Lines.Length);
    }

    [Fact]
    public void A_drive_that_is_not_there_is_told_before_anything_is_made()
    {
        Assert.Contains("drive-scsi9", Vma.Run("extract", Corpus.PathOf(Sample), Out, "-d", "drive-scsi9").Expect(2).Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Out));
    }

    [Fact]
    public void A_drive_list_leaves_the_memory_in()
    {
        Vma.Run("extract", Corpus.PathOf("vmstate"), Out, "-d", "drive-scsi2").Expect(0);
        AssertExtracted("vmstate", Out);
    }

    [Fact]
    public void A_pipe_is_extracted_forward()
    {
        Vma.Run(Corpus.Bytes("shuffled"), null, "extract", "-", Out).Expect(0);
        AssertExtracted("shuffled", Out);
    }

    [Fact]
    public void A_folder_that_exists_is_left_alone()
    {
        Directory.CreateDirectory(Out);
        Outcome outcome = Vma.Run("extract", Corpus.PathOf(Sample), Out).Expect(2);
        Assert.Contains("unable to create target directory", outcome.Error, StringComparison.Ordinal);
        Assert.Empty(FilesIn(Out));
        Vma.Run("extract", Corpus.PathOf(Sample), Write("file", "x")).Expect(2);
        Assert.Equal("x\n", File.ReadAllText(Here("file")));
    }

    [Fact]
    public void Only_the_last_folder_of_the_path_is_made_by_Proxmox_and_the_rest_here_as_well()
    {
        Vma.Run("extract", Corpus.PathOf("nodisk"), Here("a/b/c")).Expect(0);
        Assert.Equal(["qemu-server.conf"], FilesIn(Here("a/b/c")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_comes_of_a_private_archive_is_private(bool salvages)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "files have other rights there");
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        string archive = Write("private.vma", Corpus.Bytes(Sample));
        File.SetUnixFileMode(archive, Mine);
        Vma.Run(["extract", archive, Out, .. salvages ? ["--salvage"] : Array.Empty<string>()]).Expect(0);
        Assert.Equal(Mine | UnixFileMode.UserExecute, File.GetUnixFileMode(Out));
        Assert.NotEmpty(FilesIn(Out));
        foreach (string file in FilesIn(Out))
        {
            Assert.Equal(Mine, File.GetUnixFileMode(Path.Combine(Out, file)));
        }

        File.SetUnixFileMode(archive, Mine | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        Vma.Run("extract", archive, Here("open")).Expect(0);
        Assert.Equal(File.GetUnixFileMode(Directory.CreateDirectory(Here("other")).FullName), File.GetUnixFileMode(Here("open")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_link_in_the_folders_place_is_not_followed(bool salvages)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "making links takes a right there");
        File.CreateSymbolicLink(Out, Here("elsewhere"));
        Outcome outcome = Vma.Run(["extract", Corpus.PathOf(Sample), Out, .. salvages ? ["--salvage"] : Array.Empty<string>()]).Expect(2);
        Assert.Contains("TargetExists", outcome.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Here("elsewhere")));
    }

    [Fact]
    public void On_a_full_disk_a_config_is_whole_or_not_there()
    {
        using TinyVolume volume = TinyVolume.Mount(40);
        Outcome outcome = Vma.Run("extract", Fixtures.Path("hostile/bigconf.vma.zst"), volume.File("out")).Expect(2);
        Assert.Contains("TargetNoSpace", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("qemu-server.conf", outcome.Error, StringComparison.Ordinal);
        Assert.Empty(FilesIn(volume.File("out")));
        Directory.Delete(volume.File("out"));
    }

    [Fact]
    public void On_a_full_disk_it_is_told_what_became_of_each_disk()
    {
        using TinyVolume volume = TinyVolume.Mount(400);
        Outcome outcome = Vma.Run("extract", Corpus.PathOf(Sample) + ".zst", volume.File("out")).Expect(2);
        Assert.Matches("TargetNoSpace: .*Device: drive-scsi0", outcome.Error);
        Assert.Equal(
            ["disk-drive-efidisk0.raw", "disk-drive-scsi2.raw", "disk-drive-tpmstate0-backup.raw"],
            FilesIn(volume.File("out")).Where(static f => f.EndsWith(".raw", StringComparison.Ordinal)));

        // Nothing is damaged.
        Assert.DoesNotContain("salvage", outcome.Error, StringComparison.Ordinal);
        Directory.Delete(volume.File("out"), recursive: true);
    }

    [Theory]
    [InlineData("qcow2", ".qcow2", new byte[] { (byte)'Q', (byte)'F', (byte)'I', 0xfb })]
    [InlineData("vhdx", ".vhdx", new[] { (byte)'v', (byte)'h', (byte)'d', (byte)'x' })]
    [InlineData("VMDK", ".vmdk", new[] { (byte)'K', (byte)'D', (byte)'M', (byte)'V' })]
    public void Format_writes_images(string format, string extension, byte[] magic)
    {
        Outcome outcome = Vma.Run("extract", "--format", format, Corpus.PathOf(Sample), Out, "-d", "drive-scsi0").Expect(0);
        byte[] image = File.ReadAllBytes(Path.Combine(Out, $"disk-drive-scsi0{extension}"));
        Assert.Equal(magic, image[..4]);
        Assert.Contains($"tmp-disk-drive-scsi0{extension} 8388608", outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Disks_are_sparse()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "stat's block count is read on Linux");
        Vma.Run("extract", Corpus.PathOf("allzero-1g"), Out).Expect(0);
        string blocks = Tool.Stat.Run("-c", "%b", Path.Combine(Out, "disk-drive-scsi0.raw"));
        Assert.InRange(int.Parse(blocks, System.Globalization.CultureInfo.InvariantCulture), 0, 2048);
    }
}
