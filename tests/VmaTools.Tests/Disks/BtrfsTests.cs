using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using VmaTools.Bytes;
using VmaTools.Disks;
using VmaTools.Disks.FileSystems;
using VmaTools.Disks.FileSystems.Btrfs;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>Btrfs as a kernel wrote and read it, and what becomes of it where it is damaged.</summary>
public sealed class BtrfsTests
{
    private const int NodeSize = 16384;
    private const int Superblock = BtrfsSeals.Superblock;

    // In the head of a node: which tree it is of; and the number of trees of a log.
    private const int OwnerAt = 88;
    private const long LogOwner = -6;

    private static readonly Lazy<SparseBytes> Plain = new(static () => Load("gpt-linux", "disk0p4"));

    private static readonly Lazy<SparseBytes> Replay = new(static () => Load("btrfs-replay", "disk0"));

    private static readonly JsonElement TruthOfPlain = GuestImages.Truth("gpt-linux").Volume("disk0p4");

    private static readonly GuestTruth TruthOfReplay = GuestImages.Truth("btrfs-replay");

    [Fact]
    public void Everything_is_as_the_kernel_reads_it()
    {
        using FileSystem fileSystem = XfsTests.Open(Plain.Value);
        Assert.Empty(GuestTruth.Differences(fileSystem, TruthOfPlain));
        Assert.Empty(fileSystem.Findings);
        Assert.Equal(FileSystemState.Clean, fileSystem.State);
        Assert.Equal(4096, fileSystem.BlockSize);
        Assert.Equal(
            ["mixed_backref", "big_metadata", "extended_iref", "skinny_metadata", "no_holes", "free_space_tree", "free_space_tree_valid"],
            fileSystem.Features);
        foreach (FileEntry entry in XfsTests.Walk(fileSystem))
        {
            Assert.True(fileSystem.AreSame(entry, fileSystem.Find(entry.Parent!, entry.Name)!));
            Assert.Null(fileSystem.Find(entry.Parent!, new RawName([.. entry.Name.Bytes, (byte)'~'])));
            Assert.True(entry.Type != FileEntryType.File || fileSystem.ReadDataProof(entry) == FileDataProof.Full, entry.FullName);
        }
    }

    [Fact]
    public void A_copy_serves_where_the_first_superblock_is_lost()
    {
        using FileSystem fileSystem = XfsTests.Open(Load("dmg-btrfs-sb0", "disk0"));
        Assert.Empty(GuestTruth.Differences(fileSystem, GuestImages.Truth("dmg-btrfs-sb0").Volume("disk0")));
        Assert.Equal(VmaCodes.FileSystemBackupUsed, Assert.Single(fileSystem.Findings).Code);
    }

    /// <summary>Damage to the log tree, with its checksums made right again.</summary>
    [Fact]
    public void A_damaged_log_ends_in_errors_of_ours()
    {
        SparseBytes volume = SparseBytes.CopyOf(Replay.Value);
        HashSet<long> pages =
        [
            .. BtrfsSeals.Nodes(volume, NodeSize)
                .Where(n => BinaryPrimitives.ReadInt64LittleEndian(volume.Read(n + OwnerAt, sizeof(long))) == LogOwner)
                .SelectMany(static n => Enumerable.Range(0, NodeSize / SparseBytes.PageSize).Select(i => n + ((long)i * SparseBytes.PageSize))),
        ];
        Assert.NotEmpty(pages);
        FileSystemMutations.Run(
            volume,
            static v => FileSystemReaders.Open(v, new FileSystemOptions()),
            200,
            1,
            pages: pages.Contains,
            finish: (random, page) => BtrfsSeals.Mend(volume, page / NodeSize * NodeSize, NodeSize));
    }

    [Fact]
    public void Any_part_of_a_file_is_what_reading_it_whole_gives()
    {
        using FileSystem fileSystem = XfsTests.Open(Replay.Value);
        Random random = new(1);
        foreach (FileEntry file in XfsTests.Walk(fileSystem).Where(static e => e.Type == FileEntryType.File && e.Length > 0))
        {
            using MemoryStream whole = new();
            using Stream content = fileSystem.OpenRead(file);
            content.CopyTo(whole);
            byte[] expected = whole.ToArray();
            Assert.Equal(file.Length, expected.Length);
            for (int i = 0; i < 30; i++)
            {
                int offset = random.Next(expected.Length);
                byte[] part = new byte[random.Next(1, Math.Min(200_000, expected.Length - offset + 1))];
                content.Position = offset;
                content.ReadExactly(part);
                Assert.True(part.AsSpan().SequenceEqual(expected.AsSpan(offset, part.Length)), $"{file.FullName} at {offset}");
            }
        }
    }

