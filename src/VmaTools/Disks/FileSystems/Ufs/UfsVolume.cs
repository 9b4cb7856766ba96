using System;

namespace VmaTools.Disks.FileSystems.Ufs;

/// <summary>A volume with a superblock: inodes, headers of groups and fragments by their numbers, with the check hashes that guard them.</summary>
internal sealed class UfsVolume : IDisposable
{
    private readonly DiskBytes _metadata;

    public UfsVolume(DiskBytes bytes, UfsSuperblock superblock)
    {
        Bytes = bytes;
        _metadata = new CachedDiskBytes(bytes);
        Superblock = superblock;
    }

    public DiskBytes Bytes { get; }

    public UfsSuperblock Superblock { get; }

    public int BlockSize => Superblock.BlockSize;

    public void Dispose() => Bytes.Dispose();

    /// <summary>Reads metadata of at most a block.</summary>
    public byte[] Read(long offset, int length) => _metadata.Read(offset, length);

    /// <summary>Numbers in a structure of the volume.</summary>
    public UfsFields FieldsOf(byte[] bytes) => new(bytes, Superblock.IsLittleEndian);

    /// <summary>The byte offset of fragments, all of which lie on the volume.</summary>
    public long OffsetOf(long fragment, long count) => fragment < 0 || count > Superblock.FragmentCount || fragment > Superblock.FragmentCount - count
        ? throw new VmaFileSystemException(
            VmaCodes.FileSystemDamaged, $"Fragment {fragment} ({count} of them) lies beyond the file system's {Superblock.FragmentCount}.")
        : fragment * Superblock.FragmentSize;

    /// <summary>The byte offset of fragments that can hold an inode's content: none of them is the file system's own.</summary>
    public long ContentOffsetOf(UfsInode inode, long fragment, long count)
    {
        long offset = OffsetOf(fragment, count);
        return !IsOwn(fragment, count)
            ? offset
            : throw new VmaFileSystemException(
                VmaCodes.FileSystemDamaged,
                $"Fragment {fragment} ({count} of them) is the file system's own, and no content.",
                volumeOffset: inode.VolumeOffset);
    }

    /// <summary>True where one of the fragments is the file system's own.</summary>
    public bool IsOwn(long fragment, long count)
    {
        for (long group = fragment / Superblock.FragmentsPerGroup; group <= (fragment + count - 1) / Superblock.FragmentsPerGroup; group++)
        {
            // The first group begins with room for the boot code.
            long own = group == 0 ? 0 : Superblock.CopyOf(group);
            if (fragment < Superblock.DataOf(group) && own < fragment + count)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads an inode and checks its check hash.</summary>
    public UfsInode ReadInode(uint number)
    {
        if (number < 2 || number >= Superblock.InodeCount)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemDamaged, $"There is no inode {number}: the file system has {Superblock.InodeCount}.");
        }

        long within = number % Superblock.InodesPerGroup;
        long fragment = Superblock.InodesOf(number / Superblock.InodesPerGroup) + (within / Superblock.InodesPerBlock * Superblock.FragmentsPerBlock);
        long offset = OffsetOf(fragment, Superblock.FragmentsPerBlock) + (within % Superblock.InodesPerBlock * Superblock.InodeSize);
        UfsFields fields = FieldsOf(Read(offset, Superblock.InodeSize));
        bool hasHash = Superblock.IsVersion2 && (Superblock.Hashes & UfsFeatures.InodeHash) != 0 && fields.U16(0) != 0;
        return !hasHash || fields.IsHashRight(UfsInode.HashAt, Superblock.InodeSize)
            ? new UfsInode(number, fields, Superblock.IsVersion2, offset)
            : throw new VmaFileSystemException(
                VmaCodes.FileSystemChecksumMismatch, $"The check hash of inode {number} does not match.", volumeOffset: offset);
    }
}
