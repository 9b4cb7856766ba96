using System;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Cli.Tests;

/// <summary>Archives that are broken, or made to break out.</summary>
public sealed class HostileArchiveTests : Workspace
{
    public static TheoryData<string, int[], int> Expectations => new()
    {
        { "blockcount-plus1.vma", [], 2 },
        { "cluster-far-beyond.vma", [2, 3, 4], 2 },
        { "cut-at-extent.vma", [1, 3], 2 },
        { "cut-in-data.vma", [1], 2 },
        { "data-bitflip.vma", [1, 2, 3, 4], 0 },
        { "devname-drive.vma", [1, 2, 3, 4], 0 },
        { "devname-traversal.vma", [1, 2, 3, 4], 0 },
        { "extent-bitflip.vma", [1], 2 },
        { "extent-removed.vma", [1], 2 },
        { "extent-twice.vma", [], 2 },
    };

    [Theory]
    [MemberData(nameof(Expectations))]
    public void Whole_devices_come_out_and_no_others(string name, int[] whole, int exitCode)
    {
        Outcome outcome = Vma.Run("extract", Write("x.vma", Corpus.Damaged(name)), Out).Expect(exitCode);
        string[] disks = [.. FilesIn(Out).Where(static f => !f.StartsWith("qemu-server.", StringComparison.Ordinal))];
        Assert.Equal(whole.Length, disks.Length);
        foreach ((string device, int id, _, string digest) in Corpus.Devices(Sample))
        {
            bool isRenamed = name.StartsWith("devname-", StringComparison.Ordinal) && id == 2;
            if (isRenamed)
            {
                Assert.Equal(digest, Digest(Path.Combine(Out, disks.Except(Corpus.Devices(Sample).Select(static d => $"disk-{d.Name}.raw")).Single())));
            }
            else if (whole.Contains(id))
            {
                Assert.Equal(name == "data-bitflip.vma" && id == 2, digest != Digest(Path.Combine(Out, $"disk-{device}.raw")));
            }
            else
            {
                Assert.Contains($"DeviceNotWhole: ", outcome.Error, StringComparison.Ordinal);
                Assert.Contains(outcome.Error.Split('\n'), l => l.Contains("DeviceNotWhole", StringComparison.Ordinal) && l.Contains(device, StringComparison.Ordinal));
            }
        }

        Assert.Equal(["out", "x.vma"], Directory.GetFileSystemEntries(Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("cut-in-header.vma", "HeaderTruncated")]
    [InlineData("header-md5.vma", "HeaderChecksumMismatch")]
    [InlineData("headersize-2g.vma", "HeaderSizeInvalid")]
    public void A_broken_header_is_one_line_for_every_command(string name, string code)
    {
        string file = Write("x.vma", Corpus.Damaged(name));
        foreach (string[] arguments in new[] { new[] { "list", file }, ["config", file], ["verify", file], ["extract", file, Out] })
        {
            Outcome outcome = Vma.Run(arguments).Expect(2);
            Assert.StartsWith($"vma: {code}: ", outcome.Error, StringComparison.Ordinal);
            Assert.Single(outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.Empty(outcome.Bytes);
        }

        Assert.False(Directory.Exists(Out));
    }

    [Theory]
    [InlineData("../../evil", "../evil.conf")]
    [InlineData("/tmp/vma-evil", "/tmp/vma-evil.conf")]
    [InlineData("..\\..\\evil", "..")]
    [InlineData("C:\\evil", "CON")]
    [InlineData("a:stream", "a:stream")]
    [InlineData("a\nb\u001b[31m", "a\tb")]
    [InlineData(".", "...")]
    [InlineData("NUL", "nul.txt")]
    public void Names_stay_in_the_folder(string device, string config)
    {
        string file = Write("h.vma", new ArchiveForge().Config(config, "text").Device(1, device, 65536).Extent(static e => e.Cluster(1, 0)).Build());
        Outcome outcome = Vma.Run("extract", file, Out).Expect(0);
        string[] files = FilesIn(Out);
        Assert.Equal(2, files.Length);
        Assert.All(files, static f => Assert.DoesNotMatch(@"[/\\:*?""<>|\x00-\x1f]", f));
        Assert.All(files, static f => Assert.DoesNotMatch(@"(?i)^(con|nul)(\..*)?$", f));
        Assert.Equal(["h.vma", "out"], Directory.GetFileSystemEntries(Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("text", File.ReadAllText(Path.Combine(Out, files.Single(static f => !f.StartsWith("disk-", StringComparison.Ordinal)))));
        Assert.DoesNotContain('\u001b', outcome.Text + outcome.Error);
    }

    [Theory]
    [InlineData("disk-drive-a.raw", "drive-a", "drive-b")]
    [InlineData("tmp-disk-drive-a.raw", "drive-a", "drive-b")]
    [InlineData("x", "drive-a", "drive-a")]
    public void Names_that_meet_in_one_file_are_refused_before_anything_is_made(string config, string first, string second)
    {
        string file = Write("c.vma", new ArchiveForge().Config(config, "t").Device(1, first, 65536).Device(2, second, 65536)
            .Extent(static e => e.Cluster(1, 0).Cluster(2, 0)).Build());
        Assert.Contains("OutputNameCollision", Vma.Run("extract", file, Out).Expect(2).Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Out));
    }

    [Fact]
    public void Names_that_differ_in_case_are_two_where_the_file_system_tells_them_apart()
    {
        byte[] archive = new ArchiveForge().Config("Qemu-Server.conf", "1").Config("qemu-server.conf", "2").Device(1, "Drive-A", 65536).Device(2, "drive-a", 65536)
            .Extent(static e => e.Cluster(1, 0).Cluster(2, 0)).Build();
        bool ignoresCase = File.Exists(Write("Case", "x").Replace("Case", "cASE", StringComparison.Ordinal));
        Outcome outcome = Vma.Run("extract", Write("c.vma", archive), Out).Expect(ignoresCase ? 2 : 0);
        if (ignoresCase)
        {
            Assert.Contains("OutputNameCollision", outcome.Error, StringComparison.Ordinal);
            Assert.False(Directory.Exists(Out));
            return;
        }

        Assert.Equal(["Qemu-Server.conf", "disk-Drive-A.raw", "disk-drive-a.raw", "qemu-server.conf"], FilesIn(Out));
        Assert.Equal("1", File.ReadAllText(Path.Combine(Out, "Qemu-Server.conf")));
        Assert.Equal(["Case", "c.vma", "out"], Directory.GetFileSystemEntries(Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_pipe_that_ends_early_leaves_only_the_disk_that_came_whole()
    {
        byte[] archive = Corpus.Bytes(Sample);
        Vma.Run(archive[..200_000], null, "extract", "-", Out).Expect(2);
        Assert.Equal(["disk-drive-efidisk0.raw", "qemu-server.conf", "qemu-server.fw"], FilesIn(Out));
    }
}
