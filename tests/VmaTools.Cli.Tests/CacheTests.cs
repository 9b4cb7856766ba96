using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Xunit;

namespace VmaTools.Cli.Tests;

/// <summary>Random access goes on where its index cannot be kept, with one warning, and leaves nothing behind.</summary>
public sealed class CacheTests : Workspace
{
    private static string Archive => Fixtures.Path($"corpus/{Sample}.vma.zst");

    [Fact]
    public void A_folder_that_is_not_there_is_made_for_its_owner()
    {
        string cache = Here("no/such/folder");
        Outcome outcome = Df(cache, Archive);
        Assert.DoesNotContain("warning", outcome.Error, StringComparison.Ordinal);
        string index = Assert.Single(Directory.GetFiles(Path.Combine(cache, "VmaTools")));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(index));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(index)!));
        }
    }

    [Fact]
    public void A_name_that_is_too_long_is_shortened()
    {
        string archive = Here(new string('字', 78) + ".vma.zst");
        File.Copy(Archive, archive);
        Assert.DoesNotContain("warning", Df(Here("cache"), archive).Error, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(Here("cache/VmaTools")));
        Assert.DoesNotContain("building", Df(Here("cache"), archive).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_cache_is_a_file_there_is_one_warning() => CheckWarning(Write("cache", "a file"));

    [Fact]
    public void Where_the_cache_is_read_only_there_is_one_warning()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "folders have other rights there");
        string cache = Here("cache");
        if (Environment.UserName == "root")
        {
            // Whom rights do not stop.
            Assert.SkipUnless(Directory.Exists("/sys/kernel"), "there is no folder here that root may not write to");
            cache = "/sys/kernel";
        }
        else if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(cache, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        CheckWarning(cache);
    }

    [Fact]
    public void Where_the_cache_is_full_there_is_one_warning()
    {
        using TinyVolume volume = TinyVolume.Mount(64);
        volume.Fill(left: 0);
        Directory.CreateDirectory(volume.File("VmaTools"));
        CheckWarning(volume.File(string.Empty));
        Assert.Empty(Directory.GetFileSystemEntries(volume.File("VmaTools")));
        Directory.Delete(volume.File("VmaTools"));
    }

    [Theory]
    [InlineData("of another user")]
    [InlineData("a link of another user")]
    [InlineData("open to others")]
    public void Where_the_cache_is_among_temporary_files_and_not_only_ours_it_is_not_used(string folder)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "users are told apart by numbers on Linux");
        string temp = Directory.CreateDirectory(Here("temp")).FullName;
        string cache = Path.Combine(temp, "cache", "VmaTools");

        // An index that would be found there, were it looked for; it answers for the archive whatever its maker likes.
        string index = Path.Combine(cache, Path.GetFileName(Assert.Single(MadeIn(temp, Path.GetDirectoryName(cache)!))));
        if (folder == "open to others" && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(cache, (UnixFileMode)0x1FF);
        }
        else
        {
            Tool chown = new("chown");
            string owned = cache;
            if (folder == "a link of another user")
            {
                Directory.Move(cache, Here("elsewhere"));
                Directory.CreateSymbolicLink(cache, Here("elsewhere"));
                index = Path.Combine(Here("elsewhere"), Path.GetFileName(index));
            }

            Assert.SkipUnless(Environment.UserName == "root" && chown.Exists && chown.Try("-h", "nobody", owned).ExitCode == 0, "only root gives files to others");
        }

        byte[] before = File.ReadAllBytes(index);
        DateTime written = File.GetLastWriteTimeUtc(index);
        Outcome read = Vma.Finish(Vma.StartWith([("XDG_CACHE_HOME", Path.GetDirectoryName(cache)!), ("TMPDIR", temp)], "df", Archive), null).Expect(0);
        Assert.Equal(5, read.Lines.Length);
        string warning = Assert.Single(read.Error.Split('\n'), static l => l.Contains("warning", StringComparison.Ordinal));
        Assert.Contains("The index cannot be kept", warning, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(index));
        Assert.Equal(written, File.GetLastWriteTimeUtc(index));
        Assert.Single(Directory.GetFileSystemEntries(Path.GetDirectoryName(index)!));
        Outcome verified = Vma.Finish(
            Vma.StartWith([("XDG_CACHE_HOME", Path.GetDirectoryName(cache)!), ("TMPDIR", temp)], "verify", "--index", Archive), null);
        Assert.Contains("The cache folder belongs to another user, or others may write to it.", verified.Error, StringComparison.Ordinal);
        Assert.Single(Directory.GetFileSystemEntries(Path.GetDirectoryName(index)!));
    }

    private static string[] MadeIn(string temp, string cache)
    {
        Outcome outcome = Vma.Finish(Vma.StartWith([("XDG_CACHE_HOME", cache), ("TMPDIR", temp)], "df", Archive), null).Expect(0);
        Assert.DoesNotContain("warning", outcome.Error, StringComparison.Ordinal);
        return Directory.GetFiles(Path.Combine(cache, "VmaTools"));
    }

    [Fact]
    public async Task What_is_not_kept_goes_with_its_process_however_that_ends()
    {
        Signals.SkipWithout();
        Directory.CreateDirectory(Here("temp"));
        using Process server = Vma.StartWith(
            [("XDG_CACHE_HOME", Write("cache", "a file")), ("TMPDIR", Here("temp"))], "serve", Archive, "--socket", Here("nbd.sock"));
        Assert.NotNull(await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        server.Kill();
        await server.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain(FilesIn(Here("temp")), static f => !f.StartsWith("dotnet-", StringComparison.Ordinal) && !f.StartsWith("clr-", StringComparison.Ordinal));
    }

    private void CheckWarning(string cache)
    {
        Directory.CreateDirectory(Here("temp"));
        Outcome outcome = Vma.Finish(Vma.StartWith([("XDG_CACHE_HOME", cache), ("TMPDIR", Here("temp"))], "df", Archive), null).Expect(0);
        Assert.Equal(5, outcome.Lines.Length);
        string warning = Assert.Single(outcome.Error.Split('\n'), static l => l.Contains("warning", StringComparison.Ordinal));
        Assert.Contains("The index cannot be kept", warning, StringComparison.Ordinal);
        Assert.DoesNotContain(FilesIn(Here("temp")), static f => f.Contains("vmatools", StringComparison.OrdinalIgnoreCase));
    }

    private static Outcome Df(string cache, string archive) => Vma.Finish(Vma.StartWith("XDG_CACHE_HOME", cache, "df", archive), null).Expect(0);
}
