using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Disks;
using VmaTools.Disks.FileSystems.Xfs;
using VmaTools.Disks.FileSystems.Xfs.Log;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>XFS as a kernel wrote and read it.</summary>
public sealed class XfsTests
{
    private const string Image = "gpt-linux";
    private const string VolumeId = "disk0p3";

    private static readonly GuestTruth Truth = GuestImages.Truth(Image);

    private static readonly Lazy<SparseBytes> Volume = new(static () =>
    {
        using DiskBytes disk = GuestImages.OpenVolume(Image, Truth.Volume(VolumeId), out DiskBytes range);
        return SparseBytes.CopyOf(range);
    });

    [Fact]
    public void Everything_is_as_the_kernel_reads_it()
    {
        using FileSystem fileSystem = Open(Volume.Value);
        Assert.Empty(GuestTruth.Differences(fileSystem, Truth.Volume(VolumeId)));
        Assert.Empty(fileSystem.Findings);
        Assert.Equal(
            ["crc", "attr2", "lazy-count", "projid32bit", "ftype", "sparse", "bigtime", "finobt", "reflink", "inobtcount"], fileSystem.Features);
        Assert.Equal(4096, fileSystem.BlockSize);
    }

    [Fact]
    public void Each_name_is_found_by_its_hash_and_no_other()
    {
        using FileSystem fileSystem = Open(Volume.Value);
        int found = 0;
        foreach (FileEntry entry in Walk(fileSystem))
        {
            FileEntry? same = fileSystem.Find(entry.Parent!, entry.Name);
            Assert.Equal(entry.Id, same?.Id);
            Assert.Null(fileSystem.Find(entry.Parent!, new RawName([.. entry.Name.Bytes, (byte)'~'])));
            found++;
        }

        Assert.Equal(567, found);
        Assert.Empty(fileSystem.Findings);
    }

    [Fact]
    public void Any_part_of_a_file_is_what_reading_it_whole_gives()
    {
        using FileSystem fileSystem = Open(Volume.Value);
        Random random = new(1);
        foreach (FileEntry file in Walk(fileSystem).Where(static e => e.Type == FileEntryType.File && e.Length is > 0 and < 4 << 20))
        {
            using MemoryStream whole = new();
            using Stream content = fileSystem.OpenRead(file);
            content.CopyTo(whole);
            byte[] expected = whole.ToArray();
            Assert.Equal(file.Length, expected.Length);
            for (int i = 0; i < 8; i++)
            {
                int offset = random.Next(expected.Length);
                byte[] part = new byte[random.Next(1, Math.Min(20_000, expected.Length - offset + 1))];
                content.Position = offset;
                content.ReadExactly(part);
                Assert.True(part.AsSpan().SequenceEqual(expected.AsSpan(offset, part.Length)), $"{file.FullName} at {offset}");
            }
        }
    }

    [Fact]
    public void A_copy_serves_where_the_superblock_is_damaged()
    {
        SparseBytes volume = Copy();
        byte[] junk = new byte[512];
        new Random(2).NextBytes(junk);
        foreach (int length in new[] { 4, 200, 512 })
        {
            volume.Write(length == 200 ? 12 : 0, junk.AsSpan(0, length));
            using FileSystem fileSystem = Open(volume);
            Assert.Contains(fileSystem.Findings, static f => f.Code == VmaCodes.FileSystemBackupUsed);
            Assert.Empty(GuestTruth.Differences(fileSystem, Truth.Volume(VolumeId), withContent: false));
            volume.SetBack();
        }

        // With the headers behind it gone too, the usual sizes lead to a copy.
        volume.Write(0, new byte[4096]);
        using FileSystem guessed = Open(volume);
        Assert.Empty(GuestTruth.Differences(guessed, Truth.Volume(VolumeId), withContent: false));
    }

    [Fact]
    public void What_is_not_understood_is_refused_by_name()
    {
        SparseBytes volume = Copy();
        WriteSuperblock(volume, static s => BinaryPrimitives.WriteUInt32BigEndian(s.AsSpan(216), 1u | (1 << 13)));
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => Open(volume));
        Assert.Equal(VmaCodes.FileSystemFeatureUnknown, exception.Code);
        Assert.Contains("incompat 0x2000", exception.Message, StringComparison.Ordinal);

