namespace VmaTools;

/// <summary>A stream of a file beside its content (NTFS: alternate data stream).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Length">Its bytes.</param>
public sealed record NamedStreamInfo(RawName Name, long Length);
