namespace VmaTools;

/// <summary>What a file in a backup folder is, judged by its name alone.</summary>
public enum BackupFileKind
{
    /// <summary>Nothing that belongs to a VM backup.</summary>
    Other,

    /// <summary>A VMA archive, compressed or not.</summary>
    Archive,

    /// <summary>The working file of a backup that was cut off (<c>.vma.dat</c>, or <c>.dat</c> without compression), or its working folder (<c>.tmp</c>).</summary>
    Leftover,

    /// <summary>An archive in something that encrypts it.</summary>
    Encrypted,

    /// <summary>An archive in a compression that neither Proxmox nor this library reads.</summary>
    Packed,

    /// <summary>A part of an archive: it was split, or its transfer did not end.</summary>
    Part,

    /// <summary>The log that vzdump leaves beside an archive.</summary>
    Log,

    /// <summary>The notes of an archive.</summary>
    Notes,

    /// <summary>The marker that keeps an archive from being pruned.</summary>
    Protected,
}
