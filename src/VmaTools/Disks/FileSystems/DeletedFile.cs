using System.Collections.Generic;
using System.IO;

namespace VmaTools;

/// <summary>
/// A file that was deleted, or that no name leads to, as far as its file system still tells of it. Its content may be another
/// file's by now: <see cref="ReadAllocation"/> tells where.
/// </summary>
public abstract class DeletedFile
{
    private protected DeletedFile(FileEntry entry, string? path, bool isPathCertain, bool isOrphan)
    {
        Entry = entry;
        Path = path;
        IsPathCertain = isPathCertain;
        IsOrphan = isOrphan;
    }

    /// <summary>What is left of its facts; it has no parent.</summary>
    public FileEntry Entry { get; }

    /// <summary>Where it was, with <c>/</c>; what lies above a directory that is lost is left out. Null where no name is left.</summary>
    public string? Path { get; }

    /// <summary>True where each directory of the path is the one that it was in, up to the root.</summary>
    public bool IsPathCertain { get; }

    /// <summary>True for a file that was not deleted, but that no directory has.</summary>
    public bool IsOrphan { get; }

    /// <summary>Opens what lies where the content was.</summary>
    /// <exception cref="VmaFileSystemException">Nothing tells where it was.</exception>
    public abstract Stream OpenRead();

    /// <summary>Where the content was; in order, up to its length.</summary>
    /// <exception cref="VmaFileSystemException">Nothing tells where it was.</exception>
    public abstract IReadOnlyList<DeletedFileExtent> ReadAllocation();

    /// <summary>The kind and the path.</summary>
    public override string ToString() => "DeletedFile: " + (Path ?? "?");
}
