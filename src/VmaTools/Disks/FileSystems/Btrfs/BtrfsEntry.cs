namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>An entry, with the subvolume that its inode is in.</summary>
internal sealed class BtrfsEntry : FileEntry
{
    private BtrfsEntry(BtrfsEntry? parent, RawName name, FileEntryType type)
        : base(parent, name, type)
    {
    }

    /// <summary>The subvolume; null for the empty directory that stands for one that is not there.</summary>
    public BtrfsSubvolume? Subvolume { get; private init; }

    /// <summary>False where its content has no checksums.</summary>
    public bool HasDataChecksums { get; private init; }

    public static BtrfsEntry Of(BtrfsEntry? parent, RawName name, BtrfsSubvolume subvolume, ulong number, in BtrfsInode inode)
    {
        FileEntryType type = inode.Type ?? throw BtrfsErrors.Damaged($"The inode {number} of the subvolume {subvolume.Number} is of no type that there is.");
        if (inode.Length > long.MaxValue)
        {
            throw BtrfsErrors.Damaged($"The inode {number} of the subvolume {subvolume.Number} has a length that makes no sense.");
        }

        bool isDevice = type is FileEntryType.CharacterDevice or FileEntryType.BlockDevice;
        return new BtrfsEntry(parent, name, type)
        {
            Subvolume = subvolume,
            HasDataChecksums = !inode.HasNoDataChecksums,
            Id = number,
            Length = type is FileEntryType.File or FileEntryType.SymbolicLink ? (long)inode.Length : 0,
            Sequence = unchecked((uint)inode.Generation),
            Mode = (int)(inode.Mode & 0xFFF),
            UserId = inode.UserId,
            GroupId = inode.GroupId,
            LinkCount = inode.Links,
            Accessed = inode.Accessed,
            Changed = inode.Changed,
            Modified = inode.Modified,
            Created = inode.Created,
            DeviceMajor = isDevice ? inode.DeviceMajor : null,
            DeviceMinor = isDevice ? inode.DeviceMinor : null,
        };
    }

    /// <summary>The empty directory that stands in a snapshot where there was another subvolume, as a kernel shows it.</summary>
    public static BtrfsEntry Empty(BtrfsEntry parent, RawName name) => new(parent, name, FileEntryType.Directory)
    {
        Id = BtrfsNumbers.EmptyDirectory,
        Mode = 0x1ED,
        UserId = 0,
        GroupId = 0,
        LinkCount = 1,
        Accessed = parent.Accessed,
        Changed = parent.Changed,
        Modified = parent.Modified,
    };
}
