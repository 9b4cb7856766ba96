namespace VmaTools.Disks.FileSystems.Ufs;

/// <summary>An entry with the inode that it leads to, so that nothing is read twice.</summary>
internal sealed class UfsEntry : FileEntry
{
    private UfsEntry(FileEntry? parent, RawName name, FileEntryType type, UfsInode inode)
        : base(parent, name, type) => Inode = inode;

    public UfsInode Inode { get; }

    /// <summary>The entry of a name.</summary>
    /// <param name="parent">The directory; null for the root.</param>
    /// <param name="name">The name.</param>
    /// <param name="inode">The inode that it leads to.</param>
    public static UfsEntry Of(FileEntry? parent, RawName name, UfsInode inode)
    {
        FileEntryType type = inode.EntryType ?? throw new VmaFileSystemException(
            VmaCodes.FileSystemDamaged, $"Inode {inode.Number} is of no type that there is.", volumeOffset: inode.VolumeOffset);
        bool hasLength = type is FileEntryType.File or FileEntryType.SymbolicLink;
        if (hasLength && inode.Length < 0)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemDamaged, $"Inode {inode.Number} has a size below zero.", volumeOffset: inode.VolumeOffset);
        }

        bool isDevice = type is FileEntryType.CharacterDevice or FileEntryType.BlockDevice;
        (uint major, uint minor) = isDevice ? inode.Device : default;
        return new UfsEntry(parent, name, type, inode)
        {
            Length = hasLength ? inode.Length : 0,
            Id = inode.Number,
            Sequence = inode.Generation,
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
