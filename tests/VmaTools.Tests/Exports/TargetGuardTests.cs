using System;
using System.IO;
using System.Linq;
using VmaTools.Extents;
using VmaTools.Files;
using VmaTools.Indexing;
using Xunit;

namespace VmaTools.Tests.Exports;

/// <summary>A target is never a source, and no archive is ever replaced, whoever asks for it.</summary>
public sealed class TargetGuardTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03.vma")]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03.vma.zst")]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03.vma.gz")]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03.vma.lzo")]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03.vma.bz2")]
    public void No_archive_is_replaced(string name)
    {
        string source = Copy(name, "source" + Path.GetExtension(name));
        string other = Copy(name, "other.img");
        byte[] bytes = File.ReadAllBytes(other);
        using VmaArchive archive = VmaArchive.Open(source);
        if (archive.Compression != VmaCompression.None)
        {
            Refused(VmaCodes.TargetIsArchive, () => archive.BuildIndex(other));
            Refused(VmaCodes.TargetIsSource, () => archive.BuildIndex(source));
        }

        VmaExportOptions force = new() { Force = true };
        Refused(VmaCodes.TargetIsArchive, () => new VmaExport(archive, force).Add(archive.Devices[0], other));
        Refused(VmaCodes.TargetIsSource, () => new VmaExport(archive, force).Add(archive.Devices[0], source));
        Refused(VmaCodes.TargetIsArchive, () => TextFile.Write(other, "text", ArchiveGuard.Default, replace: true));
        VmaManifest manifest = VmaManifest.Create(source);
        Refused(VmaCodes.TargetIsArchive, () => manifest.Save(other, force: true));
        Assert.Equal(bytes, File.ReadAllBytes(other));
        Assert.Equal(bytes, File.ReadAllBytes(source));
        Assert.Equal(2, Directory.GetFiles(_folder.FullName).Length);
    }

    [Fact]
    public void Links_lead_to_the_same_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Making links takes a right there.");
        string source = Copy("vzdump-qemu-101-2026_11_20-02_00_03.vma.zst", "source.vma.zst");
        string link = _folder.File("link.img");
        File.CreateSymbolicLink(link, source);
        using VmaArchive archive = VmaArchive.Open(source);
        Refused(VmaCodes.TargetIsSource, () => archive.BuildIndex(link));
        using VmaArchive byLink = VmaArchive.Open(link);
        Refused(VmaCodes.TargetIsSource, () => byLink.BuildIndex(source));
        Assert.Equal(File.ReadAllBytes(Fixtures.Path("corpus/vzdump-qemu-101-2026_11_20-02_00_03.vma.zst")), File.ReadAllBytes(source));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(400_000)]
    public void What_is_compressed_and_cannot_be_looked_into_may_be_one(int length)
    {
        string source = Copy("vzdump-qemu-101-2026_11_20-02_00_03.vma", "source.vma");
        string cut = _folder.File("cut");
        byte[] bytes = File.ReadAllBytes(Fixtures.Path("corpus/vzdump-qemu-101-2026_11_20-02_00_03.vma.gz"))[..length];
        File.WriteAllBytes(cut, bytes);
        using VmaArchive archive = VmaArchive.Open(source);
        VmaExport export = new(archive, new VmaExportOptions { Force = true });
        Refused(VmaCodes.TargetIsArchive, () => export.Add(archive.Devices[0], cut));
        Assert.Equal(bytes, File.ReadAllBytes(cut));
    }

    /// <summary>Backups are kept in these, too, and nobody can tell from outside.</summary>
    [Theory]
    [InlineData("FD377A585A0000", "xz")]
    [InlineData("04224D18604070", "lz4")]
    [InlineData("377ABCAF271C00", "7z")]
    [InlineData("504B0304140000", "zip")]
    [InlineData("6167652D656E6372797074696F6E2E6F72672F", "age")]
    public void What_another_program_packed_may_be_one(string start, string name)
    {
        string packed = _folder.File("packed");
        byte[] bytes = [.. Convert.FromHexString(start), .. new byte[100]];
        File.WriteAllBytes(packed, bytes);
        VmaException error = Assert.Throws<VmaException>(() => TextFile.Write(packed, "text", ArchiveGuard.Default, replace: true));
        Assert.Equal(VmaCodes.TargetIsArchive, error.Code);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(packed));
    }

    [Fact]
    public void Other_files_are_replaced_when_asked_for()
    {
        string source = Copy("vzdump-qemu-101-2026_11_20-02_00_03.vma.zst", "source.vma.zst");
        string target = _folder.File("disk.raw");
        File.WriteAllText(target, "an old disk");
        using VmaArchive archive = VmaArchive.Open(source);
        VmaExport export = new(archive, new VmaExportOptions { Force = true });
        VmaDevice device = archive.Devices[0];
        export.Add(device, target);
        Assert.Null(export.Run().Outputs.Single().Error);
        Assert.Equal(device.Size, new FileInfo(target).Length);
        string index = IndexStore.PathBeside(source);
        Assert.Equal(index, archive.BuildIndex(index).IndexPath);
        Assert.Equal(index, archive.BuildIndex(index).IndexPath);
    }

    [Fact]
    public void A_link_that_lies_in_wait_is_not_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Making links takes a right there.");
        string victim = Path.Combine(_folder.FullName, "victim");
        File.WriteAllText(victim, "mine");
        string temporary = Path.Combine(_folder.FullName, "tmp-disk.raw");
        File.CreateSymbolicLink(temporary, victim);
        using VmaArchive archive = VmaArchive.Open(Copy("vzdump-qemu-101-2026_11_20-02_00_03.vma", "source.vma"));
        VmaExport export = new(archive);
        export.Add(archive.Devices[0], Path.Combine(_folder.FullName, "disk.raw"), temporary);
        Assert.Equal(VmaCodes.TargetWriteFailed, Assert.Throws<VmaException>(() => export.Run()).Code);
        Assert.Equal("mine", File.ReadAllText(victim));
        Assert.Equal(victim, new FileInfo(temporary).LinkTarget);
        string folder = Path.Combine(_folder.FullName, "folder");
        File.CreateSymbolicLink(folder, Path.Combine(_folder.FullName, "elsewhere"));
        Assert.ThrowsAny<IOException>(() => NewFile.CreateFolder(folder, isPrivate: true));
        Assert.False(Directory.Exists(Path.Combine(_folder.FullName, "elsewhere")));
    }

    [Fact]
    public async System.Threading.Tasks.Task A_pipe_that_is_named_like_an_index_is_passed_over()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "pipes have no names in folders there");
        string source = Copy("vzdump-qemu-101-2026_11_20-02_00_03.vma.zst", "source.vma.zst");
        new Tool("mkfifo").Run(IndexStore.PathBeside(source));
        System.Threading.Tasks.Task<VmaIndex?> find = System.Threading.Tasks.Task.Run(
            () =>
            {
                using VmaArchive archive = VmaArchive.Open(source);
                Assert.Empty(VmaIndex.GetOf(source));
                return archive.FindIndex();
            },
            TestContext.Current.CancellationToken);
        Assert.Null(await find.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void An_index_beside_an_archive_of_a_long_name_is_made_and_found()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "names are counted in other units there");
        string source = Copy("vzdump-qemu-101-2026_11_20-02_00_03.vma.zst", new string('字', 78) + ".vma.zst");
        using VmaArchive archive = VmaArchive.Open(source);
        string index = IndexStore.PathBeside(source);
        Assert.Equal(index, archive.BuildIndex(index).IndexPath);
        Assert.Equal(index, archive.FindIndex()?.IndexPath);
        Assert.Equal(2, Directory.GetFiles(_folder.FullName).Length);
    }

    private static void Refused(string code, Action action) => Assert.Equal(code, Assert.Throws<VmaException>(action).Code);

    private string Copy(string name, string copy)
    {
        string path = _folder.File(copy);
        File.Copy(Fixtures.Path("corpus/" + name), path);
        File.SetAttributes(path, FileAttributes.Normal);
        return path;
    }
}
