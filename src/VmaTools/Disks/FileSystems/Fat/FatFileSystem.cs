using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Disks.Partitions;

namespace VmaTools.Disks.FileSystems.Fat;

/// <summary>FAT12, FAT16 and FAT32, with long names (VFAT).</summary>
/// <remarks>
/// Times are local times of an unknown zone; they are given as if that had been UTC. Names are compared without regard to upper
/// and lower case. There are no checksums: damage shows only where a chain of clusters breaks.
/// </remarks>
internal sealed class FatFileSystem : FileSystem
{
    // The specification allows 2 MiB; a chain of clusters may be as long as the volume.
    private const long MaxDirectory = 64L * 1024 * 1024;

    private readonly DiskBytes _volume;
    private readonly DiskBytes _cached;
    private readonly FatGeometry _geometry;
    private readonly FatTable _table;
    private readonly FatNames _names;
    private readonly ClusterTree _tree = new();
    private readonly FatEntry _root;
    private readonly bool _wasInUse;

    private FatFileSystem(DiskBytes volume, FatGeometry geometry, FileSystemOptions options)
    {
        _volume = volume;
        _cached = new CachedDiskBytes(volume);
        _geometry = geometry;
        _table = new FatTable(_cached, geometry.Table, OnOtherCopy);
        _names = new FatNames(options.CodePage);
        _root = FatEntry.Root(geometry.RootCluster);
        if (geometry.Size > volume.Length)
        {
            Report(new FileSystemFinding(
                VmaCodes.VolumeOutOfRange, VmaSeverity.Error, $"The file system has {geometry.Size} bytes, its volume {volume.Length}."));
        }

        Label = ReadLabel();
        FreeBytes = ReadFreeBytes();
        _wasInUse = geometry.IsMarkedInUse || IsMarkedInUse();
    }

    public override string Kind => "vfat";

    public override string? Label { get; }

    public override string? Uuid => _geometry.Serial;

    public override IReadOnlyList<string> Features => ["FAT" + _geometry.Bits];

    public override long Size => _geometry.Size;

    public override long? FreeBytes { get; }

    public override int BlockSize => _geometry.ClusterSize;

    /// <summary>There is no log: what was written is in place, whether the volume was in use or not.</summary>
    public override FileSystemState State => _wasInUse ? FileSystemState.Covered : FileSystemState.Clean;

    public override string? StateText => _wasInUse ? "The volume was in use." : null;

    public override FileEntry Root => _root;

    /// <summary>Opens a volume whose first sector is a boot sector of FAT; null for any other.</summary>
    public static FileSystem? TryOpen(DiskBytes volume, FileSystemOptions options) =>
        FatGeometry.Read(volume, 0) is FatGeometry geometry ? Open(volume, geometry, options) : null;

    /// <summary>Opens a volume of FAT32 by the copy of its boot sector; null where there is none.</summary>
    public static FileSystem? TryOpenBackup(DiskBytes volume, FileSystemOptions options)
    {
        if (FatGeometry.FindBackup(volume) is not FatGeometry geometry)
        {
            return null;
        }

        FatFileSystem fileSystem = Open(volume, geometry, options);
        fileSystem.Report(new FileSystemFinding(
            VmaCodes.FileSystemBackupUsed, VmaSeverity.Warning, "The boot sector is damaged; its copy was used.", null, 0));
        return fileSystem;
    }

    public override bool FoldsNames(FileEntry directory) => true;

