using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using VmaTools.Disks;
using VmaTools.Disks.FileSystems;
using VmaTools.Disks.Partitions;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>ISO 9660 as genisoimage and xorriso write it: what was put in, and what bsdtar reads.</summary>
public sealed class IsoTests : IDisposable
{
    private const int Sector = 2048;

    private static readonly Tool Make = new("genisoimage");
    private static readonly Tool Xorriso = new("xorriso");

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Everything_is_as_it_was_put_in()
    {
        using FileSystem files = GuestImages.OpenFiles(GuestImages.OpenRaw("tiny/iso-rockridge"));

        // The folder that directories were moved from, to be not too deep: Linux shows it, empty; bsdtar does not.
        Assert.Equal(["/rr_moved: not in the truth"], GuestTruth.Differences(files, Truth));
        Assert.Empty(files.ReadDirectory(At(files, "rr_moved")));
        Assert.Empty(files.Findings);
        Assert.Equal(["Rock Ridge"], files.Features);
        Assert.Equal((2048, 0L, FileSystemState.Clean, false), (files.BlockSize, files.FreeBytes, files.State, files.FoldsNames(files.Root)));
        foreach (FileEntry entry in GuestImages.Walk(files))
        {
            Assert.Equal(entry.Id, files.Find(entry.Parent!, entry.Name)?.Id);
            Assert.NotNull(entry.Modified);
            Assert.NotNull(entry.LinkCount);
        }

        Assert.Null(files.Find(files.Root, RawName.Parse("ETC")));
        FileEntry file = At(files, "sizes", "len-20000");
        Assert.Equal((FileExtentKind.Data, 20_000L), files.ReadAllocation(file).Select(static e => (e.Kind, e.StoredLength)).Single());
        Assert.Empty(files.ReadAllocation(At(files, "etc", "empty")));
    }

    [Theory]
    [InlineData("-R", "Rock Ridge")]
    [InlineData("-r -J", "Rock Ridge")]
    [InlineData("-J -joliet-long", "Joliet")]
    [InlineData("-iso-level 3 -allow-lowercase -allow-multidot", null)]
    public void What_was_put_in_comes_out(string options, string? feature)
    {
        string tree = _folder.File("tree");
        Dictionary<string, byte[]> expected = MakeTree(tree, isPlain: feature is null);
        string image = _folder.File("image");
        Make.Run(["-quiet", .. options.Split(' '), "-V", "MADE_HERE", "-o", image, tree]);
        AssertContent(image, feature, expected);
    }

    [Fact]
    public void What_xorriso_wrote_is_read()
    {
        Xorriso.SkipIfMissing();
        string tree = _folder.File("tree");
        Dictionary<string, byte[]> expected = MakeTree(tree, isPlain: false);
        string image = _folder.File("image");
        Xorriso.Run("-outdev", image, "-volid", "MADE_HERE", "-map", tree, "/", "-commit");
        AssertContent(image, "Rock Ridge", expected);
    }

    [Fact]
    public void Names_fold_where_no_case_is_kept()
    {
        string tree = _folder.File("tree");
        Directory.CreateDirectory(tree);
        File.WriteAllText(Path.Combine(tree, "README.TXT"), "read");
        string image = _folder.File("image");
        Make.Run("-quiet", "-o", image, tree);
        using DiskBytes disk = new StreamDiskBytes(File.OpenRead(image));
        using FileSystem files = GuestImages.OpenFiles(disk);
        FileEntry file = Assert.Single(files.ReadDirectory(files.Root));
        Assert.Equal("README.TXT", file.Name.ToString());
        Assert.True(files.FoldsNames(files.Root));
        Assert.Equal(file.Id, files.Find(files.Root, RawName.Parse("readme.txt"))?.Id);
        Assert.Null(file.Mode);
        Assert.Null(file.UserId);
    }

