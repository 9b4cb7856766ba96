using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Disks.FileSystems.Fat;
using VmaTools.Disks.Partitions;

namespace VmaTools.Disks.FileSystems.ExFat;

/// <summary>exFAT.</summary>
/// <remarks>
/// A time whose zone is not stored counts as UTC. Names are compared by the volume's own table of upper-case letters. The boot
/// region, that table and the entries of each file have checksums; the content has none.
/// </remarks>
internal sealed class ExFatFileSystem : FileSystem
{
    // The specification allows 256 MiB.
    private const long MaxDirectory = 256L * 1024 * 1024;
    private const int MaxBitmap = 64 * 1024 * 1024;
    private const long MaxLength = 1L << 60;

    private const byte BitmapType = 0x81;
    private const byte UpCaseType = 0x82;
    private const byte LabelType = 0x83;

    private readonly DiskBytes _volume;
    private readonly DiskBytes _cached;
    private readonly ExFatGeometry _geometry;
    private readonly FatTable _table;
    private readonly ClusterTree _tree = new();
    private readonly ExFatEntry _root;
    private readonly ExFatUpCase _upCase = ExFatUpCase.Default;

    private ExFatFileSystem(DiskBytes volume, ExFatGeometry geometry)
    {
        _volume = volume;
        _cached = new CachedDiskBytes(volume);
        _geometry = geometry;
        _table = new FatTable(_cached, geometry.Table, static _ => { });
        _root = ExFatEntry.Root(geometry.RootCluster, MaxDirectory);
        if (geometry.Size > volume.Length)
        {
            Report(new FileSystemFinding(
                VmaCodes.VolumeOutOfRange, VmaSeverity.Error, $"The file system has {geometry.Size} bytes, its volume {volume.Length}."));
        }

        bool hasTable = false;
        int bitmap = geometry.Table.Active ?? 0;
        foreach (DirectorySlot slot in SlotsOf(_root, "/"))
        {
            switch (slot.Bytes[0])
            {
                case LabelType:
                    Label ??= FieldText.Utf16(slot.Bytes.AsSpan(2, Math.Min((int)slot.Bytes[1], 11) * 2));
                    break;
                case UpCaseType when !hasTable:
                    hasTable = true;
                    _upCase = ReadUpCase(slot) ?? _upCase;
                    break;
                case BitmapType when (slot.Bytes[1] & 1) == bitmap:
                    FreeBytes ??= ReadFreeBytes(slot);
                    break;
            }
        }
    }

    public override string Kind => "exfat";

    public override string? Label { get; }

    public override string? Uuid => _geometry.Serial;

    public override IReadOnlyList<string> Features => _geometry.Table.Copies > 1 ? ["TexFAT"] : [];

    public override long Size => _geometry.Size;

    public override long? FreeBytes { get; }

    public override int BlockSize => _geometry.ClusterSize;

    /// <summary>There is no log: what was written is in place, whether the volume was in use or not.</summary>
    public override FileSystemState State => _geometry.IsMarkedInUse ? FileSystemState.Covered : FileSystemState.Clean;

    public override string? StateText => _geometry.IsMarkedInUse ? "The volume was in use." : null;

    public override FileEntry Root => _root;

    /// <summary>Opens a volume that begins with a boot region of exFAT; null for any other.</summary>
    public static FileSystem? TryOpen(DiskBytes volume, FileSystemOptions options)
    {
        if (ExFatGeometry.Find(volume) is not ExFatGeometry geometry)
        {
            return null;
        }

        if (geometry.IsChecksumRight)
        {
            return Open(volume, geometry);
        }

        if (ExFatGeometry.FindBackup(volume) is ExFatGeometry backup)
        {
            return OpenBackup(volume, backup);
        }

        ExFatFileSystem fileSystem = Open(volume, geometry);
        fileSystem.Report(new FileSystemFinding(
            VmaCodes.FileSystemChecksumMismatch, VmaSeverity.Error, "The checksum of the boot region does not match, nor does that of its copy.", null, 0));
        return fileSystem;
    }

    /// <summary>Opens a volume by the copy of its boot region; null where there is none.</summary>
    public static FileSystem? TryOpenBackup(DiskBytes volume, FileSystemOptions options) =>
        ExFatGeometry.FindBackup(volume) is ExFatGeometry backup ? OpenBackup(volume, backup) : null;

    public override bool FoldsNames(FileEntry directory) => true;

