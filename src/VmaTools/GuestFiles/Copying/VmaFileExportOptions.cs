namespace VmaTools;

/// <summary>How files of a guest are copied.</summary>
public sealed class VmaFileExportOptions
{
    /// <summary>True to replace files of the same name.</summary>
    public bool Replace { get; init; }

    /// <summary>True to give files the unix permissions they have in the guest; setuid, setgid and sticky never.</summary>
    public bool PreserveMode { get; init; }

    /// <summary>
    /// True to give files and folders of NTFS the owner, group and access list they have in the guest. On Windows only, and in folders
    /// only: a tar archive has no place for them.
    /// </summary>
    public bool PreserveAcl { get; init; }

    /// <summary>True to keep what is left of a damaged file under its name with <c>.partial</c> behind it.</summary>
    public bool Salvage { get; init; }

    /// <summary>
    /// True where a tar archive is to be written. Names are then as in the guest, and none stands in another's way because this system
    /// could not tell the two apart.
    /// </summary>
    public bool ForTar { get; init; }

    /// <summary>True to compute SHA-256 of every content on the way.</summary>
    public bool Digest { get; init; }
}
