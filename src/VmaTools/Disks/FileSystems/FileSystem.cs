using System;
using System.Collections.Generic;
using System.IO;
using VmaTools.Disks.FileSystems;

namespace VmaTools;

/// <summary>
/// A guest's file system, read in place. What is damaged is told as findings while the rest goes on; what is not understood is
/// refused by name.
/// </summary>
/// <remarks>It and the streams it opened may be used from several threads; reads of the disk take turns.</remarks>
public abstract class FileSystem : IDisposable
{
    private readonly object _gate = new();
    private readonly List<FileSystemFinding> _findings = [];
    private readonly HashSet<FileSystemFinding> _known = [];
    private const int MaxFindings = 10_000;

    private protected FileSystem()
    {
    }

    /// <summary>What it is, as <c>blkid</c> names it: <c>ext4</c>, <c>xfs</c>, <c>ntfs</c>, <c>vfat</c>, <c>exfat</c>, <c>btrfs</c> …</summary>
    public abstract string Kind { get; }

    /// <summary>Its label, or null.</summary>
    public abstract string? Label { get; }

    /// <summary>Its identity as <c>blkid</c> writes it, or null.</summary>
    public abstract string? Uuid { get; }

    /// <summary>Names of the format's features that are in use, as the format's own tools name them.</summary>
    public abstract IReadOnlyList<string> Features { get; }

    /// <summary>Bytes that the file system takes of its volume.</summary>
    public abstract long Size { get; }

    /// <summary>Bytes that are free by the file system's own count, or null where that is not known.</summary>
    public abstract long? FreeBytes { get; }

    /// <summary>Bytes in a block (cluster).</summary>
    public abstract int BlockSize { get; }

    /// <summary>Whether all that had been written is shown.</summary>
    public abstract FileSystemState State { get; }

    /// <summary>A sentence about <see cref="State"/>, such as how many transactions were replayed; null where it says all.</summary>
    public virtual string? StateText => null;

    /// <summary>The root directory.</summary>
    public abstract FileEntry Root { get; }

    /// <summary>Where paths that a person gives begin: on Btrfs the default subvolume, else the root.</summary>
    public virtual FileEntry DefaultRoot => Root;

    /// <summary>What was found wrong so far, in the order it was met; each once, 10,000 at the most.</summary>
    public IReadOnlyList<FileSystemFinding> Findings
    {
        get
        {
            lock (_gate)
            {
                return _findings.ToArray();
            }
        }
    }

    /// <summary>How many <see cref="Findings"/> there are.</summary>
    internal int FindingCount
    {
        get
        {
            lock (_gate)
            {
                return _findings.Count;
            }
        }
    }

    /// <summary>True where names that differ only as this directory folds them count as the same.</summary>
    public virtual bool FoldsNames(FileEntry directory) => false;

    /// <summary>True where two entries are the same thing under two names (or the same).</summary>
    public virtual bool AreSame(FileEntry first, FileEntry second) => first.Id == second.Id;

    /// <summary>
    /// The entries of a directory, one after the other as they are asked for, without <c>.</c> and <c>..</c>. An entry that cannot
    /// be read becomes a finding and is left out.
    /// </summary>
    /// <exception cref="VmaFileSystemException">It is no directory, or nothing of it can be read.</exception>
    public abstract IEnumerable<FileEntry> ReadDirectory(FileEntry directory);

    /// <summary>The entry of that name in a directory, by the directory's own index where it has one; null where there is none.</summary>
    /// <remarks>An exact match comes first; else one as the file system folds names.</remarks>
    /// <exception cref="VmaFileSystemException">
    /// The entry or the directory cannot be read, or several names fold alike (<see cref="VmaCodes.FileNameAmbiguous"/>).
    /// </exception>
    public abstract FileEntry? Find(FileEntry directory, RawName name);

    /// <summary>Opens a file's content, or one of its named streams, at any offset. Holes read as zeros.</summary>
    /// <exception cref="VmaFileSystemException">
    /// It is no file, is encrypted, has no such stream, or needs what is not understood. Damage met later throws while reading.
    /// </exception>
    public abstract Stream OpenRead(FileEntry file, RawName stream = default);

    /// <summary>Where a file's content, or that of a named stream, lies; in order, without gaps, up to its length.</summary>
    /// <exception cref="VmaFileSystemException">The map of the content cannot be read.</exception>
    public abstract IEnumerable<FileExtent> ReadAllocation(FileEntry file, RawName stream = default);

    /// <summary>
    /// The ranges of a file's content, or of a named stream, that hold data, in bytes from its start: in order, none touching the next. All
    /// else are zeros.
    /// </summary>
    /// <exception cref="VmaFileSystemException">The map of the content cannot be read.</exception>
    public IReadOnlyList<(long Offset, long Length)> ReadDataRanges(FileEntry file, RawName stream = default)
    {
        List<(long Offset, long Length)> ranges = [];
        foreach (FileExtent extent in ReadAllocation(file, stream))
        {
            if (extent.Length <= 0 || extent.Kind is FileExtentKind.Hole or FileExtentKind.Unwritten)
            {
                continue;
            }

            if (ranges.Count > 0 && ranges[ranges.Count - 1] is { } last && last.Offset + last.Length == extent.Offset)
            {
                ranges[ranges.Count - 1] = (last.Offset, last.Length + extent.Length);
            }
            else
            {
                ranges.Add((extent.Offset, extent.Length));
            }
        }

        return ranges;
    }

    /// <summary>Whether checksums prove a file's content; a wrong one makes reading throw.</summary>
    /// <exception cref="VmaFileSystemException">It is no file, or its map cannot be read.</exception>
    public virtual FileDataProof ReadDataProof(FileEntry file) => FileDataProof.None;

