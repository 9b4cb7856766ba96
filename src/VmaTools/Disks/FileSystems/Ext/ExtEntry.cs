namespace VmaTools.Disks.FileSystems.Ext;

/// <summary>An entry with the inode that it leads to, so that nothing is read twice.</summary>
internal sealed class ExtEntry : FileEntry
{
    public ExtEntry(FileEntry? parent, RawName name, FileEntryType type, ExtInode inode)
        : base(parent, name, type) => Inode = inode;

    public ExtInode Inode { get; }

    /// <summary>The entry of a name.</summary>
    /// <param name="parent">The directory; null for the root.</param>
    /// <param name="name">The name.</param>
    /// <param name="inode">The inode that it leads to.</param>
    /// <param name="isDeleted">Whether it leads there no more.</param>
    public static ExtEntry Of(FileEntry? parent, RawName name, ExtInode inode, bool isDeleted = false)
    {
        FileEntryType type = inode.EntryType ?? throw new VmaFileSystemException(
            VmaCodes.FileSystemDamaged, $"Inode {inode.Number} is of no type that there is.", volumeOffset: inode.VolumeOffset);
        bool isDevice = type is FileEntryType.CharacterDevice or FileEntryType.BlockDevice;
        (uint major, uint minor) = isDevice ? inode.Device : default;
        return new ExtEntry(parent, name, type, inode.ToKeep())
        {
            Length = type is FileEntryType.File or FileEntryType.SymbolicLink ? inode.Length : 0,
            Id = inode.Number,
            Sequence = inode.Generation,
            IsDeleted = isDeleted,
            Modified = inode.Modified,
            Accessed = inode.Accessed,
            Changed = inode.Changed,
            Created = inode.Created,
            Mode = inode.Permissions,
            UserId = inode.UserId,
            GroupId = inode.GroupId,
            LinkCount = inode.LinkCount,
            DeviceMajor = isDevice ? major : null,
            DeviceMinor = isDevice ? minor : null,
        };
    }
}