    public override IEnumerable<FileEntry> ReadDirectory(FileEntry directory)
    {
        if (directory is not ExFatEntry { Type: FileEntryType.Directory } entry)
        {
            throw new VmaFileSystemException(VmaCodes.FileNotDirectory, "The entry is no directory.", directory.FullName);
        }

        // Nothing tells which of two directories a cluster belongs to; whoever comes first has it.
        _tree.Enter(entry, isCertain: false);
        return ReadEntries(entry);
    }

    public override FileEntry? Find(FileEntry directory, RawName name) => NameLookup.Find(ReadDirectory(directory), name, _upCase.Fold);

    public override Stream OpenRead(FileEntry file, RawName stream = default) => ContentOf(file, stream).Open(_volume);

    public override IEnumerable<FileExtent> ReadAllocation(FileEntry file, RawName stream = default) => ContentOf(file, stream).Extents();

    public override RawName ReadLinkTarget(FileEntry link) =>
        throw new VmaFileSystemException(VmaCodes.FileTypeMismatch, "exFAT has no links.", link.FullName);

    private static ExFatFileSystem Open(DiskBytes volume, ExFatGeometry geometry)
    {
        if (geometry.Version >> 8 != 1)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemFeatureUnknown, $"The version {geometry.Version >> 8}.{geometry.Version & 0xFF} of exFAT is not known here.");
        }

        return geometry.Table.Clusters <= FatTable.MaxClusters
            ? new ExFatFileSystem(volume, geometry)
            : throw new VmaFileSystemException(
                VmaCodes.FileSystemFeatureUnknown, $"The exFAT has {geometry.Table.Clusters} clusters, which are more than are read here.");
    }

    private static ExFatFileSystem OpenBackup(DiskBytes volume, ExFatGeometry backup)
    {
        ExFatFileSystem fileSystem = Open(volume, backup);
        fileSystem.Report(new FileSystemFinding(
            VmaCodes.FileSystemBackupUsed, VmaSeverity.Warning, "The boot region is damaged; its copy was used.", null, 0));
        return fileSystem;
    }

    private IEnumerable<FileEntry> ReadEntries(ExFatEntry directory)
    {
        string path = directory.FullName;
        List<DirectorySlot> slots = [];
        foreach (DirectorySlot slot in SlotsOf(directory, path))
        {
            if (slots.Count > 0 && !slot.FollowsGap && (slot.Bytes[0] & 0xC0) == 0xC0)
            {
                slots.Add(slot);
            }
            else
            {
                ReportTorn(slots, path);
                slots.Clear();
                if (slot.Bytes[0] == ExFatEntrySet.FileType)
                {
                    slots.Add(slot);
                }
                else
                {
                    ReportUnknown(slot, path);
                }
            }

            if (slots.Count > 0 && slots.Count == ExFatEntrySet.CountOf(slots[0]) + 1)
            {
                if (ReadEntry(directory, slots, path) is ExFatEntry entry)
                {
                    yield return entry;
                }

                slots.Clear();
            }
        }

        ReportTorn(slots, path);
    }

    private ExFatEntry? ReadEntry(ExFatEntry directory, List<DirectorySlot> slots, string path)
    {
        if (ExFatEntrySet.Read(slots) is not ExFatEntrySet set)
        {
            ReportTorn(slots, path);
            return null;
        }

        if (set.DataLength is < 0 or > MaxLength || set.Name == RawName.Parse(".") || set.Name == RawName.Parse(".."))
        {
            Report(new FileSystemFinding(
                VmaCodes.FileSystemDamaged, VmaSeverity.Error, $"The entry \"{set.Name}\" has an impossible name or size; it was left out.", path, set.Offset));
            return null;
        }

        ExFatEntry entry = ExFatEntry.Read(directory, set);
        if (!set.IsChecksumRight)
        {
            Report(new FileSystemFinding(
                VmaCodes.FileSystemChecksumMismatch, VmaSeverity.Error, "The checksum of the entry does not match.", entry.FullName, set.Offset));
        }

        return entry;
    }

    private void ReportTorn(List<DirectorySlot> slots, string path)
    {
        if (slots.Count > 0)
        {
            Report(new FileSystemFinding(
                VmaCodes.FileSystemDamaged, VmaSeverity.Error, "The entry of a file is torn; it was left out.", path, slots[0].Offset));
        }
    }

    /// <summary>Tells of what is in use, does not say that it may be passed over, and is not known.</summary>
    private void ReportUnknown(DirectorySlot slot, string path)
    {
        byte type = slot.Bytes[0];
        if ((type & 0xE0) == 0x80 && type is not (BitmapType or UpCaseType or LabelType))
        {
            Report(new FileSystemFinding(
                VmaCodes.FileSystemFeatureUnknown, VmaSeverity.Error, $"A directory entry of the unknown type 0x{type:x2} was passed over.", path, slot.Offset));
        }
    }

    private IEnumerable<DirectorySlot> SlotsOf(ExFatEntry directory, string path)
    {
        FatChain chain = ChainOf(directory, Math.Min(directory.DataLength, MaxDirectory));
        if (chain.Problem is string problem)
        {
            Report(new FileSystemFinding(
                VmaCodes.FileSystemDamaged, VmaSeverity.Error, $"The chain of clusters of the directory {problem}.", path, chain.ProblemOffset));
        }

        return DirectorySlots.Read(
            _cached, chain.Runs.Select(r => (_geometry.OffsetOf(r.First), (long)r.Count * _geometry.ClusterSize)), e => Report(e, path));
    }

    private FatChain ChainOf(ExFatEntry entry, long length) => ChainOf(entry.FirstCluster, entry.IsStraight, length);

    private FatChain ChainOf(uint first, bool isStraight, long length)
    {
        long wanted = (length + _geometry.ClusterSize - 1) / _geometry.ClusterSize;
        return isStraight
            ? FatChain.Straight(_table, first, (uint)Math.Min(wanted, uint.MaxValue))
            : FatChain.Follow(_table, first, wanted);
    }

    private FatContent ContentOf(FileEntry file, RawName stream)
    {
        string path = file.FullName;
        if (file is not ExFatEntry { Type: FileEntryType.File } entry)
        {
            throw new VmaFileSystemException(VmaCodes.FileTypeMismatch, "The entry is no file.", path);
        }

        return stream.IsEmpty
            ? new FatContent(ChainOf(entry, entry.Length), _geometry.ClusterSize, _geometry.DataOffset, entry.Length, entry.ValidLength, path)
            : throw new VmaFileSystemException(VmaCodes.FileNotFound, "exFAT has no named streams.", path);
    }

    private ExFatUpCase? ReadUpCase(DirectorySlot slot)
    {
        byte[]? table = ReadSystemFile(slot, ExFatUpCase.MaxSize);
        ExFatUpCase? upCase = table is null ? null : ExFatUpCase.Read(table, BinaryPrimitives.ReadUInt32LittleEndian(slot.Bytes.AsSpan(4)));
        if (upCase is null)
        {
            Report(new FileSystemFinding(
                VmaCodes.FileSystemChecksumMismatch, VmaSeverity.Warning, "The table of upper-case letters is damaged; names are folded as ASCII.", null, slot.Offset));
        }

        return upCase;
    }

    /// <summary>Counts the clusters that the bitmap has free.</summary>
    private long? ReadFreeBytes(DirectorySlot slot)
    {
        if (ReadSystemFile(slot, MaxBitmap) is not byte[] bitmap || bitmap.Length < (_table.Clusters + 7) / 8)
        {
            return null;
        }

        long free = 0;
        for (uint i = 0; i < _table.Clusters; i++)
        {
            free += (bitmap[i / 8] >> (int)(i % 8) & 1) == 0 ? 1 : 0;
        }

        return free * _geometry.ClusterSize;
    }

    /// <summary>The content of one of the files that only the root names; null where it cannot be read, or is too long.</summary>
    private byte[]? ReadSystemFile(DirectorySlot slot, int most)
    {
        uint first = BinaryPrimitives.ReadUInt32LittleEndian(slot.Bytes.AsSpan(20));
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(slot.Bytes.AsSpan(24));
        if (length > (ulong)most)
        {
            return null;
        }

        byte[] content = new byte[(int)length];
        try
        {
            using Stream stream = new FatContent(
                ChainOf(first, false, content.Length), _geometry.ClusterSize, _geometry.DataOffset, content.Length, content.Length, "/").Open(_volume);
            int done = 0;
            while (done < content.Length)
            {
                done += stream.Read(content, done, content.Length - done);
            }

            return content;
        }
        catch (VmaException exception)
        {
            Report(exception, null);
            return null;
        }
    }
}