        volume.SetBack();
        WriteSuperblock(volume, static s => s[219] |= 1 << 4);
        using FileSystem marked = Open(volume);
        Assert.Contains(marked.Findings, static f => f.Message.Contains("xfs_repair", StringComparison.Ordinal));
    }

    [Fact]
    public void A_wrong_checksum_is_told_and_the_rest_goes_on()
    {
        SparseBytes volume = Copy();
        using FileSystem sound = Open(volume);
        FileEntry file = Walk(sound).First(static e => e.FullName == "/basics/empty");
        XfsSuperblock superblock = XfsSuperblock.Parse(volume.Read(0, 4096), out _)!;
        long offset = superblock.OffsetOfInode(file.Id)!.Value;
        byte[] mode = volume.Read(offset + 3, 1);
        mode[0] ^= 1;
        volume.Write(offset + 3, mode);
        using FileSystem damaged = Open(volume);
        List<string> differences = GuestTruth.Differences(damaged, Truth.Volume(VolumeId), withContent: false);
        Assert.Equal(["/basics/empty: missing", "/basics: entries is 27, not 28"], differences.Order());
        FileSystemFinding finding = Assert.Single(damaged.Findings);
        Assert.Equal(VmaCodes.FileSystemChecksumMismatch, finding.Code);
        Assert.Equal("/basics/empty", finding.Path);
        Assert.Equal(offset, finding.VolumeOffset);
    }

    [Fact]
    public void Content_in_the_realtime_section_is_refused_by_name()
    {
        SparseBytes volume = Copy();
        using FileSystem sound = Open(volume);
        FileEntry file = Walk(sound).First(static e => e.FullName == "/basics/len-512");
        long offset = XfsSuperblock.Parse(volume.Read(0, 4096), out _)!.OffsetOfInode(file.Id)!.Value;
        byte[] inode = volume.Read(offset, 512);
        inode[91] |= 1;
        BinaryPrimitives.WriteUInt32LittleEndian(inode.AsSpan(100), XfsHeader.ChecksumOf(inode, 100));
        volume.Write(offset, inode);
        using FileSystem changed = Open(volume);
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => changed.OpenRead(file));
        Assert.Equal((VmaCodes.FileContentNotSupported, "/basics/len-512"), (exception.Code, exception.FilePath));
    }

    [Fact]
    public void A_damaged_index_leaves_the_names()
    {
        SparseBytes volume = Copy();
        using FileSystem sound = Open(volume);
        FileEntry directory = sound.Find(sound.Root, RawName.Parse("bigdir"))!;
        FileEntry last = sound.ReadDirectory(directory).Last();
        XfsVolume blocks = new(XfsSuperblock.Parse(volume.Read(0, 4096), out _)!, volume);
        XfsExtent index = XfsFork.OfData(blocks, blocks.ReadInode(directory.Id)).Find((1ul << 35) >> 12);
        volume.Write(blocks.OffsetOf(index.Block!.Value) + 100, [0xff]);
        using FileSystem damaged = Open(volume);
        directory = damaged.Find(damaged.Root, RawName.Parse("bigdir"))!;
        Assert.Empty(damaged.Findings);
        Assert.Equal(last.Id, damaged.Find(directory, last.Name)!.Id);
        FileSystemFinding finding = Assert.Single(damaged.Findings);
        Assert.Equal((VmaCodes.FileSystemChecksumMismatch, "/bigdir"), (finding.Code, finding.Path));

        // Whether a name is not there cannot be told any more.
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => damaged.Find(directory, RawName.Parse("absent")));
        Assert.Equal("/bigdir", exception.FilePath);
    }

    [Fact]
    public void Extents_that_a_log_announced_count_above_the_map()
    {
        SparseBytes volume = Volume.Value;
        XfsSuperblock superblock = XfsSuperblock.Parse(volume.Read(0, 4096), out _)!;
        XfsVolume plain = new(superblock, volume);
        using FileSystem fileSystem = Open(volume);
        FileEntry file = Walk(fileSystem).First(static e => e.FullName == "/basics/len-65536");
        XfsExtent whole = XfsFork.OfData(plain, plain.ReadInode(file.Id)).Find(0);
        Assert.Equal((0ul, 16ul), (whole.Start, whole.Count));
        XfsMapChange[] changes =
        [
            new(file.Id, new XfsExtent(4, 4, null)),
            new(file.Id, new XfsExtent(6, 1, 77)),
            new(file.Id + 1, new XfsExtent(0, 16, null)),
        ];
        XfsVolume changed = new(superblock, volume, changes);
        XfsFork fork = XfsFork.OfData(changed, changed.ReadInode(file.Id));
        Assert.Equal(new XfsExtent(0, 4, whole.Block), fork.Find(3));
        Assert.Equal(new XfsExtent(4, 2, null), fork.Find(4));
        Assert.Equal(new XfsExtent(6, 1, 77), fork.Find(6));
        Assert.Equal(new XfsExtent(7, 1, null), fork.Find(7));
        Assert.Equal(new XfsExtent(8, 8, whole.Block + 8), fork.Find(9));
    }

    internal static FileSystem Open(DiskBytes volume, bool noReplay = false) => GuestImages.OpenFiles(volume, noReplay);

    internal static IEnumerable<FileEntry> Walk(FileSystem fileSystem) => GuestImages.Walk(fileSystem);

    private static SparseBytes Copy() => SparseBytes.CopyOf(Volume.Value);

    internal static void WriteSuperblock(SparseBytes volume, Action<byte[]> change)
    {
        byte[] sector = volume.Read(0, 512);
        change(sector);
        BinaryPrimitives.WriteUInt32LittleEndian(sector.AsSpan(224), XfsHeader.ChecksumOf(sector, 224));
        volume.Write(0, sector);
    }
}
