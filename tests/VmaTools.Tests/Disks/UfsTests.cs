using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using VmaTools.Disks;
using VmaTools.Disks.FileSystems;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>UFS as makefs (of NetBSD) wrote it, whole and damaged; and with what FreeBSD adds to it.</summary>
public sealed class UfsTests
{
    private static readonly JsonElement Truth = GuestImages.Truth("ufs2").Volume("disk0");

    [Theory]
    [InlineData("ufs2")]
    [InlineData("ufs1-big-endian")]
    public void Everything_is_as_it_was_written(string image)
    {
        using SparseBytes volume = GuestImages.OpenRaw(image);
        using FileSystem files = GuestImages.OpenFiles(volume);
        Assert.Empty(GuestTruth.Differences(files, GuestImages.Truth(image).Volume("disk0")));
        Assert.Empty(files.Findings);
        Assert.Equal((FileSystemState.Clean, null, 4096, volume.Length), (files.State, files.StateText, files.BlockSize, files.Size));
        Assert.Equal(image == "ufs2" ? ["ufs2"] : ["ufs1", "big-endian"], files.Features);
        Assert.Equal(files.FreeBytes, files.ReadUnallocated().Sum(static f => f.Length));
        foreach (FileEntry entry in GuestImages.Walk(files))
        {
            Assert.Equal(entry.Id, files.Find(entry.Parent!, entry.Name)?.Id);
            Assert.Equal(image == "ufs2", entry.Created is not null);
            Assert.NotNull(entry.Sequence);
        }

        Assert.Null(files.Find(files.Root, RawName.Parse("no-such")));
        Assert.True(files.AreSame(UfsDisk.Find(files, "file-513"), UfsDisk.Find(files, "deep/hard")));
    }

    [Fact]
    public void Blocks_without_a_number_are_holes()
    {
        UfsDisk disk = new();
        int cleared = 0;
        disk.ChangeInode("sparse", inode => cleared = ClearZeros(disk, inode.AsSpan(112, 12 * 8)) + ClearIndirect(disk, inode.AsSpan(208, 8), 1) + ClearIndirect(disk, inode.AsSpan(216, 8), 2));
        Assert.InRange(cleared, 500, 600);
        using FileSystem files = disk.Open();
        Assert.Empty(GuestTruth.Differences(files, Truth));
        FileExtent[] extents = [.. files.ReadAllocation(UfsDisk.Find(files, "sparse"))];
        Assert.Equal(
            [FileExtentKind.Data, FileExtentKind.Hole, FileExtentKind.Data, FileExtentKind.Hole, FileExtentKind.Data], extents.Select(static e => e.Kind));
        Assert.Equal([(0L, 4096L), (999_424, 4096), (2_396_160, 4440)], files.ReadDataRanges(UfsDisk.Find(files, "sparse")));
    }

