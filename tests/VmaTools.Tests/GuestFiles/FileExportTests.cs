using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.GuestFiles;

/// <summary>Copies of files whose archive has lost a part of them.</summary>
public sealed class FileExportTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_lost_has_no_final_name_and_its_ranges_are_told()
    {
        using VmaArchive whole = VmaArchive.Open(Fixtures.Path("disks/lvm-two-disks.vma.zst"));
        using VmaArchive damaged = VmaArchive.Open(LossyArchive.Make(whole, _folder));
        using VmaGuest original = VmaGuest.Open(whole);
        using VmaGuest guest = VmaGuest.Open(damaged);
        List<VmaFileCopy> copies = [];
        foreach (VmaVolume volume in guest.GetVolumes().Where(static v => v.CanRead))
        {
            VmaFileExport export = new(guest, new VmaFileExportOptions { Salvage = true, Digest = true });
            export.Add(guest.GetFile("/", volume.Id));
            export.ToFolder(_folder.File(volume.Id), copies.Add);
        }

        // Whatever failed says where: files of which a part is lost, and directories that cannot be read.
        VmaFileCopy[] failed = copies.Where(static c => c.Error is not null).ToArray();
        Assert.Contains(failed, static c => c.Status == VmaFileCopy.Failed);
        Assert.All(failed, copy =>
        {
            VmaFileSystemException error = Assert.IsType<VmaFileSystemException>(copy.Error);
            Assert.Equal((VmaCodes.ClusterMissing, copy.Code), (error.Code, error.Code));
            Assert.Equal((damaged.ArchivePath, copy.Volume, copy.FullName), (error.Path, error.Volume, error.FilePath));
            Assert.StartsWith("drive-scsi", error.Device, StringComparison.Ordinal);
            Assert.Contains("on the device", error.Sentence, StringComparison.Ordinal);
            Assert.Contains($"Volume: {copy.Volume}.", error.Message, StringComparison.Ordinal);
        });
        VmaFileCopy[] partial = copies.Where(static c => c.Status == VmaFileCopy.Partial).ToArray();
        Assert.NotEmpty(partial);
        foreach (VmaFileCopy copy in partial)
        {
            Assert.EndsWith(".partial", copy.Target, StringComparison.Ordinal);
            Assert.False(File.Exists(copy.Target![..^".partial".Length]));
            byte[] expected = Read(original, copy);
            byte[] actual = File.ReadAllBytes(copy.Target);
            Assert.Equal(expected.Length, actual.Length);
            Assert.NotEmpty(copy.LostRanges);
            foreach (VmaFileRange range in copy.LostRanges)
            {
                expected.AsSpan((int)range.Offset, (int)range.Length).Clear();
            }

            Assert.Equal(expected, actual);
        }

        foreach (VmaFileCopy copy in copies.Where(static c => c is { Status: VmaFileCopy.Written, Sha256: not null }))
        {
            Assert.Equal(Read(original, copy), File.ReadAllBytes(copy.Target!));
            Assert.Empty(copy.LostRanges);
        }
    }

    [Theory]
    [InlineData("lvm-two-disks")]
    [InlineData("gpt-linux")]
    [InlineData("ntfs-small")]
    [InlineData("md-raid0")]
    public void What_is_salvaged_lacks_what_the_archive_lacks_and_not_a_byte_more(string image)
    {
        using VmaArchive whole = VmaArchive.Open(Fixtures.Path($"disks/{image}.vma.zst"));
        using VmaArchive damaged = VmaArchive.Open(LossyArchive.Make(whole, _folder));
        using VmaGuest guest = VmaGuest.Open(damaged);
        List<VmaFileCopy> copies = [];
        foreach (VmaVolume volume in guest.GetVolumes().Where(static v => v.CanRead))
        {
            VmaFileExport export = new(guest, new VmaFileExportOptions { Salvage = true });
            export.Add(guest.GetFile("/", volume.Id));
            export.ToFolder(_folder.File(volume.Id), copies.Add);
        }

        VmaFileCopy[] partial = [.. copies.Where(static c => c.Status == VmaFileCopy.Partial)];
        Assert.NotEmpty(partial);
        Assert.All(partial, copy => Assert.Equal(
            string.Join(" ", guest.GetHealth(guest.GetFile(copy.FullName, copy.Volume)).LostRanges), string.Join(" ", copy.LostRanges)));
    }

#if !ENGINE_NETSTANDARD // .NET Framework knows no modes
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nobody_reads_a_copy_who_may_not_read_the_archive(bool isPrivate)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("a folder's rights count there");
            return;
        }

        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        string path = _folder.File("archive.vma");
        File.Copy(Fixtures.Path("corpus/vzdump-qemu-101-2026_11_20-02_00_03.vma"), path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | (isPrivate ? UnixFileMode.None : UnixFileMode.OtherRead));
        using VmaArchive archive = VmaArchive.Open(path);
        using VmaGuest guest = VmaGuest.Open(archive);
        VmaFileExport export = new(guest);
        export.Add(guest.GetFile("/etc"));
        List<VmaFileCopy> copies = [];
        export.ToFolder(_folder.File("files"), copies.Add);
        export.ToTarFile(_folder.File("files.tar"), static _ => { });
        export.SaveManifest(_folder.File("files.json"), _folder.File("files"), copies);
        string[] made = [.. Directory.GetFiles(_folder.File("files"), "*", SearchOption.AllDirectories), _folder.File("files.tar"), _folder.File("files.json")];
        Assert.True(made.Length > 3);

        // What the process' mask takes away anyway tells nothing.
        File.WriteAllText(_folder.File("plain"), string.Empty);
        UnixFileMode expected = isPrivate ? UnixFileMode.None : File.GetUnixFileMode(_folder.File("plain")) & Others;
        foreach (string file in made)
        {
            Assert.Equal(expected, File.GetUnixFileMode(file) & Others);
        }
    }
#endif

    [Fact]
    public void Names_of_one_content_have_its_digest_each()
    {
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path("disks/lvm-two-disks.vma.zst"));
        using VmaGuest guest = VmaGuest.Open(archive);
        VmaFileExport export = new(guest, new VmaFileExportOptions { Digest = true });
        export.Add(guest.GetFile("/", "data/span"));
        List<VmaFileCopy> copies = [];
        export.ToFolder(_folder.File("all"), copies.Add);
        VmaFile[] shared = guest.ReadDirectory(guest.GetFile("/", "data/span"), int.MaxValue).Where(static f => f is { IsDirectory: false, Length: not null, LinkCount: > 1 }).ToArray();
        Assert.NotEmpty(shared);
        Assert.All(shared, f => Assert.NotNull(copies.Single(c => c.FullName == f.FullName && c.Status == VmaFileCopy.Written).Sha256));
    }

    [Fact]
    public void Access_lists_are_kept_on_windows_only()
    {
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path("disks/ntfs-small.vma.zst"));
        using VmaGuest guest = VmaGuest.Open(archive);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Throws<PlatformNotSupportedException>(() => new VmaFileExport(guest, new VmaFileExportOptions { PreserveAcl = true }));
            return;
        }

        Assert.Equal(0, new VmaFileExport(guest, new VmaFileExportOptions { PreserveAcl = true }).Count);
    }

    private static byte[] Read(VmaGuest guest, VmaFileCopy copy)
    {
        using Stream content = guest.OpenRead(guest.GetFile(copy.FullName, copy.Volume));
        using MemoryStream bytes = new();
        content.CopyTo(bytes);
        return bytes.ToArray();
    }
}
