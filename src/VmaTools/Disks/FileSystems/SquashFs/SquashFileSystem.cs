using System.Collections.Generic;
using System.IO;

namespace VmaTools.Disks.FileSystems.SquashFs;

/// <summary>squashfs 4.0: a file system that is made once, and compressed.</summary>
internal sealed class SquashFileSystem : FileSystem
{
    private static readonly RawName Dot = RawName.Parse(".");
    private static readonly RawName DotDot = RawName.Parse("..");

    private readonly DiskBytes _volume;
    private readonly SquashSuperblock _superblock;
    private readonly SquashMetadata _metadata;
    private readonly SquashInodes _inodes;
    private readonly SquashDirectories _directories;
    private readonly SquashAttributes _attributes;
    private readonly DirectoryTree _tree = new();

    private SquashFileSystem(DiskBytes volume, SquashSuperblock superblock)
    {
        _volume = volume;
        _superblock = superblock;
        if (superblock.Length > volume.Length)
        {
            Report(new FileSystemFinding(
                VmaCodes.VolumeOutOfRange, VmaSeverity.Error, $"The file system has {superblock.Length} bytes, its volume {volume.Length}."));
        }

        _metadata = new SquashMetadata(volume, superblock);
        _inodes = new SquashInodes(superblock, _metadata);
        _directories = new SquashDirectories(superblock, _metadata);
        _attributes = new SquashAttributes(volume, superblock, _metadata);
        Root = _inodes.Read(null, default, superblock.RootInode) is { Type: FileEntryType.Directory } root
            ? root
            : throw SquashErrors.Damaged("The root of the squashfs is no directory.");
    }

    public override string Kind => "squashfs";

    public override string? Label => null;

    public override string? Uuid => null;

    public override IReadOnlyList<string> Features => [SquashSuperblock.NameOf(_superblock.Compression)];

    public override long Size => _superblock.Length;

    /// <summary>Nothing can be added.</summary>
    public override long? FreeBytes => 0;

    public override int BlockSize => _superblock.BlockSize;

    public override FileSystemState State => FileSystemState.Clean;

    public override FileEntry Root { get; }

    /// <summary>The file system on a volume, or null where none is.</summary>
    /// <exception cref="VmaException">It is too damaged, or of a kind that is not read here.</exception>
    public static FileSystem? TryOpen(DiskBytes volume, FileSystemOptions options) =>
        SquashSuperblock.Read(volume) is SquashSuperblock superblock ? new SquashFileSystem(volume, superblock) : null;

    public override IEnumerable<FileEntry> ReadDirectory(FileEntry directory)
    {
        SquashEntry entry = Directory(directory);
        _tree.Enter(entry);
        return ReadEntries(entry);
    }

    public override FileEntry? Find(FileEntry directory, RawName name)
    {
        SquashEntry entry = Directory(directory);
        return Located(entry, name, () => _directories.Find(entry, name) is SquashName found ? _inodes.Read(entry, found.Name, found.Inode) : null);
    }

    public override Stream OpenRead(FileEntry file, RawName stream = default)
    {
        SquashEntry entry = File(file, stream);
        return new SquashContentStream(_volume, ContentOf(entry), _superblock.Compression, entry.FullName);
    }

    public override IEnumerable<FileExtent> ReadAllocation(FileEntry file, RawName stream = default) => ContentOf(File(file, stream)).Extents();

    public override RawName ReadLinkTarget(FileEntry link)
    {
        if (link is not SquashEntry { Type: FileEntryType.SymbolicLink } entry)
        {
            throw new VmaFileSystemException(VmaCodes.FileTypeMismatch, "It is no symbolic link.", link.FullName);
        }

        return Located(entry, default, () =>
        {
            byte[] target = new byte[(int)entry.Length];
            SquashPlace place = entry.Details;
            _metadata.Read(ref place, target);
            return new RawName(target);
        });
    }

    public override IReadOnlyList<ExtendedAttributeValue> ReadExtendedAttributes(FileEntry entry) =>
        entry is SquashEntry known ? Located(entry, default, () => _attributes.Read(known)) : [];

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _metadata.Dispose();
        }

        base.Dispose(disposing);
    }

    private static SquashEntry Directory(FileEntry directory) => directory is SquashEntry { Type: FileEntryType.Directory } entry
        ? entry
        : throw new VmaFileSystemException(VmaCodes.FileNotDirectory, "It is no directory.", directory.FullName);

    private static SquashEntry File(FileEntry file, RawName stream)
    {
        if (!stream.IsEmpty)
        {
            throw new VmaFileSystemException(VmaCodes.FileNotFound, "Files of squashfs have no named streams.", file.FullName);
        }

        return file is SquashEntry { Type: FileEntryType.File } entry
            ? entry
            : throw new VmaFileSystemException(VmaCodes.FileTypeMismatch, "It is no file.", file.FullName);
    }

    private SquashContent ContentOf(SquashEntry file) => new(_superblock, _metadata, file);

    private IEnumerable<FileEntry> ReadEntries(SquashEntry directory) =>
        Entries(directory, () => UpToDamage(directory, _directories.Read(directory)), static n => n.Name, n => Make(directory, n));

    private SquashEntry? Make(SquashEntry directory, SquashName named)
    {
        if (named.Name != Dot && named.Name != DotDot)
        {
            return _inodes.Read(directory, named.Name, named.Inode);
        }

        Report(new FileSystemFinding(
            VmaCodes.NameUnsafe, VmaSeverity.Error, $"An entry is called \"{named.Name}\"; it was left out.", directory.FullName));
        return null;
    }
}
