using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using VmaTools.Disks.FileSystems.Ext.Journal;

namespace VmaTools.Disks.FileSystems.Ext;

/// <summary>ext2, ext3 and ext4.</summary>
internal sealed class ExtFileSystem : FileSystem
{
    private const uint RootInode = 2;
    private const int FastLinkSize = 60;
    private const int MaxLink = 65536;
    private const int MaxInline = 65536;

    private readonly ExtVolume _volume;
    private readonly ExtLog _log;
    private readonly ExtAttributes _attributes;
    private readonly ExtDirectories _directories;

    private ExtFileSystem(ExtVolume volume, ExtLog log)
    {
        _volume = volume;
        _log = log;
        _attributes = new ExtAttributes(volume, ReadAll);
        _directories = new ExtDirectories(volume, _attributes, Report);
        Root = new ExtEntry(null, default, LocatedAtRoot(() => volume.ReadInode(RootInode)));
    }

    public override string Kind => _volume.Superblock.Kind;

    public override string? Label => _volume.Superblock.Label is { IsEmpty: false } label ? label.ToString() : null;

    public override string? Uuid => FormatUuid(_volume.Superblock.Uuid);

    public override IReadOnlyList<string> Features => _volume.Superblock.Features;

    public override long Size => _volume.Superblock.BlockCount * _volume.BlockSize;

    public override long? FreeBytes => _volume.FreeBytes;

    public override int BlockSize => _volume.BlockSize;

    public override FileSystemState State => _log.State;

    public override string? StateText => _log.Text;

    public override FileEntry Root { get; }

    /// <summary>Opens the file system by its first superblock.</summary>
    public static FileSystem? TryOpen(DiskBytes volume, FileSystemOptions options) =>
        ExtSuperblock.TryReadSound(volume, ExtSuperblock.Offset) is ExtSuperblock first ? Open(new ExtVolume(volume, first, 0), options) : null;

    /// <summary>Opens the file system by a copy of its superblock, where the first is lost and nothing else is on the volume.</summary>
    public static FileSystem? TryOpenByCopy(DiskBytes volume, FileSystemOptions options)
    {
        if (ExtSuperblock.FindCopy(volume, out long offset) is ExtSuperblock copy)
        {
            ExtFileSystem fileSystem = Open(new ExtVolume(volume, copy, copy.GroupNumber), options);
            fileSystem.Report(new FileSystemFinding(
                VmaCodes.FileSystemBackupUsed,
                VmaSeverity.Warning,
                $"The first superblock is damaged; the copy in group {copy.GroupNumber} is used.",
                null,
                offset));
            return fileSystem;
        }

        return ExtSuperblock.TryRead(volume, ExtSuperblock.Offset) is not ExtSuperblock damaged ? null
            : throw new VmaFileSystemException(
                damaged.Problem() is null ? VmaCodes.FileSystemChecksumMismatch : VmaCodes.FileSystemDamaged,
                $"This is {damaged.Kind}, but {damaged.Problem() ?? "the checksum of its superblock does not match"}, and no copy of it was found.",
                volumeOffset: ExtSuperblock.Offset);
    }

    public override bool FoldsNames(FileEntry directory) => InodeOf(directory).HasFlag(ExtFlags.CaseFold);

    public override IEnumerable<FileEntry> ReadDirectory(FileEntry directory)
    {
        ExtInode inode = DirectoryOf(directory);
        string path = directory.FullName;
        return Entries(directory, () => Located(directory, default, () => _directories.Read(inode, path)), static n => n.Name, n => EntryOf(directory, n));
    }

    public override FileEntry? Find(FileEntry directory, RawName name)
    {
        ExtInode inode = DirectoryOf(directory);
        string path = directory.FullName;
        return Located(directory, default, () => _directories.Find(inode, path, name)) is ExtName found
            ? Located(directory, found.Name, () => EntryOf(directory, found))
            : null;
    }

    public override Stream OpenRead(FileEntry file, RawName stream = default)
    {
        ExtInode inode = FileOf(file, stream);
        return Located<Stream>(
            file,
            default,
            () =>
            {
                if (inode.HasFlag(ExtFlags.InlineData))
                {
                    return new MemoryStream(ReadInline(inode), writable: false);
                }

                IReadOnlyList<FileExtent> extents = ExtContent.Read(_volume, inode);
                return new ExtentStream(_volume.Bytes, inode.Length, offset => ExtentList.Find(extents, offset));
            });
    }

    public override IEnumerable<FileExtent> ReadAllocation(FileEntry file, RawName stream = default)
    {
        ExtInode inode = FileOf(file, stream);
        return Located(
            file,
            default,
            () => inode.HasFlag(ExtFlags.InlineData)
                ? ReadInline(inode).Length == 0 ? [] : [new FileExtent(0, inode.Length, FileExtentKind.Inline, inode.VolumeOffset, inode.Length)]
                : ExtContent.Read(_volume, inode));
    }

    public override RawName ReadLinkTarget(FileEntry link)
    {
        ExtInode inode = InodeOf(link);
        if (link.Type != FileEntryType.SymbolicLink)
        {
            throw new VmaFileSystemException(VmaCodes.FileTypeMismatch, "This is no symbolic link.", link.FullName);
        }

        if (inode.HasFlag(ExtFlags.Encrypted))
        {
            throw new VmaFileSystemException(VmaCodes.FileEncrypted, "The target of the link is encrypted.", link.FullName, inode.VolumeOffset);
        }

        return Located(
            link,
            default,
            () => inode.Length is <= 0 or > MaxLink
                ? throw new VmaFileSystemException(
                    VmaCodes.FileSystemDamaged, $"A target of {inode.Length} bytes is longer than any can be.", volumeOffset: inode.VolumeOffset)
                : new RawName(
                    inode.HasFlag(ExtFlags.InlineData) ? ReadInline(inode)
                    : inode.Length < FastLinkSize && !inode.HasFlag(ExtFlags.Extents) ? inode.BlockField.Slice(0, (int)inode.Length)
                    : ReadAll(inode)));
    }

