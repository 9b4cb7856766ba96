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
