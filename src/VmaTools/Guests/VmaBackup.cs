using System;
using VmaTools.Guests;

namespace VmaTools;

/// <summary>
/// A backup in a folder with what stands beside it. Facts only, as of when they were listed: nothing is held open, and values
/// to compare are text and numbers, so that they read the same after serialization.
/// </summary>
public sealed class VmaBackup
{
    private readonly DateTime _listedUtc = DateTime.UtcNow;
    private readonly DateTime? _nameTime;

    internal VmaBackup(string kind, string folder, BackupFileName name, ListedFile? main)
    {
        Kind = kind;
        Folder = folder;
        FileName = name.FileName;
        VMId = name.VMId;
        _nameTime = name.Time;
        IsRestorable = kind == VmaBackupKind.Backup && name.IsRestorable;
        Compression = kind == VmaBackupKind.Backup ? CompressionOf(name.CompressionExtension) : null;
        ArchivePath = main?.Path;
        Length = main?.Length;
        LastWriteTimeUtc = main?.LastWriteTimeUtc;
    }

    /// <summary>What the files amount to: one of the constants of <see cref="VmaBackupKind"/>.</summary>
    public string Kind { get; }

    /// <summary>Number of the VM, where the file name holds one.</summary>
    public int? VMId { get; }

    /// <summary>Name of the VM, or null where it is not known.</summary>
    public string? VMName { get; internal set; }

    /// <summary>Where the name of the VM is from: one of the constants of <see cref="VmaNameSource"/>.</summary>
    public string NameSource { get; internal set; } = VmaNameSource.None;

    /// <summary>
    /// When the backup began: by the archive's header where that was read, in local time, else by the file name, in the local time of the
    /// host that made it. Null where neither says so. When the file was written tells of the copy, not of the backup.
    /// </summary>
    public DateTime? Time => HeaderTime?.ToLocalTime() ?? _nameTime;

    /// <summary>Where the time and the age are from: one of the constants of <see cref="VmaTimeSource"/>.</summary>
    public string TimeSource => HeaderTime is not null ? VmaTimeSource.Header : _nameTime is not null ? VmaTimeSource.FileName : VmaTimeSource.None;

    /// <summary>When the backup began by the archive's header, in UTC; null where the header was not read.</summary>
    public DateTime? HeaderTime { get; private set; }

    /// <summary>
    /// How old the backup was when it was listed, by what the time is from, a file name's time taken as local here. Null where there is
    /// no time.
    /// </summary>
    public TimeSpan? Age => GetMoment() is DateTime moment ? _listedUtc - moment : null;

    /// <summary>Size of the file in bytes; null for orphans and folders.</summary>
    public long? Length { get; }

    /// <summary>
    /// How the archive is compressed, by its extension, or by its bytes where the header was read; null for what is no archive as it stands.
    /// </summary>
    public string? Compression { get; private set; }

    /// <summary>True when a restore accepts the archive's name. False for what is no archive as it stands.</summary>
    public bool IsRestorable { get; }

    /// <summary>True when a marker keeps the archive from being pruned.</summary>
    public bool IsProtected => ProtectedPath is not null;

    /// <summary>The text of the notes, or null.</summary>
    public string? Notes { get; internal init; }

    /// <summary>The archive's uuid; null where the header was not read.</summary>
    public string? Uuid { get; private set; }

    /// <summary>How many devices the archive has; null where the header was not read.</summary>
    public int? DeviceCount { get; private set; }

    /// <summary>Bytes that the archive's devices have together, unpacked; null where the header was not read.</summary>
    public long? DeviceBytes { get; private set; }

    /// <summary>When the archive or leftover was last written; null for orphans.</summary>
    public DateTime? LastWriteTimeUtc { get; }

    /// <summary>Name of the archive, the leftover, or an orphan's first file.</summary>
    public string FileName { get; }

    /// <summary>The folder that holds the files.</summary>
    public string Folder { get; }

    /// <summary>The log, or null.</summary>
    public string? LogPath { get; internal init; }

    /// <summary>The notes, or null.</summary>
    public string? NotesPath { get; internal init; }

    /// <summary>The protection marker, or null.</summary>
    public string? ProtectedPath { get; internal init; }

    /// <summary>Full path of the archive or leftover; null for orphans.</summary>
    public string? ArchivePath { get; }

    /// <summary>The moment by which backups are ordered and aged, in UTC; null where nothing tells it.</summary>
    public DateTime? GetMoment() => HeaderTime ?? (_nameTime is DateTime time ? ToUtc(time) : null);

    /// <summary>The same backup with what its archive's header tells: the exact time, the VM's name, the uuid and the devices' size.</summary>
    /// <param name="archive">The archive at <see cref="ArchivePath"/>, opened.</param>
    public VmaBackup WithHeader(VmaArchive archive)
    {
        if (archive is null)
        {
            throw new ArgumentNullException(nameof(archive));
        }

        VmaBackup told = (VmaBackup)MemberwiseClone();
        told.HeaderTime = archive.CreationTime;
        told.Uuid = archive.Uuid;
        told.Compression = archive.Compression;
        told.DeviceCount = archive.Devices.Count;
        told.DeviceBytes = SumOf(archive);
        if (VmaVM.From(archive)?.Name is string name)
        {
            told.VMName = name;
            told.NameSource = VmaNameSource.Header;
        }

        return told;
    }

    /// <summary>The path, or for orphans the path of their first file.</summary>
    public override string ToString() => $"{nameof(VmaBackup)}: {Printable.Short(FileName)}";

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
        "bz2" => VmaCompression.Bzip2,
        _ => null,
    };

    private static DateTime ToUtc(DateTime local) => DateTime.SpecifyKind(local, DateTimeKind.Local).ToUniversalTime();
}

/// <summary>What a group of files in a backup folder amounts to.</summary>
public static class VmaBackupKind
{
    /// <summary>An archive with whatever stands beside it.</summary>
    public const string Backup = "Backup";

    /// <summary>The working file, or folder, of a backup that was cut off.</summary>
    public const string Leftover = "Leftover";

    /// <summary>An archive that was encrypted afterwards (<c>.gpg</c>, <c>.age</c>): it has to be decrypted first.</summary>
    public const string Encrypted = "Encrypted";

    /// <summary>An archive in a compression that no restore takes (<c>.xz</c>, <c>.7z</c>): it has to be unpacked first.</summary>
    public const string Packed = "Packed";

    /// <summary>A part of an archive, which was split or whose transfer did not end.</summary>
    public const string Part = "Part";

    /// <summary>A log, notes or a protection marker whose archive is gone.</summary>
    public const string Orphan = "Orphan";
}

/// <summary>Where the time of a backup is from.</summary>
public static class VmaTimeSource
{
    /// <summary>Nowhere: the time is not known.</summary>
    public const string None = "None";

    /// <summary>From the file name: whole seconds, by the clock and the zone of the host that made the backup.</summary>
    public const string FileName = "FileName";

    /// <summary>From the archive's header, exact.</summary>
    public const string Header = "Header";
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
