using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace VmaTools.Disks.FileSystems.Iso;

/// <summary>ISO 9660, with the names and facts of Rock Ridge, else the names of Joliet, where it has them.</summary>
/// <remarks>
/// Numbers of entries are those that Linux makes: of where a record stands, or a directory begins. Without Rock Ridge names are compared
/// without regard to upper and lower case, and are shown without their version.
/// </remarks>
internal sealed class IsoFileSystem : FileSystem
{
    private const int NumberShift = 11 - 5;
    private const int UnixTypes = 0xF000;

    private readonly DiskBytes _volume;
    private readonly IsoDescriptors _descriptors;
    private readonly IsoDirectories _directories;
    private readonly DiskBytes _metadata;
    private readonly DirectoryTree _tree = new();

    // Bytes in front of Rock Ridge's; null where there is none.
    private readonly int? _rockRidge;
    private readonly bool _isJoliet;

    // Some programs get the big-endian numbers wrong; of one that does not, a record whose numbers differ is damaged.
    private readonly bool _ordersAgree;

    private IsoFileSystem(DiskBytes volume, IsoDescriptors descriptors)
    {
        _volume = volume;
        _metadata = new CachedDiskBytes(volume);
        _descriptors = descriptors;
        _directories = new IsoDirectories(_metadata);
        if (descriptors.Size > volume.Length)
        {
            Report(new FileSystemFinding(
                VmaCodes.VolumeOutOfRange, VmaSeverity.Error, $"The file system has {descriptors.Size} bytes, its volume {volume.Length}."));
        }

        if (descriptors.HasUdf)
        {
            Report(new FileSystemFinding(
                VmaCodes.FileSystemNotSupported, VmaSeverity.Warning, "There is a UDF beside the ISO 9660, which may have other files and is not read here."));
        }

        IsoRecord root = new(descriptors.Root, 0);
        IsoRecord own = _directories.ReadOwn(root.Block * BlockSize);
        _rockRidge = RockRidge.SkipOf(own.SystemUse);
        _isJoliet = _rockRidge is null && descriptors.JolietRoot is not null;
        if (_isJoliet)
        {
            root = new IsoRecord(descriptors.JolietRoot!, 0);
            own = _directories.ReadOwn(root.Block * BlockSize);
        }

        _ordersAgree = root.OrdersAgree && own.OrdersAgree;
        Root = Make(null, default, own, FactsOf(own), [RangeOf(root)]);
    }

    public override string Kind => "iso9660";

    public override string? Label => _descriptors.Label;

    public override string? Uuid => _descriptors.Uuid;

    public override IReadOnlyList<string> Features => _rockRidge is not null ? ["Rock Ridge"] : _isJoliet ? ["Joliet"] : [];

    public override long Size => _descriptors.Size;

    /// <summary>Nothing can be added.</summary>
    public override long? FreeBytes => 0;

    public override int BlockSize => _descriptors.BlockSize;

    public override FileSystemState State => FileSystemState.Clean;

    public override FileEntry Root { get; }

    /// <summary>The file system on a volume, or null where none is.</summary>
    /// <exception cref="VmaException">It is too damaged.</exception>
    public static FileSystem? TryOpen(DiskBytes volume, FileSystemOptions options) =>
        IsoDescriptors.Read(volume) is IsoDescriptors descriptors ? new IsoFileSystem(volume, descriptors) : null;

    public override bool FoldsNames(FileEntry directory) => _rockRidge is null;

    public override IEnumerable<FileEntry> ReadDirectory(FileEntry directory)
    {
        IsoEntry entry = Directory(directory);
        _tree.Enter(entry);
        return ReadEntries(entry);
    }

    public override FileEntry? Find(FileEntry directory, RawName name)
    {
        IEnumerable<FileEntry> entries = ReadEntries(Directory(directory));
        return _rockRidge is null
            ? NameLookup.Find(entries, name, static text => text.ToUpperInvariant())
            : NameLookup.Find(entries, name, static text => text);
    }

    public override Stream OpenRead(FileEntry file, RawName stream = default)
    {
        IReadOnlyList<FileExtent> extents = ExtentsOf(File(file, stream));
        return new ExtentStream(_volume, file.Length, offset => ExtentList.Find(extents, offset));
    }

    public override IEnumerable<FileExtent> ReadAllocation(FileEntry file, RawName stream = default) => ExtentsOf(File(file, stream));

    public override RawName ReadLinkTarget(FileEntry link) => link is IsoEntry { Type: FileEntryType.SymbolicLink } entry
        ? entry.Target
        : throw new VmaFileSystemException(VmaCodes.FileTypeMismatch, "It is no symbolic link.", link.FullName);

    private static IsoEntry Directory(FileEntry directory) => directory is IsoEntry { Type: FileEntryType.Directory } entry
        ? entry
        : throw new VmaFileSystemException(VmaCodes.FileNotDirectory, "It is no directory.", directory.FullName);

    private static IsoEntry File(FileEntry file, RawName stream)
    {
        if (!stream.IsEmpty)
        {
            throw new VmaFileSystemException(VmaCodes.FileNotFound, "Files of ISO 9660 have no named streams.", file.FullName);
        }

        IsoEntry entry = file is IsoEntry { Type: FileEntryType.File } known
            ? known
            : throw new VmaFileSystemException(VmaCodes.FileTypeMismatch, "It is no file.", file.FullName);
        return entry.Refusal is null ? entry : throw new VmaFileSystemException(VmaCodes.FileContentNotSupported, entry.Refusal, entry.FullName);
    }

