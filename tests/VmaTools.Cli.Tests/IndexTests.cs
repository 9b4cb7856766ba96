using System;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Cli.Tests;

/// <summary><c>vma index</c></summary>
public sealed class IndexTests : Workspace
{
    private static string Packed => Fixtures.Path($"corpus/{Sample}.vma.zst");

    [Fact]
    public void Builds_an_index_where_it_is_told_to()
    {
        Outcome outcome = Vma.Run("index", Packed, "-o", Here("index")).Expect(0);
        Assert.Equal($"{Here("index")}: {new FileInfo(Here("index")).Length} bytes, 1 checkpoints\n", outcome.Text);
        Assert.Equal(string.Empty, outcome.Error);
        Assert.Equal(["index"], FilesIn(Root));
    }

    [Fact]
    public void Builds_it_beside_the_archive_and_tells_how_far_it_is()
    {
        string archive = Write("backup.vma.zst", File.ReadAllBytes(Packed));
        Outcome outcome = Vma.Run("index", archive, "--beside", "-v").Expect(0);
        Assert.Contains("progress 100% (read ", outcome.Text, StringComparison.Ordinal);
        Assert.Equal(["backup.vma.zst", "backup.vma.zst.vmaindex"], FilesIn(Root));
    }

    [Fact]
    public void Tells_that_an_archive_is_damaged()
    {
        byte[] bytes = File.ReadAllBytes(Packed);
        bytes[bytes.Length / 2] ^= 0x10;
        string archive = Write("backup.vma.zst", bytes);
        Assert.Contains("is damaged", Vma.Run("index", archive, "-o", Here("index")).Expect(0).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verify")]
    [InlineData("extract")]
    public void A_pass_leaves_it_in_the_cache_folder_unless_the_archive_is_damaged(string command)
    {
        byte[] bytes = File.ReadAllBytes(Packed);
        string archive = Write("backup.vma.zst", bytes);
        bytes[bytes.Length / 2] ^= 0x10;
        string damaged = Write("damaged.vma.zst", bytes);
        Assert.Equal(string.Empty, Pass(command, archive).Expect(0).Error);
        Assert.StartsWith("backup.vma.zst.", Assert.Single(FilesIn(Here("cache/VmaTools"))), StringComparison.Ordinal);
        Assert.Contains("no index was made", Pass(command, damaged).Error, StringComparison.Ordinal);
        Assert.Single(FilesIn(Here("cache/VmaTools")));
    }

    private Outcome Pass(string command, string archive)
    {
        string[] rest = command == "extract" ? [archive, $"{archive}.out"] : [archive];
        return Vma.Finish(Vma.StartWith("XDG_CACHE_HOME", Here("cache"), [command, "--index", .. rest]), null);
    }

    [Fact]
    public void What_is_not_compressed_has_one_of_its_extents()
    {
        Assert.Contains(" 0 checkpoints", Vma.Run("index", Corpus.PathOf(Sample), "-o", Here("index")).Expect(0).Text, StringComparison.Ordinal);
        Vma.Run("ls", Corpus.PathOf(Sample), "--index-path", Here("index"));
        Assert.Contains("ItemNotFound", Vma.Run("df", Corpus.PathOf(Sample), "--index-path", Here("none")).Expect(2).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Makes_a_catalog_of_the_files_that_find_looks_into()
    {
        string archive = Write("vzdump-qemu-101-2026_11_20-02_00_00.vma.zst", File.ReadAllBytes(Fixtures.Path("disks/gpt-linux.vma.zst")));
        string other = Write("vzdump-qemu-102-2026_11_20-02_00_00.vma.zst", File.ReadAllBytes(Packed));
        Outcome made = Vma.Run("index", archive, "--beside", "--files").Expect(0);
        Assert.Contains($"{archive}.vmafiles: {new FileInfo(archive + ".vmafiles").Length} bytes, ", made.Text, StringComparison.Ordinal);
        Outcome found = Vma.Run("find", Root, "--name", "ONE", "--name", "len-10?", "--volume", "p2").Expect(2);
        Assert.Equal(
            ["drive-scsi0/p2:/basics/len-100", "drive-scsi0/p2:/basics/one", "drive-scsi0/p2:/xattr/one"],
            found.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => l.Split(' ')[^1]).Order(StringComparer.Ordinal));
        Assert.Contains($"not searched: {other}: There is no catalog of its files.", found.Error, StringComparison.Ordinal);
        string[] lines = Vma.Run("find", Root, "--vmid", "101", "--larger-than", "100000", "--after", "2020-01-01").Expect(0).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(lines);
        Assert.All(lines, static l => Assert.True(long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], System.Globalization.CultureInfo.InvariantCulture) > 100_000, l));
        Assert.Empty(Vma.Run("find", archive, "--name", "no such file").Expect(0).Text);
        Assert.Contains("ItemNotFound", Vma.Run("find", Here("none")).Expect(2).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_warns_of_a_volume_that_no_catalog_has()
    {
        string archive = Write("vzdump-qemu-101-2026_11_20-02_00_00.vma.zst", File.ReadAllBytes(Fixtures.Path("disks/gpt-linux.vma.zst")));
        Assert.DoesNotContain("has a volume", Vma.Run("find", archive, "--volume", "nosuch").Expect(2).Error, StringComparison.Ordinal);
        Vma.Run("index", archive, "--beside", "--files").Expect(0);
        Outcome outcome = Vma.Run("find", archive, "--volume", "nosuch", "--volume", "p2", "--name", "one").Expect(0);
        Assert.Equal("vma: warning: none of the 1 catalog(s) that were searched has a volume 'nosuch'\n", outcome.Error);
        Assert.Equal(2, outcome.Lines.Length);
    }

    [Fact]
    public void A_catalog_of_locked_volumes_takes_what_opens_them()
    {
        string archive = Write("locked.vma.zst", File.ReadAllBytes(Fixtures.Path("locked/luks.vma.zst")));
        Assert.Contains("warning: the catalog has no files of drive-scsi0/p1: ", Vma.Run("index", archive, "--beside", "--files").Expect(0).Error, StringComparison.Ordinal);
        string pass = Write("pass", "correct horse battery");
        Assert.Empty(Vma.Run("index", archive, "--beside", "--files", "--passphrase-file", pass).Expect(0).Error);
        Assert.Equal(3, Vma.Run("find", archive, "--name", "numbers.txt").Expect(0).Lines.Length);
        Assert.Contains("--files", Vma.Run("index", archive, "--beside", "--passphrase-file", pass).Expect(1).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_leaves_a_catalog_of_what_is_whole()
    {
        string archive = Write("tested.vma.zst", File.ReadAllBytes(Fixtures.Path("disks/gpt-linux.vma.zst")));
        Outcome first = Vma.Run("verify", archive, "--index", "--files");
        Assert.Contains("files and folders", first.Text, StringComparison.Ordinal);
        Assert.NotEmpty(Vma.Run("find", archive, "--name", "one").Expect(0).Lines);
        Assert.DoesNotContain("files and folders", Vma.Run("verify", archive, "--index", "--files").Expect(0).Text, StringComparison.Ordinal);
        byte[] bytes = File.ReadAllBytes(archive);
        bytes[bytes.Length / 2] ^= 1;
        Assert.DoesNotContain("files and folders", Vma.Run("verify", Write("bad.vma.zst", bytes), "--index", "--files").Expect(2).Text, StringComparison.Ordinal);
        Assert.Contains("SourceNotReopenable", Vma.Run(File.ReadAllBytes(archive), null, "verify", "-", "--index", "--files").Expect(2).Error, StringComparison.Ordinal);
        Assert.Contains("--index", Vma.Run("verify", archive, "--files").Expect(1).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Replaces_nothing_but_an_index()
    {
        foreach (byte[] content in new byte[][] { "my notes\n"u8.ToArray(), [], [.. "VMAFILES"u8, 1, 2, 3] })
        {
            string kept = Write("keep.txt", content);
            Outcome refused = Vma.Run("index", Packed, "-o", kept).Expect(2);
            Assert.StartsWith("vma: TargetExists: ", refused.Error, StringComparison.Ordinal);
            Assert.Contains(kept, refused.Error, StringComparison.Ordinal);
            Assert.Equal(content, File.ReadAllBytes(kept));
            Assert.Equal(["keep.txt"], FilesIn(Root));
        }

        string archive = Write("backup.vma.zst", File.ReadAllBytes(Packed));
        string beside = Write("backup.vma.zst.vmaindex", "my notes");
        Assert.StartsWith("vma: TargetExists: ", Vma.Run("index", archive, "--beside").Expect(2).Error, StringComparison.Ordinal);
        Assert.Equal("my notes\n", File.ReadAllText(beside));
        string older = Write("older", [.. "VMAINDEX"u8, 1, 2, 3]);
        Vma.Run("index", Packed, "-o", older).Expect(0);
        Assert.True(new FileInfo(older).Length > 11);
        Vma.Run("index", Packed, "-o", older).Expect(0);
    }

    [Fact]
    public void Replaces_nothing_but_a_catalog_and_begins_nothing_before()
    {
        string archive = Write("backup.vma.zst", File.ReadAllBytes(Packed));
        string beside = Write("backup.vma.zst.vmafiles", "my notes");
        Assert.StartsWith("vma: TargetExists: ", Vma.Run("index", archive, "--beside", "--files").Expect(2).Error, StringComparison.Ordinal);
        Assert.Equal("my notes\n", File.ReadAllText(beside));
        Assert.Equal(["backup.vma.zst", "backup.vma.zst.vmafiles"], FilesIn(Root));
    }

    [Theory]
    [InlineData]
    [InlineData("--files")]
    public void An_index_that_is_named_and_not_there_is_told_before_anything_is_built(params string[] options)
    {
        string archive = Write("backup.vma.zst", File.ReadAllBytes(Packed));
        Outcome outcome = Vma.Run(["index", archive, "--beside", "--index-path", Here("nope"), .. options]).Expect(2);
        Assert.StartsWith("vma: ItemNotFound: ", outcome.Error, StringComparison.Ordinal);
        Assert.Empty(outcome.Text);
        Assert.Equal(["backup.vma.zst"], FilesIn(Root));
    }

    [Fact]
    public void An_index_goes_to_one_place()
    {
        string archive = Write("backup.vma.zst", File.ReadAllBytes(Packed));
        Assert.Contains("--beside", Vma.Run("index", "--files", "--beside", "-o", Here("x"), archive).Expect(1).Error, StringComparison.Ordinal);
        Assert.Equal(["backup.vma.zst"], FilesIn(Root));
    }
}
