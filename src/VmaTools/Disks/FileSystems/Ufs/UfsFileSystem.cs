using System;
using System.Collections.Generic;
using System.IO;

namespace VmaTools.Disks.FileSystems.Ufs;

/// <summary>UFS1 and UFS2, the fast file system of the BSDs.</summary>
internal sealed class UfsFileSystem : FileSystem
{
    private const uint RootInode = 2;
    private const int MaxLink = 65536;

    private readonly UfsVolume _volume;
    private readonly UfsDirectory _directory;
    private readonly bool _isCopy;
    private readonly Lazy<long?> _freeBytes;

    private UfsFileSystem(UfsVolume volume, bool isCopy)
    {
        _volume = volume;
        _isCopy = isCopy;
        _directory = new UfsDirectory(volume, Report);
        _freeBytes = new Lazy<long?>(CountFree);
        Root = new UfsEntry(null, default, OpenRoot(volume));
    }

    public override string Kind => "ufs";

    public override string? Label => Superblock.Label is { IsEmpty: false } label ? label.ToString() : null;

    public override string? Uuid => Superblock.Uuid;

    public override IReadOnlyList<string> Features => UfsFeatures.Names(Superblock);

    public override long Size => Superblock.FragmentCount * Superblock.FragmentSize;

    public override long? FreeBytes => _freeBytes.Value;

    public override int BlockSize => Superblock.BlockSize;

    public override FileSystemState State => _isCopy || !Superblock.IsUnmounted || HasFlag(UfsFeatures.Unclean | UfsFeatures.NeedsCheck)
        ? HasFlag(UfsFeatures.GeomJournal) ? FileSystemState.Dirty : FileSystemState.Unknown
        : FileSystemState.Clean;

    public override string? StateText => State == FileSystemState.Clean ? null
        : State == FileSystemState.Dirty ? "It was in use, and what its journal (gjournal) holds is not shown: the newest files may be missing."
        : _isCopy ? "The copies of its superblock do not tell whether it was in use when the backup was made."
        : HasFlag(UfsFeatures.SoftUpdatesJournal)
            ? "It was in use when the backup was made. Its journal (soft updates) has no contents, only what a check would mend: counts of links, and space."
            : "It was in use when the backup was made, or needs a check, and has no log.";

    public override FileEntry Root { get; }

    private UfsSuperblock Superblock => _volume.Superblock;

    /// <summary>Opens the file system by the superblock in its own place.</summary>
    public static FileSystem? TryOpen(DiskBytes volume, FileSystemOptions options) =>
        UfsSuperblockFinder.FindFirst(volume) is UfsSuperblock first ? Open(volume, first, isCopy: false) : null;

    /// <summary>Opens the file system by a copy of its superblock, where the first is lost and nothing else is on the volume.</summary>
    public static FileSystem? TryOpenByCopy(DiskBytes volume, FileSystemOptions options)
    {
        if (UfsSuperblockFinder.FindCopy(volume) is UfsSuperblock copy)
        {
            UfsFileSystem fileSystem = Open(volume, copy, isCopy: true);
            fileSystem.Report(new FileSystemFinding(
                VmaCodes.FileSystemBackupUsed,
                VmaSeverity.Warning,
                $"The first superblock is damaged; the copy at {copy.Offset} is used.",
                null,
                copy.Offset));
            return fileSystem;
        }

        return UfsSuperblockFinder.FindDamaged(volume) is not UfsSuperblock damaged ? null
            : throw new VmaFileSystemException(
                damaged.Problem() is null && !damaged.IsHashRight ? VmaCodes.FileSystemChecksumMismatch : VmaCodes.FileSystemDamaged,
                $"This is UFS, but {damaged.Problem() ?? (damaged.IsHashRight ? "its superblock stands in no place of one" : "the check hash of its superblock does not match")}, and no copy of it was found.",
                volumeOffset: damaged.Offset);
    }

    public override IEnumerable<FileEntry> ReadDirectory(FileEntry directory)
    {
        UfsInode inode = DirectoryOf(directory);
        return Entries(
            directory,
            () => Located(directory, default, () => _directory.Read(inode, directory.FullName)),
            static n => n.Name,
            n => EntryOf(directory, n));
    }

    public override FileEntry? Find(FileEntry directory, RawName name)
    {
        UfsInode inode = DirectoryOf(directory);
        return Located<FileEntry?>(
            directory,
            default,
            () =>
            {
                foreach (UfsName candidate in _directory.Read(inode, directory.FullName))
                {
                    if (candidate.Name == name)
                    {
                        return Located(directory, name, () => EntryOf(directory, candidate));
                    }
                }

                return null;
            });
    }

    public override Stream OpenRead(FileEntry file, RawName stream = default)
    {
        UfsInode inode = FileOf(file, stream);
        return Located(file, default, () => (Stream)Open(inode));
    }

    public override IEnumerable<FileExtent> ReadAllocation(FileEntry file, RawName stream = default)
    {
        UfsInode inode = FileOf(file, stream);
        return Located(file, default, () => UfsContent.Read(_volume, inode));
    }

