using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading.Tasks;
using Xunit;

namespace VmaTools.Cli.Tests;

/// <summary><c>-r</c>: existing files written over, as a map says.</summary>
public sealed class RestoreMapTests : Workspace
{
    [Fact]
    public void Two_disks_for_one_target_are_refused_before_the_first_byte()
    {
        byte[] archive = new ArchiveForge().Device(1, "first", 65536).Device(2, "second", 65536)
            .Extent(static e => e.Cluster(1, 0).Cluster(2, 0)).Build();
        string target = Write("target", new byte[65536]);
        Outcome outcome = Vma.Run(
            "extract", Write("a.vma", archive), "-r", Write("map", $"1:first={target}", $"1:second={Here("../" + Path.GetFileName(Root) + "/target")}"), Out).Expect(2);
        Assert.Contains("SingleFileTarget", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("'first' (1) and 'second' (2)", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(new byte[65536], File.ReadAllBytes(target));
    }

    [Fact]
    public void A_map_that_never_ends_is_none()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "there is no such device here");
        Assert.Contains("MapInvalid", Vma.Run("extract", "-r", "/dev/zero", Corpus.PathOf(Sample), Out).Expect(2).Error, StringComparison.Ordinal);
    }

    private const string Disk = "drive-scsi2";
    private const int DiskSize = 1_049_088;
    private const string Others = "skip=drive-efidisk0\nskip=drive-scsi0\nskip=drive-tpmstate0-backup";

    private static string Digests(string device) => Corpus.Devices(Sample).Single(d => d.Name == device).Digest;

    [Fact]
    public void One_writes_zeros_too_whatever_was_there()
    {
        string target = Write("target", Filled(DiskSize, 0xaa));
        Outcome outcome = Vma.Run("extract", "-r", Write("map", Others, $"1:{Disk}={target}", "done", "rubbish after the end"), Corpus.PathOf(Sample), Out).Expect(0);
        Assert.Equal(Digests(Disk), Digest(target));
        Assert.Equal(["qemu-server.conf", "qemu-server.fw"], FilesIn(Out));
        Assert.Equal(Vma.Run("list", Corpus.PathOf(Sample)).Text, outcome.Text);
    }

    [Fact]
    public void Zero_leaves_what_the_target_held()
    {
        string target = Write("target", Filled(DiskSize, 0xaa));
        Vma.Run("extract", Corpus.PathOf(Sample), "-r", Write("map", Others, $"0:{Disk}={target}"), Out).Expect(0);
        byte[] written = File.ReadAllBytes(target);
        Vma.Run("extract", Corpus.PathOf(Sample), Here("plain"), "-d", Disk).Expect(0);
        byte[] truth = File.ReadAllBytes(Here($"plain/disk-{Disk}.raw"));
        Assert.Equal(truth.Length, written.Length);
        int kept = 0;
        for (int block = 0; block < truth.Length; block += 4096)
        {
            int length = Math.Min(4096, truth.Length - block);
            bool isZero = truth.AsSpan(block, length).IndexOfAnyExcept((byte)0) < 0;
            kept += isZero ? 1 : 0;
            Assert.True(written.AsSpan(block, length).SequenceEqual(isZero ? Filled(length, 0xaa) : truth.AsSpan(block, length)), $"block at {block}");
        }

        Assert.NotEqual(0, kept);
    }

    [Fact]
    public void Everything_goes_as_Proxmox_has_it()
    {
        string[] targets = [.. Corpus.Devices(Sample).Select(d => Write($"t-{d.Name}", new byte[d.Size]))];
        string map = Write("map", [.. Corpus.Devices(Sample).Select((d, i) => $"format=raw:{i % 2}:{d.Name}={targets[i]}"), "done"]);
        Outcome judge = Vma.Judge("extract", Corpus.PathOf(Sample), "-r", map, Here("judge")).Expect(0);
        string[] digests = [.. targets.Select(Digest)];
        Assert.Equal(Corpus.Devices(Sample).Select(static d => d.Digest), digests);
        Assert.All(targets, static t => File.WriteAllBytes(t, new byte[new FileInfo(t).Length]));
        Outcome ours = Vma.Run("extract", Corpus.PathOf(Sample), "-r", map, Out).Expect(0);
        Assert.Equal(judge.Text, ours.Text);
        Assert.Equal(digests, targets.Select(Digest));
        Assert.Equal(FilesIn(Here("judge")), FilesIn(Out));
    }

