namespace VmaTools;

/// <summary>How a file system is opened.</summary>
public sealed class FileSystemOptions
{
    /// <summary>True to show the disk as it is, without what its log holds.</summary>
    public bool NoReplay { get; init; }

    /// <summary>True to list Btrfs's subvolumes as volumes of their own, too.</summary>
    public bool WithSubvolumes { get; init; }

    /// <summary>
    /// What locked volumes are opened with; null where they stay locked. Needed only while volumes are looked for: it can be disposed then.
    /// </summary>
    public VolumeSecrets? Secrets { get; init; }

    /// <summary>Code page of the short names of FAT: 437 unless given.</summary>
    public int CodePage { get; init; } = 437;
}
