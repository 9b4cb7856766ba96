using System;

namespace VmaTools;

/// <summary>How an archive is written.</summary>
public sealed class VmaCreationOptions
{
    /// <summary>The archive's uuid in the form 8-4-4-4-12, its bytes in order; null for one made up.</summary>
    public string? Uuid { get; init; }

    /// <summary>When the backup is said to have been made; null for now. Fractions of a second are dropped.</summary>
    public DateTime? CreationTime { get; init; }

    /// <summary>How it is compressed; null for not at all.</summary>
    public VmaCompressor? Compressor { get; init; }
}
