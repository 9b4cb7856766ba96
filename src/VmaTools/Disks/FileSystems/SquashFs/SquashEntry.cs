namespace VmaTools.Disks.FileSystems.SquashFs;

/// <summary>An entry, with where what it has lies.</summary>
internal sealed class SquashEntry : FileEntry, IPlacedDirectory
{
    /// <summary>The number of a fragment, or of a set of attributes, where there is none.</summary>
    public const uint None = uint.MaxValue;

    public SquashEntry(SquashEntry? parent, RawName name, FileEntryType type)
        : base(parent, name, type)
    {
    }

    IPlacedDirectory? IPlacedDirectory.Parent => Parent as SquashEntry;

    /// <summary>Where its inode is.</summary>
    public long Place { get; init; }

    /// <summary>Of a file: where its first block is on the volume.</summary>
    public long Start { get; init; }

    /// <summary>Of a file: which fragment its end lies in, or <see cref="None"/>.</summary>
    public uint Fragment { get; init; } = None;

    /// <summary>Of a file: where in the decoded fragment its end begins.</summary>
    public uint FragmentOffset { get; init; }

    /// <summary>
    /// In metadata: of a file the list of its blocks, of a symbolic link its target, of a directory its entries.
    /// </summary>
    public SquashPlace Details { get; init; }

    /// <summary>Of a directory: bytes of its entries.</summary>
    public long DirectoryLength { get; init; }

    /// <summary>Of a directory: how many places its index has.</summary>
    public int IndexCount { get; init; }

    /// <summary>Of a directory: where its index is.</summary>
    public SquashPlace Index { get; init; }

    /// <summary>Which set of attributes it has, or <see cref="None"/>.</summary>
    public uint AttributeSet { get; init; } = None;
}
