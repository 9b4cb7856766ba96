namespace VmaTools.Archives;

/// <summary>A stretch of a device that fares the same.</summary>
/// <param name="State">What the archive says of it.</param>
/// <param name="Offset">Where its bytes are in the archive, where they are stored.</param>
/// <param name="Length">Number of bytes.</param>
internal readonly record struct MapPiece(ClusterState State, long Offset, long Length);

/// <summary>What an archive says of a cluster.</summary>
internal enum ClusterState
{
    /// <summary>Nothing: it is missing.</summary>
    Missing,

    /// <summary>It is zero.</summary>
    Zero,

    /// <summary>Some or all of its blocks are stored.</summary>
    Stored,

    /// <summary>Something, but not to be trusted: it came twice, or in an extent that contradicts itself.</summary>
    Untrusted,
}
