namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>Numbers of trees and objects that every Btrfs has.</summary>
internal static class BtrfsNumbers
{
    public const ulong ExtentTree = 2;
    public const ulong TopSubvolume = 5;
    public const ulong RootTreeDirectory = 6;
    public const ulong ChecksumTree = 7;
    public const ulong BlockGroupTree = 11;
    public const ulong FirstChunkTree = 256;

    /// <summary>The first number of a subvolume that somebody made, and of every subvolume's root directory.</summary>
    public const ulong First = 256;

    /// <summary>The last number that a subvolume or an inode may have.</summary>
    public const ulong Last = unchecked((ulong)-256L);

    /// <summary>What an inode is called that stands for a subvolume where a snapshot does not hold it.</summary>
    public const ulong EmptyDirectory = 2;

    public const ulong Log = unchecked((ulong)-6L);
    public const ulong Checksums = unchecked((ulong)-10L);
}
