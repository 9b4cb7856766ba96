using System.Collections.Generic;
using VmaTools.Disks.FileSystems.Xfs.Log;

namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>A file system's blocks: numbers to bytes, each structure checked as it is read.</summary>
internal sealed class XfsVolume
{
    /// <param name="superblock">The superblock in force.</param>
    /// <param name="bytes">The volume's bytes.</param>
    /// <param name="maps">Extents that are to be put into files, or taken out, whatever their maps say.</param>
    public XfsVolume(XfsSuperblock superblock, DiskBytes bytes, IReadOnlyList<XfsMapChange>? maps = null)
    {
        Superblock = superblock;
        Maps = maps ?? [];
        Bytes = bytes;
        Metadata = new CachedDiskBytes(bytes);
    }

    public XfsSuperblock Superblock { get; }

    /// <summary>For the content of files.</summary>
    public DiskBytes Bytes { get; }

    /// <summary>For structures.</summary>
    public DiskBytes Metadata { get; }

    /// <summary>Extents that are to be put into files, or taken out, in order: their log announced them.</summary>
    public IReadOnlyList<XfsMapChange> Maps { get; }

    public bool HasChecksums => Superblock.Features.HasChecksums;

    /// <summary>An error about something that breaks the format's rules.</summary>
    public static VmaFileSystemException Damaged(string message, long? offset = null) =>
        new(VmaCodes.FileSystemDamaged, message, volumeOffset: offset);

    /// <summary>The byte offset of blocks that something refers to.</summary>
    /// <exception cref="VmaFileSystemException">They do not lie within the file system.</exception>
    public long OffsetOf(ulong block, ulong count = 1) =>
        Superblock.OffsetOf(block, count) ?? throw Damaged($"{count} blocks at block {block} do not lie within the file system.");

    /// <summary>Reads an inode and checks it.</summary>
    /// <exception cref="VmaFileSystemException">It is no inode in use, or a damaged one.</exception>
    public XfsInode ReadInode(ulong number)
    {
        long offset = Superblock.OffsetOfInode(number) ?? throw Damaged($"There is no inode {number}.");
        return new XfsInode(Superblock, number, Metadata.Read(offset, Superblock.InodeSize), offset);
    }
}
