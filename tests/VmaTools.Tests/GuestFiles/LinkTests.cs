using System;
using System.Collections.Generic;
using System.IO;
using Xunit;

namespace VmaTools.Tests.GuestFiles;

/// <summary>What a link stands for when it is named: itself in a listing, what it leads to in a copy.</summary>
public sealed class LinkTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly VmaArchive _archive = VmaArchive.Open(Fixtures.Path("disks/gpt-linux.vma.zst"));
    private readonly VmaGuest _guest;

    public LinkTests() => _guest = VmaGuest.Open(_archive);

    public void Dispose()
    {
        _guest.Dispose();
        _archive.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("/links/fast", "target")]
    [InlineData("/links/dangling", "no-such-kozane")]
    [InlineData("/links/loop-a", "loop-b")]
    [InlineData("/links/badutf8", @"\xff\xfe/\x80")]
    public void A_link_is_listed_itself_wherever_it_leads(string path, string target)
    {
        VmaFile file = _guest.ResolveToList("drive-scsi0/p2:" + path);
        Assert.Equal(path, file.FullName);
        Assert.Equal(target, file.LinkTarget);
    }

    [Fact]
    public void A_link_to_a_directory_lists_what_is_in_there()
    {
        VmaFile file = _guest.ResolveToList("drive-scsi0/p2:/links/to-dir");
        Assert.Equal("/links/dir", file.FullName);
        Assert.True(file.IsDirectory);
        VmaFileSystemException missing = Assert.Throws<VmaFileSystemException>(() => _guest.ResolveToList("drive-scsi0/p2:/links/dangling/x"));
        Assert.Equal(VmaCodes.FileNotFound, missing.Code);
    }

    [Theory]
    [InlineData(null, "fast")]
    [InlineData("/", "links/fast")]
    public void A_link_is_copied_as_what_it_leads_to_under_its_own_name(string? below, string name)
    {
        VmaFileCopy copy = Assert.Single(Copy("/links/fast", below), static c => c.Length > 0);
        Assert.Equal("/links/target", copy.FullName);
        Assert.Equal(_folder.File("out/" + name), copy.Target);
        using Stream content = _guest.OpenRead(_guest.GetFile("/links/target", "drive-scsi0/p2"));
        using MemoryStream expected = new();
        content.CopyTo(expected);
        Assert.Equal(expected.ToArray(), File.ReadAllBytes(copy.Target!));
        Assert.Null(new FileInfo(copy.Target!).LinkTarget);
    }

    [Fact]
    public void A_link_that_leads_nowhere_is_an_error_to_a_copy()
    {
        VmaFileSystemException error = Assert.Throws<VmaFileSystemException>(() => Copy("/links/dangling", null));
        Assert.Equal(VmaCodes.FileNotFound, error.Code);
        Assert.Contains("no-such-kozane", error.Message, StringComparison.Ordinal);
    }

    private List<VmaFileCopy> Copy(string path, string? below)
    {
        VmaFileExport export = new(_guest);
        export.Add(_guest.GetFile(path, "drive-scsi0/p2"), below, follow: true, cancellationToken: TestContext.Current.CancellationToken);
        List<VmaFileCopy> copies = [];
        export.ToFolder(_folder.File("out"), copies.Add, cancellationToken: TestContext.Current.CancellationToken);
        return copies;
    }
}
