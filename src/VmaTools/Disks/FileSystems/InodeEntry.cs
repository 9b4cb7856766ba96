namespace VmaTools.Disks.FileSystems;

/// <summary>An entry with the facts of its inode, where that has what the unix of old had.</summary>
internal abstract class InodeEntry : FileEntry
{
    /// <param name="parent">The directory; null for the root.</param>
    /// <param name="name">The name.</param>
    /// <param name="inode">The inode that it leads to.</param>
    /// <exception cref="VmaFileSystemException">The inode is of no type that there is.</exception>
    private protected InodeEntry(FileEntry? parent, RawName name, IInode inode)
        : base(parent, name, TypeOf(inode))
    {
        bool isDevice = Type is FileEntryType.CharacterDevice or FileEntryType.BlockDevice;
        (uint major, uint minor) = isDevice ? inode.Device : default;
        Length = Type is FileEntryType.File or FileEntryType.SymbolicLink ? inode.Length : 0;
        Id = inode.Number;
        Sequence = inode.Generation;
        Modified = inode.Modified;
        Accessed = inode.Accessed;
        Changed = inode.Changed;
        Created = inode.Created;
        Mode = inode.Permissions;
        UserId = inode.UserId;
        GroupId = inode.GroupId;
        LinkCount = inode.LinkCount;
        DeviceMajor = isDevice ? major : null;
        DeviceMinor = isDevice ? minor : null;
    }

    private static FileEntryType TypeOf(IInode inode) => inode.EntryType ?? throw new VmaFileSystemException(
        VmaCodes.FileSystemDamaged, $"Inode {inode.Number} is of no type that there is.", volumeOffset: inode.VolumeOffset);
}

/// <summary>An inode as the unix of old had it.</summary>
internal interface IInode
{
    uint Number { get; }

    /// <summary>Where it stands on the volume.</summary>
    long VolumeOffset { get; }

    /// <summary>Null where there is no such type.</summary>
    FileEntryType? EntryType { get; }

    long Length { get; }

    uint Generation { get; }

    FileTime Modified { get; }

    FileTime Accessed { get; }

    FileTime Changed { get; }

    /// <summary>Null where the inode has no room for it.</summary>
    FileTime? Created { get; }

    int Permissions { get; }

    uint UserId { get; }

    uint GroupId { get; }

    int LinkCount { get; }

    /// <summary>Of a device: which.</summary>
    (uint Major, uint Minor) Device { get; }
}
