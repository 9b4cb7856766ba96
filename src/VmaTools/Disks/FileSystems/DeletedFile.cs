using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using VmaTools.Disks.FileSystems;

namespace VmaTools;

/// <summary>
/// A file that was deleted, or that no name leads to, as far as its file system still tells of it. Its content may be another
/// file's by now: <see cref="ReadAllocation"/> tells where.
/// </summary>
public sealed class DeletedFile
{
    private readonly FileSystem _files;
    private readonly ClusterUse _use;

    internal DeletedFile(FileSystem files, ClusterUse use, FileEntry entry, bool isPathCertain, bool isOrphan = false)
    {
        _files = files;
        _use = use;
        Entry = entry;
        IsPathCertain = isPathCertain;
        IsOrphan = isOrphan;
    }

    /// <summary>
    /// What is left of its facts. What lies above a directory that is lost is left out of its path; where no name is left, it is
    /// called <c>#</c> and its number.
    /// </summary>
    public FileEntry Entry { get; }

    /// <summary>True where each directory of the path is the one that it was in, up to the root.</summary>
    public bool IsPathCertain { get; }

    /// <summary>True for a file that was not deleted, or is not yet, but that no directory has.</summary>
    public bool IsOrphan { get; }

    /// <summary>Opens what lies where the content was.</summary>
    /// <exception cref="VmaFileSystemException">It was no file, or nothing tells where its content was.</exception>
    public Stream OpenRead() => _files.OpenRead(Entry);

    /// <summary>Where the content was; in order, up to its length. None for what was no file.</summary>
    /// <exception cref="VmaException">Nothing tells where it was, or what of the volume is in use.</exception>
    public IReadOnlyList<DeletedFileExtent> ReadAllocation()
    {
        List<DeletedFileExtent> extents = [];
        if (Entry.Type != FileEntryType.File)
        {
            return extents;
        }

        foreach (FileExtent extent in _files.ReadAllocation(Entry))
        {
            if (IsOrphan || extent.VolumeOffset is not long place || extent.Kind == FileExtentKind.Inline)
            {
                // What stands beside the facts is there as long as these are.
                extents.Add(new DeletedFileExtent(extent, extent.Kind == FileExtentKind.Encoded && !IsOrphan ? null : false));
                continue;
            }

            if (extent.Kind == FileExtentKind.Encoded)
            {
                extents.Add(new DeletedFileExtent(extent, _use.Stretch(place, extent.StoredLength, out bool isAnyUsed) < extent.StoredLength || isAnyUsed));
                continue;
            }

            for (long done = 0; done < extent.Length;)
            {
                long length = Math.Min(extent.Length - done, _use.Stretch(place + done, extent.Length - done, out bool isUsed));
                FileExtent part = extent with { Offset = extent.Offset + done, Length = length, VolumeOffset = place + done, StoredLength = length };
                extents.Add(new DeletedFileExtent(part, isUsed));
                done += length;
            }
        }

        return extents;
    }

    /// <summary>What stands for a name that is lost.</summary>
    internal static RawName NameFor(ulong id) => RawName.Parse("#" + id.ToString(CultureInfo.InvariantCulture));

    /// <summary>The kind and the path.</summary>
    public override string ToString() => "DeletedFile: " + Entry.FullName;
}
