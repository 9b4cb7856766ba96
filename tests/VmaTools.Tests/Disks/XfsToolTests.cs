using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using VmaTools.Disks;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>File systems as <c>mkfs.xfs</c> fills them: versions and sizes that the images at hand do not have.</summary>
public sealed class XfsToolTests : IDisposable
{
    private const int LargeDirectory = 1200;

    private static readonly Tool Mkfs = new("mkfs.xfs");
    private static readonly Tool Admin = new("xfs_admin");

    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, byte[]?> _expected = new() { ["/"] = null };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("-m crc=0 -n ftype=0")]
    [InlineData("-m crc=0 -b size=512")]
    [InlineData("-m crc=0 -n version=ci -i size=512")]
    [InlineData("-b size=65536")]
    [InlineData("-n size=65536")]
    [InlineData("-b size=1024 -n size=16384")]
    [InlineData("-m bigtime=0,finobt=0,inobtcount=0,reflink=0 -i sparse=0")]
    [InlineData("-m rmapbt=1 -i nrext64=1,size=2048")]
    [InlineData("-s size=4096 -d agcount=3")]
    public void What_was_put_in_comes_out(string options)
    {
        string image = Make(options, folds: options.Contains("version=ci", StringComparison.Ordinal));
        using DiskBytes disk = new StreamDiskBytes(File.OpenRead(image));
        using FileSystem fileSystem = XfsTests.Open(disk);
        Assert.Equal(FileSystemState.Clean, fileSystem.State);
        Assert.Equal("made-here", fileSystem.Label);
        AssertContent(fileSystem);
        Assert.Equal(options.Contains("crc=0", StringComparison.Ordinal), !fileSystem.Features.Contains("crc"));
        Assert.Equal(options.Contains("ftype=0", StringComparison.Ordinal), !fileSystem.Features.Contains("ftype"));
        Assert.Equal(options.Contains("nrext64=1", StringComparison.Ordinal), fileSystem.Features.Contains("nrext64"));
        Assert.Equal(options.Contains("version=ci", StringComparison.Ordinal), fileSystem.Features.Contains("ascii-ci"));
    }

    [Fact]
    public void Names_fold_where_they_were_made_to()
    {
        string image = Make("-m crc=1 -n version=ci", folds: true);
        using DiskBytes disk = new StreamDiskBytes(File.OpenRead(image));
        using FileSystem fileSystem = XfsTests.Open(disk);
        Assert.True(fileSystem.FoldsNames(fileSystem.Root));
        FileEntry large = fileSystem.Find(fileSystem.Root, RawName.Parse("LARGE"))!;
        Assert.Equal("large", large.Name.ToString());
        Assert.Equal("name-0007", fileSystem.Find(large, RawName.Parse("NAME-0007"))!.Name.ToString());
        Assert.Equal("Twin", fileSystem.Find(fileSystem.Root, RawName.Parse("Twin"))!.Name.ToString());
        Assert.Equal("TWIN", fileSystem.Find(fileSystem.Root, RawName.Parse("TWIN"))!.Name.ToString());
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => fileSystem.Find(fileSystem.Root, RawName.Parse("twin")));
        Assert.Equal(VmaCodes.FileNameAmbiguous, exception.Code);
        AssertContent(fileSystem);
    }

    [Fact]
    public void An_identity_that_was_changed_leaves_the_structures_theirs()
    {
        Admin.SkipIfMissing();
        string image = Make("-m crc=1", folds: false);
        const string Uuid = "01234567-89ab-cdef-0123-456789abcdef";
        Admin.Run("-U", Uuid, image);
        using DiskBytes disk = new StreamDiskBytes(File.OpenRead(image));
        using FileSystem fileSystem = XfsTests.Open(disk);
        Assert.Equal(Uuid, fileSystem.Uuid);
        Assert.Contains("metauuid", fileSystem.Features);
        Assert.Equal(FileSystemState.Clean, fileSystem.State);
        AssertContent(fileSystem);
    }

    /// <summary>Lets mkfs.xfs make an image and fill it: files of several sizes, links, devices, directories of several forms.</summary>
    private string Make(string options, bool folds)
    {
        Mkfs.SkipIfMissing();
        StringBuilder list = new("/dev/null\n0 0\nd--755 0 0\n");
        Random random = new(3);
        foreach (int size in new[] { 0, 1, 511, 4096, 70_000, 1_000_000 })
        {
            byte[] content = new byte[size];
            random.NextBytes(content);
            string source = _folder.File($"content-{size}");
            File.WriteAllBytes(source, content);
            list.Append($"file-{size} -u-644 12 34 {source}\n");
            _expected[$"/file-{size}"] = content;
        }

        if (folds)
        {
            AddEmpty(list, string.Empty, "Twin");
            AddEmpty(list, string.Empty, "TWIN");
        }

        // In version 5, mkfs.xfs up to 6.9 forgets the header of a target that has blocks of its own.
        int longest = options.Contains("crc=0", StringComparison.Ordinal) ? 900 : 60;
        list.Append($"link l--777 0 0 {new string('t', 9)}\nlong l--777 0 0 {new string('s', longest)}\nnull c--620 5 6 1 3\npipe p--600 0 0\n");
        foreach (string name in new[] { "/link", "/long", "/null", "/pipe" })
        {
            _expected[name] = null;
        }

        AddDirectory(list, "empty", 0);
        AddDirectory(list, "short", 3);
        AddDirectory(list, "block", 30);
        AddDirectory(list, "large", LargeDirectory);
        list.Append("$\n");
        string proto = _folder.File("proto");
        File.WriteAllText(proto, list.ToString());
        string image = _folder.File("image");
        using (FileStream file = File.Create(image))
        {
            file.SetLength(320L << 20);
        }

        Mkfs.Run([.. options.Split(' '), "-q", "-L", "made-here", "-p", proto, image]);
        return image;
    }

    private void AddDirectory(StringBuilder list, string name, int count)
    {
        list.Append($"{name} d--755 1 2\n");
        _expected["/" + name] = null;
        for (int i = 0; i < count; i++)
        {
            AddEmpty(list, "/" + name, $"name-{i:d4}");
        }

        list.Append("$\n");
    }

    private void AddEmpty(StringBuilder list, string directory, string name)
    {
        list.Append($"{name} ---600 0 0 /dev/null\n");
        _expected[directory + "/" + name] = [];
    }

    private void AssertContent(FileSystem fileSystem)
    {
        FileEntry[] entries = [fileSystem.Root, .. XfsTests.Walk(fileSystem)];
        Assert.Equal(_expected.Keys.Order(StringComparer.Ordinal), entries.Select(static e => e.FullName).Order(StringComparer.Ordinal));
        foreach (FileEntry entry in entries.Skip(1))
        {
            Assert.Equal(entry.Id, fileSystem.Find(entry.Parent!, entry.Name)?.Id);
            if (entry.Type == FileEntryType.File)
            {
                using MemoryStream content = new();
                using Stream stream = fileSystem.OpenRead(entry);
                stream.CopyTo(content);
                Assert.True(content.ToArray().AsSpan().SequenceEqual(_expected[entry.FullName]), entry.FullName);
                Assert.Equal(entry.Length, fileSystem.ReadAllocation(entry).Sum(static e => e.Length));
            }
        }

        FileEntry At(string name) => entries.Single(e => e.FullName == name);
        Assert.Equal(new string('t', 9), fileSystem.ReadLinkTarget(At("/link")).ToString());
        Assert.Equal(new string('s', (int)At("/long").Length), fileSystem.ReadLinkTarget(At("/long")).ToString());
        Assert.Equal((1u, 3u), (At("/null").DeviceMajor!.Value, At("/null").DeviceMinor!.Value));
        Assert.Equal(FileEntryType.Fifo, At("/pipe").Type);
        Assert.Equal((0x9a4, 12L, 34L), (At("/file-1").Mode!.Value, At("/file-1").UserId!.Value, At("/file-1").GroupId!.Value));
        Assert.Null(fileSystem.Find(At("/large"), RawName.Parse("name-9999")));
        Assert.Empty(fileSystem.Findings);
    }
}
