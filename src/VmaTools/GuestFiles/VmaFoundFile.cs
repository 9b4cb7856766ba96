using System;

namespace VmaTools;

/// <summary>
/// A file, directory or link that the catalog of an archive tells of. Facts only; the archive is opened when more is wanted. It has no
/// property that a cmdlet for the host's files would take for a path.
/// </summary>
public sealed class VmaFoundFile
{
    internal VmaFoundFile(string archivePath, DateTime backupTimeUtc, int? vmId, string volume, string fileSystem)
    {
        ArchivePath = archivePath;
        BackupTimeUtc = backupTimeUtc;
        VMId = vmId;
        Volume = volume;
        FileSystem = fileSystem;
    }

    /// <summary>Full path of the archive.</summary>
    public string ArchivePath { get; }

    /// <summary>When the backup was made, by the archive's header.</summary>
    public DateTime BackupTimeUtc { get; }

    /// <summary>Number of the VM, by the archive's name; null where that tells none.</summary>
    public int? VMId { get; }

    /// <summary>The id of the volume, such as <c>drive-scsi0/p2</c>.</summary>
    public string Volume { get; }

    /// <summary>The kind of file system, such as <c>ext4</c>.</summary>
    public string FileSystem { get; }

    /// <summary>The path from the volume's root, with <c>/</c>; what is not valid text as <c>\xNN</c>.</summary>
    public string FullName { get; internal init; } = string.Empty;

    /// <summary>The last name of <see cref="FullName"/>.</summary>
    public string Name { get; internal init; } = string.Empty;

    /// <summary>What it is: <c>File</c>, <c>Directory</c>, <c>SymbolicLink</c>, <c>CharacterDevice</c>, <c>BlockDevice</c>, <c>Fifo</c>, <c>Socket</c>.</summary>
    public string Type => EntryType.ToString();

    /// <summary>True for a directory.</summary>
    public bool IsDirectory => EntryType == FileEntryType.Directory;

    /// <summary>Bytes of the content; null for what is no file.</summary>
    public long? Length { get; internal init; }

    /// <summary>When the content was changed last, in local time; null where the format has no such time.</summary>
    public DateTime? LastWriteTime => LastWriteTimeUtc?.ToLocalTime();

    /// <summary>The same in UTC. FAT has no time zone: its times count as UTC.</summary>
    public DateTime? LastWriteTimeUtc { get; internal init; }

    /// <summary>The number of the inode or record.</summary>
    public ulong FileId { get; internal init; }

    internal FileEntryType EntryType { get; init; }

    /// <summary>Whether it is a directory that folds names.</summary>
    internal bool FoldsNames { get; init; }

    /// <summary>The kind, the path and the volume.</summary>
    public override string ToString() => $"{nameof(VmaFoundFile)}: {Printable.Short(FullName)} ({Printable.Short(Volume)})";
}
