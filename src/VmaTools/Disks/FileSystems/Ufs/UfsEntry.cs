namespace VmaTools.Disks.FileSystems.Ufs;

/// <summary>An entry with the inode that it leads to, so that nothing is read twice.</summary>
internal sealed class UfsEntry : InodeEntry
{
    /// <param name="parent">The directory; null for the root.</param>
    /// <param name="name">The name.</param>
    /// <param name="inode">The inode that it leads to.</param>
    /// <exception cref="VmaFileSystemException">The inode is of no type that there is, or has a size below zero.</exception>
    public UfsEntry(FileEntry? parent, RawName name, UfsInode inode)
        : base(parent, name, inode)
    {
        Inode = inode;
        if (Length < 0)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemDamaged, $"Inode {inode.Number} has a size below zero.", volumeOffset: inode.VolumeOffset);
        }
    }

    public UfsInode Inode { get; }
}
