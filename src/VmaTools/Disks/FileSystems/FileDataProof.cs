namespace VmaTools;

/// <summary>Whether a file's content is proven by checksums of the file system, which reading it compares.</summary>
public enum FileDataProof
{
    /// <summary>None of its stored data has a checksum, or the file system has none of data.</summary>
    None,

    /// <summary>Some of it has.</summary>
    Partial,

    /// <summary>All of it has; holes and what stands in metadata, which has checksums, count as such.</summary>
    Full,
}
