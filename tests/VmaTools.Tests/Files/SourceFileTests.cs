using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using VmaTools.Files;
using Xunit;

namespace VmaTools.Tests.Files;

/// <summary>What is read by its path is a file: nothing waits for a pipe, and no memory is asked for by what a device may give.</summary>
public sealed class SourceFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string> Readers => [.. All.Keys];

    private static Dictionary<string, Action<string>> All => new()
    {
        ["an archive"] = static path => VmaArchive.Open(path).Dispose(),
        ["an archive to salvage"] = static path => VmaSalvage.Open(path).Dispose(),
        ["an image"] = static path => VmaImage.Open(path),
        ["a raw disk"] = static path => VmaImage.Open(path, ImageFormat.Raw),
        ["a manifest"] = static path => VmaManifest.Load(path),
        ["a VM's configuration"] = static path => VmaVM.Load(path),
        ["a config to add"] = static path =>
        {
            using VmaCreation creation = new();
            creation.AddConfigFile(path);
        },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Readers))]
    public void A_pipe_that_nobody_writes_to(string reader)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such files");
        string pipe = _folder.File("pipe");
        new Tool("mkfifo").Run(pipe);
        Refused(reader, pipe, VmaCodes.SourceNotSeekable);
        string link = _folder.File("link");
        File.CreateSymbolicLink(link, pipe);
        Refused(reader, link, VmaCodes.SourceNotSeekable);
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public void A_device_that_never_ends(string reader)
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "there is no such device here");
        Refused(reader, "/dev/zero", VmaCodes.SourceNotSeekable);
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public void A_folder(string reader) => Refused(reader, _folder.FullName, VmaCodes.SourceReadFailed);

    [Fact]
    public void A_folder_listing_passes_over_links_to_pipes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such files");
        string pipe = _folder.File("pipe");
        new Tool("mkfifo").Run(pipe);
        string link = _folder.File("vzdump-qemu-101-2026_11_20-02_00_03.vma.zst");
        File.CreateSymbolicLink(link, pipe);
        VmaException unread = Assert.IsType<VmaException>(Unreadable(_folder.FullName).Single(e => e.Path == link).Error);
        Assert.Equal(VmaCodes.SourceNotSeekable, unread.Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(99)]
    [InlineData(100)]
    public void A_small_file_comes_whole(int length)
    {
        byte[] bytes = [.. Enumerable.Range(0, length).Select(static i => (byte)i)];
        File.WriteAllBytes(_folder.File("small"), bytes);
        Assert.Equal(bytes, SourceFile.ReadSmall(_folder.File("small"), 100));
    }

    [Fact]
    public void A_larger_file_does_not_come()
    {
        File.WriteAllBytes(_folder.File("large"), new byte[101]);
        Assert.Null(SourceFile.ReadSmall(_folder.File("large"), 100));
    }

    [Fact]
    public void A_file_that_claims_to_be_empty_comes_whole()
    {
        const string Status = "/proc/self/status";
        Assert.SkipUnless(File.Exists(Status), "only Linux makes such files");
        Assert.Equal(0, new FileInfo(Status).Length);
        string text = Encoding.UTF8.GetString(SourceFile.ReadSmall(Status, 1 << 20)!);
        Assert.Equal(Names(File.ReadAllText(Status)), Names(text));
        Assert.Null(SourceFile.ReadSmall(Status, 10));

        // What is behind the names changes from one moment to the next.
        static IEnumerable<string> Names(string status) => status.Split('\n').Select(static l => l.Split(':')[0]);
    }

    private static List<(string Path, Exception Error)> Unreadable(string folder)
    {
        List<(string Path, Exception Error)> unreadable = [];
        _ = BackupScanner.Scan(folder, null, (path, error) => unreadable.Add((path, error))).Count();
        return unreadable;
    }

    private static void Refused(string reader, string path, string code)
    {
        VmaException error = Assert.Throws<VmaException>(() => All[reader](path));
        Assert.Equal((code, path), (error.Code, error.Path));
    }
}
