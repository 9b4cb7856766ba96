using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Disks.FileSystems.Btrfs.Log;
using VmaTools.Disks.Partitions;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>Btrfs, on one device or several. It is walked from the top subvolume, unless one is opened as a root of its own.</summary>
internal sealed class BtrfsFileSystem : FileSystem
{
    // A link's target is a path, and Linux takes none that is longer.
    private const int MaxTarget = 4096;

    private readonly BtrfsVolume _volume;
    private readonly BtrfsLogState _log;
    private readonly BtrfsDirectory _directory;
    private readonly Lazy<long?> _freeBytes;
    private readonly ulong _defaultSubvolume = BtrfsNumbers.TopSubvolume;

    private BtrfsFileSystem(IReadOnlyList<BtrfsDevice> devices, FileSystemOptions options)
    {
        _volume = BtrfsOpener.Open(devices, Report);
        _log = BtrfsLogState.Read(_volume, options, Report);
        _directory = new BtrfsDirectory(_volume);
        _freeBytes = new Lazy<long?>(_volume.CountFree);
        DeviceUuid = FieldText.Uuid(devices[0].Superblock.DeviceUuid);
        Root = MakeRoot(BtrfsNumbers.TopSubvolume);
        try
        {
            _defaultSubvolume = _volume.FindDefaultSubvolume();
            DefaultRoot = FindByPath(_defaultSubvolume) ?? Root;
        }
        catch (VmaException exception)
        {
            Report(exception, null);
            DefaultRoot = Root;
        }
    }

    private BtrfsFileSystem(BtrfsFileSystem whole, ulong subvolume)
    {
        _volume = whole._volume;
        _log = whole._log;
        _directory = whole._directory;
        _freeBytes = whole._freeBytes;
        _defaultSubvolume = subvolume;
        DeviceUuid = whole.DeviceUuid;
        Root = MakeRoot(subvolume);
        DefaultRoot = Root;
    }

    public override string Kind => "btrfs";

    public override string? Label => _volume.Superblock.Label;

    public override string? Uuid => FieldText.Uuid(_volume.Superblock.Uuid);

    /// <summary>The UUID of the first device alone (<c>UUID_SUB</c> of <c>blkid</c>).</summary>
    public string? DeviceUuid { get; }

    public override IReadOnlyList<string> Features =>
        BtrfsFeatures.Names(_volume.Superblock.Incompatible, _volume.Superblock.CompatibleForReading);

    public override long Size => (long)_volume.Superblock.TotalBytes;

    public override long? FreeBytes => _freeBytes.Value;

    public override int BlockSize => _volume.Superblock.SectorSize;

    public override FileSystemState State => _log.State;

    public override string? StateText => _log.Text;

    public override FileEntry Root { get; }

    public override FileEntry DefaultRoot { get; }

    /// <summary>The file system on a volume, or null where none is.</summary>
    /// <exception cref="VmaException">It is too damaged, or uses what is not understood.</exception>
    public static FileSystem? TryOpen(DiskBytes volume, FileSystemOptions options)
    {
        BtrfsDevice? device = HasSignature(volume) ? BtrfsDevice.Find(volume) : null;
        return device is null ? null : new BtrfsFileSystem([device], options);
    }

    /// <summary>The file system on a volume whose first superblock is lost, or null where no copy leads to one.</summary>
    public static FileSystem? TryOpenByCopy(DiskBytes volume, FileSystemOptions options)
    {
        try
        {
            return BtrfsDevice.Find(volume) is BtrfsDevice device ? new BtrfsFileSystem([device], options) : null;
        }
        catch (VmaException)
        {
            // What is left of a file system that something else has taken the place of.
            return null;
        }
    }

    /// <summary>The file system on several devices; some may be missing.</summary>
    /// <exception cref="VmaException">None of them has a superblock, or too much is damaged or missing.</exception>
    public static FileSystem Open(IReadOnlyList<DiskBytes> devices, FileSystemOptions options)
    {
        List<BtrfsDevice> found = [];
        VmaException? failure = null;
        foreach (DiskBytes device in devices)
        {
            try
            {
                if (BtrfsDevice.Find(device) is BtrfsDevice whole)
                {
                    found.Add(whole);
                }
            }
            catch (VmaException exception)
            {
                failure ??= exception;
            }
        }

        if (found.Count > 0)
        {
            return new BtrfsFileSystem(found, options);
        }

        throw failure ?? new VmaFileSystemException(VmaCodes.FileSystemNotSupported, "No device has the superblock of a Btrfs.");
    }

    /// <summary>The subvolumes and snapshots, the top one first.</summary>
    /// <exception cref="VmaException">The root tree is damaged.</exception>
    public IReadOnlyList<BtrfsSubvolumeInfo> ReadSubvolumes() => new BtrfsSubvolumeList(_volume).Read(_defaultSubvolume).ToArray();

    /// <summary>A subvolume as a file system of its own, whose root it is.</summary>
    /// <exception cref="VmaFileSystemException">There is none of that number, or its root is damaged.</exception>
    public FileSystem OpenSubvolume(ulong number) => new BtrfsFileSystem(this, number);

