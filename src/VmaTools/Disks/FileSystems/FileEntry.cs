using System;
using System.Collections.Generic;
using VmaTools.Disks.FileSystems;

namespace VmaTools;

/// <summary>
/// A file, directory, link or device in a guest's file system: what its directory entry and its inode (record) say. Content and
/// whatever costs more reading comes from the <see cref="FileSystem"/>. A fact that the file system does not have is null.
/// </summary>
public class FileEntry
{
    private readonly KeptTime _modified;
    private readonly KeptTime _accessed;
    private readonly KeptTime _changed;
    private readonly KeptTime _created;
    private readonly uint? _userId;
    private readonly uint? _groupId;
    private readonly uint? _linkCount;
    private readonly Rare? _rare;

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
    public FileTime? Modified
    {
        get => _modified.Time;
        internal init => _modified = new KeptTime(value);
    }

    /// <summary>When it was read last.</summary>
    public FileTime? Accessed
    {
        get => _accessed.Time;
        internal init => _accessed = new KeptTime(value);
    }

    /// <summary>When the inode (record) was changed last.</summary>
    public FileTime? Changed
    {
        get => _changed.Time;
        internal init => _changed = new KeptTime(value);
    }

    /// <summary>When it was created.</summary>
    public FileTime? Created
    {
        get => _created.Time;
        internal init => _created = new KeptTime(value);
    }

    /// <summary>The low 12 bits of the unix mode: permissions, setuid, setgid, sticky.</summary>
    public int? Mode { get; internal init; }

    /// <summary>Number of the owner.</summary>
    public long? UserId
    {
        get => _userId;
        internal init => _userId = checked((uint?)value);
    }

    /// <summary>Number of the group.</summary>
    public long? GroupId
    {
        get => _groupId;
        internal init => _groupId = checked((uint?)value);
    }

    /// <summary>DOS attributes as stored (0x1 read-only, 0x2 hidden, 0x4 system, 0x20 archive, …).</summary>
    public uint? Attributes { get; internal init; }

    /// <summary>How many names lead to it.</summary>
    public long? LinkCount
    {
        get => _linkCount;
        internal init => _linkCount = checked((uint?)value);
    }

    /// <summary>Major number of a device.</summary>
    public uint? DeviceMajor
    {
        get => _rare?.DeviceMajor;
        internal init => Rare.Keep(ref _rare, value, static (rare, v) => rare.DeviceMajor = v);
    }

    /// <summary>Minor number of a device.</summary>
    public uint? DeviceMinor
    {
        get => _rare?.DeviceMinor;
        internal init => Rare.Keep(ref _rare, value, static (rare, v) => rare.DeviceMinor = v);
    }

    /// <summary>The tag of a reparse point, such as 0xA000000C; null where it is none.</summary>
    public uint? ReparseTag
    {
        get => _rare?.ReparseTag;
        internal init => Rare.Keep(ref _rare, value, static (rare, v) => rare.ReparseTag = v);
    }

    /// <summary>The other, 8.3 name; null where there is none or it is the same.</summary>
    public RawName? ShortName
    {
        get => _rare?.ShortName;
        internal init => Rare.Keep(ref _rare, value, static (rare, v) => rare.ShortName = v);
    }

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

    /// <summary>Holds a directory to lying in none of its own number, so that a walk ends.</summary>
    /// <param name="id">The directory's number.</param>
    /// <returns>True where this one or one above it has that number.</returns>
    internal bool IsWithin(ulong id)
    {
        for (FileEntry? above = this; above is not null; above = above.Parent)
        {
            if (above.Id == id)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What few entries have, so that the others need no room for it.</summary>
    private sealed class Rare
    {
        public uint? DeviceMajor { get; set; }

        public uint? DeviceMinor { get; set; }

        public uint? ReparseTag { get; set; }

        public RawName? ShortName { get; set; }

        public static void Keep<T>(ref Rare? rare, T? value, Action<Rare, T> set)
            where T : struct
        {
            if (value is T known)
            {
                set(rare ??= new Rare(), known);
            }
        }
    }
}
