using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Disks.FileSystems.Ntfs.Log;
using VmaTools.Disks.FileSystems.Ntfs.Wof;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>NTFS, versions 1.0 to 3.1.</summary>
internal sealed class NtfsFileSystem : FileSystem
{
    // Records of a large directory may lie anywhere: so many names are taken together that reading them in order pays.
    private const int FirstBatch = 256;
    private const int MaxBatch = 16384;

    private readonly NtfsVolume _volume;
    private readonly NtfsVolumeInformation _information;
    private readonly NtfsSecurity _security;
    private readonly Lazy<NtfsLog> _log;
    private readonly Lazy<long?> _freeBytes;

    private NtfsFileSystem(NtfsGeometry geometry, DiskBytes volume)
    {
        _volume = new NtfsVolume(geometry, volume, Report);
        _information = NtfsVolumeInformation.Read(_volume);
        _security = new NtfsSecurity(_volume);
        _log = new Lazy<NtfsLog>(() => NtfsLog.Read(_volume, _information));
        _freeBytes = new Lazy<long?>(() => NtfsBitmap.CountFree(_volume) * geometry.ClusterSize);
        NtfsFile root = _volume.ReadFile(NtfsEntryFactory.Root);
        if (!root.Record.IsDirectory)
        {
            throw root.Record.Damaged("The root is no directory.");
        }

        Root = NtfsEntryFactory.Create(_volume, null, null, root);
        if (_volume.UpCase.Fault is VmaException fault)
        {
            Report(fault, "/$UpCase");
        }

        if (geometry.ByteSize > volume.Length)
        {
            Report(new FileSystemFinding(
                VmaCodes.VolumeOutOfRange,
                VmaSeverity.Error,
                $"The file system has {geometry.ByteSize} bytes, its volume {volume.Length}: a part is missing."));
        }
    }

    public override string Kind => "ntfs";

    public override string? Label => _information.Label;

    public override string? Uuid => _volume.Geometry.Uuid;

    public override IReadOnlyList<string> Features => [_information.Version];

    public override long Size => _volume.Geometry.ByteSize;

    public override long? FreeBytes => _freeBytes.Value;

    public override int BlockSize => _volume.Geometry.ClusterSize;

    public override FileSystemState State => _log.Value.State;

    public override string? StateText => _log.Value.Text;

    public override FileEntry Root { get; }

    public override bool HasStreams => true;

    /// <summary>The file system on a volume whose first sector says that it is NTFS; else null.</summary>
    /// <exception cref="VmaFileSystemException">It is too damaged, or of a version that is not known.</exception>
    public static FileSystem? TryOpen(DiskBytes volume, FileSystemOptions options)
    {
        if (volume.Length < NtfsGeometry.Length || volume.FindRange(0, NtfsGeometry.Length).Kind == KnownRangeKind.Lost)
        {
            return null;
        }

        byte[] sector = volume.Read(0, NtfsGeometry.Length);
        if (!NtfsGeometry.HasSignature(sector))
        {
            return null;
        }

        VmaException fault = NtfsVolume.Damaged("The boot sector of NTFS has values that none can have.", 0);
        if (NtfsGeometry.Parse(sector) is NtfsGeometry geometry)
        {
            try
            {
                return new NtfsFileSystem(geometry, volume);
            }
            catch (VmaException exception) when (exception.Code is not (VmaCodes.FileSystemFeatureUnknown or VmaCodes.FileEncrypted))
            {
                fault = exception;
            }
        }

        return TryOpenByCopy(volume, options) ?? throw fault;
    }

    /// <summary>The file system by the copy of its boot sector, which is the last sector of the volume; null where none is there.</summary>
    public static FileSystem? TryOpenByCopy(DiskBytes volume, FileSystemOptions options)
    {
        for (int sectorSize = NtfsGeometry.Length; sectorSize <= 4096; sectorSize *= 2)
        {
            long offset = (volume.Length / sectorSize * sectorSize) - sectorSize;
            if (offset <= 0 || !TryReadCopy(volume, offset, sectorSize, out NtfsGeometry? geometry))
            {
                continue;
            }

            try
            {
                NtfsFileSystem fileSystem = new(geometry!, volume);
                fileSystem.Report(new FileSystemFinding(
                    VmaCodes.FileSystemBackupUsed,
                    VmaSeverity.Warning,
                    "The boot sector is damaged; its copy at the end of the volume is used.",
                    VolumeOffset: offset));
                return fileSystem;
            }
            catch (VmaException)
            {
                // What it tells of is not there (any more).
            }
        }

        return null;
    }

    public override bool FoldsNames(FileEntry directory) => FoldsNames(FileOf(directory));

    public override IEnumerable<FileEntry> ReadDirectory(FileEntry directory)
    {
        NtfsDirectory names = DirectoryOf(directory, out _);
        return ReadEntries(directory, names);
    }