    [Fact]
    public void The_log_is_replayed_as_the_kernel_does_it()
    {
        using FileSystem fileSystem = XfsTests.Open(Replay.Value);
        Assert.Equal(FileSystemState.Replayed, fileSystem.State);

        // What the replay takes a name from, the kernel gives the time of the replay.
        string difference = Assert.Single(GuestTruth.Differences(fileSystem, TruthOfReplay.Volume("disk0")));
        Assert.StartsWith("/dir/file3: ctime_ns", difference, StringComparison.Ordinal);
        Assert.Empty(fileSystem.Findings);
        foreach (FileEntry entry in XfsTests.Walk(fileSystem))
        {
            Assert.True(fileSystem.AreSame(entry, fileSystem.Find(entry.Parent!, entry.Name)!));
        }
    }

    [Fact]
    public void Without_replay_the_disk_is_shown_as_it_is()
    {
        using FileSystem fileSystem = XfsTests.Open(Replay.Value, noReplay: true);
        Assert.Equal(FileSystemState.Dirty, fileSystem.State);
        Assert.Equal(VmaCodes.FileSystemLogNotReplayed, Assert.Single(fileSystem.Findings).Code);
        HashSet<string> paths = [.. XfsTests.Walk(fileSystem).Select(static e => e.FullName)];
        IEnumerable<string> expected = TruthOfReplay.Volume("disk0").GetProperty("files").EnumerateArray()
            .Select(static f => f.GetProperty("path").GetString()!)
            .Where(static p => p != "/")
            .Except(TruthOfReplay.WithoutReplay("missing"))
            .Concat(TruthOfReplay.WithoutReplay("extra"));
        Assert.Equal(expected.Order(), paths.Order());
    }

    [Fact]
    public void Subvolumes_are_told_and_open_as_roots_of_their_own()
    {
        using BtrfsFileSystem fileSystem = (BtrfsFileSystem)XfsTests.Open(Replay.Value);
        BtrfsSubvolumeInfo[] subvolumes = [.. fileSystem.ReadSubvolumes()];
        Assert.Equal(["", "sub"], subvolumes.Select(static s => s.Path));
        Assert.True(subvolumes[0].IsDefault);
        FileSystem sub = fileSystem.OpenSubvolume(subvolumes[1].Number);
        Assert.Equal(256ul, sub.Root.Id);
        Assert.Equal(["dir", "holes", "keep", "over", "pre"], sub.ReadDirectory(sub.Root).Select(static e => e.Name.ToString()).Order());

        // Inodes have the same numbers in each.
        FileEntry inside = fileSystem.Find(fileSystem.Root, RawName.Parse("sub"))!;
        Assert.Equal(fileSystem.Root.Id, inside.Id);
        Assert.False(fileSystem.AreSame(fileSystem.Root, inside));
        Assert.Throws<VmaFileSystemException>(() => fileSystem.OpenSubvolume(4711));
    }

    [Fact]
    public void The_other_copy_serves_where_one_is_damaged()
    {
        SparseBytes volume = SparseBytes.CopyOf(Plain.Value);
        ILookup<ulong, long> nodes = BtrfsSeals.Nodes(volume, NodeSize).ToLookup(o => BinaryPrimitives.ReadUInt64LittleEndian(volume.Read(o + 48, 8)), static o => o);
        foreach (IGrouping<ulong, long> copies in nodes.Where(static n => n.Count() == 2))
        {
            Flip(volume, copies.Key % 3 == 0 ? copies.Last() + 300 : copies.First() + 300);
        }

        using FileSystem fileSystem = XfsTests.Open(volume);
        Assert.Empty(GuestTruth.Differences(fileSystem, TruthOfPlain));
        Assert.NotEmpty(fileSystem.Findings);
        Assert.All(fileSystem.Findings, static f => Assert.Equal(VmaSeverity.Warning, f.Severity));
        Assert.All(fileSystem.Findings, static f => Assert.Equal(VmaCodes.FileSystemChecksumMismatch, f.Code));
        Assert.All(fileSystem.Findings, static f => Assert.NotNull(f.VolumeOffset));
    }

