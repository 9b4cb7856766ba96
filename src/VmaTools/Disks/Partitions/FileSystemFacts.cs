namespace VmaTools.Disks.Partitions;

/// <summary>What a signature tells of the contents of a partition.</summary>
/// <param name="Name">The file system or container, such as <c>ext4</c>.</param>
/// <param name="Label">Its label, or null.</param>
/// <param name="Uuid">Its identity as <c>blkid</c> writes it, or null.</param>
internal sealed record FileSystemFacts(string Name, string? Label = null, string? Uuid = null)
{
    /// <summary>True where sector 0 is this file system's boot sector, whose signature bytes are those of an MBR too.</summary>
    public bool HasBootSector { get; init; }
}
