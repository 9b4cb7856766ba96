using System;
using System.IO;
using System.Linq;
using VmaTools.Indexing;
using Xunit;

namespace VmaTools.Tests.Indexing;

/// <summary>A pass that is made anyway leaves the index that a pass for its own sake would.</summary>
public sealed class IndexOfPassTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string> Ways => [.. IndexSamples.Ways.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public void Devices_are_read_by_it(string way)
    {
        string path = Write(IndexSamples.Compress(way));
        string target = IndexStore.PathBeside(path);
        using (VmaArchive archive = VmaArchive.Open(path, new VmaOpenOptions { NewIndexPath = target }))
        {
            VmaPassResult result = archive.ReadForward([]);
            Assert.True(result.IsValid);
            Assert.Equal(way != "zstd-nocheck", result.HasChecksum);
            Assert.Null(result.NewIndexError);
            Assert.Equal(target, result.NewIndex?.IndexPath);
            Assert.Equal(IndexSamples.Plain.Length, result.NewIndex?.DecodedLength);

            // Only the first pass.
            Assert.Null(archive.ReadForward([]).NewIndex);
        }

        byte[] passed = File.ReadAllBytes(target);
        using VmaArchive plain = VmaArchive.Open(new MemoryStream(IndexSamples.Plain));
        using VmaArchive indexed = VmaArchive.Open(path);
        Assert.Equal(target, indexed.FindIndex()?.IndexPath);
        foreach (VmaDevice device in plain.Devices)
        {
            using Stream expected = device.OpenRead();
            using Stream read = indexed.FindDevice(device.DeviceId)!.OpenRead();
            Assert.Equal(Digest(expected), Digest(read));
        }

        Assert.Equal(passed, File.ReadAllBytes(target));
    }

    [Theory]
    [InlineData("zstd-3-threads")]
    [InlineData("pigz")]
    public void What_is_damaged_gets_none_and_the_pass_tells_the_same(string way)
    {
        byte[] bytes = (byte[])IndexSamples.Compress(way).Clone();
        bytes[bytes.Length / 2] ^= 0x10;
        string path = Write(bytes);
        VmaPassResult expected;
        using (VmaArchive archive = VmaArchive.Open(path))
        {
            expected = archive.ReadForward([]);
        }

        using VmaArchive again = VmaArchive.Open(path, new VmaOpenOptions { NewIndexPath = IndexStore.PathBeside(path) });
        VmaPassResult result = again.ReadForward([]);
        Assert.False(result.IsValid);
        Assert.Equal(expected.Findings.Select(static f => f.ToString()), result.Findings.Select(static f => f.ToString()));
        Assert.Null(result.NewIndex);
        Assert.Equal(result.Findings.First(static f => f.IsError).Code, result.NewIndexError?.Code);
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void One_that_fits_stays_and_one_of_another_archive_does_not()
    {
        string path = Write(IndexSamples.Compress("gzip-1"));
        string target = IndexStore.PathBeside(path);
        VmaPassResult Pass()
        {
            using VmaArchive archive = VmaArchive.Open(path, new VmaOpenOptions { NewIndexPath = target });
            return archive.ReadForward([]);
        }

        Assert.NotNull(Pass().NewIndex);
        DateTime old = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(target, old);
        Assert.Equal(target, Pass().NewIndex?.IndexPath);
        Assert.Equal(old, File.GetLastWriteTimeUtc(target));

        File.WriteAllBytes(path, IndexSamples.Compress("pigz"));
        Assert.Equal(target, Pass().NewIndex?.IndexPath);
        Assert.NotEqual(old, File.GetLastWriteTimeUtc(target));
    }

    [Fact]
    public void What_is_no_index_is_not_replaced()
    {
        string path = Write(IndexSamples.Compress("gzip-1"));
        string other = _folder.File("notes.txt");
        File.WriteAllText(other, "to be kept");
        using VmaArchive archive = VmaArchive.Open(path, new VmaOpenOptions { NewIndexPath = other });
        VmaPassResult result = archive.ReadForward([]);
        Assert.True(result.IsValid);
        Assert.Equal(VmaCodes.TargetExists, result.NewIndexError?.Code);
        Assert.Equal("to be kept", File.ReadAllText(other));
    }

    [Fact]
    public void A_test_and_an_export_leave_it_too()
    {
        string path = Write(IndexSamples.Compress("pigz"));
        string target = IndexStore.PathBeside(path);
        VmaTestResult tested = VmaArchiveTest.Run(path, new VmaTestOptions { Open = new VmaOpenOptions { NewIndexPath = target } });
        Assert.Equal(target, tested.NewIndex?.IndexPath);
        File.Delete(target);

        using VmaArchive archive = VmaArchive.Open(path);
        string image = _folder.File("disk.raw");
        VmaExport export = new(archive, new VmaExportOptions { NewIndexPath = target });
        export.Add(archive.Devices[0], image);
        Assert.Equal(target, export.Run().Pass.NewIndex?.IndexPath);
        Assert.True(File.Exists(image));

        VmaExport both = new(archive, new VmaExportOptions { NewIndexPath = image, Force = true });
        both.Add(archive.Devices[0], image);
        Assert.Equal(VmaCodes.OutputNameCollision, Assert.Throws<VmaException>(() => both.Run()).Code);
    }

    [Fact]
    public void What_goes_wrong_with_it_does_not_end_the_pass()
    {
        string path = Write(IndexSamples.Compress("gzip-1"));
        string file = _folder.File("file");
        File.WriteAllText(file, "no folder");
        using VmaArchive archive = VmaArchive.Open(path, new VmaOpenOptions { NewIndexPath = Path.Combine(file, "x.vmaindex") });
        VmaPassResult result = archive.ReadForward([]);
        Assert.True(result.IsValid);
        Assert.Null(result.NewIndex);
        Assert.Equal(VmaCodes.TargetWriteFailed, result.NewIndexError?.Code);
    }

    [Theory]
    [InlineData(false, VmaCodes.TargetIsArchive)]
    [InlineData(true, VmaCodes.TargetIsSource)]
    public void One_that_is_refused_does_not_end_the_pass(bool isSource, string code)
    {
        string path = Write(IndexSamples.Compress("gzip-1"));
        string other = isSource ? path : _folder.File("other.vma");
        if (!isSource)
        {
            File.WriteAllBytes(other, IndexSamples.Plain);
        }

        byte[] before = File.ReadAllBytes(other);
        using VmaArchive archive = VmaArchive.Open(path, new VmaOpenOptions { NewIndexPath = other });
        VmaPassResult result = archive.ReadForward([]);
        Assert.True(result.IsValid);
        Assert.Null(result.NewIndex);
        Assert.Equal(code, result.NewIndexError?.Code);
        Assert.Equal(before, File.ReadAllBytes(other));
    }

    [Fact]
    public void A_plain_archive_needs_none()
    {
        string path = Write(IndexSamples.Plain);
        using VmaArchive archive = VmaArchive.Open(path, new VmaOpenOptions { NewIndexPath = IndexStore.PathBeside(path) });
        VmaPassResult result = archive.ReadForward([]);
        Assert.Null(result.NewIndex);
        Assert.Null(result.NewIndexError);
        Assert.False(File.Exists(IndexStore.PathBeside(path)));
    }

    [Fact]
    public void A_stream_cannot_have_one_and_says_so()
    {
        using VmaArchive archive = VmaArchive.Open(
            new MemoryStream(IndexSamples.Compress("gzip-1")), options: new VmaOpenOptions { NewIndexPath = string.Empty });
        VmaPassResult result = archive.ReadForward([]);
        Assert.True(result.IsValid);
        Assert.Equal(VmaCodes.SourceNotSeekable, result.NewIndexError?.Code);
    }

    private static string Digest(Stream stream)
    {
        using System.Security.Cryptography.SHA256 sha = System.Security.Cryptography.SHA256.Create();
        return Convert.ToHexString(sha.ComputeHash(stream));
    }

    private string Write(byte[] bytes)
    {
        string path = _folder.File("archive.vma.some");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
