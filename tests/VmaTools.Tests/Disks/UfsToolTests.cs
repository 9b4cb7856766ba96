using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using VmaTools.Disks;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>UFS as makefs fills it, of every version, byte order and size of blocks, and as The Sleuth Kit reads it where it can.</summary>
public sealed class UfsToolTests : IDisposable
{
    private const int LargeDirectory = 1500;

    private static readonly Tool Makefs = new("makefs");
    private static readonly Tool Fls = new("fls");
    private static readonly Tool Blkls = new("blkls");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1", "le", 4096, 512)]
    [InlineData("1", "be", 8192, 1024)]
    [InlineData("1", "le", 65536, 8192)]
    [InlineData("2", "le", 4096, 512)]
    [InlineData("2", "be", 16384, 2048)]
    [InlineData("2", "le", 32768, 4096)]
    [InlineData("2", "le", 65536, 65536)]
    [InlineData("2", "le", 65536, 8192)]
    public void What_was_put_in_comes_out(string version, string order, int block, int fragment)
    {
        Makefs.SkipIfMissing();
        string source = MakeTree();
        string image = _folder.File("image");
        Makefs.Run("-B", order, "-t", "ffs", "-o", $"version={version},bsize={block},fsize={fragment},density=8192", "-s", "48m", image, source);
        using DiskBytes disk = new StreamDiskBytes(File.OpenRead(image));
        using FileSystem files = GuestImages.OpenFiles(disk);
        Assert.Equal(("ufs", FileSystemState.Clean, block, 48L << 20), (files.Kind, files.State, files.BlockSize, files.Size));
        AssertTree(files, source);
        Assert.Empty(files.Findings);

        // It looks for the superblock of UFS2 at 64 KiB, where makefs leaves a copy only with the largest blocks.
        if (version == "1" || (block == 65536 && fragment < block))
        {
            AssertLikeSleuthKit(files, disk, image);
        }
    }

    private static void AssertTree(FileSystem files, string source)
    {
        FileEntry[] entries = [.. GuestImages.Walk(files)];
        string[] expected = [.. Directory.EnumerateFileSystemEntries(source, "*", SearchOption.AllDirectories).Select(p => p[source.Length..])];
        Assert.Equal(expected.Order(StringComparer.Ordinal), entries.Select(static e => e.FullName).Order(StringComparer.Ordinal));
        foreach (FileEntry entry in entries)
        {
            string path = source + entry.FullName;
            Assert.Equal(entry.Id, files.Find(entry.Parent!, entry.Name)?.Id);
            if (entry.Type == FileEntryType.SymbolicLink)
            {
                Assert.Equal(new FileInfo(path).LinkTarget, files.ReadLinkTarget(entry).ToString());
            }
            else if (entry.Type == FileEntryType.File)
            {
                using Stream stream = files.OpenRead(entry);
                Assert.True(SHA256.HashData(stream).AsSpan().SequenceEqual(SHA256.HashData(File.ReadAllBytes(path))), path);
                Assert.Equal(entry.Length, files.ReadAllocation(entry).Sum(static e => e.Length));
                Assert.Equal(new DateTimeOffset(File.GetLastWriteTimeUtc(path)).ToUnixTimeSeconds(), entry.Modified!.Value.Seconds);
                Assert.Equal(entry.Name.ToString() == "file-1" ? 0x9E9 : 0x1A4, entry.Mode);
            }
        }
    }

    private static void AssertLikeSleuthKit(FileSystem files, DiskBytes disk, string image)
    {
        Fls.SkipIfMissing();

        // Name, number, owner, group, size, and times read and changed of each; it gives directories a size.
        IEnumerable<string> expected = Fls.Run("-r", "-m", "/", image).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static l => l.Split('|'))
            .Where(static f => f[1] != "/$OrphanFiles")
            .Select(static f => string.Join('|', f[1].Split(" -> ")[0], f[2], f[4], f[5], f[3].StartsWith('d') ? "0" : f[6], f[7], f[8], f[9]));
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            GuestImages.Walk(files)
                .Select(static e => $"{e.FullName}|{e.Id}|{e.UserId}|{e.GroupId}|{e.Length}|{e.Accessed!.Value.Seconds}|{e.Modified!.Value.Seconds}|{e.Changed!.Value.Seconds}")
                .Order(StringComparer.Ordinal));

        using IncrementalHash free = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((long offset, long length) in files.ReadUnallocated())
        {
            free.AppendData(disk.Read(offset, (int)length));
        }

        Assert.Equal(Convert.ToHexString(SHA256.HashData(Blkls.Filter([], image))), Convert.ToHexString(free.GetHashAndReset()));
        Assert.Equal(files.FreeBytes, files.ReadUnallocated().Sum(static f => f.Length));
    }

    private string MakeTree()
    {
        string source = Directory.CreateDirectory(_folder.File("source")).FullName;
        Random random = new(5);
        foreach (int size in new[] { 0, 1, 511, 4096, 4097, 49_152, 49_153, 800_001, 9_000_000 })
        {
            byte[] content = new byte[size];
            random.NextBytes(content);
            File.WriteAllBytes(Path.Combine(source, $"file-{size}"), content);
        }

        new Tool("chmod").Run("4751", Path.Combine(source, "file-1"));
        File.SetLastWriteTimeUtc(Path.Combine(source, "file-511"), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        foreach (int length in new[] { 1, 59, 60, 61, 119, 120, 121, 900 })
        {
            File.CreateSymbolicLink(Path.Combine(source, $"link-{length}"), new string('t', length));
        }

        string large = Directory.CreateDirectory(Path.Combine(source, "large", "deep")).FullName;
        for (int i = 0; i < LargeDirectory; i++)
        {
            File.WriteAllBytes(Path.Combine(source, "large", $"name-{i:d4}"), []);
        }

        File.WriteAllText(Path.Combine(large, new string('n', 255)), "hello");
        return source;
    }
}
