namespace VmaTools.Compression;

/// <summary>What <see cref="ZstdFrames"/> comes across.</summary>
internal enum ZstdPieceKind
{
    /// <summary>Nothing that anybody needs to know of.</summary>
    None,

    /// <summary>A frame begins.</summary>
    FrameBegin,

    /// <summary>A decoded block.</summary>
    Data,

    /// <summary>A frame has ended.</summary>
    FrameEnd,
}

/// <summary>One step of decoding.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="CompressedEnd">Offset in the compressed source behind it.</param>
internal readonly record struct ZstdPiece(ZstdPieceKind Kind, long CompressedEnd)
{
    /// <summary>The array that a block's bytes are in.</summary>
    public byte[] Buffer { get; init; } = [];

    /// <summary>Where in <see cref="Buffer"/> they begin.</summary>
    public int Start { get; init; }

    /// <summary>How many they are, perhaps 0.</summary>
    public int Length { get; init; }

    /// <summary>Whom to tell how far the frame is proven up to the end of this block; or null.</summary>
    public ZstdProof? Proof { get; init; }

    /// <summary>Whether the frame carries a checksum.</summary>
    public bool HasChecksum { get; init; }

    /// <summary>The checksum that a frame ends with.</summary>
    public uint Checksum { get; init; }
}
