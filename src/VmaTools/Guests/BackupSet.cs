using System;
using System.IO;

namespace VmaTools;

/// <summary>The files of one backup in a folder and what their names (and notes or log, where asked for) tell.</summary>
public sealed class BackupSet
{
    internal BackupSet(
        BackupSetKind kind,
        string folder,
        BackupFileName name,
        FileFacts? main,
        string? logPath,
        string? notesPath,
        string? protectedPath,
        string? notes,
        string? vmName,
        VmNameSource nameSource)
    {
        Kind = kind;
        Folder = folder;
        Name = name;
        Path = main?.Path;
        Length = main?.Length;
        LastWriteTimeUtc = main?.LastWriteTimeUtc;
        LogPath = logPath;
        NotesPath = notesPath;
        ProtectedPath = protectedPath;
        Notes = notes;
        VmName = vmName;
        NameSource = nameSource;
    }

    /// <summary>What the files amount to.</summary>
    public BackupSetKind Kind { get; }

    /// <summary>The folder that holds the files.</summary>
    public string Folder { get; }

    /// <summary>The name of the main file taken apart: of the archive, the leftover, or an orphan's first file.</summary>
    public BackupFileName Name { get; }

    /// <summary>The archive, or the leftover; null for orphans.</summary>
    public string? Path { get; }

    /// <summary>Size of the archive or leftover in bytes; null for orphans.</summary>
    public long? Length { get; }

    /// <summary>When the archive or leftover was last written; null for orphans.</summary>
    public DateTime? LastWriteTimeUtc { get; }

    /// <summary>The log, or null.</summary>
    public string? LogPath { get; }

    /// <summary>The notes, or null.</summary>
    public string? NotesPath { get; }

    /// <summary>The protection marker, or null.</summary>
    public string? ProtectedPath { get; }

    /// <summary>True when a marker keeps the archive from being pruned.</summary>
    public bool IsProtected => ProtectedPath is not null;

    /// <summary>The text of the notes, where reading them was asked for and there are any.</summary>
    public string? Notes { get; }

    /// <summary>The VM's name as far as it is known without opening the archive.</summary>
    public string? VmName { get; }

    /// <summary>Where <see cref="VmName"/> is from.</summary>
    public VmNameSource NameSource { get; }

    /// <summary>The VM's number, where the file name holds one.</summary>
    public int? VmId => Name.VmId;

    /// <summary>When the backup began by its name, in the local time of the host that made it; null where the name does not say.</summary>
    public DateTime? Time => Name.Time;

    /// <summary>The archive's compression extension without the dot, or null without one.</summary>
    public string? CompressionExtension => Name.CompressionExtension;

    /// <summary>True when a restore accepts the archive's name. False for leftovers and orphans.</summary>
    public bool IsRestorable => Kind is BackupSetKind.Backup && Name.IsRestorable;

    /// <inheritdoc/>
    public override string ToString() => Path ?? System.IO.Path.Combine(Folder, Name.FileName);

    /// <summary>What a folder's listing says of a file.</summary>
    internal sealed class FileFacts
    {
        private FileFacts(string path, long length, DateTime lastWriteTimeUtc)
        {
            Path = path;
            Length = length;
            LastWriteTimeUtc = lastWriteTimeUtc;
        }

        public string Path { get; }

        public long Length { get; }

        public DateTime LastWriteTimeUtc { get; }

        /// <summary>Reads the facts of a file, of its target where it is a link.</summary>
        /// <exception cref="IOException">The file is gone or its link leads nowhere.</exception>
        public static FileFacts Of(FileInfo file)
        {
            long length = file.Length;
            if ((file.Attributes & FileAttributes.ReparsePoint) != 0)
            {
                // A listing gives the size of the link itself.
                using FileStream target = new(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
                length = target.Length;
            }

            return new FileFacts(file.FullName, length, file.LastWriteTimeUtc);
        }
    }
}
