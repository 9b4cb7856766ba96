namespace VmaTools;

/// <summary>
/// Every code that an error or a finding can carry: the whole vocabulary, in one place. Values never change.
/// </summary>
public static class VmaCodes
{
    // The compressed bytes around an archive.

    /// <summary>The compressed stream ends too early.</summary>
    public const string CompressedDataTruncated = "CompressedDataTruncated";

    /// <summary>The compressed stream breaks the rules of its own format.</summary>
    public const string CompressedDataCorrupt = "CompressedDataCorrupt";

    /// <summary>A checksum of the compressed stream does not match the bytes decoded.</summary>
    public const string CompressedChecksumMismatch = "CompressedChecksumMismatch";

    /// <summary>Bytes that are no compressed data follow the end of the compressed stream.</summary>
    public const string CompressedTrailingData = "CompressedTrailingData";

    /// <summary>The compressed stream asks for a larger window than the limit in force.</summary>
    public const string CompressionWindowTooLarge = "CompressionWindowTooLarge";

    /// <summary>The compressed stream uses a feature that is not supported, such as a dictionary.</summary>
    public const string CompressionNotSupported = "CompressionNotSupported";

    // The disk images that devices are exported to.

    /// <summary>The disk is larger than the image format allows.</summary>
    public const string ImageTooLarge = "ImageTooLarge";

    /// <summary>The image format has no such variant or setting.</summary>
    public const string ImageOptionNotSupported = "ImageOptionNotSupported";
}
