using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using VmaTools.Disks;
using VmaTools.Disks.FileSystems;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>What was deleted from volumes that mkfs and mtools or debugfs made and filled, beside what The Sleuth Kit finds of it.</summary>
public sealed class DeletedFilesTests : IDisposable
{
    private static readonly Tool Fls = new("fls");
    private static readonly Tool Icat = new("icat");
    private static readonly Tool MakeFat = new("mkfs.vfat");
    private static readonly Tool MakeExt = new("mke2fs");
    private static readonly Tool Debug = new("debugfs");

    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, byte[]> _files = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("12", 4, 4)]
    [InlineData("16", 24, 4)]
    [InlineData("32", 140, 4)]
    public void Of_fat_names_and_contents_are_found_as_the_sleuth_kit_finds_them(string bits, int size, int clusterSectors)
    {
        string image = MakeImage(size);
        MakeFat.Run("-F", bits, "-s", $"{clusterSectors}", image);
        string source = Fill();
        Mtools("mcopy", image, "-s", Path.Combine(source, "dir"), Path.Combine(source, "gone"), "::/");
        Mtools("mdel", image, "::/dir/a long name 2.bin", "::/dir/a long name 5.bin", "::/dir/sub/S3.DAT");
        Mtools("mdeltree", image, "::/gone");
        using DiskBytes disk = new StreamDiskBytes(File.OpenRead(image));
        using FileSystem files = XfsTests.Open(disk);
        Dictionary<string, DeletedFile> deleted = files.ReadDeleted().ToDictionary(static d => d.Entry.FullName);

        // Of a short name that has no long one beside it, a character is gone.
        string[] names = ["/dir/a long name 2.bin", "/dir/a long name 5.bin", "/dir/sub/_3.DAT", .. Enumerable.Range(1, 6).Select(static i => $"/_one/_eep/A text with a really long name {i}.txt")];
        Assert.Equal(names.Order(StringComparer.Ordinal), deleted.Where(static d => d.Value.Entry.Type == FileEntryType.File).Select(static d => d.Key).Order(StringComparer.Ordinal));
        Assert.Equal(["/_one", "/_one/_eep"], deleted.Where(static d => d.Value.Entry.Type == FileEntryType.Directory).Select(static d => d.Key).Order(StringComparer.Ordinal));
        Assert.Matches("^ALONGN~[0-9].BIN$", deleted["/dir/a long name 2.bin"].Entry.ShortName?.ToString());
        foreach (DeletedFile file in deleted.Values.Where(static d => d.Entry.Type == FileEntryType.File))
        {
            byte[] content = _files[file.Entry.FullName.Replace("/_one/_eep", "/gone/deep", StringComparison.Ordinal).Replace("/_3", "/S3", StringComparison.Ordinal)];
            Assert.Equal(content, Read(file));
            Assert.True(file.IsPathCertain);
            Assert.All(file.ReadAllocation(), static e => Assert.False(e.IsAllocatedAnew));
        }

        AssertJudged(image, deleted, "/_one", "/_one/_eep");
        Assert.Empty(files.Findings);
    }

    [Fact]
    public void Clusters_that_another_file_has_now_are_told()
    {
        string image = MakeImage(4);
        MakeFat.Run("-F", "12", "-s", "4", image);
        string source = Fill();
        Mtools("mcopy", image, "-s", Path.Combine(source, "dir"), Path.Combine(source, "gone"), "::/");
        Mtools("mdel", image, "::/dir/a long name 6.bin");
        Mtools("mdeltree", image, "::/gone");
        File.WriteAllBytes(Path.Combine(source, "new"), new byte[30000]);
        Mtools("mcopy", image, Path.Combine(source, "new"), "::/dir/sub/new");
        using (DiskBytes disk = new StreamDiskBytes(File.OpenRead(image)))
        using (FileSystem files = XfsTests.Open(disk))
        {
            FileExtent live = Assert.Single(files.ReadAllocation(GuestImages.Walk(files).Single(static e => e.FullName == "/dir/sub/new")));
            DeletedFile deleted = files.ReadDeleted().Single(static d => d.Entry.FullName == "/dir/a long name 6.bin");
            IReadOnlyList<DeletedFileExtent> extents = deleted.ReadAllocation();
            Assert.Equal([true, false], extents.Select(static e => e.IsAllocatedAnew));

            // The cluster that the new file's last bytes are in has room for 720 more.
            Assert.Equal((live.VolumeOffset, 30720, 42000 - 30720), (extents[0].Extent.VolumeOffset, extents[0].Extent.Length, extents[1].Extent.Length));
            Assert.Contains(files.ReadDeleted(), static d => d.Entry.FullName.StartsWith("/_one/_eep/", StringComparison.Ordinal));
        }

        // A directory whose clusters are another file's by now tells nothing.
        Mtools("mcopy", image, Path.Combine(source, "new"), "::/dir/sub/newer");
        using DiskBytes after = new StreamDiskBytes(File.OpenRead(image));
        using FileSystem filled = XfsTests.Open(after);
        Assert.Equal(["/_one", "/dir/a long name 6.bin"], filled.ReadDeleted().Select(static d => d.Entry.FullName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("ext2", 1024)]
    [InlineData("ext3", 4096)]
    [InlineData("ext4", 1024)]
    [InlineData("ext4", 4096)]
    public void Of_ext_names_and_inodes_are_found_as_the_sleuth_kit_finds_them(string kind, int blockSize)
    {
        string image = MakeImage(24);
        MakeExt.Run("-q", "-t", kind, "-b", $"{blockSize}", "-d", Fill(), image);
        Debug.Run("-w", "-R", "rm /dir/sub/S3.DAT", image);
        Debug.Run("-w", "-R", "rm \"/dir/a long name 2.bin\"", image);
        Debug.Run("-w", "-R", "unlink \"/dir/a long name 4.bin\"", image);
        using DiskBytes disk = new StreamDiskBytes(File.OpenRead(image));
        using FileSystem files = XfsTests.Open(disk);
        Dictionary<string, DeletedFile> deleted = files.ReadDeleted().ToDictionary(static d => d.Entry.FullName);
        Assert.Equal(["/dir/a long name 2.bin", "/dir/sub/S3.DAT"], deleted.Keys.Order(StringComparer.Ordinal));
        Assert.All(deleted.Values, static d => Assert.True(d.Entry.IsDeleted && !d.IsOrphan && d.Entry.LinkCount == 0));
        AssertJudged(image, deleted);
        Assert.Empty(files.Findings);
    }

    [Fact]
    public void A_superblock_that_tells_of_half_a_billion_groups_does_not_keep_from_what_is_there()
    {
        string image = MakeImage(8);
        MakeExt.Run("-q", "-t", "ext4", "-b", "1024", "-O", "^64bit,^metadata_csum", "-d", Fill(), image);
        Debug.Run("-w", "-R", "rm /dir/sub/S3.DAT", image);
        using DiskBytes disk = new StreamDiskBytes(File.OpenRead(image));
        SparseBytes volume = SparseBytes.CopyOf(disk);
        byte[] superblock = volume.Read(1024, 1024);
        BinaryPrimitives.WriteUInt32LittleEndian(superblock.AsSpan(4), uint.MaxValue);
        BinaryPrimitives.WriteUInt32LittleEndian(superblock.AsSpan(32), 8);
        volume.Write(1024, superblock);
        using FileSystem files = XfsTests.Open(volume);
        Assert.Equal(_files["/dir/sub/S3.DAT"].Length, Assert.Single(files.ReadDeleted()).Entry.Length);
    }

    [Fact]
    public void What_is_not_deleted_to_the_end_is_an_orphan_with_its_content()
    {
        string image = MakeImage(8);
        MakeExt.Run("-q", "-t", "ext4", "-d", Fill(), image);
        Debug.Run("-w", "-R", "set_inode_field /dir/sub/S2.DAT links_count 0", image);
        Debug.Run("-w", "-R", "unlink /dir/sub/S2.DAT", image);
        using DiskBytes disk = new StreamDiskBytes(File.OpenRead(image));
        using FileSystem files = XfsTests.Open(disk);
        DeletedFile orphan = Assert.Single(files.ReadDeleted());
        Assert.Equal(("/dir/sub/S2.DAT", true), (orphan.Entry.FullName, orphan.IsOrphan));
        Assert.Equal(_files["/dir/sub/S2.DAT"], Read(orphan));
        Assert.All(orphan.ReadAllocation(), static e => Assert.False(e.IsAllocatedAnew));
    }

    /// <summary>Damage to what tells of deleted files, with checksums made right again where there are some.</summary>
    [Theory]
    [InlineData("fat", 1)]
    [InlineData("ext4", 1_000_000)]
    [InlineData("ntfs", 2_000_000)]
    public void Damage_ends_in_errors_of_ours(string kind, int seed)
    {
        SparseBytes volume = WithDeleted(kind);
        using (FileSystem whole = XfsTests.Open(volume))
        {
            Assert.NotEmpty(whole.ReadDeleted());
        }

        if (kind == "ext4")
        {
            ExtSeals seals = new(SparseBytes.CopyOf(volume));
            HashSet<long> pages = [.. seals.Pages];
            FileSystemMutations.Run(volume, Open, 1000, seed, pages: pages.Contains, finish: (random, page) => seals.Mend(volume, page));
        }
        else
        {
            FileSystemMutations.Run(volume, Open, 1000, seed, 128 << 10);
        }

        static FileSystem? Open(DiskBytes bytes) => FileSystemReaders.Open(bytes, new FileSystemOptions());
    }

    /// <summary>What The Sleuth Kit lists as deleted is found, under the same name and number, with the same content.</summary>
    private static void AssertJudged(string image, Dictionary<string, DeletedFile> deleted, params string[] notNamed)
    {
        int judged = 0;
        foreach (Match line in Regex.Matches(Fls.Run("-rdpF", image), @"^\S+ \* (\d+)(?<again>\(realloc\))?:\t(.*)$", RegexOptions.Multiline))
        {
            string path = "/" + line.Groups[2].Value;
            if (line.Groups["again"].Success || path.StartsWith("/$OrphanFiles/", StringComparison.Ordinal))
            {
                continue;
            }

            Assert.True(deleted.TryGetValue(path, out DeletedFile? file), path);
            Assert.Equal(Icat.Filter([], "-r", image, line.Groups[1].Value), Read(file));
            judged++;
        }

        Assert.True(judged >= deleted.Keys.Count(k => !notNamed.Any(n => k == n || k.StartsWith(n + "/", StringComparison.Ordinal))), $"{judged} of {deleted.Count}");
    }

    private SparseBytes WithDeleted(string kind)
    {
        if (kind == "ntfs")
        {
            return FatTests.Copy("ntfs-small");
        }

        string image = MakeImage(4);
        string source = Fill();
        if (kind == "fat")
        {
            MakeFat.Run("-F", "12", "-s", "4", image);
            Mtools("mcopy", image, "-s", Path.Combine(source, "dir"), Path.Combine(source, "gone"), "::/");
            Mtools("mdel", image, "::/dir/a long name 2.bin", "::/dir/sub/S3.DAT");
            Mtools("mdeltree", image, "::/gone");
        }
        else
        {
            MakeExt.Run("-q", "-t", kind, "-b", "1024", "-d", source, image);
            Debug.Run("-w", "-R", "rm /dir/sub/S3.DAT", image);
            Debug.Run("-w", "-R", "rm \"/dir/a long name 2.bin\"", image);
            Debug.Run("-w", "-R", "set_inode_field /dir/sub/S2.DAT links_count 0", image);
            Debug.Run("-w", "-R", "unlink /dir/sub/S2.DAT", image);
        }

        using DiskBytes disk = new StreamDiskBytes(File.OpenRead(image));
        return SparseBytes.CopyOf(disk);
    }

    private static byte[] Read(DeletedFile file)
    {
        using Stream content = file.OpenRead();
        using MemoryStream bytes = new();
        content.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static void Mtools(string tool, string image, params string[] arguments) => new Tool(tool).Run(["-i", image, .. arguments]);

    private string MakeImage(int mebibytes)
    {
        Fls.SkipIfMissing();
        string image = _folder.File("image");
        using FileStream file = File.Create(image);
        file.SetLength(mebibytes * 1024L * 1024);
        return image;
    }

    /// <summary>A folder of files with random bytes.</summary>
    private string Fill()
    {
        Random random = new(15);
        string source = _folder.File("source");
        for (int i = 1; i <= 6; i++)
        {
            foreach ((string name, int length) in new[] { ($"dir/a long name {i}.bin", i * 7000), ($"dir/sub/S{i}.DAT", i * 500), ($"gone/deep/A text with a really long name {i}.txt", i * 3000) })
            {
                byte[] content = new byte[length];
                random.NextBytes(content);
                string path = Path.Combine(source, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllBytes(path, content);
                _files["/" + name] = content;
            }
        }

        return source;
    }
}
