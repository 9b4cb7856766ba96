using System;
using System.Collections.Generic;
using System.IO;
using VmaTools.Disks.FileSystems.Xfs.Log;

namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>XFS, versions 4 and 5.</summary>
internal sealed class XfsFileSystem : FileSystem
{
    private readonly XfsVolume _volume;
    private readonly XfsLogState _log;
    private readonly Lazy<long?> _freeBytes;

    private XfsFileSystem(XfsVolume volume, XfsLogState log)
    {
        _volume = volume;
        _log = log;
        _freeBytes = new Lazy<long?>(() => XfsFreeSpace.Count(volume));
        XfsInode root = volume.ReadInode(volume.Superblock.RootInode);
        if (root.Type != FileEntryType.Directory)
        {
            throw XfsVolume.Damaged("The root of the XFS file system is no directory.", root.Offset);
        }

        Root = MakeEntry(null, default, root);
    }

    public override string Kind => "xfs";

    public override string? Label => _volume.Superblock.Label;

    public override string? Uuid => _volume.Superblock.Uuid;

    public override IReadOnlyList<string> Features => _volume.Superblock.Features.Names;

    public override long Size => _volume.Superblock.ByteSize;

    public override long? FreeBytes => _freeBytes.Value;

    public override int BlockSize => _volume.Superblock.BlockSize;

    public override FileSystemState State => _log.State;

    public override string? StateText => _log.Text;

    public override FileEntry Root { get; }

    /// <summary>The file system on a volume, or null where none is.</summary>
    /// <exception cref="VmaFileSystemException">It is too damaged, or uses what is not understood.</exception>
    public static FileSystem? TryOpen(DiskBytes volume, FileSystemOptions options) =>
        XfsSuperblockFinder.Find(volume, out string? fault) is XfsSuperblock superblock ? Open(superblock, fault, volume, options) : null;

    /// <summary>The file system on a volume whose first superblock is lost, or null where no copy leads to one.</summary>
    public static FileSystem? TryOpenByCopy(DiskBytes volume, FileSystemOptions options)
    {
        try
        {
            return XfsSuperblockFinder.FindCopy(volume) is XfsSuperblock superblock ? Open(superblock, "it is not there", volume, options) : null;
        }
        catch (VmaException)
        {
            // What is left of a file system that something else has taken the place of.
            return null;
        }
    }

