namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>Where a tree begins.</summary>
/// <param name="Address">Logical address of its root node; 0 for no tree.</param>
/// <param name="Generation">The transaction that wrote the node.</param>
/// <param name="Level">Levels of nodes above the leaves.</param>
internal readonly record struct BtrfsTreeRoot(ulong Address, ulong Generation, int Level);
