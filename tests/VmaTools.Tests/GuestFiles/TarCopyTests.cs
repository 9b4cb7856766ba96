using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.IO.Pipes;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace VmaTools.Tests.GuestFiles;

/// <summary>Tar archives of guests' files, as GNU tar unpacks them.</summary>
public sealed class TarCopyTests : IDisposable
{
    private static readonly Tool Tar = new("tar");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tar_makes_of_it_what_the_guest_has()
    {
        Tar.SkipIfMissing();
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only GNU tar keeps what is compared here");
        using VmaArchive archive = VmaArchive.Open(TinyArchive.Make("ext4", _folder));
        using VmaGuest guest = VmaGuest.Open(archive);
        VmaFileExport export = new(guest, new VmaFileExportOptions { Digest = true });
        export.Add(guest.GetFile("/"));
        List<VmaFileCopy> copies = [];
        string tar = _folder.File("all.tar");
        export.ToTarFile(tar, copies.Add);
        Assert.DoesNotContain(copies, static c => c.Error is not null);
        string root = Directory.CreateDirectory(_folder.File("out")).FullName;
        Tar.Run("-C", root, "--no-same-owner", "--exclude=a/dev", "-xpf", tar);
        int compared = 0;
        foreach (VmaFile file in guest.ReadDirectory(guest.GetFile("/"), int.MaxValue))
        {
            string path = root + file.FullName;
            FileSystemInfo info = file.IsDirectory ? new DirectoryInfo(path) : new FileInfo(path);
            if (file.FullName is "/a/dev" or "/a/fifo")
            {
                Assert.Contains(copies, c => c.FullName == file.FullName && c.Status == VmaFileCopy.Written);
                continue;
            }

            compared++;
            if (file.LinkTarget is not null)
            {
                Assert.Equal(file.LinkTarget, info.LinkTarget);
                continue;
            }

            Assert.Equal(file.LastWriteTimeUtc, info.LastWriteTimeUtc);
            Assert.Equal((UnixFileMode)file.UnixMode!, info.UnixFileMode);
            if (file.Length is long length)
            {
                Assert.Equal(length, ((FileInfo)info).Length);
                string digest = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))).ToLowerInvariant();
                Assert.Equal(VmaFileHash.Compute(guest, file).Hash.ToLowerInvariant(), digest);
                Assert.Equal(digest, copies.Single(c => c.FullName == file.FullName).Sha256);
            }
        }

        Assert.True(compared > 30);
    }

    [Fact]
    public void Names_are_those_of_the_guest()
    {
        Tar.SkipIfMissing();
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only its file systems take any name");
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path("disks/gpt-linux.vma.zst"));
        using VmaGuest guest = VmaGuest.Open(archive);
        VmaFileExport export = new(guest, new VmaFileExportOptions { ForTar = true, Digest = true });
        export.Add(guest.GetFile("/names", "p2"));
        List<VmaFileCopy> copies = [];
        string tar = _folder.File("names.tar");
        export.ToTarFile(tar, copies.Add);
        string root = Directory.CreateDirectory(_folder.File("out")).FullName;
        VmaFileCopy[] files = copies.Where(static c => c.Entry is { Type: FileEntryType.File } entry && IsText(entry.Name)).ToArray();
        Assert.Contains(files, static c => c.FullName.Contains("\\x0a", StringComparison.Ordinal));
        Assert.Contains(files, static c => c.FullName.Contains("\\x5c", StringComparison.Ordinal));
        Assert.True(files.Length > 30);

        // By their names: tar fails where one is not in the archive.
        Tar.Filter(Encoding.UTF8.GetBytes(string.Join('\0', files.Select(static c => c.Target))), "-C", root, "-xf", tar, "--null", "--verbatim-files-from", "-T", "-");
        Assert.All(files, c => Assert.True(File.Exists(Path.Combine(root, c.Target!)), c.FullName));
    }

    [Fact]
    public void A_reader_that_goes_away_is_the_targets_fault()
    {
        using VmaArchive archive = VmaArchive.Open(TinyArchive.Make("ext4", _folder));
        using VmaGuest guest = VmaGuest.Open(archive);
        VmaFileExport export = new(guest, new VmaFileExportOptions());
        export.Add(guest.GetFile("/"));
        using AnonymousPipeServerStream pipe = new(PipeDirection.Out);
        new AnonymousPipeClientStream(PipeDirection.In, pipe.ClientSafePipeHandle).Dispose();
        Assert.Equal(VmaCodes.TargetWriteFailed, Assert.Throws<VmaException>(() => export.ToTar(pipe, static _ => { })).Code);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void What_is_lost_has_no_final_name_in_it(bool canSeek, bool salvage)
    {
        using VmaArchive whole = VmaArchive.Open(Fixtures.Path("disks/lvm-two-disks.vma.zst"));
        using VmaArchive damaged = VmaArchive.Open(LossyArchive.Make(whole, _folder));
        using VmaGuest original = VmaGuest.Open(whole);
        using VmaGuest guest = VmaGuest.Open(damaged);
        VmaFileExport export = new(guest, new VmaFileExportOptions { Salvage = salvage });
        export.Add(guest.GetFile("/", "data/span"));
        List<VmaFileCopy> copies = [];
        string tar = _folder.File("all.tar");
        if (canSeek)
        {
            export.ToTarFile(tar, copies.Add);
        }
        else
        {
            using FileStream file = File.Create(tar);
            using GZipStream pipe = new(file, CompressionLevel.NoCompression);
            export.ToTar(pipe, copies.Add);
        }

        HashSet<string> names = [.. Tar.Run("--quoting-style=literal", "-tf", tar).Split('\n')];
        VmaFileCopy[] lost = copies.Where(static c => c.Error is not null && c.Entry is { Type: FileEntryType.File }).ToArray();
        Assert.NotEmpty(lost);
        foreach (VmaFileCopy copy in lost)
        {
            string name = copy.FullName[1..];
            Assert.DoesNotContain(name, names);
            Assert.Equal(salvage, names.Contains(name + ".partial"));
            Assert.Equal(salvage ? VmaFileCopy.Partial : VmaFileCopy.Failed, copy.Status);
            Assert.Equal(damaged.ArchivePath, copy.Error!.Path);
            Assert.Equal("data/span", ((VmaFileSystemException)copy.Error).Volume);
            if (salvage)
            {
                byte[] expected = Read(original, copy);
                foreach (VmaFileRange range in copy.LostRanges)
                {
                    expected.AsSpan((int)range.Offset, (int)range.Length).Clear();
                }

                string root = Directory.CreateDirectory(_folder.File("out")).FullName;
                Tar.Run("-C", root, "-xf", tar, name + ".partial");
                Assert.Equal(expected, File.ReadAllBytes(Path.Combine(root, name + ".partial")));
            }
        }
    }

    private static bool IsText(RawName name) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(name.Bytes)).AsSpan().SequenceEqual(name.Bytes);

    private static byte[] Read(VmaGuest guest, VmaFileCopy copy)
    {
        using Stream content = guest.OpenRead(guest.GetFile(copy.FullName, copy.Volume));
        using MemoryStream bytes = new();
        content.CopyTo(bytes);
        return bytes.ToArray();
    }
}
