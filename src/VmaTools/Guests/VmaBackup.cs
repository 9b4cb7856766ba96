using System;
using VmaTools.Guests;

namespace VmaTools;

/// <summary>
/// A backup in a folder with what stands beside it. Facts only, as of when they were listed: nothing is held open, and values
/// to compare are text and numbers, so that they read the same after serialization.
/// </summary>
public sealed class VmaBackup
{
    internal VmaBackup(BackupSet set, DateTime now, VmaArchive? archive = null)
    {
        Kind = set.Kind switch
        {
            BackupSetKind.Backup => VmaBackupKind.Backup,
            BackupSetKind.Leftover => VmaBackupKind.Leftover,
            _ => VmaBackupKind.Orphan,
        };
        Path = set.Path;
        Folder = set.Folder;
        FileName = set.Name.FileName;
        VMId = set.VmId;
        VMName = set.VmName;
        NameSource = set.NameSource switch
        {
            VmNameSource.Notes => VmaNameSource.Notes,
            VmNameSource.Log => VmaNameSource.Log,
            _ => VmaNameSource.None,
        };
        Time = set.Time;
        LastWriteTimeUtc = set.LastWriteTimeUtc;
        Length = set.Length;
        Compression = set.Kind is BackupSetKind.Backup ? CompressionOf(set.CompressionExtension) : null;
        LogPath = set.LogPath;
        NotesPath = set.NotesPath;
        ProtectedPath = set.ProtectedPath;
        Notes = set.Notes;
        IsRestorable = set.IsRestorable;
        if (archive is not null)
        {
            HeaderTime = archive.CreationTime;
            Uuid = archive.Uuid;
            Compression = archive.Compression;
            DeviceCount = archive.Devices.Count;
            DeviceBytes = SumOf(archive);
            if (VirtualMachineOf(archive)?.Name is string name)
            {
                VMName = name;
                NameSource = VmaNameSource.Header;
            }
        }

        MomentUtc = HeaderTime ?? (Time is DateTime time ? ToUtc(time) : LastWriteTimeUtc);
        Age = MomentUtc is DateTime moment ? now.ToUniversalTime() - moment : null;
    }

    /// <summary>What the files amount to: one of the constants of <see cref="VmaBackupKind"/>.</summary>
    public string Kind { get; }

    /// <summary>Number of the VM, where the file name holds one.</summary>
    public int? VMId { get; }

    /// <summary>Name of the VM, or null where it is not known.</summary>
    public string? VMName { get; }

    /// <summary>Where the name of the VM is from: one of the constants of <see cref="VmaNameSource"/>.</summary>
    public string NameSource { get; }

    /// <summary>When the backup began by its file name, in the local time of the host that made it; null where the name does not say.</summary>
    public DateTime? Time { get; }

    /// <summary>When the backup began by the archive's header, in UTC; null where the header was not read.</summary>
    public DateTime? HeaderTime { get; }

    /// <summary>
    /// How old the backup was when it was listed: by the header where that was read, else by the file name, its time taken as
    /// local here, else by when the file was last written.
    /// </summary>
    public TimeSpan? Age { get; }

    /// <summary>Size of the archive or leftover in bytes; null for orphans.</summary>
    public long? Length { get; }

    /// <summary>
    /// How the archive is compressed, by its extension, or by its bytes where the header was read; null for leftovers and orphans.
    /// </summary>
    public string? Compression { get; }

    /// <summary>True when a restore accepts the archive's name. False for leftovers and orphans.</summary>
    public bool IsRestorable { get; }

    /// <summary>True when a marker keeps the archive from being pruned.</summary>
    public bool IsProtected => ProtectedPath is not null;

    /// <summary>The text of the notes, or null.</summary>
    public string? Notes { get; }

    /// <summary>The archive's uuid; null where the header was not read.</summary>
    public string? Uuid { get; }

    /// <summary>How many devices the archive has; null where the header was not read.</summary>
    public int? DeviceCount { get; }

    /// <summary>Bytes that the archive's devices have together, unpacked; null where the header was not read.</summary>
    public long? DeviceBytes { get; }

    /// <summary>When the archive or leftover was last written; null for orphans.</summary>
    public DateTime? LastWriteTimeUtc { get; }

    /// <summary>Name of the archive, the leftover, or an orphan's first file.</summary>
    public string FileName { get; }

    /// <summary>The folder that holds the files.</summary>
    public string Folder { get; }

    /// <summary>The log, or null.</summary>
    public string? LogPath { get; }

    /// <summary>The notes, or null.</summary>
    public string? NotesPath { get; }

    /// <summary>The protection marker, or null.</summary>
    public string? ProtectedPath { get; }

    /// <summary>Full path of the archive or leftover; null for orphans.</summary>
    public string? Path { get; }

    /// <summary>The moment by which backups are ordered and aged.</summary>
    internal DateTime? MomentUtc { get; }

    /// <summary>The path, or for orphans the path of their first file.</summary>
    public override string ToString() => Path ?? System.IO.Path.Combine(Folder, FileName);

    private static VirtualMachine? VirtualMachineOf(VmaArchive archive) =>
        archive.FindConfig(VmaVM.ConfigName) is { } config ? VirtualMachine.From(QemuConfig.Parse(config.GetBytes())) : null;

    // A header may claim any sizes; together they need not fit.
    private static long SumOf(VmaArchive archive)
    {
        decimal sum = 0;
        foreach (VmaDevice device in archive.Devices)
        {
            sum += Math.Max(0, device.Size);
        }

        return (long)Math.Min(long.MaxValue, sum);
    }

    private static string? CompressionOf(string? extension) => extension switch
    {
        null => VmaCompression.None,
        "zst" => VmaCompression.Zstd,
        "gz" => VmaCompression.Gzip,
        "lzo" => VmaCompression.Lzop,
        _ => null,
    };

    private static DateTime ToUtc(DateTime local) => DateTime.SpecifyKind(local, DateTimeKind.Local).ToUniversalTime();
}

/// <summary>What a group of files in a backup folder amounts to.</summary>
public static class VmaBackupKind
{
    /// <summary>An archive with whatever stands beside it.</summary>
    public const string Backup = "Backup";

    /// <summary>The working file of a backup that was cut off.</summary>
    public const string Leftover = "Leftover";

    /// <summary>A log, notes or a protection marker whose archive is gone.</summary>
    public const string Orphan = "Orphan";
}

/// <summary>Where the name of a backed-up VM is from.</summary>
public static class VmaNameSource
{
    /// <summary>Nowhere: the name is not known.</summary>
    public const string None = "None";

    /// <summary>From the first line of the notes, which people edit: a good guess.</summary>
    public const string Notes = "Notes";

    /// <summary>From the log, which states it.</summary>
    public const string Log = "Log";

    /// <summary>From the VM's configuration in the archive's header.</summary>
    public const string Header = "Header";
}