    public override bool AreSame(FileEntry first, FileEntry second) =>
        first.Id == second.Id && (first as BtrfsEntry)?.Subvolume == (second as BtrfsEntry)?.Subvolume
        && ((first as BtrfsEntry)?.Subvolume is not null || ReferenceEquals(first, second));

    public override IEnumerable<FileEntry> ReadDirectory(FileEntry directory) => _directory.Read(Directory(directory), Report);

    public override FileEntry? Find(FileEntry directory, RawName name)
    {
        BtrfsEntry entry = Directory(directory);
        try
        {
            return _directory.Find(entry, name);
        }
        catch (VmaFileSystemException exception) when (exception.FilePath is null)
        {
            throw new VmaFileSystemException(exception.Code, exception.Sentence, entry.FullName, exception.VolumeOffset, innerException: exception);
        }
    }

    public override Stream OpenRead(FileEntry file, RawName stream = default) => OpenContent(File(file, stream));

    public override IEnumerable<FileExtent> ReadAllocation(FileEntry file, RawName stream = default)
    {
        BtrfsEntry entry = File(file, stream);
        return MapOf(entry).All().SelectMany(e => BtrfsAllocation.Of(e, entry.Length, _volume.Map));
    }

    public override FileDataProof ReadDataProof(FileEntry file)
    {
        BtrfsEntry entry = File(file, default);
        return BtrfsAllocation.ProofOf(MapOf(entry).All(), entry.HasDataChecksums, _volume);
    }

    public override RawName ReadLinkTarget(FileEntry link)
    {
        if (link is not BtrfsEntry { Type: FileEntryType.SymbolicLink } entry)
        {
            throw new VmaFileSystemException(VmaCodes.FileTypeMismatch, "It is no symbolic link.", link.FullName);
        }

        if (entry.Length > MaxTarget)
        {
            throw BtrfsErrors.Damaged("The target of the link is longer than any path.", entry.FullName);
        }

        byte[] target = new byte[(int)entry.Length];
        using Stream content = OpenContent(entry);
        for (int done = 0; done < target.Length;)
        {
            done += content.Read(target, done, target.Length - done);
        }

        return new RawName(target);
    }

    public override IReadOnlyList<ExtendedAttributeValue> ReadExtendedAttributes(FileEntry entry) =>
        entry is BtrfsEntry { Subvolume: BtrfsSubvolume subvolume } ? BtrfsAttributes.Read(subvolume, entry.Id) : [];

    private static bool HasSignature(DiskBytes volume)
    {
        Span<byte> magic = stackalloc byte[8];
        if (volume.Length < BtrfsSuperblock.Places[0] + BtrfsSuperblock.Size
            || volume.FindRange(BtrfsSuperblock.Places[0] + 64, magic.Length).Kind == KnownRangeKind.Lost)
        {
            return false;
        }

        volume.Read(BtrfsSuperblock.Places[0] + 64, magic);
        return magic.SequenceEqual("_BHRfS_M"u8);
    }

    private static BtrfsEntry Directory(FileEntry directory) => directory is BtrfsEntry { Type: FileEntryType.Directory } entry
        ? entry
        : throw new VmaFileSystemException(VmaCodes.FileNotDirectory, "It is no directory.", directory.FullName);

    private static BtrfsEntry File(FileEntry file, RawName stream)
    {
        if (!stream.IsEmpty)
        {
            throw new VmaFileSystemException(VmaCodes.FileNotFound, "Files of Btrfs have no named streams.", file.FullName);
        }

        return file is BtrfsEntry { Type: FileEntryType.File } entry
            ? entry
            : throw new VmaFileSystemException(VmaCodes.FileTypeMismatch, "It is no file.", file.FullName);
    }

    private BtrfsFileMap MapOf(BtrfsEntry file) => new(file.Subvolume!.Tree, file.Id, _volume.Superblock.SectorSize, file.Length);

    private BtrfsContentStream OpenContent(BtrfsEntry file) => new(
        MapOf(file), _volume.Data, file.Length, _volume.Superblock.SectorSize, file.HasDataChecksums, file.FullName, Report);

    private BtrfsEntry MakeRoot(ulong number)
    {
        BtrfsSubvolume subvolume = _volume.FindSubvolume(number)
            ?? throw new VmaFileSystemException(VmaCodes.VolumeNotFound, $"The Btrfs has no subvolume {number}.");
        BtrfsEntry root = BtrfsEntry.Of(null, default, subvolume, subvolume.RootDirectory, subvolume.ReadInode(subvolume.RootDirectory));
        return root.Type == FileEntryType.Directory
            ? root
            : throw BtrfsErrors.Damaged($"The root of the subvolume {number} is no directory.");
    }

    /// <summary>The root of a subvolume as it is found from the top; null where it cannot be.</summary>
    private FileEntry? FindByPath(ulong number)
    {
        if (number == BtrfsNumbers.TopSubvolume)
        {
            return Root;
        }

        FileEntry? entry = Root;
        if (new BtrfsSubvolumeList(_volume).PathOf(number) is not IReadOnlyList<RawName> names)
        {
            return null;
        }

        foreach (RawName name in names)
        {
            entry = entry is { Type: FileEntryType.Directory } ? Find(entry, name) : null;
        }

        return entry is BtrfsEntry { Subvolume: BtrfsSubvolume subvolume } && subvolume.Number == number ? entry : null;
    }
}
