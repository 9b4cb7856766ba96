using System;
using System.Collections.Generic;
using System.IO;
using VmaTools.Bytes;
using VmaTools.GuestFiles;

namespace VmaTools;

/// <summary>
/// A file, directory or link in a guest's file system. Facts only, so that it can be kept and sent; its content is opened anew
/// when it is wanted. It has no property that a cmdlet for the host's files would take for a path.
/// </summary>
public class VmaFile
{
    internal VmaFile(VmaArchive archive, string volume, FileSystem files, FileEntry entry)
    {
        Archive = archive;
        Entry = entry;
        Volume = volume;
        FileSystem = files.Kind;
        FullName = entry.FullName;
        Name = entry.Parent is null ? "/" : entry.Name.ToPathComponent();
        if (entry.Type == FileEntryType.SymbolicLink)
        {
            try
            {
                LinkTarget = files.ReadLinkTarget(entry).ToString();
            }
            catch (VmaException)
            {
                // Whoever follows the link gets the error; a listing goes on.
                LinkTarget = null;
            }
        }
    }

    /// <summary>Full path of the archive, or null where it came from a stream.</summary>
    public string? ArchivePath => Archive.ArchivePath;

    /// <summary>The id of the volume, such as <c>drive-scsi0/p2</c>.</summary>
    public string Volume { get; }

    /// <summary>The kind of file system, such as <c>ext4</c>.</summary>
    public string FileSystem { get; }

    /// <summary>The path from the volume's root, with <c>/</c>; what is not valid text as <c>\xNN</c>.</summary>
    public string FullName { get; }

    /// <summary>The last name of <see cref="FullName"/>.</summary>
    public string Name { get; }

    /// <summary>What it is: <c>File</c>, <c>Directory</c>, <c>SymbolicLink</c>, <c>CharacterDevice</c>, <c>BlockDevice</c>, <c>Fifo</c>, <c>Socket</c>.</summary>
    public string Type => Entry.Type.ToString();

    /// <summary>True for a directory.</summary>
    public bool IsDirectory => Entry.Type == FileEntryType.Directory;

    /// <summary>Bytes of the content; null for what is no file.</summary>
    public long? Length => Entry.Type == FileEntryType.File ? Entry.Length : null;

    /// <summary>When the content was changed last, in local time; null where the format has no such time.</summary>
    public DateTime? LastWriteTime => LastWriteTimeUtc?.ToLocalTime();

    /// <summary>The same in UTC. FAT has no time zone: its times count as UTC.</summary>
    public DateTime? LastWriteTimeUtc => Entry.Modified?.ToDateTime();

    /// <summary>When it was read last, in UTC.</summary>
    public DateTime? LastAccessTimeUtc => Entry.Accessed?.ToDateTime();

    /// <summary>When it was created, in UTC.</summary>
    public DateTime? CreationTimeUtc => Entry.Created?.ToDateTime();

    /// <summary>When its inode (record) was changed last, in UTC.</summary>
    public DateTime? ChangeTimeUtc => Entry.Changed?.ToDateTime();

    /// <summary>True where a time lies beyond what a calendar holds, so that it was clipped.</summary>
    public bool HasClampedTime =>
        Entry.Modified is { IsClamped: true } || Entry.Accessed is { IsClamped: true } || Entry.Created is { IsClamped: true } || Entry.Changed is { IsClamped: true };

    /// <summary>Type and permissions as <c>ls</c> shows them, or DOS attributes as <c>dir</c> does.</summary>
    public string Mode => FileModes.Text(Entry);

    /// <summary>The low 12 bits of the unix mode, or null.</summary>
    public int? UnixMode => Entry.Mode;

    /// <summary>Number of the owner, or null.</summary>
    public long? UserId => Entry.UserId;

    /// <summary>Number of the group, or null.</summary>
    public long? GroupId => Entry.GroupId;

    /// <summary>DOS attributes as stored, or null.</summary>
    public uint? Attributes => Entry.Attributes;

    /// <summary>The names of <see cref="Attributes"/>.</summary>
    public IReadOnlyList<string> AttributeNames => ReadableList<string>.Of(FileModes.AttributeNames(Entry.Attributes));

    /// <summary>The target of a link, as stored; null where it is none.</summary>
    public string? LinkTarget { get; }

    /// <summary>How many names lead to it, or null.</summary>
    public long? LinkCount => Entry.LinkCount;

    /// <summary>The number of the inode or record.</summary>
    public ulong FileId => Entry.Id;

    /// <summary>The sequence number of the record, or the inode's generation; null where there is none.</summary>
    public uint? Sequence => Entry.Sequence;

    /// <summary>The tag of a reparse point, or null.</summary>
    public uint? ReparseTag => Entry.ReparseTag;

    /// <summary>The 8.3 name where it is another one; null else.</summary>
    public string? ShortName => Entry.ShortName?.ToString();

    /// <summary>True for what a listing leaves out unless it is asked for: hidden by attribute, by a leading dot, or the file system's own.</summary>
    public bool IsHidden =>
        Entry.IsSystem || (Entry.Attributes is uint attributes ? (attributes & 2) != 0 : Entry.Name.Length > 1 && Entry.Name.Bytes[0] == '.');

    /// <summary>True for what was deleted; see <see cref="VmaDeletedFile"/>.</summary>
    public bool IsDeleted => Entry.IsDeleted;

    internal FileEntry Entry { get; }

    internal VmaArchive Archive { get; }

    /// <summary>The directory that a listing began at; a copy keeps the path below it. Null for one that was named itself.</summary>
    internal string? ListedBelow { get; init; }

    /// <summary>Opens the content, or a named stream of it, for reading at any offset. The stream owns all it needs.</summary>
    /// <param name="stream">The name of a stream; null for the content.</param>
    /// <param name="options">How its file system is opened, with secrets where it is locked: this remembers none. Null for the defaults.</param>
    /// <exception cref="VmaException">It is no file, is encrypted, needs what is not understood, or the archive has changed.</exception>
    /// <exception cref="IOException">The archive cannot be read.</exception>
    public Stream OpenRead(string? stream = null, FileSystemOptions? options = null)
    {
        VmaGuest guest = VmaGuest.Open(Archive, options);
        try
        {
            return new OwningStream(guest.OpenRead(this, stream is null ? default : RawName.Parse(stream)), guest);
        }
        catch
        {
            guest.Dispose();
            throw;
        }
    }

    /// <summary>The archive that it is in.</summary>
    public VmaArchive GetArchive() => Archive;

    /// <summary>The entry of the file system that this tells of, for what <see cref="FileSystem"/> is asked about it.</summary>
    public FileEntry GetEntry() => Entry;

    /// <summary>The kind, the path and the volume.</summary>
    public override string ToString() => $"{GetType().Name}: {Printable.Short(FullName)} ({Printable.Short(Volume)})";
}
