using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>A name in a directory and what it leads to.</summary>
/// <param name="Reference">The file's record.</param>
/// <param name="Name">The name.</param>
internal readonly record struct NtfsDirectoryEntry(NtfsReference Reference, NtfsFileName Name);

/// <summary>The names of a directory, by its index <c>$I30</c>.</summary>
internal sealed class NtfsDirectory
{
    private const string IndexName = "$I30";

    private readonly NtfsVolume _volume;
    private readonly NtfsIndex _index;

    /// <exception cref="VmaFileSystemException">The file has no index of names.</exception>
    public NtfsDirectory(NtfsVolume volume, NtfsFile file)
    {
        _volume = volume;
        _index = NtfsIndex.Open(volume, file, IndexName) ?? throw file.Record.Damaged("The directory has no index.");
    }

    /// <summary>All entries in the order of the index, short names among them.</summary>
    public IEnumerable<NtfsDirectoryEntry> Read(Action<VmaException> report)
    {
        foreach (NtfsIndexEntry entry in _index.Read(null, report))
        {
            if (NtfsFileName.Parse(entry.Key) is NtfsFileName name)
            {
                yield return new NtfsDirectoryEntry(entry.Reference, name);
            }
            else
            {
                report(NtfsVolume.Damaged("A name in the directory is damaged."));
            }
        }
    }

    /// <summary>The entries whose name folds to the same as one that is looked for.</summary>
    public IEnumerable<NtfsDirectoryEntry> Find(string name, Action<VmaException> report)
    {
        // A tree that was sorted by another table than the one at hand can only be read through.
        NtfsUpCase upCase = _volume.UpCase;
        int Order(ReadOnlySpan<byte> key) => NtfsFileName.Parse(key) is NtfsFileName other ? upCase.Compare(name, other.Name) : 1;
        foreach (NtfsIndexEntry entry in _index.Read(upCase.Fault is null ? Order : null, report))
        {
            int order = Order(entry.Key);
            if (order == 0)
            {
                yield return new NtfsDirectoryEntry(entry.Reference, NtfsFileName.Parse(entry.Key)!.Value);
            }
            else if (order < 0 && upCase.Fault is null)
            {
                break;
            }
        }
    }
}