    [Fact]
    public void A_file_of_several_parts_is_their_sum()
    {
        using SparseBytes volume = GuestImages.OpenRaw("tiny/iso-rockridge");
        using FileSystem before = GuestImages.OpenFiles(volume);
        FileEntry[] sizes = [.. before.ReadDirectory(At(before, "sizes"))];
        FileEntry first = sizes.First(static e => e.Length == 4096);
        FileEntry second = sizes[Array.IndexOf(sizes, first) + 1];
        byte[] expected = [.. Content(before, first), .. Content(before, second)];

        // The first record says that the next one, of the same name, goes on with it.
        long record = RecordOf(volume, first);
        volume.Write(record + 25, [(byte)(volume.Read(record + 25, 1)[0] | 0x80)]);
        volume.Write(record + 33, volume.Read(RecordOf(volume, second) + 33, volume.Read(record + 32, 1)[0]));
        using FileSystem files = GuestImages.OpenFiles(volume);
        Assert.DoesNotContain(files.ReadDirectory(At(files, "sizes")), e => e.Name == first.Name);
        FileEntry joined = At(files, "sizes", second.Name.ToString());
        Assert.Equal(expected, Content(files, joined));
        Assert.Equal(expected.Length, files.ReadAllocation(joined).Sum(static e => e.Length));
    }

    [Fact]
    public void Files_whose_parts_are_damaged_are_left_out_and_told()
    {
        using SparseBytes volume = GuestImages.OpenRaw("tiny/iso-rockridge");
        using FileSystem before = GuestImages.OpenFiles(volume);
        FileEntry[] sizes = [.. before.ReadDirectory(At(before, "sizes"))];

        // One has parts that are another file's, one those that no record has; one lies elsewhere in one byte order.
        FileEntry[] damaged = [sizes.First(static e => e.Length == 4096), sizes[^1], sizes.First(static e => e.Length == 20_000)];
        foreach (FileEntry file in damaged.Take(2))
        {
            long flags = RecordOf(volume, file) + 25;
            volume.Write(flags, [(byte)(volume.Read(flags, 1)[0] | 0x80)]);
        }

        long place = RecordOf(volume, damaged[2]) + 2;
        volume.Write(place, [(byte)(volume.Read(place, 1)[0] ^ 1)]);
        using FileSystem files = GuestImages.OpenFiles(volume);
        Assert.Equal(
            sizes.Except(damaged).Select(static e => (e.Name, e.Length)), files.ReadDirectory(At(files, "sizes")).Select(static e => (e.Name, e.Length)));
        Assert.Equal(3, files.Findings.Count);
        Assert.All(files.Findings, static f => Assert.Equal((VmaCodes.FileSystemDamaged, true), (f.Code, f.Path!.StartsWith("/sizes/", StringComparison.Ordinal))));
    }