    private static XfsFileSystem Open(XfsSuperblock superblock, string? fault, DiskBytes volume, FileSystemOptions options)
    {
        if (superblock.Features.NotUnderstood() is string unknown)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemFeatureUnknown, $"The XFS file system uses what is not understood here: {unknown}.");
        }

        XfsLogState log = XfsLogState.Read(superblock, volume, options);
        XfsFileSystem fileSystem = new(new XfsVolume(log.Superblock, log.Bytes, log.Maps), log);
        if (fault is not null)
        {
            fileSystem.Report(new FileSystemFinding(
                VmaCodes.FileSystemBackupUsed,
                VmaSeverity.Warning,
                $"The superblock is damaged ({fault}); a copy of it is used.",
                VolumeOffset: 0));
        }

        if (superblock.Features.NeedsRepair)
        {
            fileSystem.Report(new FileSystemFinding(
                VmaCodes.FileSystemDamaged, VmaSeverity.Warning, "The file system is marked as needing xfs_repair."));
        }

        if (superblock.ByteSize > volume.Length)
        {
            fileSystem.Report(new FileSystemFinding(
                VmaCodes.VolumeOutOfRange,
                VmaSeverity.Error,
                $"The file system has {superblock.ByteSize} bytes, its volume {volume.Length}: a part is missing."));
        }

        foreach (FileSystemFinding finding in log.Findings)
        {
            fileSystem.Report(finding);
        }

        return fileSystem;
    }

    public override bool FoldsNames(FileEntry directory) => _volume.Superblock.Features.FoldsNames;

    public override IEnumerable<FileEntry> ReadDirectory(FileEntry directory)
    {
        XfsInode inode = ReadInode(directory, FileEntryType.Directory);
        return Entries(
            directory,
            () => new XfsDirectory(_volume, inode).Read(e => Report(e, directory.FullName)),
            static n => n.Name,
            n =>
            {
                FileEntry entry = MakeEntry(directory, n.Name, _volume.ReadInode(n.Inode));
                return entry.Type != FileEntryType.Directory || !directory.IsWithin(entry.Id)
                    ? entry
                    : throw XfsVolume.Damaged("The directory contains itself.");
            });
    }

    public override FileEntry? Find(FileEntry directory, RawName name)
    {
        XfsInode inode = ReadInode(directory, FileEntryType.Directory);
        List<XfsDirectoryEntry> found;
        try
        {
            found = new XfsDirectory(_volume, inode).Find(name);
        }
        catch (VmaFileSystemException exception)
        {
            // A damaged index leaves the names themselves.
            Report(exception, directory.FullName);
            found = XfsDirectory.Select(
                new XfsDirectory(_volume, inode).Read(e => Report(e, directory.FullName)), name, FoldsNames(directory));
            if (found.Count == 0)
            {
                // It may be in the part that is damaged.
                throw AtPath(exception, directory.FullName);
            }
        }

        XfsDirectoryEntry? match = null;
        foreach (XfsDirectoryEntry entry in found)
        {
            if (entry.Name == name)
            {
                match = entry;
                break;
            }

            if (match is not null)
            {
                throw new VmaFileSystemException(
                    VmaCodes.FileNameAmbiguous,
                    $"Several names are {name.ToString()} but for the case of letters.",
                    directory.FullName);
            }

            match = entry;
        }

        return match is XfsDirectoryEntry one
            ? Located(directory, one.Name, () => MakeEntry(directory, one.Name, _volume.ReadInode(one.Inode)))
            : null;
    }

    public override Stream OpenRead(FileEntry file, RawName stream = default)
    {
        Func<long, FileExtent> find = OpenMap(file, stream);
        return new ExtentStream(_volume.Bytes, file.Length, find);
    }

    public override IEnumerable<FileExtent> ReadAllocation(FileEntry file, RawName stream = default)
    {
        Func<long, FileExtent> find = OpenMap(file, stream);
        return Read();

        IEnumerable<FileExtent> Read()
        {
            for (long offset = 0; offset < file.Length;)
            {
                FileExtent extent = find(offset);
                long length = Math.Min(extent.Length, file.Length - offset);
                yield return extent with { Length = length, StoredLength = extent.Kind == FileExtentKind.Hole ? 0 : length };
                offset += length;
            }
        }
    }

    public override RawName ReadLinkTarget(FileEntry link)
    {
        XfsInode inode = ReadInode(link, FileEntryType.SymbolicLink);
        return Located(link, default, () => XfsLinkTarget.Read(_volume, inode));
    }

    public override IReadOnlyList<ExtendedAttributeValue> ReadExtendedAttributes(FileEntry entry)
    {
        XfsInode inode = ReadInode(entry, null);
        return Located(entry, default, () => XfsAttributes.Read(_volume, inode, e => Report(e, entry.FullName)));
    }

    private static VmaFileSystemException AtPath(VmaFileSystemException exception, string path) =>
        new(exception.Code, exception.Sentence, path, exception.VolumeOffset, exception.Path, exception.Device, exception);

    private static FileEntry MakeEntry(FileEntry? parent, RawName name, XfsInode inode)
    {
        bool isDevice = inode.Type is FileEntryType.CharacterDevice or FileEntryType.BlockDevice;
        uint device = isDevice ? Bytes.BigEndian.U32(inode.DataFork, 0) : 0;
        return new FileEntry(parent, name, inode.Type)
        {
            Length = inode.Type is FileEntryType.File or FileEntryType.SymbolicLink ? inode.Size : 0,
            Id = inode.Number,
            Sequence = inode.Generation,
            Modified = inode.Modified,
            Accessed = inode.Accessed,
            Changed = inode.Changed,
            Created = inode.Created,
            Mode = inode.Mode & 0xfff,
            UserId = inode.UserId,
            GroupId = inode.GroupId,
            LinkCount = inode.LinkCount,
            DeviceMajor = isDevice ? device >> 18 : null,
            DeviceMinor = isDevice ? device & 0x3ffff : null,
        };
    }

    private XfsInode ReadInode(FileEntry entry, FileEntryType? type)
    {
        if (type is FileEntryType wanted && entry.Type != wanted)
        {
            throw wanted == FileEntryType.Directory
                ? new VmaFileSystemException(VmaCodes.FileNotDirectory, "It is no directory.", entry.FullName)
                : new VmaFileSystemException(
                    VmaCodes.FileTypeMismatch, wanted == FileEntryType.File ? "It is no regular file." : "It is no link.", entry.FullName);
        }

        return Located(entry, default, () =>
        {
            XfsInode inode = _volume.ReadInode(entry.Id);
            return inode.Type == entry.Type ? inode : throw XfsVolume.Damaged($"Inode {entry.Id} is of another type.", inode.Offset);
        });
    }

    private Func<long, FileExtent> OpenMap(FileEntry file, RawName stream)
    {
        XfsInode inode = ReadInode(file, FileEntryType.File);
        if (!stream.IsEmpty)
        {
            throw new VmaFileSystemException(VmaCodes.FileNotFound, "XFS has no named streams.", file.FullName);
        }

        if (inode.IsRealtime)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileContentNotSupported, "The content lies in XFS's realtime section, which is not read here.", file.FullName);
        }

        XfsFork fork = Located(file, default, () => XfsFork.OfData(_volume, inode));
        return offset => Located(file, default, () => FindExtent(fork, offset));
    }

    private FileExtent FindExtent(XfsFork fork, long offset)
    {
        int log = _volume.Superblock.BlockLog;
        ulong lastBlock = (ulong)long.MaxValue >> log;
        XfsExtent extent = fork.Find((ulong)offset >> log);
        long start = (long)(extent.Start << log);
        long length = extent.End > lastBlock ? long.MaxValue - start : (long)(extent.Count << log);
        if (extent.Block is not ulong block)
        {
            return new FileExtent(start, length, FileExtentKind.Hole);
        }

        return new FileExtent(
            start,
            length,
            extent.IsUnwritten ? FileExtentKind.Unwritten : FileExtentKind.Data,
            _volume.OffsetOf(block, extent.Count),
            length);
    }
}