    [Fact]
    public void Wrong_bytes_of_a_file_are_an_error_and_the_rest_goes_on()
    {
        SparseBytes volume = SparseBytes.CopyOf(Plain.Value);
        using FileSystem sound = XfsTests.Open(volume);
        FileEntry file = XfsTests.Walk(sound).First(e => e.Type == FileEntryType.File && e.Length > 20_000
            && sound.ReadAllocation(e).First() is { Kind: FileExtentKind.Data, Length: > 20_000 });
        long place = sound.ReadAllocation(file).First().VolumeOffset!.Value;
        Flip(volume, place + 9000);
        using FileSystem damaged = XfsTests.Open(volume);
        string difference = Assert.Single(GuestTruth.Differences(damaged, TruthOfPlain));
        Assert.StartsWith(file.FullName + ": " + VmaCodes.FileSystemChecksumMismatch, difference, StringComparison.Ordinal);
        using Stream content = damaged.OpenRead(XfsTests.Walk(damaged).First(e => e.FullName == file.FullName));
        content.ReadExactly(new byte[8192]);
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => content.ReadExactly(new byte[4096]));
        Assert.Equal(place + 8192, exception.VolumeOffset);
        Assert.Equal(file.FullName, exception.FilePath);
        content.Position = 12288;
        content.ReadExactly(new byte[4096]);
    }

    [Fact]
    public void Checksums_of_what_lies_between_sectors_prove_nothing()
    {
        const int HeaderSize = 101;
        const int ItemSize = 25;
        SparseBytes volume = SparseBytes.CopyOf(Plain.Value);
        foreach (long node in BtrfsSeals.Nodes(volume, NodeSize))
        {
            byte[] bytes = volume.Read(node, NodeSize);
            bool isLeafOfChecksums = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(OwnerAt)) == 7 && bytes[100] == 0;
            for (int i = 0; isLeafOfChecksums && i < BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(96)); i++)
            {
                Span<byte> offset = bytes.AsSpan(HeaderSize + (i * ItemSize) + 9);
                BinaryPrimitives.WriteUInt64LittleEndian(offset, BinaryPrimitives.ReadUInt64LittleEndian(offset) - 512);
            }

            volume.Write(node, bytes);
            BtrfsSeals.Mend(volume, node, NodeSize);
        }

        using FileSystem fileSystem = XfsTests.Open(volume);
        Assert.Empty(GuestTruth.Differences(fileSystem, TruthOfPlain));
        Assert.Contains(fileSystem.Findings, static f => f.Code == VmaCodes.FileSystemChecksumMismatch && f.Message.Contains("lost its checksums", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(40, "incompat bit 40")]
    [InlineData(12, "zoned")]
    [InlineData(13, "extent_tree_v2")]
    [InlineData(14, "raid_stripe_tree")]
    public void What_is_not_understood_is_refused_by_name(int bit, string name)
    {
        SparseBytes volume = SparseBytes.CopyOf(Plain.Value);
        byte[] superblock = volume.Read(Superblock, 4096);
        superblock[188 + (bit / 8)] |= (byte)(1 << (bit % 8));
        volume.Write(Superblock, superblock);
        BtrfsSeals.Mend(volume, Superblock, NodeSize);
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => XfsTests.Open(volume));
        Assert.Equal(VmaCodes.FileSystemFeatureUnknown, exception.Code);
        Assert.Contains(name, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Roots_of_an_earlier_generation_serve_where_the_newest_is_lost()
    {
        SparseBytes volume = SparseBytes.CopyOf(Plain.Value);
        ulong root = BinaryPrimitives.ReadUInt64LittleEndian(volume.Read(Superblock + 80, 8));
        foreach (long node in BtrfsSeals.Nodes(volume, NodeSize).Where(o => BinaryPrimitives.ReadUInt64LittleEndian(volume.Read(o + 48, 8)) == root))
        {
            Flip(volume, node + 200);
        }

        using FileSystem fileSystem = XfsTests.Open(volume);
        Assert.Equal(FileSystemState.Unknown, fileSystem.State);
        Assert.Contains(fileSystem.Findings, static f => f.Code == VmaCodes.FileSystemBackupUsed);
    }

    [Fact]
    public void Blake2b_gives_what_b2sum_gives()
    {
        Assert.Equal("0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8", Blake(0, 32));
        Assert.Equal("c3582f71ebb2be66fa5dd750f80baae97554f3b015663c8be377cfcb2488c1d1", Blake(128, 32));
        Assert.Equal("11c294a11dc67e3ddb25f8c06cca2721e58d2a044243abea6c7063fd17d589e5", Blake(4096, 32));
        Assert.Equal(
            "7f68001d8abaa0c817e08ebdfb048b67ac758e4dde75f6fa5397e2729be1e0e4a02f751a694478f563f3c1860d38b0d9f9fa0f477b9a167861b79c12e616df61",
            Blake(4001, 64));
    }

    private static string Blake(int length, int size)
    {
        byte[] digest = new byte[size];
        Blake2b.Hash([.. Enumerable.Range(0, length).Select(static i => (byte)(i % 251))], digest);
        return Convert.ToHexString(digest).ToLowerInvariant();
    }

    private static SparseBytes Load(string image, string volume)
    {
        using DiskBytes disk = GuestImages.OpenVolume(image, GuestImages.Truth(image).Volume(volume), out DiskBytes range);
        return SparseBytes.CopyOf(range);
    }

    private static void Flip(SparseBytes volume, long offset)
    {
        byte[] bytes = volume.Read(offset, 1);
        bytes[0] ^= 0x10;
        volume.Write(offset, bytes);
    }
}
