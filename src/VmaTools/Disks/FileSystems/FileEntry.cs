using System.Collections.Generic;

namespace VmaTools;

/// <summary>
/// A file, directory, link or device in a guest's file system: what its directory entry and its inode (record) say. Content and
/// whatever costs more reading comes from the <see cref="FileSystem"/>. A fact that the file system does not have is null.
/// </summary>
public class FileEntry
{
    internal FileEntry(FileEntry? parent, RawName name, FileEntryType type)
    {
        Parent = parent;
        Name = name;
        Type = type;
    }

    /// <summary>The directory that the entry was found in; null for the root.</summary>
    public FileEntry? Parent { get; }

    /// <summary>The name as stored; empty for the root.</summary>
    public RawName Name { get; }

    /// <summary>What it is.</summary>
    public FileEntryType Type { get; }

    /// <summary>Bytes of the content of a file, or of the target of a symbolic link; 0 for everything else.</summary>
    public long Length { get; internal init; }

    /// <summary>The file system's number for it: inode; on NTFS the number of the record; on FAT and exFAT where the entry stands.</summary>
    public ulong Id { get; internal init; }

    /// <summary>NTFS's sequence number or the inode's generation; null where there is none.</summary>
    public uint? Sequence { get; internal init; }

    /// <summary>When the content was changed last.</summary>
    public FileTime? Modified { get; internal init; }

    /// <summary>When it was read last.</summary>
    public FileTime? Accessed { get; internal init; }

    /// <summary>When the inode (record) was changed last.</summary>
    public FileTime? Changed { get; internal init; }

    /// <summary>When it was created.</summary>
    public FileTime? Created { get; internal init; }

    /// <summary>The low 12 bits of the unix mode: permissions, setuid, setgid, sticky.</summary>
    public int? Mode { get; internal init; }

    /// <summary>Number of the owner.</summary>
    public long? UserId { get; internal init; }

    /// <summary>Number of the group.</summary>
    public long? GroupId { get; internal init; }

    /// <summary>DOS attributes as stored (0x1 read-only, 0x2 hidden, 0x4 system, 0x20 archive, …).</summary>
    public uint? Attributes { get; internal init; }

    /// <summary>How many names lead to it.</summary>
    public long? LinkCount { get; internal init; }

    /// <summary>Major number of a device.</summary>
    public uint? DeviceMajor { get; internal init; }

    /// <summary>Minor number of a device.</summary>
    public uint? DeviceMinor { get; internal init; }

    /// <summary>The tag of a reparse point, such as 0xA000000C; null where it is none.</summary>
    public uint? ReparseTag { get; internal init; }

    /// <summary>The other, 8.3 name; null where there is none or it is the same.</summary>
    public RawName? ShortName { get; internal init; }

    /// <summary>True for what belongs to the file system itself, such as NTFS's <c>$MFT</c>: listed only on request.</summary>
    public bool IsSystem { get; internal init; }

    /// <summary>True for what has no name any more: only <see cref="DeletedFile"/> tells of such.</summary>
    public bool IsDeleted { get; internal init; }

    /// <summary>The path from the file system's root, with <c>/</c>, names in their text form; <c>/</c> for the root.</summary>
    public string FullName
    {
        get
        {
            if (Parent is null)
            {
                return "/";
            }

            List<string> names = [];
            for (FileEntry entry = this; entry.Parent is not null; entry = entry.Parent)
            {
                names.Add(entry.Name.ToPathComponent());
            }

            names.Reverse();
            return "/" + string.Join("/", names);
        }
    }

    /// <summary>The kind and the path.</summary>
    public override string ToString() => "FileEntry: " + FullName;
}
