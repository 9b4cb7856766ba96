namespace VmaTools.Compression;

/// <summary>Where an lzop decoder stands between two blocks or two files. Blocks know nothing of each other.</summary>
internal sealed class LzopState : PieceState
{
    public LzopState(long compressedPosition, long decodedPosition)
        : base(compressedPosition, decodedPosition)
    {
    }

    /// <summary>What comes next.</summary>
    public LzopStep Step { get; init; }

    /// <summary>The flags of the file's header, which say what checksums a block has.</summary>
    public LzopFlags Flags { get; init; }
}
