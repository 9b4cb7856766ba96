namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>A subvolume: a tree of files of its own.</summary>
/// <param name="Number">Its number; 5 for the top one.</param>
/// <param name="Item">What its root says.</param>
/// <param name="Tree">Its files.</param>
internal sealed record BtrfsSubvolume(ulong Number, BtrfsRootItem Item, BtrfsTree Tree)
{
    /// <summary>The number of its root directory.</summary>
    public ulong RootDirectory => Item.Directory is 0 ? BtrfsNumbers.First : Item.Directory;

    /// <summary>The inode of that number.</summary>
    /// <exception cref="VmaException">It is not there, or damaged.</exception>
    public BtrfsInode ReadInode(ulong number) =>
        Tree.TryGet(new BtrfsKey(number, BtrfsItemTypes.Inode, 0), out BtrfsItem item)
            ? new BtrfsInode(item.Data)
            : throw BtrfsErrors.Damaged($"The inode {number} of the subvolume {Number} is not there.");
}
