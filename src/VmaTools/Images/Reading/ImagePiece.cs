namespace VmaTools.Images.Reading;

/// <summary>How a stretch of an image's disk is stored.</summary>
internal enum ImagePieceKind
{
    /// <summary>Not at all: it is zeros.</summary>
    Zeros,

    /// <summary>As it is.</summary>
    Stored,

    /// <summary>Compressed, as a part of something that is decoded whole.</summary>
    Packed,
}

/// <summary>A stretch of an image's disk, and where it is in the file.</summary>
/// <param name="Kind">How it is stored.</param>
/// <param name="Length">Bytes of the disk; at least one.</param>
/// <param name="Position">Where in the file its first byte is, or the first of the compressed bytes.</param>
/// <param name="Within">Where it begins in what is decoded.</param>
/// <param name="PackedLength">Compressed bytes, where the tables tell.</param>
internal readonly record struct ImagePiece(ImagePieceKind Kind, long Length, long Position = 0, int Within = 0, int PackedLength = 0)
{
    public static ImagePiece Zeros(long length) => new(ImagePieceKind.Zeros, length);

    public static ImagePiece Stored(long position, long length) => new(ImagePieceKind.Stored, length, position);

    /// <summary>Whether <paramref name="next"/>, which follows on the disk, goes on in the same way.</summary>
    public bool IsContinuedBy(ImagePiece next) =>
        next.Kind == Kind && Kind switch
        {
            ImagePieceKind.Zeros => true,
            ImagePieceKind.Stored => next.Position == Position + Length,
            _ => false,
        };
}
