using System;
using System.IO;

namespace VmaTools.Compression;

/// <summary>
/// Cuts a compressed stream into pieces that can be decoded apart from each other, without decoding anything. Whether it cut rightly is
/// told by decoding: each piece has to end where the next one begins.
/// </summary>
internal abstract class PieceCutter
{
    private readonly Stream _source;
    private long _position;

    private protected PieceCutter(Stream source, long position)
    {
        _source = source;
        _position = position;
    }

    /// <summary>Bytes that were read and are in no piece.</summary>
    public byte[] Left { get; private set; } = [];

    /// <param name="source">The compressed bytes.</param>
    /// <param name="from">Where they stand: where a decoder of pieces stopped.</param>
    public static PieceCutter Create(Stream source, PieceState from) => from switch
    {
        GzipState => new GzipCutter(source, from.CompressedPosition),
        LzopState state => new LzopCutter(source, state),
        Bzip2State state => new Bzip2Cutter(source, state),
        _ => throw new ArgumentOutOfRangeException(nameof(from)),
    };

    /// <summary>Reads the next piece.</summary>
    /// <param name="packed">An array to use.</param>
    /// <param name="content">Another.</param>
    /// <returns>Null where no piece begins, or too long a one, or the source ends within it: somebody else has to go on there.</returns>
    public PackedPiece? Next(byte[] packed, byte[] content)
    {
        PackedPiece piece = new(_position, packed, content);
        piece.Add(Left);
        int length = 0;
        int ownLength = 0;
        try
        {
            piece.Begin = FindEnd(piece, _source, out length, out ownLength);
        }
        finally
        {
            Left = piece.CutTo(length, ownLength);
        }

        _position += ownLength;
        if (length > 0)
        {
            return piece;
        }

        piece.Dispose();
        return null;
    }

    /// <summary>A decoder for pieces.</summary>
    public abstract PieceDecodingStream NewDecoder();

    /// <summary>Reads on to where a piece may end, and says where.</summary>
    /// <param name="piece">The piece, with the bytes that were read already.</param>
    /// <param name="source">The bytes that follow.</param>
    /// <param name="length">Its length; 0 where there is none.</param>
    /// <param name="ownLength">How many of its bytes the next one does not begin with.</param>
    /// <returns>How a decoder begins with it.</returns>
    protected abstract PieceState FindEnd(PackedPiece piece, Stream source, out int length, out int ownLength);

    /// <summary>Where a decoder stands that decoded all up to a state and then a piece; null where these do not fit together.</summary>
    /// <param name="before">The state.</param>
    /// <param name="begin">How the piece was begun with.</param>
    /// <param name="end">Where its decoder stood at the end.</param>
    public abstract PieceState? Join(PieceState before, PieceState begin, PieceState end);
}
