namespace VmaTools.Disks.FileSystems.Ext;

/// <summary>An entry with the inode that it leads to, so that nothing is read twice.</summary>
internal sealed class ExtEntry : InodeEntry
{
    /// <param name="parent">The directory; null for the root.</param>
    /// <param name="name">The name.</param>
    /// <param name="inode">The inode that it leads to.</param>
    /// <param name="isDeleted">Whether it leads there no more.</param>
    /// <exception cref="VmaFileSystemException">The inode is of no type that there is.</exception>
    public ExtEntry(FileEntry? parent, RawName name, ExtInode inode, bool isDeleted = false)
        : base(parent, name, inode)
    {
        Inode = inode.ToKeep();
        IsDeleted = isDeleted;
    }

    public ExtInode Inode { get; }
}
