namespace VmaTools;

/// <summary>A range of a deleted file's content.</summary>
/// <param name="Extent">Where it was.</param>
/// <param name="IsAllocatedAnew">True where something else has the place now; null where that cannot be told.</param>
public readonly record struct DeletedFileExtent(FileExtent Extent, bool? IsAllocatedAnew);