    public override IEnumerable<FileEntry> ReadDirectory(FileEntry directory)
    {
        if (directory is not FatEntry { Type: FileEntryType.Directory, IsDeleted: false } entry)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileNotDirectory, directory.IsDeleted ? "The directory was deleted." : "The entry is no directory.", directory.FullName);
        }

        bool isOwn = IsOwn(entry);
        _tree.Enter(entry, isOwn);
        if (!isOwn)
        {
            Report(new FileSystemFinding(
                VmaCodes.FileSystemDamaged, VmaSeverity.Warning, "The directory does not name the one that it is in as its parent.", directory.FullName));
        }

        return ReadEntries(entry);
    }

    public override FileEntry? Find(FileEntry directory, RawName name) =>
        NameLookup.Find(ReadDirectory(directory), name, static text => text.ToUpperInvariant());

    public override Stream OpenRead(FileEntry file, RawName stream = default) => ContentOf(file, stream).Open(_volume);

    public override IEnumerable<FileExtent> ReadAllocation(FileEntry file, RawName stream = default) => ContentOf(file, stream).Extents();

    public override RawName ReadLinkTarget(FileEntry link) =>
        throw new VmaFileSystemException(VmaCodes.FileTypeMismatch, "FAT has no links.", link.FullName);

    public override IEnumerable<DeletedFile> ReadDeleted()
    {
        ClusterUse use = OpenClusterUse();
        FatDeletedFiles search = new(this, new FatDeletedNames(_names), _cached, _geometry, use);
        return search.Below(_root, d => SlotsOf(d, d.FullName)).Select(e => new DeletedFile(this, use, e, isPathCertain: true));
    }

    private protected override ClusterUse OpenClusterUse() => new FatUse(_table, _geometry);

    private static FatFileSystem Open(DiskBytes volume, FatGeometry geometry, FileSystemOptions options) => geometry.Version == 0
        ? new FatFileSystem(volume, geometry, options)
        : throw new VmaFileSystemException(
            VmaCodes.FileSystemFeatureUnknown, $"The version {geometry.Version >> 8}.{geometry.Version & 0xFF} of FAT32 is not known here.");

    /// <summary>True where a directory's entry <c>..</c> names the one that it was found in.</summary>
    private bool IsOwn(FatEntry directory)
    {
        if (directory.Parent is not FatEntry parent)
        {
            return true;
        }

        try
        {
            byte[] dots = _cached.Read(_geometry.OffsetOf(directory.FirstCluster), 2 * DirectorySlot.Size);
            ReadOnlySpan<byte> above = dots.AsSpan(DirectorySlot.Size);
            uint cluster = FatEntry.ClusterOf(above, _geometry.Bits == 32);
            return FatNames.IsDots(dots) && FatNames.IsDots(above)
                && (cluster == parent.FirstCluster || (cluster == 0 && parent.Parent is null));
        }
        catch (VmaException)
        {
            return false;
        }
    }

    private IEnumerable<FileEntry> ReadEntries(FatEntry directory)
    {
        string path = directory.FullName;
        foreach (FatRawEntry raw in FatDirectory.Read(SlotsOf(directory, path)))
        {
            byte attributes = raw.Bytes[11];
            bool isDots = (attributes & FatEntry.DirectoryAttribute) != 0 && directory.Parent is not null && FatNames.IsDots(raw.Bytes);
            if (isDots || (attributes & FatEntry.LabelAttribute) != 0)
            {
                continue;
            }

            string shortName = _names.Read(raw.Bytes);
            string name = string.IsNullOrEmpty(raw.LongName) || raw.LongName is "." or ".." ? shortName : raw.LongName!;
            FatEntry entry = FatEntry.Read(directory, name, name == shortName ? null : shortName, raw.Bytes, raw.Offset, _geometry.Bits == 32);
            if (name is "" or "." or "..")
            {
                Report(new FileSystemFinding(
                    VmaCodes.NameUnsafe, VmaSeverity.Error, $"An entry is called \"{name}\"; it was left out.", path, raw.Offset));
                continue;
            }

            if (FatNames.IsForbidden(name) || FatNames.IsForbidden(shortName))
            {
                Report(new FileSystemFinding(
                    VmaCodes.NameUnsafe, VmaSeverity.Warning, "The name has a character that no name may have.", entry.FullName, raw.Offset));
            }

            yield return entry;
        }
    }

    private IEnumerable<DirectorySlot> SlotsOf(FatEntry directory, string path) =>
        DirectorySlots.Read(_cached, AreasOf(directory), e => Report(e, path));

    /// <summary>The ranges of the volume that a directory takes. A chain that breaks is told, and read as far as it goes.</summary>
    private IEnumerable<(long Offset, long Length)> AreasOf(FatEntry directory)
    {
        if (directory.Parent is null && _geometry.RootLength > 0)
        {
            return [(_geometry.RootOffset, _geometry.RootLength)];
        }

        FatChain chain = FatChain.Follow(_table, directory.FirstCluster, MaxDirectory / _geometry.ClusterSize);
        if (chain.Problem is string problem)
        {
            Report(new FileSystemFinding(
                VmaCodes.FileSystemDamaged, VmaSeverity.Error, $"The chain of clusters of the directory {problem}.", directory.FullName, chain.ProblemOffset));
        }

        return chain.Runs.Select(r => (_geometry.OffsetOf(r.First), (long)r.Count * _geometry.ClusterSize));
    }

    private FatContent ContentOf(FileEntry file, RawName stream)
    {
        string path = file.FullName;
        if (file is not FatEntry { Type: FileEntryType.File } entry)
        {
            throw new VmaFileSystemException(VmaCodes.FileTypeMismatch, "The entry is no file.", path);
        }

        if (!stream.IsEmpty)
        {
            throw new VmaFileSystemException(VmaCodes.FileNotFound, "FAT has no named streams.", path);
        }

        long wanted = (entry.Length + _geometry.ClusterSize - 1) / _geometry.ClusterSize;
        FatChain chain = entry.IsDeleted
            ? FatChain.Straight(_table, entry.FirstCluster, (uint)wanted)
            : FatChain.Follow(_table, entry.FirstCluster, wanted);
        return new FatContent(chain, _geometry.ClusterSize, _geometry.DataOffset, entry.Length, entry.Length, path);
    }

    private string? ReadLabel()
    {
        foreach (FatRawEntry raw in FatDirectory.Read(SlotsOf(_root, "/")))
        {
            if ((raw.Bytes[11] & (FatEntry.LabelAttribute | FatEntry.DirectoryAttribute)) == FatEntry.LabelAttribute
                && FatEntry.ClusterOf(raw.Bytes, is32: true) == 0)
            {
                raw.Bytes[0] = raw.Bytes[0] == 0x05 ? (byte)0xE5 : raw.Bytes[0];
                return FieldText.Utf8(raw.Bytes.AsSpan(0, 11));
            }
        }

        return null;
    }

    /// <summary>What FAT32 keeps count of; of the others, whose table is small, the entries are counted.</summary>
    private long? ReadFreeBytes()
    {
        try
        {
            long? free = _geometry.Bits == 32 ? ReadCount() : CountFree();
            return free * _geometry.ClusterSize;
        }
        catch (VmaException exception)
        {
            Report(exception, null);
            return null;
        }
    }

    private long? ReadCount()
    {
        if (_geometry.CountsOffset is not long offset)
        {
            return null;
        }

        byte[] sector = _cached.Read(offset, 512);
        uint free = BinaryPrimitives.ReadUInt32LittleEndian(sector.AsSpan(488));
        return sector.AsSpan().StartsWith("RRaA"u8) && sector.AsSpan(484).StartsWith("rrAa"u8) && free <= _table.Clusters ? free : null;
    }

    private long CountFree()
    {
        FatTable.Reader reader = _table.NewReader();
        long free = 0;
        for (uint i = 0; i < _table.Clusters; i++)
        {
            free += reader.Next(i + FatTable.FirstCluster) == 0 ? 1 : 0;
        }

        return free;
    }

    /// <summary>The second entry of the table has a bit that is cleared while the volume is in use.</summary>
    private bool IsMarkedInUse()
    {
        try
        {
            uint entry = _table.NewReader().Next(1);
            return (_geometry.Bits == 16 && (entry & 0x8000) == 0) || (_geometry.Bits == 32 && (entry & 0x08000000) == 0);
        }
        catch (VmaException exception)
        {
            Report(exception, null);
            return false;
        }
    }

    private void OnOtherCopy(long offset) => Report(new FileSystemFinding(
        VmaCodes.FileSystemBackupUsed, VmaSeverity.Warning, "A part of the file allocation table cannot be read; another copy of it was used.", null, offset));
}