    [Fact]
    public void What_zisofs_compressed_is_refused_by_name()
    {
        using SparseBytes volume = GuestImages.OpenRaw("tiny/iso-rockridge");

        // A field that says nothing here (RR) in all records, turned into that of zisofs where there is room: the time's.
        using FileSystem before = GuestImages.OpenFiles(volume);
        FileEntry file = At(before, "sizes", "len-20000");
        long record = FindRecord(volume, (long)(file.Id >> 6 << 11 | (file.Id & 0x3F) << 5), (uint)file.Length);
        byte[] bytes = volume.Read(record, volume.Read(record, 1)[0]);
        int time = bytes.AsSpan().IndexOf("TF"u8);
        Assert.True(bytes[time + 2] >= 16);
        volume.Write(record + time, "ZF"u8);
        using FileSystem files = GuestImages.OpenFiles(volume);
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => files.OpenRead(At(files, "sizes", "len-20000")));
        Assert.Equal((VmaCodes.FileContentNotSupported, "/sizes/len-20000"), (exception.Code, exception.FilePath));
        Assert.Contains("zisofs", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UDF_is_told_by_name()
    {
        byte[] disk = new byte[1 << 20];
        "BEA01"u8.CopyTo(disk.AsSpan((16 * Sector) + 1));
        "NSR02"u8.CopyTo(disk.AsSpan((17 * Sector) + 1));
        "TEA01"u8.CopyTo(disk.AsSpan((18 * Sector) + 1));
        using VolumeSet set = VolumeSet.Open([new VolumeDisk("disk", new MemoryStream(disk))]);
        DiskVolume volume = Assert.Single(set.Volumes);
        Assert.Equal("udf", volume.FileSystemKind);
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => volume.OpenFileSystem());
        Assert.Equal(VmaCodes.VolumeNotSupported, exception.Code);
        Assert.Contains("UDF", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UDF_beside_it_is_told()
    {
        string tree = _folder.File("tree");
        Directory.CreateDirectory(tree);
        File.WriteAllText(Path.Combine(tree, "a"), "a");
        string image = _folder.File("image");
        Make.Run("-quiet", "-udf", "-R", "-o", image, tree);
        using DiskBytes disk = new StreamDiskBytes(File.OpenRead(image));
        using FileSystem files = GuestImages.OpenFiles(disk);
        FileSystemFinding finding = Assert.Single(files.Findings);
        Assert.Equal((VmaCodes.FileSystemNotSupported, VmaSeverity.Warning), (finding.Code, finding.Severity));
        Assert.Contains("UDF", finding.Message, StringComparison.Ordinal);
        Assert.Equal("a", Assert.Single(files.ReadDirectory(files.Root)).Name.ToString());
    }

    [Fact]
    public void A_directory_that_is_one_above_it_ends_no_walk()
    {
        using SparseBytes volume = GuestImages.OpenRaw("tiny/iso-rockridge");
        using FileSystem before = GuestImages.OpenFiles(volume);
        FileEntry inner = before.ReadDirectory(At(before, "deep")).Single();
        long records = (long)(At(before, "deep").Id >> 6) * Sector;

        // The record of the directory in "deep" leads to "deep" itself.
        byte[] bytes = volume.Read(records, Sector);
        int at = bytes[0] + bytes[bytes[0]];
        bytes.AsSpan(2, 8).CopyTo(bytes.AsSpan(at + 2));
        volume.Write(records, bytes);
        using FileSystem files = GuestImages.OpenFiles(volume);
        FileEntry again = files.Find(At(files, "deep"), inner.Name)!;
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => files.ReadDirectory(again).ToArray());
        Assert.Equal((VmaCodes.FileSystemDamaged, again.FullName), (exception.Code, exception.FilePath));
        Assert.Equal("once more", exception.Message.Contains("/deep once more", StringComparison.Ordinal) ? "once more" : exception.Message);
    }

    [Fact]
    public void Damage_is_told_and_the_rest_is_read()
    {
        using SparseBytes volume = GuestImages.OpenRaw("tiny/iso-rockridge");
        using FileSystem before = GuestImages.OpenFiles(volume);
        int all = before.ReadDirectory(At(before, "many")).Count();
        byte[] damage = new byte[40];
        Array.Fill(damage, (byte)0xFF);
        volume.Write(((long)(At(before, "many").Id >> 6) * Sector) + (2 * Sector), damage);
        using FileSystem files = GuestImages.OpenFiles(volume);
        Assert.InRange(files.ReadDirectory(At(files, "many")).Count(), 20, all - 20);
        FileSystemFinding finding = Assert.Single(files.Findings);
        Assert.Equal((VmaCodes.FileSystemDamaged, "/many"), (finding.Code, finding.Path));
        Assert.Equal(0, finding.VolumeOffset % Sector);
        Assert.Equal(20_000, Content(files, At(files, "sizes", "len-20000")).Length);
    }

    [Fact]
    public void Mutations()
    {
        using SparseBytes volume = GuestImages.OpenRaw("tiny/iso-rockridge");
        FileSystemMutations.Run(volume, static v => FileSystemReaders.Open(v, new FileSystemOptions()), 1000, 80);

        // Descriptors and directories, which are in front of the files.
        using FileSystem files = GuestImages.OpenFiles(volume);
        HashSet<long> pages = [32_768, .. GuestImages.Walk(files).Where(static e => e.Type == FileEntryType.Directory).Select(static e => (long)(e.Id >> 6) * Sector / SparseBytes.PageSize * SparseBytes.PageSize)];
        FileSystemMutations.Run(volume, static v => FileSystemReaders.Open(v, new FileSystemOptions()), 3000, 8_000_000, pages: pages.Contains);
    }

    private static JsonElement Truth => GuestTruth.Load(Fixtures.Path("disks/tiny/iso-rockridge.truth.json.gz")).Volume("disk0");

    private static FileEntry At(FileSystem files, params string[] names) =>
        names.Aggregate(files.Root, (entry, name) => files.Find(entry, RawName.Parse(name))!);

    private static byte[] Content(FileSystem files, FileEntry file)
    {
        using Stream stream = files.OpenRead(file);
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private static long RecordOf(SparseBytes volume, FileEntry file) =>
        FindRecord(volume, (long)(file.Id >> 6 << 11 | (file.Id & 0x3F) << 5), (uint)file.Length);

    /// <summary>The record near an offset that has a file of that length: numbers of entries tell it to 32 bytes.</summary>
    private static long FindRecord(SparseBytes volume, long from, uint length)
    {
        for (long at = from; at < from + 32; at++)
        {
            if (BitConverter.ToUInt32(volume.Read(at + 10, 4)) == length && volume.Read(at, 1)[0] > 33)
            {
                return at;
            }
        }

        throw new InvalidOperationException("There is no such record.");
    }

    private static void AssertContent(string image, string? feature, Dictionary<string, byte[]> expected)
    {
        using DiskBytes disk = new StreamDiskBytes(File.OpenRead(image));
        using FileSystem files = GuestImages.OpenFiles(disk);
        Assert.Equal(feature is null ? [] : [feature], files.Features);
        Assert.Equal("MADE_HERE", files.Label);
        Assert.Equal(PartitionTableUuid(disk), files.Uuid);
        Dictionary<string, FileEntry> entries = GuestImages.Walk(files).Where(static e => e.Type == FileEntryType.File).ToDictionary(static e => e.FullName, StringComparer.Ordinal);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), entries.Keys.Order(StringComparer.Ordinal));
        foreach ((string path, byte[] content) in expected)
        {
            Assert.True(content.AsSpan().SequenceEqual(Content(files, entries[path])), path);
        }

        Assert.Empty(files.Findings);
    }

