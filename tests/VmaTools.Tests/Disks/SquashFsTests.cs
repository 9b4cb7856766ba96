using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using VmaTools.Disks;
using VmaTools.Disks.FileSystems;
using VmaTools.Disks.FileSystems.SquashFs;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>squashfs as mksquashfs writes it, and as Linux reads it.</summary>
public sealed class SquashFsTests : IDisposable
{
    private static readonly Tool Make = new("mksquashfs");

    private readonly TempFolder _folder = new();

    public static TheoryData<string> Compressions => ["gzip", "lzo", "lz4", "zstd"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Compressions))]
    public void Everything_is_as_the_kernel_reads_it(string compression)
    {
        using SparseBytes volume = GuestImages.OpenRaw("tiny/squashfs-" + compression);
        using FileSystem files = GuestImages.OpenFiles(volume);
        Assert.Empty(GuestTruth.Differences(files, Truth(compression)));
        Assert.Empty(files.Findings);
        Assert.Equal([compression], files.Features);
        Assert.Equal((4096, 0L, FileSystemState.Clean), (files.BlockSize, files.FreeBytes, files.State));
        Assert.True(files.Size <= volume.Length && files.Size > volume.Length - 4096);
    }

    [Fact]
    public void Every_name_is_found_and_no_other()
    {
        using FileSystem files = GuestImages.OpenFiles(GuestImages.OpenRaw("tiny/squashfs-zstd"));
        foreach (FileEntry entry in GuestImages.Walk(files).ToArray())
        {
            Assert.Equal(entry.Id, files.Find(entry.Parent!, entry.Name)?.Id);
            Assert.Null(files.Find(entry.Parent!, RawName.Parse(entry.Name + "0")));
        }

        Assert.Null(files.Find(files.Root, RawName.Parse("A")));
        Assert.Null(files.Find(files.Root, RawName.Parse("zz")));
        Assert.Null(files.Find(files.Find(files.Root, RawName.Parse("void"))!, RawName.Parse("x")));
    }

    [Fact]
    public void Zeros_that_are_not_stored_are_holes()
    {
        using SparseBytes volume = GuestImages.OpenRaw("tiny/squashfs-gzip");
        using FileSystem files = GuestImages.OpenFiles(volume);
        FileEntry sparse = At(files, "sizes", "sparse");
        FileExtent[] extents = [.. files.ReadAllocation(sparse)];
        Assert.Equal(sparse.Length, extents.Sum(static e => e.Length));
        Assert.Equal(FileExtentKind.Hole, extents[0].Kind);
        Assert.Contains(extents, static e => e is { Kind: FileExtentKind.Encoded, VolumeOffset: > 0 } && e.StoredLength < e.Length);
        Assert.Contains(files.ReadAllocation(At(files, "sizes", "random")), static e => e is { Kind: FileExtentKind.Data, StoredLength: 4096 });
        using Stream content = files.OpenRead(sparse);
        Assert.Equal((4096, KnownRangeKind.Zeros), ((int)((VmaTools.Disks.IKnownRanges)content).FindRange(0, 1 << 20).Length, ((VmaTools.Disks.IKnownRanges)content).FindRange(0, 1 << 20).Kind));
    }

    [Theory]
    [InlineData("-comp gzip -b 131072")]
    [InlineData("-comp zstd -b 1048576")]
    [InlineData("-comp lzo -b 8192 -always-use-fragments")]
    [InlineData("-comp lz4 -b 65536 -no-fragments")]
    [InlineData("-comp gzip -noI -noD -noF -noX -b 4096")]
    [InlineData("-comp zstd -no-duplicates -no-exports -b 16384")]
    [InlineData("-comp gzip -Xwindow-size 8 -Xstrategy default,filtered -b 32768")]
    public void What_was_put_in_comes_out(string options)
    {
        Dictionary<string, byte[]> expected = [];
        string tree = MakeTree(expected);
        string image = MakeImage(tree, options);
        using DiskBytes disk = new StreamDiskBytes(File.OpenRead(image));
        using FileSystem files = GuestImages.OpenFiles(disk);
        Dictionary<string, FileEntry> entries = GuestImages.Walk(files).ToDictionary(static e => e.FullName, StringComparer.Ordinal);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), entries.Values.Where(static e => e.Type == FileEntryType.File).Select(static e => e.FullName).Order(StringComparer.Ordinal));
        foreach ((string path, byte[] content) in expected)
        {
            using Stream stream = files.OpenRead(entries[path]);
            byte[] read = new byte[content.Length];
            stream.ReadExactly(read);
            Assert.True(content.AsSpan().SequenceEqual(read), path);
            Assert.Equal(-1, stream.ReadByte());

            // The end of it without what is in front.
            stream.Position = content.Length - Math.Min(content.Length, 100);
            byte[] end = new byte[Math.Min(content.Length, 100)];
            stream.ReadExactly(end);
            Assert.True(content.AsSpan(content.Length - end.Length).SequenceEqual(end), path);
            Assert.Equal(content.Length, files.ReadAllocation(entries[path]).Sum(static e => e.Length));
        }

        // More names than a block of metadata holds are found by the directory's index.
        FileEntry many = entries["/many"];
        Assert.True(((SquashEntry)many).IndexCount > 0);
        foreach (string name in new[] { "name-0000", "name-0177", "name-0299" })
        {
            Assert.Equal(entries["/many/" + name + "-of-a-directory-that-has-an-index"].Id, files.Find(many, RawName.Parse(name + "-of-a-directory-that-has-an-index"))?.Id);
        }

        Assert.Null(files.Find(many, RawName.Parse("name-0777x")));
        Assert.Null(files.Find(many, RawName.Parse("zzz")));
        Assert.Null(files.Find(many, RawName.Parse("a")));
        Assert.Empty(files.Findings);
    }

    [Theory]
    [InlineData("xz")]
    [InlineData("lzma")]
    public void What_is_not_decoded_here_is_refused_by_name(string compression)
    {
        string tree = _folder.File("tree");
        Directory.CreateDirectory(tree);
        File.WriteAllText(Path.Combine(tree, "a"), "a");
        string image = MakeImage(tree, "-comp " + compression);
        using DiskBytes disk = new StreamDiskBytes(File.OpenRead(image));
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => GuestImages.OpenFiles(disk));
        Assert.Equal(VmaCodes.FileSystemFeatureUnknown, exception.Code);
        Assert.Contains($"compressed by {compression},", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(28, 3, "version 3.0")]
    [InlineData(20, 9, "not known here (9)")]
    [InlineData(0, 0x73, "before 4.0")]
    public void What_is_not_known_is_refused_by_name(int offset, byte value, string message)
    {
        using SparseBytes volume = GuestImages.OpenRaw("tiny/squashfs-gzip");
        volume.Write(offset, offset == 0 ? "sqsh"u8 : [value]);
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => GuestImages.OpenFiles(volume));
        Assert.Equal(VmaCodes.FileSystemFeatureUnknown, exception.Code);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_block_is_told_with_its_place_and_the_rest_is_read()
    {
        using SparseBytes volume = GuestImages.OpenRaw("tiny/squashfs-gzip");
        using FileSystem before = GuestImages.OpenFiles(volume);
        FileExtent block = before.ReadAllocation(At(before, "sizes", "len-20000")).ElementAt(2);
        volume.Write(block.VolumeOffset!.Value + (block.StoredLength / 2), [0x55, 0xAA, 0x55]);
        using FileSystem files = GuestImages.OpenFiles(volume);
        List<string> differences = GuestTruth.Differences(files, Truth("gzip"));
        Assert.StartsWith("/sizes/len-20000: FileSystem", Assert.Single(differences), StringComparison.Ordinal);
        using Stream content = files.OpenRead(At(files, "sizes", "len-20000"));
        byte[] sound = new byte[8192];
        content.ReadExactly(sound);
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => content.ReadByte());
        Assert.Equal(("/sizes/len-20000", block.VolumeOffset), (exception.FilePath, exception.VolumeOffset));
        content.Position = 12_288;
        Assert.NotEqual(-1, content.ReadByte());
    }

    [Fact]
    public void A_volume_that_is_cut_off_is_told()
    {
        using SparseBytes whole = GuestImages.OpenRaw("tiny/squashfs-gzip");
        using RangeDiskBytes cut = new(whole, 0, whole.Length - 8192);
        try
        {
            using FileSystem files = GuestImages.OpenFiles(cut);
            Assert.Contains(files.Findings, static f => f.Code == VmaCodes.VolumeOutOfRange);
        }
        catch (VmaFileSystemException exception)
        {
            // The table that has the owner of the root lies at the end.
            Assert.Equal(VmaCodes.VolumeOutOfRange, exception.Code);
        }
    }

    [Fact]
    public void Nothing_behind_the_end_of_the_file_system_is_content()
    {
        string tree = _folder.File("tree");
        Directory.CreateDirectory(tree);
        File.WriteAllBytes(Path.Combine(tree, "file"), Content(8192));
        string image = MakeImage(tree, "-comp zstd -noI -noD -noF -b 4096 -no-fragments");
        File.AppendAllText(image, new string('x', 8192));
        using DiskBytes disk = new StreamDiskBytes(File.OpenRead(image));
        using SparseBytes volume = SparseBytes.CopyOf(disk);

        // The first inode, behind the length of its block of metadata, is that of the file; its blocks are not compressed.
        long start = BinaryPrimitives.ReadInt64LittleEndian(volume.Read(64, 8)) + 2 + 16;
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(volume.Read(40, 8));
        Assert.True(length < volume.Length - 4096 && BinaryPrimitives.ReadInt32LittleEndian(volume.Read(start + 12, 4)) == 8192);
        byte[] place = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(place, length - 4095);
        volume.Write(start, place);
        using FileSystem files = GuestImages.OpenFiles(volume);
        using Stream content = files.OpenRead(At(files, "file"));
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => content.ReadByte());
        Assert.Equal((VmaCodes.FileSystemDamaged, length - 4095L), (exception.Code, exception.VolumeOffset));
    }

    [Fact]
    public void Mutations()
    {
        foreach (string compression in Compressions.Select(static c => (string)c.Data))
        {
            using SparseBytes volume = GuestImages.OpenRaw("tiny/squashfs-" + compression);
            FileSystemMutations.Run(volume, static v => FileSystemReaders.Open(v, new FileSystemOptions()), 400, 70);
        }
    }

    [Fact]
    public void Mutations_of_metadata_that_is_not_compressed()
    {
        string tree = _folder.File("tree");
        Directory.CreateDirectory(tree);
        foreach (int size in new[] { 0, 1, 5000, 30_000 })
        {
            File.WriteAllBytes(Path.Combine(tree, "file-" + size), Content(size));
            File.CreateSymbolicLink(Path.Combine(tree, "link-" + size), "file-" + size);
            Directory.CreateDirectory(Path.Combine(tree, "folder", "below-" + size, "further"));
        }

        string image = MakeImage(tree, "-comp zstd -noI -noX -b 4096");
        using DiskBytes disk = new StreamDiskBytes(File.OpenRead(image));
        using SparseBytes volume = SparseBytes.CopyOf(disk);
        long start = BinaryPrimitives.ReadInt64LittleEndian(volume.Read(64, 8));
        FileSystemMutations.Run(volume, static v => FileSystemReaders.Open(v, new FileSystemOptions()), 3000, 7_000_000, pages: p => p + SparseBytes.PageSize > start);
    }

    [Theory]
    [InlineData("10 41", "41", null)]
    [InlineData("51 41 42 43 44 45 01 00 10 5A", "41 42 43 44 45 45 45 45 45 45 5A", null)]
    [InlineData("1F 41 01 00 00 10 5A", "41 41 41 41 41 41 41 41 41 41 41 41 41 41 41 41 41 41 41 41 5A", null)]
    [InlineData("10 41 02 00 10 5A", null, "reaches back before the start")]
    [InlineData("10 41 00 00 10 5A", null, "no distance")]
    [InlineData("F0 FF", null, "a length that is cut off")]
    [InlineData("20 41", null, "too few literals")]
    [InlineData("10 41 01", null, "half a distance")]
    [InlineData("1F 41 01 00 FF 00 10 5A", null, "more than there is room for")]
    public void LZ4_is_decoded_by_its_rules(string stored, string? decoded, string? fault)
    {
        byte[] target = new byte[40];
        bool isSound = Lz4Block.TryDecode(Convert.FromHexString(stored.Replace(" ", string.Empty, StringComparison.Ordinal)), target, out int length);
        Assert.Equal((fault is null, decoded), (isSound, isSound ? BitConverter.ToString(target, 0, length).Replace('-', ' ') : null));
    }

    private static System.Text.Json.JsonElement Truth(string compression) =>
        GuestTruth.Load(Fixtures.Path($"disks/tiny/squashfs-{compression}.truth.json.gz")).Volume("disk0");

    private static FileEntry At(FileSystem files, params string[] names) =>
        names.Aggregate(files.Root, (entry, name) => files.Find(entry, RawName.Parse(name))!);

    private static byte[] Content(int size)
    {
        // Text that compresses, with what does not among it.
        byte[] content = new byte[size];
        Random random = new(size);
        random.NextBytes(content);
        for (int i = 0; i < size; i++)
        {
            content[i] = i / 3000 % 3 == 0 ? content[i] : (byte)('a' + (i / 7 % 20));
        }

        return content;
    }

    private string MakeTree(Dictionary<string, byte[]> expected)
    {
        string tree = _folder.File("tree");
        void Add(string path, byte[] content)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(tree, path))!);
            File.WriteAllBytes(Path.Combine(tree, path), content);
            expected["/" + path] = content;
        }

        foreach (int size in new[] { 0, 1, 4096, 8191, 65_536, 131_073, 1_048_576, 2_500_000 })
        {
            Add("sizes/" + size, Content(size));
        }

        // Blocks of zeros within, and a list of blocks of more than one page.
        byte[] sparse = new byte[5_000_000];
        Content(40_000).CopyTo(sparse, 2_000_000);
        Content(3000).CopyTo(sparse, 4_999_000 - 3000);
        Add("sparse", sparse);
        for (int i = 0; i < 300; i++)
        {
            Add($"many/name-{i:d4}-of-a-directory-that-has-an-index", i % 100 == 0 ? Encoding.ASCII.GetBytes("content of " + i) : []);
        }

        return tree;
    }

    private string MakeImage(string tree, string options)
    {
        string image = _folder.File("image");
        string[] arguments = [tree, image, .. options.Split(' '), "-noappend", "-quiet", "-no-progress"];
        ToolResult result = Make.Try(arguments);
        Assert.SkipWhen(result.ExitCode != 0 && result.Text.Contains("ompressor", StringComparison.Ordinal), $"mksquashfs cannot do {options}");
        Assert.True(result.ExitCode == 0, result.Text);
        return image;
    }
}
