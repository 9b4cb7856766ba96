using System;

namespace VmaTools;

/// <summary>What a page tells of one archive, leftover or orphan.</summary>
public sealed class VmaReportBackup
{
    /// <summary>Facts that the caller sets.</summary>
    public VmaReportBackup()
    {
    }

    internal VmaReportBackup(VmaBackup backup)
    {
        Kind = backup.Kind;
        ArchivePath = backup.ArchivePath;
        FileName = backup.FileName;
        VMId = backup.VMId;
        VMName = backup.VMName;
        Time = backup.HeaderTime?.ToLocalTime() ?? backup.Time ?? backup.LastWriteTimeUtc?.ToLocalTime();
        Age = backup.Age;
        Length = backup.Length;
        Compression = backup.Compression;
        IsProtected = backup.IsProtected;
        IsRestorable = backup.IsRestorable;
    }

    /// <summary>One of the constants of <see cref="VmaBackupKind"/>.</summary>
    public string Kind { get; init; } = VmaBackupKind.Backup;

    /// <summary>Full path of the archive, or null.</summary>
    public string? ArchivePath { get; init; }

    /// <summary>Name of the file.</summary>
    public string FileName { get; init; } = string.Empty;

    /// <summary>Number of the VM, or null.</summary>
    public int? VMId { get; init; }

    /// <summary>Name of the VM, or null.</summary>
    public string? VMName { get; init; }

    /// <summary>When the backup began, in local time, or null.</summary>
    public DateTime? Time { get; init; }

    /// <summary>How old it is, or null.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>Bytes of the file, or null.</summary>
    public long? Length { get; init; }

    /// <summary>One of the constants of <see cref="VmaCompression"/>, or null.</summary>
    public string? Compression { get; init; }

    /// <summary>Whether Proxmox keeps it from being pruned.</summary>
    public bool IsProtected { get; init; }

    /// <summary>Whether Proxmox would offer it for restoring, by its name.</summary>
    public bool IsRestorable { get; init; } = true;
}
