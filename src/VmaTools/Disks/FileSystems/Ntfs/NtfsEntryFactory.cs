using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>Makes entries of records.</summary>
internal static class NtfsEntryFactory
{
    public const ulong Root = 5;

    // Records below are the file system's own, but for the root.
    private const ulong FirstUserRecord = 16;
    private const uint DirectoryAttribute = 0x10;
    private const int StandardLength = 36;

    /// <summary>The entry of a file under one of its names.</summary>
    /// <param name="volume">The volume.</param>
    /// <param name="parent">The directory; null for the root.</param>
    /// <param name="name">The name in it.</param>
    /// <param name="file">The file.</param>
    /// <param name="isDeleted">Whether no name leads to it.</param>
    /// <exception cref="VmaFileSystemException">Its records are damaged.</exception>
    public static FileEntry Create(NtfsVolume volume, FileEntry? parent, NtfsFileName? name, NtfsFile file, bool isDeleted = false)
    {
        NtfsRecord record = file.Record;
        bool isSystem = (record.Number < FirstUserRecord && record.Number != Root) || parent?.IsSystem == true;
        ReadOnlySpan<byte> standard = file.Find(NtfsAttributeType.StandardInformation) is NtfsAttribute information ? information.Value : default;
        bool hasTimes = standard.Length >= StandardLength;
        uint attributes = (hasTimes ? LittleEndian.U32(standard, 32) : 0) | (record.IsDirectory ? DirectoryAttribute : 0);
        NtfsReparsePoint? reparse = NtfsReparsePoint.Read(volume, file);
        NtfsUnixFacts unix = file.Find(NtfsAttributeType.ExtendedAttributes) is null
            ? default
            : NtfsUnixFacts.Of(NtfsExtendedAttributes.Read(volume, file));
        NtfsInterixFile? interix = record.IsDirectory || isSystem || reparse is not null ? null : NtfsInterixFile.Read(volume, file, attributes);
        FileEntryType type = reparse?.Type
            ?? (record.IsDirectory ? FileEntryType.Directory : interix?.Type ?? (reparse is null ? unix.SpecialType : null) ?? FileEntryType.File);
        (uint Major, uint Minor)? device = type is FileEntryType.CharacterDevice or FileEntryType.BlockDevice ? unix.Device ?? interix?.Device : null;

        // Times: 0 created, 8 modified, 16 record changed, 24 accessed; 32 attributes u32
        return new FileEntry(parent, name?.ToRawName() ?? (parent is null ? default : DeletedFile.NameFor(record.Number)), type)
        {
            Length = type switch
            {
                FileEntryType.File => file.Find(NtfsAttributeType.Data) is NtfsAttribute data ? data.ValueLength : 0,
                FileEntryType.SymbolicLink => TargetOf(reparse, interix).Length,
                _ => 0,
            },
            Id = record.Number,
            Sequence = record.Sequence,
            Created = hasTimes ? FileTime.FromWindows(LittleEndian.I64(standard, 0)) : null,
            Modified = hasTimes ? FileTime.FromWindows(LittleEndian.I64(standard, 8)) : null,
            Changed = hasTimes ? FileTime.FromWindows(LittleEndian.I64(standard, 16)) : null,
            Accessed = hasTimes ? FileTime.FromWindows(LittleEndian.I64(standard, 24)) : null,
            Attributes = attributes,
            Mode = unix.Mode is uint mode ? (int)(mode & 0xfff) : null,
            UserId = unix.UserId,
            GroupId = unix.GroupId,
            DeviceMajor = device?.Major,
            DeviceMinor = device?.Minor,
            LinkCount = record.IsDirectory ? 1 : record.LinkCount,
            ReparseTag = reparse?.Tag,
            ShortName = name is { Space: NtfsFileName.Windows } longName ? ShortNameOf(file, longName) : null,
            IsSystem = isSystem,
            IsDeleted = isDeleted,
        };
    }

    /// <summary>The name of a file that has a short one beside it in a directory.</summary>
    public static NtfsFileName? LongNameOf(NtfsFile file, NtfsFileName shortName) => NameOf(file, NtfsFileName.Windows, shortName.Parent);

    private static RawName? ShortNameOf(NtfsFile file, NtfsFileName longName) =>
        NameOf(file, NtfsFileName.Dos, longName.Parent) is NtfsFileName name ? name.ToRawName() : null;

    private static NtfsFileName? NameOf(NtfsFile file, byte space, NtfsReference parent)
    {
        foreach (NtfsAttribute attribute in file.FindAll(NtfsAttributeType.FileName))
        {
            if (NtfsFileName.Parse(attribute.Value) is NtfsFileName name && name.Space == space && name.Parent == parent)
            {
                return name;
            }
        }

        return null;
    }

    private static RawName TargetOf(NtfsReparsePoint? reparse, NtfsInterixFile? interix)
    {
        try
        {
            return reparse?.ReadTarget() ?? interix?.Target ?? default;
        }
        catch (VmaFileSystemException)
        {
            // Told to whoever asks for the target.
            return default;
        }
    }
}
