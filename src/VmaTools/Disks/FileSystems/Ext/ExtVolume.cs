using System;
using System.Buffers.Binary;
using VmaTools.Bytes;
using VmaTools.Disks.FileSystems.Ext.Journal;

namespace VmaTools.Disks.FileSystems.Ext;

/// <summary>A volume with a superblock: groups, inodes and blocks by their numbers, with the checksums that guard them.</summary>
internal sealed class ExtVolume : IDisposable
{
    private readonly DiskBytes _metadata;
    private readonly ExtGroups _groups;
    private readonly long _copyGroup;
    private readonly Lazy<ExtSystemZone> _systemZone;

    /// <param name="bytes">The volume.</param>
    /// <param name="superblock">The superblock in use: the first, or a copy.</param>
    /// <param name="copyGroup">The group whose copies of the descriptors are used; 0 for the first.</param>
    public ExtVolume(DiskBytes bytes, ExtSuperblock superblock, long copyGroup)
    {
        Bytes = bytes;
        _metadata = new CachedDiskBytes(bytes);
        Superblock = superblock;
        _groups = new ExtGroups(_metadata, superblock, copyGroup);
        _copyGroup = copyGroup;
        _systemZone = new Lazy<ExtSystemZone>(_groups.ReadSystemZone);
        Bitmaps = new ExtBitmaps(this, _groups);
    }

    public DiskBytes Bytes { get; }

    public ExtSuperblock Superblock { get; }

    /// <summary>What fast commits change, or null.</summary>
    public FastCommits? Fast { get; init; }

    public int BlockSize => Superblock.BlockSize;

    /// <summary>What the groups have as taken.</summary>
    public ExtBitmaps Bitmaps { get; }

    /// <summary>Hears what is wrong while reading goes on.</summary>
    public Action<FileSystemFinding> Report
    {
        get => _groups.Report;
        set => _groups.Report = value;
    }

    /// <summary>Bytes that are free: by the superblock, which is brought up to date when the volume is unmounted, or by the groups.</summary>
    public long FreeBytes
    {
        get
        {
            bool isUnmounted = (Superblock.Incompatible & ExtIncompatible.Recover) == 0;
            long blocks = (isUnmounted ? null : _groups.CountFreeBlocks()) ?? Superblock.FreeBlocks;
            return Math.Min(blocks, Superblock.BlockCount) * BlockSize;
        }
    }

    /// <summary>The same volume as it is on other bytes, which go with it.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="fast">What fast commits change, or null.</param>
    public ExtVolume On(DiskBytes bytes, FastCommits? fast)
    {
        ExtSuperblock superblock = (_copyGroup == 0 ? ExtSuperblock.TryReadSound(bytes, ExtSuperblock.Offset) : null) ?? Superblock;
        return new ExtVolume(bytes, superblock, _copyGroup) { Report = Report, Fast = fast };
    }

    public void Dispose() => Bytes.Dispose();

    /// <summary>Reads a block of metadata.</summary>
    public byte[] ReadBlock(long block) => _metadata.Read(OffsetOf(block, 1), BlockSize);

    /// <summary>The byte offset of blocks, all of which lie on the volume.</summary>
    public long OffsetOf(long block, long count) => block <= 0 || count > Superblock.BlockCount || block > Superblock.BlockCount - count
        ? throw new VmaFileSystemException(
            VmaCodes.FileSystemDamaged, $"Block {block} ({count} of them) lies beyond the file system's {Superblock.BlockCount} blocks.")
        : block * BlockSize;

    /// <summary>The byte offset of blocks that can hold an inode's content: none of them is the file system's own.</summary>
    public long ContentOffsetOf(ExtInode inode, long block, long count) =>
        inode.Number != Superblock.JournalInode && IsOwn(block, count)
            ? throw new VmaFileSystemException(
                VmaCodes.FileSystemDamaged,
                $"Block {block} ({count} of them) is the file system's own, and no content.",
                volumeOffset: inode.VolumeOffset)
            : OffsetOf(block, count);

    /// <summary>True where one of the blocks is the file system's own.</summary>
    public bool IsOwn(long block, long count) => _systemZone.Value.Touches(block, count);

    /// <summary>Reads an inode and checks its checksum.</summary>
    public ExtInode ReadInode(uint number)
    {
        if (number == 0 || number > Superblock.InodeCount)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemDamaged, $"There is no inode {number}: the file system has {Superblock.InodeCount}.");
        }

        long table = _groups.InodeTable((number - 1) / Superblock.InodesPerGroup);
        long within = (number - 1) % Superblock.InodesPerGroup * Superblock.InodeSize;
        long offset = OffsetOf(table + (within / BlockSize), 1) + (within % BlockSize);
        byte[] bytes = _metadata.Read(offset, Superblock.InodeSize);
        bool isPatched = Fast?.TryPatch(number, bytes) == true;
        ExtInode inode = new(number, bytes, offset, (Superblock.Incompatible & ExtIncompatible.LargeDirectory) != 0);
        return isPatched || !Superblock.HasChecksums || IsChecksumRight(inode)
            ? inode
            : throw new VmaFileSystemException(
                VmaCodes.FileSystemChecksumMismatch, $"The checksum of inode {number} does not match.", volumeOffset: offset);
    }

    /// <summary>What checksums of an inode's blocks begin with.</summary>
    public uint SeedOf(ExtInode inode)
    {
        Span<byte> words = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(words, inode.Number);
        BinaryPrimitives.WriteUInt32LittleEndian(words.Slice(4), inode.Generation);
        return Crc32C.Update(Superblock.ChecksumSeed, words);
    }

    /// <summary>The checksum is of the inode with zeros where its two halves stand; old inodes have the lower one only.</summary>
    private bool IsChecksumRight(ExtInode inode)
    {
        const int LowAt = 124;
        const int HighAt = 130;
        ReadOnlySpan<byte> zeros = [0, 0];
        ReadOnlySpan<byte> bytes = inode.Bytes;
        uint stored = BinaryPrimitives.ReadUInt16LittleEndian(bytes.Slice(LowAt));
        uint actual = Crc32C.Update(Crc32C.Update(SeedOf(inode), bytes.Slice(0, LowAt)), zeros);
        if (inode.ExtraSize < HighAt + 2 - 128)
        {
            return stored == (Crc32C.Update(actual, bytes.Slice(LowAt + 2)) & 0xffff);
        }

        stored |= (uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes.Slice(HighAt)) << 16;
        actual = Crc32C.Update(Crc32C.Update(actual, bytes.Slice(LowAt + 2, HighAt - LowAt - 2)), zeros);
        return stored == Crc32C.Update(actual, bytes.Slice(HighAt + 2));
    }
}
