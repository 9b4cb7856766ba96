namespace VmaTools.Compression;

/// <summary>Where a bzip2 decoder stands between two blocks or two streams. Blocks know nothing of each other, but may begin within a byte.</summary>
internal sealed class Bzip2State : PieceState
{
    public Bzip2State(long compressedPosition, long decodedPosition)
        : base(compressedPosition, decodedPosition)
    {
    }

    /// <summary>What comes next; never <see cref="Bzip2Step.Data"/>.</summary>
    public Bzip2Step Step { get; init; }

    /// <summary>Number of bits of the byte at the compressed position that belong to what was before, 0 to 7.</summary>
    public int SkippedBits { get; init; }

    /// <summary>The level of the stream, 1 to 9, which says how large its blocks can be.</summary>
    public int Level { get; init; }

    /// <summary>What the checksums of the stream's blocks give together so far; null where it was not begun with, and so cannot be checked.</summary>
    public uint? Combined { get; init; }

    /// <summary>Where <see cref="Combined"/> is not known, or was not at first: what became known of the stream that was begun within.</summary>
    public Bzip2Sum Begun { get; init; }
}
