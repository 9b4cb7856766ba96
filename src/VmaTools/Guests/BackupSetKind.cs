namespace VmaTools;

/// <summary>What a group of files in a backup folder amounts to.</summary>
public enum BackupSetKind
{
    /// <summary>An archive with whatever stands beside it.</summary>
    Backup,

    /// <summary>The working file of a backup that was cut off.</summary>
    Leftover,

    /// <summary>A log, notes or a protection marker whose archive is gone.</summary>
    Orphan,
}
