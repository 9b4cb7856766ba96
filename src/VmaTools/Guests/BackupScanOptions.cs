namespace VmaTools;

/// <summary>What a scan for backups looks at.</summary>
public sealed class BackupScanOptions
{
    /// <summary>Looks into subfolders too. Links to folders are not followed, so a loop of links cannot trap a scan.</summary>
    public bool Recurse { get; init; }

    /// <summary>Reads the notes that exist, for their text and the VM's name. On by default.</summary>
    public bool ReadNotes { get; init; } = true;

    /// <summary>Reads the beginning of the logs that exist, for the VM's name: they state it, where notes only suggest it.</summary>
    public bool ReadLogs { get; init; }
}