    public override FileEntry? Find(FileEntry directory, RawName name)
    {
        NtfsDirectory names = DirectoryOf(directory, out NtfsFile file);
        if (name.ToUtf16() is not string text || text.Length == 0)
        {
            return null;
        }

        VmaException? fault = null;
        bool foldsNames = FoldsNames(file);
        NtfsDirectoryEntry? match = null;
        bool isAmbiguous = false;
        foreach (NtfsDirectoryEntry entry in names.Find(text, e => fault ??= e))
        {
            bool isExact = entry.Name.Name == text;
            if (IsOwnName(entry) || (!isExact && !foldsNames))
            {
                continue;
            }

            isAmbiguous = match is NtfsDirectoryEntry other && other.Reference != entry.Reference;
            match = entry;
            if (isExact)
            {
                isAmbiguous = false;
                break;
            }
        }

        if (isAmbiguous)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileNameAmbiguous, $"Several names are {name.ToString()} but for the case of letters.", directory.FullName);
        }

        if (match is NtfsDirectoryEntry found)
        {
            return Located(directory, found.Name.ToRawName(), () => MakeEntry(directory, found));
        }

        return fault is null ? null : Located<FileEntry?>(directory, default, () => throw fault);
    }

    public override Stream OpenRead(FileEntry file, RawName stream = default) => Located(file, default, () =>
    {
        NtfsValue? value = ContentOf(file, stream, out WofContent? packed);
        return packed?.Open(_volume) ?? value?.Open(_volume.Bytes) ?? new MemoryStream([], writable: false);
    });

    public override IEnumerable<FileExtent> ReadAllocation(FileEntry file, RawName stream = default) => Located(file, default, () =>
    {
        NtfsValue? value = ContentOf(file, stream, out WofContent? packed);
        return packed?.Extents(_volume) ?? value?.Extents() ?? [];
    });

    public override RawName ReadLinkTarget(FileEntry link)
    {
        if (link.Type != FileEntryType.SymbolicLink)
        {
            throw new VmaFileSystemException(VmaCodes.FileTypeMismatch, "It is no link.", link.FullName);
        }

        NtfsFile file = FileOf(link);
        return Located(link, default, () => NtfsReparsePoint.Read(_volume, file) is NtfsReparsePoint reparse
            ? reparse.ReadTarget()
            : NtfsInterixFile.Read(_volume, file, link.Attributes ?? 0)?.Target ?? throw file.Record.Damaged("It is a link no more."));
    }

    public override IReadOnlyList<NamedStreamInfo> ReadStreams(FileEntry entry)
    {
        NtfsFile file = FileOf(entry);
        return Located(entry, default, () =>
        {
            List<NamedStreamInfo> streams = [];
            foreach (NtfsAttribute attribute in file.FindAll(NtfsAttributeType.Data))
            {
                // What a file is unpacked from is not something beside it.
                if (attribute.Name.Length > 0 && !(entry.ReparseTag == NtfsReparsePoint.Wof && attribute.IsNamed(WofContent.StreamName.AsSpan())))
                {
                    streams.Add(new NamedStreamInfo(RawName.FromUtf16(attribute.Name), attribute.ValueLength));
                }
            }

            return streams;
        });
    }

    public override IReadOnlyList<ExtendedAttributeValue> ReadExtendedAttributes(FileEntry entry)
    {
        NtfsFile file = FileOf(entry);
        return Located(entry, default, () => NtfsExtendedAttributes.Read(_volume, file));
    }

    public override byte[]? ReadReparseData(FileEntry entry)
    {
        NtfsFile file = FileOf(entry);
        return Located(entry, default, () => NtfsReparsePoint.Read(_volume, file)?.Data);
    }

    public override FileSecurity? ReadSecurity(FileEntry entry)
    {
        NtfsFile file = FileOf(entry);
        return Located(entry, default, () => _security.Read(file));
    }

    public override IEnumerable<DeletedFile> ReadDeleted() => new NtfsDeletedFiles(_volume, this, Report).Read();

    private protected override ClusterUse OpenClusterUse() => new NtfsBitmap(_volume);

    private static bool TryReadCopy(DiskBytes volume, long offset, int sectorSize, out NtfsGeometry? geometry)
    {
        try
        {
            geometry = NtfsGeometry.Parse(volume.Read(offset, NtfsGeometry.Length));
        }
        catch (VmaException)
        {
            geometry = null;
        }

        return geometry?.SectorSize == sectorSize && geometry.ByteSize <= offset;
    }

    /// <summary>True for the name that the root has in itself.</summary>
    private static bool IsOwnName(NtfsDirectoryEntry entry) =>
        entry.Reference.Number == NtfsEntryFactory.Root && entry.Name.Parent.Number == NtfsEntryFactory.Root;

    // Extra flags of the standard information, at byte 40: 1 for a directory that does not fold.
    private static bool FoldsNames(NtfsFile file) =>
        file.Find(NtfsAttributeType.StandardInformation) is not NtfsAttribute { Value.Length: >= 48 } standard || (standard.Value[40] & 1) == 0;

    private NtfsFile FileOf(FileEntry entry) =>
        Located(entry, default, () =>
    {
        NtfsReference reference = NtfsReference.Of(entry.Id, (ushort)(entry.Sequence ?? 0));
        return entry.IsDeleted ? _volume.ReadDeletedFile(reference) : _volume.ReadFile(reference);
    });

    private NtfsDirectory DirectoryOf(FileEntry entry, out NtfsFile file)
    {
        if (entry.Type != FileEntryType.Directory || entry.IsDeleted)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileNotDirectory, entry.IsDeleted ? "The directory was deleted." : "It is no directory.", entry.FullName);
        }

        NtfsFile directory = file = FileOf(entry);
        return Located(entry, default, () => new NtfsDirectory(_volume, directory));
    }

    private IEnumerable<FileEntry> ReadEntries(FileEntry directory, NtfsDirectory names)
    {
        List<NtfsDirectoryEntry> batch = [];
        int limit = FirstBatch;
        foreach (NtfsDirectoryEntry entry in names.Read(e => Report(e, directory.FullName)))
        {
            // A short name is shown with the long one that it stands beside.
            if (entry.Name.Space == NtfsFileName.Dos || IsOwnName(entry))
            {
                continue;
            }

            batch.Add(entry);
            if (batch.Count == limit)
            {
                foreach (FileEntry child in MakeEntries(directory, batch))
                {
                    yield return child;
                }

                batch.Clear();
                limit = Math.Min(limit * 2, MaxBatch);
            }
        }

        foreach (FileEntry child in MakeEntries(directory, batch))
        {
            yield return child;
        }
    }

    /// <summary>Makes the entries in the order in which their records lie, and gives them in that of the names.</summary>
    private IEnumerable<FileEntry> MakeEntries(FileEntry directory, List<NtfsDirectoryEntry> names)
    {
        int[] order = new int[names.Count];
        ulong[] numbers = new ulong[names.Count];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
            numbers[i] = names[i].Reference.Number;
        }

        Array.Sort(numbers, order);
        FileEntry?[] entries = new FileEntry?[names.Count];
        foreach (int i in order)
        {
            try
            {
                entries[i] = MakeEntry(directory, names[i]);
            }
            catch (VmaException exception)
            {
                Report(exception, ChildPath(directory, names[i].Name.ToRawName()));
            }
        }

        return entries.OfType<FileEntry>();
    }

    private FileEntry MakeEntry(FileEntry directory, NtfsDirectoryEntry entry)
    {
        NtfsFile file = _volume.ReadFile(entry.Reference);
        if (file.Record.IsDirectory && directory.IsWithin((ulong)file.Record.Number))
        {
            throw file.Record.Damaged("The directory contains itself.");
        }

        NtfsFileName name = entry.Name.Space == NtfsFileName.Dos ? NtfsEntryFactory.LongNameOf(file, entry.Name) ?? entry.Name : entry.Name;
        return NtfsEntryFactory.Create(_volume, directory, name, file);
    }

    /// <summary>The content of a file or of a stream; null where it has no byte, or is packed.</summary>
    private NtfsValue? ContentOf(FileEntry entry, RawName stream, out WofContent? packed)
    {
        packed = null;
        if (stream.IsEmpty && entry.Type != FileEntryType.File)
        {
            throw new VmaFileSystemException(VmaCodes.FileTypeMismatch, "It is no regular file.");
        }

        NtfsFile file = FileOf(entry);
        if (!stream.IsEmpty)
        {
            return file.Open(FindStream(file, stream));
        }

        NtfsReparsePoint? reparse = entry.ReparseTag is null ? null : NtfsReparsePoint.Read(_volume, file);
        if (reparse?.ContentElsewhere is string elsewhere && !(reparse.IsOfCloud && IsWhole(file, entry.Attributes ?? 0)))
        {
            throw new VmaFileSystemException(VmaCodes.FileContentNotSupported, $"The content {elsewhere}.");
        }

        if (reparse?.Tag == NtfsReparsePoint.Wof && entry.Length > 0)
        {
            packed = WofContent.Open(file, reparse);
            return null;
        }

        return file.Open(NtfsAttributeType.Data);
    }

    /// <summary>True where all of the content is on the volume, though a sync program has its mark on the file.</summary>
    private static bool IsWhole(NtfsFile file, uint attributes)
    {
        // Offline, and recalled as it is opened or read.
        const uint Recalled = 0x1000 | 0x40000 | 0x400000;
        return (attributes & Recalled) == 0
            && file.Open(NtfsAttributeType.Data) is NtfsValue { Length: > 0 } value
            && value.Extents().All(static e => e.Kind is FileExtentKind.Data or FileExtentKind.Encoded);
    }

    private NtfsAttribute FindStream(NtfsFile file, RawName stream)
    {
        string name = stream.ToUtf16() ?? string.Empty;
        NtfsAttribute? alike = null;
        foreach (NtfsAttribute attribute in file.FindAll(NtfsAttributeType.Data))
        {
            string own = NtfsText.Units(attribute.Name);
            if (own.Length > 0 && own == name)
            {
                return attribute;
            }

            if (own.Length > 0 && _volume.UpCase.Compare(own, name) == 0)
            {
                alike = attribute;
            }
        }

        return alike ?? throw new VmaFileSystemException(VmaCodes.FileNotFound, $"The file has no stream {stream.ToString()}.");
    }
}
