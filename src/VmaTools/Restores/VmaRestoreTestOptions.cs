namespace VmaTools;

/// <summary>How a restore is tested.</summary>
public sealed class VmaRestoreTestOptions
{
    /// <summary>How the guest is started, too; null for not at all.</summary>
    public VmaBootOptions? Boot { get; init; }

    /// <summary>A manifest to hold the archive against, or null.</summary>
    public VmaManifest? Manifest { get; init; }

    /// <summary>
    /// How the archive is opened; null for the defaults. A compressed archive is read once more for its index, where none is there and
    /// <see cref="VmaOpenOptions.NewIndexPath"/> asks for none.
    /// </summary>
    public VmaOpenOptions? Open { get; init; }
}