    public override IReadOnlyList<ExtendedAttributeValue> ReadExtendedAttributes(FileEntry entry)
    {
        ExtInode inode = InodeOf(entry);
        return Located(entry, default, () => _attributes.Read(inode));
    }

    public override IEnumerable<DeletedFile> ReadDeleted()
    {
        ClusterUse use = OpenClusterUse();
        return new ExtDeletedFiles(_volume, this, _directories).Read()
            .Select(d => new DeletedFile(this, use, d.Entry, isPathCertain: false, d.IsOrphan));
    }

    private protected override ClusterUse OpenClusterUse() => new ExtUse(_volume);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _volume.Dispose();
        }

        base.Dispose(disposing);
    }

    private static ExtFileSystem Open(ExtVolume volume, FileSystemOptions options)
    {
        uint unknown = (uint)(volume.Superblock.Incompatible & ~ExtFeatures.Understood);
        if (unknown != 0)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemFeatureUnknown, $"The file system has features that are not understood here: {ExtFeatures.IncompatibleNames(unknown)}.");
        }

        // What is wrong is noted from the start, when there is no file system yet that it could be noted with.
        List<FileSystemFinding> early = [];
        volume.Report = early.Add;
        if (volume.Superblock.BlockCount * volume.BlockSize > volume.Bytes.Length)
        {
            early.Add(new FileSystemFinding(
                VmaCodes.FileSystemDamaged,
                VmaSeverity.Warning,
                $"The volume ends at {volume.Bytes.Length}, before the file system's {volume.Superblock.BlockCount * volume.BlockSize} bytes do."));
        }

        ExtLog log = ExtLog.Read(volume, options.NoReplay);
        volume = log.State is FileSystemState.Clean or FileSystemState.Covered ? volume : volume.On(log.Volume, log.Fast);
        ExtFileSystem fileSystem = new(volume, log);
        volume.Report = fileSystem.Report;
        early.ForEach(fileSystem.Report);
        return fileSystem;
    }

    private ExtEntry EntryOf(FileEntry directory, ExtName name)
    {
        ExtEntry entry = new(directory, name.Name, _volume.ReadInode(name.Inode));
        return entry.Type != FileEntryType.Directory || !directory.IsWithin(entry.Id)
            ? entry
            : throw new VmaFileSystemException(VmaCodes.FileSystemDamaged, "The directory contains itself.");
    }

    private byte[] ReadInline(ExtInode inode)
    {
        byte[] rest = inode.Length > ExtInode.BlockFieldSize ? _attributes.ReadInlineRest(inode) : [];
        return inode.Length < 0 || inode.Length > MaxInline || inode.Length > ExtInode.BlockFieldSize + rest.Length
            ? throw new VmaFileSystemException(
                VmaCodes.FileSystemDamaged, $"The inode holds less than the {inode.Length} bytes of its content.", volumeOffset: inode.VolumeOffset)
            : [.. inode.BlockField.Slice(0, (int)Math.Min(inode.Length, ExtInode.BlockFieldSize)), .. rest.AsSpan(0, (int)Math.Max(0, inode.Length - ExtInode.BlockFieldSize))];
    }

    /// <summary>The whole content of an inode whose length its caller has bounded.</summary>
    private byte[] ReadAll(ExtInode inode)
    {
        IReadOnlyList<FileExtent> extents = ExtContent.Read(_volume, inode);
        using ExtentStream content = new(_volume.Bytes, inode.Length, offset => ExtentList.Find(extents, offset));
        byte[] bytes = new byte[inode.Length];
        for (int done = 0; done < bytes.Length;)
        {
            done += content.Read(bytes, done, bytes.Length - done);
        }

        return bytes;
    }

    private static ExtInode InodeOf(FileEntry entry) =>
        (entry as ExtEntry)?.Inode ?? throw new ArgumentException("The entry is from another file system.", nameof(entry));

    private static ExtInode DirectoryOf(FileEntry entry) => entry is { Type: FileEntryType.Directory, IsDeleted: false }
        ? InodeOf(entry)
        : throw new VmaFileSystemException(
            VmaCodes.FileNotDirectory, entry.IsDeleted ? "The directory was deleted." : "This is no directory.", entry.FullName);

    private static ExtInode FileOf(FileEntry entry, RawName stream)
    {
        ExtInode inode = InodeOf(entry);
        if (!stream.IsEmpty)
        {
            throw new VmaFileSystemException(VmaCodes.FileNotFound, "Files of this file system have no named streams.", entry.FullName);
        }

        if (entry.Type != FileEntryType.File)
        {
            throw new VmaFileSystemException(VmaCodes.FileTypeMismatch, "This is no regular file.", entry.FullName);
        }

        if (inode.HasFlag(ExtFlags.Encrypted))
        {
            throw new VmaFileSystemException(VmaCodes.FileEncrypted, "The content is encrypted.", entry.FullName, inode.VolumeOffset);
        }

        return inode;
    }

    private static string FormatUuid(ReadOnlySpan<byte> uuid)
    {
        string hex = string.Concat(uuid.ToArray().Select(static b => b.ToString("x2", CultureInfo.InvariantCulture)));
        return $"{hex.Substring(0, 8)}-{hex.Substring(8, 4)}-{hex.Substring(12, 4)}-{hex.Substring(16, 4)}-{hex.Substring(20)}";
    }
}
