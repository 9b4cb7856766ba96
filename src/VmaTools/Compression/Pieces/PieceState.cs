namespace VmaTools.Compression;

/// <summary>Where a decoder stands, of a format whose pieces need nothing of each other.</summary>
internal abstract class PieceState : DecoderState
{
    private protected PieceState(long compressedPosition, long decodedPosition)
        : base(compressedPosition, decodedPosition)
    {
    }

    /// <summary>All decoded bytes before this offset were checked.</summary>
    public long VerifiedPosition { get; init; }

    /// <summary>Whether something met so far has no checksum of its data.</summary>
    public bool HasUncheckedContent { get; init; }
}
