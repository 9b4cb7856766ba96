namespace VmaTools;

/// <summary>How an archive is tested.</summary>
public sealed class VmaTestOptions
{
    /// <summary>Whether to hop from extent header to extent header without reading data, where that is possible.</summary>
    public bool StructureOnly { get; init; }

    /// <summary>A manifest to hold the archive against, or null.</summary>
    public VmaManifest? Manifest { get; init; }

    /// <summary>A folder for a scratch file that a manifest's digests may need; null for none.</summary>
    public string? SpillPath { get; init; }

    /// <summary>How the archive is opened; null for the defaults.</summary>
    public VmaOpenOptions? Open { get; init; }
}
