namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>A stretch of an attribute's clusters.</summary>
/// <param name="Start">The first, counted from the attribute's beginning.</param>
/// <param name="Count">How many.</param>
/// <param name="Cluster">The first on the volume; <see cref="Hole"/> where nothing is stored.</param>
internal readonly record struct NtfsRun(long Start, long Count, long Cluster)
{
    public const long Hole = -1;

    public long End => Start + Count;

    public bool IsHole => Cluster == Hole;
}
