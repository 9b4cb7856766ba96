using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Iso;

/// <summary>A range of the volume.</summary>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct IsoRange(long Offset, long Length);

/// <summary>An entry, with where its content lies.</summary>
internal sealed class IsoEntry : FileEntry, IPlacedDirectory
{
    public IsoEntry(IsoEntry? parent, RawName name, FileEntryType type)
        : base(parent, name, type)
    {
    }

    IPlacedDirectory? IPlacedDirectory.Parent => Parent as IsoEntry;

    public long Place => Ranges.Count > 0 ? Ranges[0].Offset : 0;

    /// <summary>Where the content lies, or the records of a directory do, in order.</summary>
    public IReadOnlyList<IsoRange> Ranges { get; init; } = [];

    /// <summary>The target of a symbolic link.</summary>
    public RawName Target { get; init; }

    /// <summary>Why its content is not read, in a sentence; null where it is.</summary>
    public string? Refusal { get; init; }
}