    public override RawName ReadLinkTarget(FileEntry link)
    {
        UfsInode inode = InodeOf(link);
        if (link.Type != FileEntryType.SymbolicLink)
        {
            throw new VmaFileSystemException(VmaCodes.FileTypeMismatch, "This is no symbolic link.", link.FullName);
        }

        return Located(
            link,
            default,
            () => inode.Length is <= 0 or > MaxLink
                ? throw new VmaFileSystemException(
                    VmaCodes.FileSystemDamaged, $"A target of {inode.Length} bytes is longer than any can be.", volumeOffset: inode.VolumeOffset)
                : new RawName(
                    inode.Length < Math.Min(Superblock.MaxInlineLink, inode.BlockField.Length + 1)
                        ? inode.BlockField.Slice(0, (int)inode.Length)
                        : ReadAll(inode)));
    }

    public override IReadOnlyList<ExtendedAttributeValue> ReadExtendedAttributes(FileEntry entry) =>
        Located(entry, default, () => UfsAttributes.Read(_volume, InodeOf(entry)));

    private protected override ClusterUse OpenClusterUse() => new UfsUse(_volume);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _volume.Dispose();
        }

        base.Dispose(disposing);
    }

    private static UfsFileSystem Open(DiskBytes bytes, UfsSuperblock superblock, bool isCopy)
    {
        if (UfsFeatures.NotUnderstood(superblock) is string unknown)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemFeatureUnknown, $"The file system has features that are not understood here: {unknown}.", volumeOffset: superblock.Offset);
        }

        if (superblock.IsOldFormat)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemFeatureUnknown,
                "The file system is UFS1 with inodes and directories as before 4.4BSD (or of Solaris), which are not read here.",
                volumeOffset: superblock.Offset);
        }

        UfsFileSystem fileSystem = new(new UfsVolume(bytes, superblock), isCopy);
        if (fileSystem.Size > bytes.Length)
        {
            fileSystem.Report(new FileSystemFinding(
                VmaCodes.FileSystemDamaged,
                VmaSeverity.Warning,
                $"The volume ends at {bytes.Length}, before the file system's {fileSystem.Size} bytes do."));
        }

        return fileSystem;
    }

    private static UfsInode OpenRoot(UfsVolume volume) => LocatedAtRoot(
        () => volume.ReadInode(RootInode) is { EntryType: FileEntryType.Directory } root
            ? root
            : throw new VmaFileSystemException(VmaCodes.FileSystemDamaged, "The inode of the root is none of a directory."));

    private bool HasFlag(uint flags) => (Superblock.Flags & flags) != 0;

    /// <summary>By the superblock, which is brought up to date when the volume is unmounted, or by the groups.</summary>
    private long? CountFree() => State == FileSystemState.Clean ? Superblock.FreeBytes
        : new UfsGroups(_volume).CountFree() ?? (_isCopy ? null : Superblock.FreeBytes);

    private UfsEntry EntryOf(FileEntry directory, UfsName name)
    {
        UfsEntry entry = new(directory, name.Name, _volume.ReadInode(name.Inode));
        return entry.Type != FileEntryType.Directory || !directory.IsWithin(entry.Id)
            ? entry
            : throw new VmaFileSystemException(VmaCodes.FileSystemDamaged, "The directory contains itself.");
    }

    private ExtentStream Open(UfsInode inode)
    {
        IReadOnlyList<FileExtent> extents = UfsContent.Read(_volume, inode);
        return new ExtentStream(_volume.Bytes, inode.Length, offset => ExtentList.Find(extents, offset));
    }

    /// <summary>The whole content of an inode whose length its caller has bounded.</summary>
    private byte[] ReadAll(UfsInode inode)
    {
        using ExtentStream content = Open(inode);
        byte[] bytes = new byte[inode.Length];
        for (int done = 0; done < bytes.Length;)
        {
            done += content.Read(bytes, done, bytes.Length - done);
        }

        return bytes;
    }

    private static UfsInode InodeOf(FileEntry entry) =>
        (entry as UfsEntry)?.Inode ?? throw new ArgumentException("The entry is from another file system.", nameof(entry));

    private static UfsInode DirectoryOf(FileEntry entry) => entry.Type == FileEntryType.Directory
        ? InodeOf(entry)
        : throw new VmaFileSystemException(VmaCodes.FileNotDirectory, "This is no directory.", entry.FullName);

    private static UfsInode FileOf(FileEntry entry, RawName stream)
    {
        UfsInode inode = InodeOf(entry);
        return !stream.IsEmpty ? throw new VmaFileSystemException(VmaCodes.FileNotFound, "Files of this file system have no named streams.", entry.FullName)
            : entry.Type != FileEntryType.File ? throw new VmaFileSystemException(VmaCodes.FileTypeMismatch, "This is no regular file.", entry.FullName)
            : inode;
    }
}
