namespace VmaTools.Compression;

/// <summary>
/// What a decoder needs to go on from a block boundary: immutable, self-contained, valid for any number of resumptions.
/// Each format derives its own, with the window, tables and running checksum it carries.
/// </summary>
internal abstract class DecoderState
{
    private protected DecoderState(long compressedPosition, long decodedPosition)
    {
        CompressedPosition = compressedPosition;
        DecodedPosition = decodedPosition;
    }

    /// <summary>Byte offset in the compressed source at which the source must stand for resuming.</summary>
    public long CompressedPosition { get; }

    /// <summary>Byte offset in the decompressed data of the first byte delivered after resuming.</summary>
    public long DecodedPosition { get; }
}