    private static string? PartitionTableUuid(DiskBytes disk)
    {
        using VolumeSet set = VolumeSet.Open([new VolumeDisk("disk", new DiskBytesStream(disk))]);
        DiskVolume volume = Assert.Single(set.Volumes);
        Assert.Equal("iso9660", volume.FileSystemKind);
        return volume.Uuid;
    }

    private static Dictionary<string, byte[]> MakeTree(string tree, bool isPlain)
    {
        Dictionary<string, byte[]> expected = [];
        void Add(string path, byte[] content)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(tree, path))!);
            File.WriteAllBytes(Path.Combine(tree, path), content);
            expected["/" + path] = content;
        }

        foreach (int size in new[] { 0, 1, 2047, 2048, 2049, 300_000 })
        {
            byte[] content = new byte[size];
            new Random(size).NextBytes(content);
            Add($"sizes/len{size}.bin", content);
        }

        for (int i = 0; i < 150; i++)
        {
            Add($"many/name{i:d4}.txt", Encoding.ASCII.GetBytes("content of " + i));
        }

        if (!isPlain)
        {
            Add("Upper and lower/Grüße.txt", [1]);
            Add("Upper and lower/a name that is longer than the 31 characters of old.text", [2]);
            Add("noextension", [3]);
        }

        return expected;
    }
}