    /// <summary>The target of a symbolic link (NTFS: of a junction, too), as stored.</summary>
    /// <exception cref="VmaFileSystemException">It is no link, or damaged.</exception>
    public abstract RawName ReadLinkTarget(FileEntry link);

    /// <summary>True where the format has named streams at all.</summary>
    public virtual bool HasStreams => false;

    /// <summary>The named streams of a file or directory; none where the format has none.</summary>
    public virtual IReadOnlyList<NamedStreamInfo> ReadStreams(FileEntry entry) => [];

    /// <summary>The extended attributes; none where the format has none.</summary>
    public virtual IReadOnlyList<ExtendedAttributeValue> ReadExtendedAttributes(FileEntry entry) => [];

    /// <summary>The data of a reparse point, behind tag and length; null where the entry is none.</summary>
    public virtual byte[]? ReadReparseData(FileEntry entry) => null;

    /// <summary>The SID of the owner, and the security descriptor as SDDL; null where the format has none.</summary>
    public virtual FileSecurity? ReadSecurity(FileEntry entry) => null;

    /// <summary>
    /// What was deleted, or has no name that leads to it, as far as the file system still tells of it; one after the other as they
    /// are asked for.
    /// </summary>
    /// <exception cref="VmaException">What of the volume is in use cannot be read, or this kind of file system is not searched.</exception>
    public virtual IEnumerable<DeletedFile> ReadDeleted() => throw new VmaFileSystemException(
        VmaCodes.FileSystemNotSupported, $"Deleted files are looked for on NTFS, FAT and ext, not on {Kind}.");

    /// <summary>The ranges of the volume that no file and no structure of the file system has, in bytes: in order, none touching the next.</summary>
    /// <exception cref="VmaException">What is in use is damaged, or is not read of this kind of file system.</exception>
    public IEnumerable<(long Offset, long Length)> ReadUnallocated() =>
        (OpenClusterUse() ?? throw new VmaFileSystemException(
            VmaCodes.FileSystemNotSupported, $"What is free on a volume with {Kind} is not told here.")).Free();

    /// <summary>Which clusters are in use; null where that is not read.</summary>
    /// <exception cref="VmaException">The map of them cannot be read.</exception>
    private protected virtual ClusterUse? OpenClusterUse() => null;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes what it reads from, where it was given to it.</summary>
    /// <param name="disposing">True when called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>Notes what is wrong; the same thing once.</summary>
    private protected void Report(FileSystemFinding finding)
    {
        lock (_gate)
        {
            if (_findings.Count < MaxFindings && _known.Add(finding))
            {
                _findings.Add(finding);
            }
        }
    }

    /// <summary>Notes an error as a finding.</summary>
    private protected void Report(VmaException exception, string? path) =>
        Report(new FileSystemFinding(
            exception.Code,
            VmaSeverity.Error,
            exception.Sentence,
            (exception as VmaFileSystemException)?.FilePath ?? path,
            (exception as VmaFileSystemException)?.VolumeOffset,
            exception.Device,
            exception.Offset));

    /// <summary>What an action gives; an error from it gets the path that it is about.</summary>
    /// <param name="entry">The entry, or the directory of <paramref name="child"/>.</param>
    /// <param name="child">The name in the directory; empty for the entry itself.</param>
    /// <param name="action">The action.</param>
    private protected static T Located<T>(FileEntry entry, RawName child, Func<T> action) =>
        Located(() => child.IsEmpty ? entry.FullName : ChildPath(entry, child), action);

    /// <summary>What an action that is about the root gives; an error from it gets that path.</summary>
    private protected static T LocatedAtRoot<T>(Func<T> action) => Located(static () => "/", action);

    /// <summary>The entry of each name in a directory, one after the other; what is wrong with one is told, and the rest stands.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="read">Reads what the directory has.</param>
    /// <param name="nameOf">Its name, for errors.</param>
    /// <param name="make">Makes the entry; null where it has been told why there is none.</param>
    private protected IEnumerable<FileEntry> Entries<T>(
        FileEntry directory, Func<IEnumerable<T>> read, Func<T, RawName> nameOf, Func<T, FileEntry?> make)
    {
        foreach (T named in read())
        {
            FileEntry? entry = null;
            try
            {
                entry = make(named);
            }
            catch (VmaException exception)
            {
                Report(exception, ChildPath(directory, nameOf(named)));
            }

            if (entry is not null)
            {
                yield return entry;
            }
        }
    }

    /// <summary>What a directory has; damage behind the first of it is told, and what was read stands.</summary>
    private protected IEnumerable<T> UpToDamage<T>(FileEntry directory, IEnumerable<T> named)
    {
        using IEnumerator<T> rest = named.GetEnumerator();
        for (bool isFirst = true; MoveNext(isFirst); isFirst = false)
        {
            yield return rest.Current;
        }

        bool MoveNext(bool isFirst)
        {
            try
            {
                return Located(directory, default, rest.MoveNext);
            }
            catch (VmaException exception) when (!isFirst)
            {
                Report(exception, directory.FullName);
                return false;
            }
        }
    }

    /// <summary>The path of a name in a directory.</summary>
    private protected static string ChildPath(FileEntry directory, RawName name) =>
        (directory.Parent is null ? string.Empty : directory.FullName) + "/" + name.ToPathComponent();

    private static T Located<T>(Func<string> path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (VmaFileSystemException exception) when (exception.FilePath is null)
        {
            throw new VmaFileSystemException(
                exception.Code, exception.Sentence, path(), exception.VolumeOffset, exception.Path, exception.Device, exception);
        }
    }
}