    [Fact]
    public void Three_levels_of_blocks_of_numbers_are_read()
    {
        UfsDisk disk = new();
        const long Reach = (12 + 512 + (512 * 512)) * 4096L;
        long[] free = disk.FreeBlocks(4);
        long content = BinaryPrimitives.ReadInt64LittleEndian(disk.ReadInode("file-4096").AsSpan(112));
        WriteNumber(disk, free[0], 1, free[1]);
        WriteNumber(disk, free[1], 2, free[2]);
        WriteNumber(disk, free[2], 3, content);
        disk.ChangeInode("file-1", inode =>
        {
            BinaryPrimitives.WriteInt64LittleEndian(inode.AsSpan(16), Reach + (600L * 512 * 4096));
            BinaryPrimitives.WriteInt64LittleEndian(inode.AsSpan(224), free[0]);
        });
        using FileSystem files = disk.Open();
        FileEntry file = UfsDisk.Find(files, "file-1");
        long place = Reach + ((((1L * 512) + 2) * 512) + 3) * 4096;
        Assert.Equal([(0L, 4096L), (place, 4096)], files.ReadDataRanges(file).Select(static r => (r.Offset, Math.Max(r.Length, 4096))));
        using Stream stream = files.OpenRead(file);
        stream.Position = place - 10;
        byte[] bytes = new byte[4096 + 20];
        stream.ReadExactly(bytes);
        Assert.Equal([.. new byte[10], .. Content(files, "file-4096"), .. new byte[10]], bytes);

        // A block of numbers that leads back to itself has no end.
        WriteNumber(disk, free[1], 7, free[0]);
        using FileSystem looped = disk.Open();
        Assert.Contains("twice", Assert.Throws<VmaFileSystemException>(() => looped.OpenRead(UfsDisk.Find(looped, "file-1"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_hashes_are_held_against_what_they_guard()
    {
        UfsDisk disk = new();
        disk.AddHashes();
        using (FileSystem files = disk.Open())
        {
            Assert.Empty(GuestTruth.Differences(files, Truth));
            Assert.Empty(files.Findings);
            Assert.Equal(["ufs2", "check-hash", "check-hash-superblock", "check-hash-cylinder-groups", "check-hash-inodes"], files.Features);
            Assert.NotEmpty(files.ReadUnallocated());
        }

        disk.ChangeInode("file-511", static inode => inode[40] ^= 1);
        disk.Change((48 + 256) * 512, 512, static header => header[160] ^= 1);
        using (FileSystem files = disk.Open())
        {
            Assert.DoesNotContain("/file-511", files.ReadDirectory(files.Root).Select(static e => e.FullName));
            FileSystemFinding finding = Assert.Single(files.Findings);
            Assert.Equal((VmaCodes.FileSystemChecksumMismatch, "/file-511"), (finding.Code, finding.Path));
            Assert.Equal(VmaCodes.FileSystemChecksumMismatch, Assert.Throws<VmaFileSystemException>(() => files.ReadUnallocated().ToArray()).Code);
        }

        disk.ChangeSuperblock(static s => s[1072] ^= 1);
        using FileSystem byCopy = disk.Open();
        Assert.Contains(byCopy.Findings, static f => f.Code == VmaCodes.FileSystemBackupUsed);
    }

    [Fact]
    public void Extended_attributes_are_told_with_their_spaces()
    {
        UfsDisk disk = new();
        long block = disk.FreeBlocks(1)[0];
        string longest = new('n', 255);
        byte[] large = Enumerable.Range(0, 600).Select(static i => (byte)i).ToArray();
        byte[] area = [.. Attribute(1, "comment", "a value"u8), .. Attribute(2, "posix1e.acl_access", [1, 2, 3, 4]), .. Attribute(1, longest, large), .. Attribute(1, "empty", [])];
        disk.Volume.Write(block * 512, area);
        disk.ChangeInode("deep", inode =>
        {
            BinaryPrimitives.WriteInt32LittleEndian(inode.AsSpan(92), area.Length);
            BinaryPrimitives.WriteInt64LittleEndian(inode.AsSpan(96), block);
        });
        using (FileSystem files = disk.Open())
        {
            Assert.Equal(
                [("user.comment", "a value"), ("system.posix1e.acl_access", "\u0001\u0002\u0003\u0004"), ("user." + longest, Encoding.Latin1.GetString(large)), ("user.empty", string.Empty)],
                files.ReadExtendedAttributes(UfsDisk.Find(files, "deep")).Select(static a => (a.Name.ToString(), Encoding.Latin1.GetString(a.Value.Span))));
            Assert.Empty(files.ReadExtendedAttributes(UfsDisk.Find(files, "file-1")));
        }

        disk.Volume.Write(block * 512, [0xFF, 0xFF]);
        using FileSystem damaged = disk.Open();
        Assert.Equal(VmaCodes.FileSystemDamaged, Assert.Throws<VmaFileSystemException>(() => damaged.ReadExtendedAttributes(UfsDisk.Find(damaged, "deep"))).Code);
    }

    [Fact]
    public void A_snapshot_shows_what_was_not_copied_where_it_is()
    {
        UfsDisk disk = new();
        long kept = disk.FreeBlocks(1)[0];
        disk.Volume.Write(kept * 512, Enumerable.Repeat((byte)'k', 4096).ToArray());
        disk.ChangeInode("file-20000", inode =>
        {
            inode[88 + 2] |= 0x20;
            BinaryPrimitives.WriteInt64LittleEndian(inode.AsSpan(16), disk.Volume.Length);
            inode.AsSpan(112, 15 * 8).Clear();
            BinaryPrimitives.WriteInt64LittleEndian(inode.AsSpan(112 + (3 * 8)), kept);
            BinaryPrimitives.WriteInt64LittleEndian(inode.AsSpan(112 + (4 * 8)), 1);
            BinaryPrimitives.WriteInt64LittleEndian(inode.AsSpan(112 + (5 * 8)), 2);
        });
        using FileSystem files = disk.Open();
        byte[] expected = disk.Volume.Read(0, (int)disk.Volume.Length);
        expected.AsSpan(3 * 4096, 4096).Fill((byte)'k');
        expected.AsSpan(4 * 4096, 2 * 4096).Clear();
        Assert.True(Content(files, "file-20000").AsSpan().SequenceEqual(expected));
    }

    [Fact]
    public void A_copy_serves_where_the_superblock_is_damaged()
    {
        UfsDisk disk = new();
        disk.ChangeSuperblock(static s => s[48] ^= 1);
        Check(16384);
        disk.Volume.Write(UfsDisk.SuperblockAt, new byte[UfsDisk.SuperblockSize]);
        Check(16384);

        // Behind those of the first group, what newfs of FreeBSD writes in front of its superblock tells where others are.
        EraseCopies(disk);
        Assert.Null(FileSystemReaders.Open(disk.Volume, new FileSystemOptions()));
        byte[] recovery = new byte[20];
        int[] fields = [0x19540119, 0, 32, 256, 32];
        for (int i = 0; i < fields.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(recovery.AsSpan(i * 4), fields[i]);
        }

        disk.Volume.Write(65536 - 20, recovery);
        Check((256 + 32) * 512);

        void Check(long place)
        {
            using FileSystem files = disk.Open();
            FileSystemFinding finding = Assert.Single(files.Findings);
            Assert.Equal((VmaCodes.FileSystemBackupUsed, place), (finding.Code, finding.VolumeOffset));
            Assert.Equal(FileSystemState.Unknown, files.State);
            Assert.Contains("copies", files.StateText, StringComparison.Ordinal);
            Assert.Equal(files.ReadUnallocated().Sum(static f => f.Length), files.FreeBytes);
            Assert.NotNull(UfsDisk.Find(files, "etc/passwd"));
        }
    }

    [Fact]
    public void A_superblock_without_a_copy_is_refused_as_damaged()
    {
        UfsDisk disk = new();
        disk.ChangeSuperblock(static s => s[44] ^= 1);
        EraseCopies(disk);
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(disk.Open);
        Assert.Equal((VmaCodes.FileSystemDamaged, UfsDisk.SuperblockAt), (exception.Code, exception.VolumeOffset));
    }

    [Theory]
    [InlineData("ufs2", 1315, 0x01, "indexed-directories")]
    [InlineData("ufs2", 1315, 0x82, "variable-block-size, coolopt6")]
    [InlineData("ufs1-big-endian", 1324, 0xFF, "before 4.4BSD")]
    public void What_is_not_understood_is_refused_by_name(string image, int at, byte value, string name)
    {
        SparseBytes volume = GuestImages.OpenRaw(image);
        volume.Write(UfsDisk.SuperblockAt + at, [value]);
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => GuestImages.OpenFiles(volume));
        Assert.Equal(VmaCodes.FileSystemFeatureUnknown, exception.Code);
        Assert.Contains(name, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0, FileSystemState.Unknown, "has no log")]
    [InlineData(1, 1, FileSystemState.Unknown, "has no log")]
    [InlineData(1, 4, FileSystemState.Unknown, "needs a check")]
    [InlineData(0, 0xA, FileSystemState.Unknown, "soft updates")]
    [InlineData(0, 0x40, FileSystemState.Dirty, "gjournal")]
    [InlineData(1, 0x4A, FileSystemState.Clean, null)]
    public void Whether_it_was_in_use_is_told(byte clean, byte flags, FileSystemState state, string? text)
    {
        UfsDisk disk = new();
        disk.ChangeSuperblock(s =>
        {
            s[209] = clean;
            s[1312] = flags;
        });
        using FileSystem files = disk.Open();
        Assert.Equal(state, files.State);
        Assert.Equal(text is null, files.StateText is null);
        Assert.Contains(text ?? string.Empty, files.StateText ?? string.Empty, StringComparison.Ordinal);
        Assert.Empty(GuestTruth.Differences(files, Truth));

        // In use, the groups are right and the superblock may not be.
        disk.ChangeSuperblock(static s => s[1016] ^= 1);
        using FileSystem changed = disk.Open();
        Assert.Equal(state != FileSystemState.Clean, files.FreeBytes == changed.FreeBytes);
    }

    [Fact]
    public void The_label_is_told()
    {
        UfsDisk disk = new();
        disk.ChangeSuperblock(static s => "rootfs"u8.CopyTo(s.AsSpan(680)));
        using FileSystem files = disk.Open();
        Assert.Equal("rootfs", files.Label);
    }

    [Fact]
    public void A_volume_that_ends_early_is_told()
    {
        UfsDisk disk = new();
        using FileSystem files = GuestImages.OpenFiles(new RangeDiskBytes(disk.Volume, 0, disk.Volume.Length - 4096));
        Assert.Contains(files.Findings, static f => f.Code == VmaCodes.FileSystemDamaged && f.Message.Contains("ends at", StringComparison.Ordinal));
    }

    [Fact]
    public void Damage_in_a_directory_leaves_the_rest()
    {
        UfsDisk disk = new();
        long place;
        using (FileSystem sound = disk.Open())
        {
            place = BinaryPrimitives.ReadInt64LittleEndian(disk.ReadInode("large").AsSpan(112)) * 512;
            Assert.Equal(150, sound.ReadDirectory(UfsDisk.Find(sound, "large")).Count());
        }

        // The length of an entry in the second piece; and a name that is a path.
        disk.Volume.Write(place + 512 + 4, [3, 0]);
        disk.Change(place + 1024, 16, static entry => entry[9] = (byte)'/');
        using FileSystem files = disk.Open();
        FileEntry[] left = [.. files.ReadDirectory(UfsDisk.Find(files, "large"))];
        Assert.InRange(left.Length, 120, 148);
        Assert.Equal([place + 512, place + 1024], files.Findings.Select(static f => f.VolumeOffset));
        Assert.All(files.Findings, static f => Assert.Equal((VmaCodes.FileSystemDamaged, "/large"), (f.Code, f.Path)));
    }

    [Fact]
    public void A_directory_that_contains_itself_is_told()
    {
        UfsDisk disk = new();
        long place = BinaryPrimitives.ReadInt64LittleEndian(disk.ReadInode("deep/er").AsSpan(112)) * 512;
        disk.Change(place, 512, static directory => BinaryPrimitives.WriteUInt32LittleEndian(directory.AsSpan(24), 2));
        using FileSystem files = disk.Open();
        Assert.Empty(files.ReadDirectory(UfsDisk.Find(files, "deep/er")));
        Assert.Equal("/deep/er/est", Assert.Single(files.Findings).Path);
    }

    [Theory]
    [InlineData(48L, "own")]
    [InlineData((256 * 3) + 60L, "own")]
    [InlineData(8192L, "beyond")]
    [InlineData(long.MaxValue, "beyond")]
    [InlineData(-1L, "beyond")]
    public void Content_lies_where_content_can_be(long block, string reason)
    {
        UfsDisk disk = new();
        disk.ChangeInode("file-511", inode => BinaryPrimitives.WriteInt64LittleEndian(inode.AsSpan(112), block));
        using FileSystem files = disk.Open();
        VmaFileSystemException exception = Assert.Throws<VmaFileSystemException>(() => files.OpenRead(UfsDisk.Find(files, "file-511")));
        Assert.Equal((VmaCodes.FileSystemDamaged, "/file-511"), (exception.Code, exception.FilePath));
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.Equal(512, Content(files, "file-512").Length);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1L)]
    [InlineData(1L << 50)]
    public void Sizes_that_cannot_be_are_refused(long size)
    {
        UfsDisk disk = new();
        disk.ChangeInode("file-511", inode => BinaryPrimitives.WriteInt64LittleEndian(inode.AsSpan(16), size));
        using FileSystem files = disk.Open();
        Assert.Equal(VmaCodes.FileSystemDamaged, Assert.Throws<VmaFileSystemException>(() => files.OpenRead(UfsDisk.Find(files, "file-511"))).Code);
    }

    [Fact]
    public void What_is_lost_in_the_archive_costs_what_lies_there()
    {
        UfsDisk disk = new();
        long inodes = disk.PlaceOf("large/name-0100") / (256 * 512) * (256 * 512) + (56 * 512);
        long content = BinaryPrimitives.ReadInt64LittleEndian(disk.ReadInode("sparse").AsSpan(112)) * 512;
        using LosingBytes lossy = new(disk.Volume, (inodes, 4096), (content, 4096), (UfsDisk.SuperblockAt, 512));
        using FileSystem files = GuestImages.OpenFiles(lossy);
        FileEntry[] entries = [.. GuestImages.Walk(files)];
        Assert.InRange(entries.Length, 163, 178);
        Assert.Contains(files.Findings, static f => f.Code == VmaCodes.FileSystemBackupUsed);
        Assert.Contains(files.Findings, static f => f is { Code: VmaCodes.VolumeMemberMissing, Path: "/large/name-0100" });
        FileEntry sparse = entries.Single(static e => e.FullName == "/sparse");
        using Stream stream = files.OpenRead(sparse);
        Assert.Equal(VmaCodes.VolumeMemberMissing, Assert.Throws<VmaFileSystemException>(() => stream.ReadByte()).Code);
        stream.Position = 4096;
        Assert.Equal(0, stream.ReadByte());
    }

    /// <summary>Erases those copies that stand where a first group of some layout has one.</summary>
    private static void EraseCopies(UfsDisk disk)
    {
        foreach (int place in (int[])[16 << 10, 272 << 10])
        {
            disk.Volume.Write(place, new byte[UfsDisk.SuperblockSize]);
        }
    }

    private static byte[] Attribute(byte space, string name, ReadOnlySpan<byte> value)
    {
        int at = (7 + name.Length + 7) / 8 * 8;
        int padding = -value.Length & 7;
        byte[] attribute = new byte[at + value.Length + padding];
        BinaryPrimitives.WriteInt32LittleEndian(attribute, attribute.Length);
        attribute[4] = space;
        attribute[5] = (byte)padding;
        attribute[6] = (byte)name.Length;
        Encoding.ASCII.GetBytes(name, attribute.AsSpan(7));
        value.CopyTo(attribute.AsSpan(at));
        return attribute;
    }

    private static void WriteNumber(UfsDisk disk, long block, int index, long number)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        disk.Volume.Write((block * 512) + (index * 8), bytes);
    }

    /// <summary>Clears the numbers of blocks that are all zeros.</summary>
    private static int ClearZeros(UfsDisk disk, Span<byte> numbers)
    {
        int cleared = 0;
        for (; !numbers.IsEmpty; numbers = numbers[8..])
        {
            long number = BinaryPrimitives.ReadInt64LittleEndian(numbers);
            if (number != 0 && disk.Volume.Read(number * 512, 4096).AsSpan().IndexOfAnyExcept((byte)0) < 0)
            {
                numbers[..8].Clear();
                cleared++;
            }
        }

        return cleared;
    }

    private static int ClearIndirect(UfsDisk disk, Span<byte> pointer, int level)
    {
        long number = BinaryPrimitives.ReadInt64LittleEndian(pointer);
        int cleared = 0;
        if (number != 0)
        {
            disk.Change(number * 512, 4096, block =>
            {
                if (level == 1)
                {
                    cleared = ClearZeros(disk, block);
                    return;
                }

                for (int at = 0; at < block.Length; at += 8)
                {
                    cleared += ClearIndirect(disk, block.AsSpan(at, 8), level - 1);
                }
            });
            if (disk.Volume.Read(number * 512, 4096).AsSpan().IndexOfAnyExcept((byte)0) < 0)
            {
                pointer.Clear();
            }
        }

        return cleared;
    }

    private static byte[] Content(FileSystem files, string path)
    {
        using Stream stream = files.OpenRead(UfsDisk.Find(files, path));
        using MemoryStream content = new();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
