namespace VmaTools.Disks.Partitions;

/// <summary>A partition as a table states it, before its contents are looked at.</summary>
internal sealed record PartitionEntry(int Index, string Type, string? TypeId, long Offset, long Size)
{
    public string? Name { get; init; }

    public string? Uuid { get; init; }

    public bool IsBootable { get; init; }

    /// <summary>True for an MBR's extended partition, which holds others and no file system.</summary>
    public bool IsContainer { get; init; }
}
