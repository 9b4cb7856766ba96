namespace VmaTools.Disks.FileSystems.Fat;

/// <summary>A file or directory that a chain of clusters holds.</summary>
internal abstract class ClusterEntry : FileEntry
{
    protected ClusterEntry(ClusterEntry? parent, RawName name, FileEntryType type)
        : base(parent, name, type)
    {
    }

    /// <summary>The first cluster; 0 for an empty file, and for the root directory of FAT12 and FAT16.</summary>
    public uint FirstCluster { get; protected init; }
}