    [Fact]
    public void A_device_without_a_line_is_told_and_no_target_is_touched()
    {
        string target = Write("target", Filled(DiskSize, 0xaa));
        Outcome outcome = Vma.Run("extract", Corpus.PathOf(Sample), "-r", Write("map", $"1:{Disk}={target}", "done"), Out).Expect(2);
        Assert.Contains("no device name mapping for drive-efidisk0", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(Filled(DiskSize, 0xaa), File.ReadAllBytes(target));
    }

    [Fact]
    public void A_drive_list_frees_the_others_from_needing_a_line()
    {
        string target = Write("target", new byte[DiskSize]);
        Vma.Run("extract", Corpus.PathOf(Sample), "-d", Disk, "-r", Write("map", $"0:{Disk}={target}"), Out).Expect(0);
        Assert.Equal(Digests(Disk), Digest(target));
    }

    [Theory]
    [InlineData("")]
    [InlineData("format=raw:")]
    [InlineData("format=raw:throttling.bps=100000000:throttling.group=all:cache=none:")]
    [InlineData("cache=writeback:throttling.bps=100000000:")]
    public void Options_of_a_line_are_understood(string options)
    {
        string target = Write("target", new byte[DiskSize]);
        Vma.Run("extract", Corpus.PathOf(Sample), "-d", Disk, "-r", Write("map", $"{options}1:{Disk}={target}"), Out).Expect(0);
        Assert.Equal(Digests(Disk), Digest(target));
    }

    [Theory]
    [InlineData("format=qcow2:1:drive-scsi2=@")]
    [InlineData("format=raw")]
    [InlineData("throttling.bps=fast:1:drive-scsi2=@")]
    [InlineData("2:drive-scsi2=@")]
    [InlineData("drive-scsi2=@")]
    [InlineData("1:=@")]
    [InlineData("1:drive-scsi2=")]
    [InlineData("skip")]
    [InlineData("skip=")]
    public void A_line_that_is_not_understood_is_an_error(string line)
    {
        string target = Write("target", Filled(DiskSize, 1));
        Outcome outcome = Vma.Run(
            "extract", Corpus.PathOf(Sample), "-d", Disk, "-r", Write("map", line.Replace("@", target, StringComparison.Ordinal)), Out).Expect(2);
        Assert.Contains("read map failed", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(Filled(DiskSize, 1), File.ReadAllBytes(target));
    }

    [Theory]
    [InlineData(DiskSize + (4 << 20), 0)]
    [InlineData(DiskSize - 1, 2)]
    [InlineData(DiskSize + (4 << 20) + 1, 2)]
    [InlineData(-1, 2)]
    public void The_target_has_the_size_of_the_device_or_up_to_4_MiB_more(long size, int exitCode)
    {
        string target = Here("target");
        if (size >= 0)
        {
            Write("target", new byte[size]);
        }

        Outcome outcome = Vma.Run("extract", Corpus.PathOf(Sample), "-d", Disk, "-r", Write("map", $"1:{Disk}={target}"), Out).Expect(exitCode);
        Assert.Equal(size >= 0, File.Exists(target));
        if (exitCode == 0)
        {
            Assert.Equal(Digests(Disk), Corpus.Hex(SHA256.HashData(File.ReadAllBytes(target).AsSpan(0, DiskSize))));
            Assert.Equal(size, new FileInfo(target).Length);
        }
        else
        {
            Assert.Contains(target, outcome.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Throttling_holds_the_rate()
    {
        string target = Write("target", new byte[DiskSize]);
        Stopwatch watch = Stopwatch.StartNew();
        Vma.Run("extract", Corpus.PathOf(Sample), "-d", Disk, "-r", Write("map", $"throttling.bps=100000:1:{Disk}={target}"), Out).Expect(0);
        Assert.Equal(Digests(Disk), Digest(target));
        Assert.True(watch.Elapsed.TotalSeconds > 0.9 * StoredBytes() / 100_000, $"{watch.Elapsed.TotalSeconds} s for {StoredBytes()} stored bytes");
    }

    [Fact]
    public async Task The_map_comes_through_a_fifo_after_the_list()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "there are no fifos on this system");
        string fifo = Here("fifo");
        new Tool("mkfifo").Run(fifo);

        string target = Write("target", new byte[DiskSize]);
        using Process process = Vma.Start("extract", "-d", Disk, "-r", fifo, Corpus.PathOf(Sample), Out);

        // As Proxmox's restore does: read the list to its last line, and only then answer.
        string? line;
        do
        {
            line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        }
        while (line is not null && !line.StartsWith("CTIME:", StringComparison.Ordinal));
        Assert.NotNull(line);
        await File.WriteAllTextAsync(fifo, $"0:{Disk}={target}\ndone\n", TestContext.Current.CancellationToken);
        Vma.Finish(process, null).Expect(0);
        Assert.Equal(Digests(Disk), Digest(target));
    }

    private static byte[] Filled(int length, byte value)
    {
        byte[] bytes = new byte[length];
        Array.Fill(bytes, value);
        return bytes;
    }

    /// <summary>What the disk's non-zero 4 KiB blocks amount to.</summary>
    private long StoredBytes()
    {
        byte[] disk = File.ReadAllBytes(Here("target"));
        return Enumerable.Range(0, disk.Length / 4096).Count(i => disk.AsSpan(i * 4096, 4096).IndexOfAnyExcept((byte)0) >= 0) * 4096L;
    }
}