    private static IReadOnlyList<FileExtent> ExtentsOf(IsoEntry file)
    {
        ExtentList extents = new(file.Length);
        foreach (IsoRange range in file.Ranges)
        {
            extents.Add(extents.End, range.Length, range.Offset);
        }

        return extents.Finish();
    }

    private IEnumerable<FileEntry> ReadEntries(IsoEntry directory)
    {
        List<IsoRecord> parts = [];
        foreach (IsoRecord record in UpToDamage(directory, _directories.Read(directory.Ranges[0])))
        {
            if (record.IsDots || record.IsAssociated)
            {
                continue;
            }

            if (parts.Count > 0 && !parts[0].Name.SequenceEqual(record.Name))
            {
                ReportUnfinished(directory, parts[0]);
                parts.Clear();
            }

            parts.Add(record);
            if (record.HasMore)
            {
                continue;
            }

            IsoEntry? entry = TryMake(directory, record, parts);
            parts.Clear();
            if (entry is not null)
            {
                yield return entry;
            }
        }

        if (parts.Count > 0)
        {
            ReportUnfinished(directory, parts[0]);
        }
    }

    private void ReportUnfinished(IsoEntry directory, IsoRecord record) => Report(
        IsoErrors.Damaged("The file has more parts than the directory tells; it was left out.", record.Offset),
        ChildPath(directory, IsoNames.Of(record.Name, _isJoliet)));

    private IsoEntry? TryMake(IsoEntry directory, IsoRecord record, IReadOnlyList<IsoRecord> parts)
    {
        RawName name = IsoNames.Of(record.Name, _isJoliet);
        try
        {
            IReadOnlyList<IsoRange> ranges = [.. parts.Select(RangeOf)];
            RockRidge? facts = FactsOf(record);
            name = facts is { Name.IsEmpty: false } ? facts.Name : name;
            if (_ordersAgree && parts.Any(static part => !part.OrdersAgree))
            {
                throw IsoErrors.Damaged("The two copies of a file's place and length differ; it was left out.", record.Offset);
            }

            if (facts?.IsRelocated == true)
            {
                return null;
            }

            if (IsoNames.IsUnsafe(name))
            {
                Report(new FileSystemFinding(
                    VmaCodes.NameUnsafe, VmaSeverity.Error, $"An entry is called \"{name}\"; it was left out.", directory.FullName, record.Offset));
                return null;
            }

            if (facts?.Child is uint block)
            {
                // The directory lies elsewhere, and says of itself what it is.
                record = _directories.ReadOwn(block * (long)BlockSize);
                facts = FactsOf(record);
                ranges = [new IsoRange(block * (long)BlockSize, record.Length)];
            }

            return Make(directory, name, record, facts, ranges);
        }
        catch (VmaException exception)
        {
            Report(exception, ChildPath(directory, name));
            return null;
        }
    }

    private IsoEntry Make(IsoEntry? parent, RawName name, IsoRecord record, RockRidge? facts, IReadOnlyList<IsoRange> ranges)
    {
        FileEntryType type = record.IsDirectory ? FileEntryType.Directory : TypeOf(facts?.Mode);
        long length = 0;
        foreach (IsoRange range in type == FileEntryType.File ? ranges : [])
        {
            length += range.Length;
        }

        bool isDevice = type is FileEntryType.CharacterDevice or FileEntryType.BlockDevice && facts!.DeviceHigh is not null;

        // Some write both numbers, others the one that C libraries make of them.
        bool isOneNumber = isDevice && facts!.DeviceHigh == 0 && facts.DeviceLow > 0xFF;
        return new IsoEntry(parent, name, type)
        {
            Id = type == FileEntryType.Directory
                ? (ulong)(ranges[0].Offset / BlockSize) << NumberShift
                : ((ulong)(record.Offset / BlockSize) << NumberShift) | (ulong)((record.Offset % BlockSize) >> 5),
            Length = type == FileEntryType.SymbolicLink ? facts!.Target.Length : length,
            Mode = (int?)(facts?.Mode & 0xFFF),
            UserId = facts?.UserId,
            GroupId = facts?.GroupId,
            LinkCount = facts?.Links,
            Modified = facts?.Modified ?? IsoTimes.Short(record.Time),
            Accessed = facts?.Accessed,
            Changed = facts?.Changed,
            Created = facts?.Created,
            DeviceMajor = !isDevice ? null : isOneNumber ? (facts!.DeviceLow >> 8) & 0xFFF : facts!.DeviceHigh,
            DeviceMinor = !isDevice ? null : isOneNumber ? (facts!.DeviceLow & 0xFF) | ((facts.DeviceLow >> 12) & 0xFFFFFF00) : facts!.DeviceLow,
            Ranges = ranges,
            Target = facts?.Target ?? default,
            Refusal = facts?.Compression is string compression ? $"The content is compressed by {compression}, which is not read here."
                : record.IsInterleaved ? "The content is interleaved with that of others, which is not read here." : null,
        };
    }

    private RockRidge? FactsOf(IsoRecord record) => _rockRidge is int skip
        ? RockRidge.Read(record.SystemUse.Slice(Math.Min(skip, record.SystemUse.Length)), _metadata, BlockSize)
        : null;

    private IsoRange RangeOf(IsoRecord record) => new(record.Block * BlockSize, record.Length);

    private static FileEntryType TypeOf(uint? mode) => (mode & UnixTypes) switch
    {
        0x1000 => FileEntryType.Fifo,
        0x2000 => FileEntryType.CharacterDevice,
        0x6000 => FileEntryType.BlockDevice,
        0xA000 => FileEntryType.SymbolicLink,
        0xC000 => FileEntryType.Socket,
        _ => FileEntryType.File,
    };
}
