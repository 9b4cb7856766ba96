using System;
using System.IO;

namespace VmaTools.Compression;

/// <summary>
/// Pieces of a bzip2 file: from the mark of one block to that of the next, with the end of a stream and the header of another between
/// them where these are.
/// </summary>
internal sealed class Bzip2Cutter : PieceCutter
{
    /// <summary>What has more is no usual block.</summary>
    private const int MostPacked = 2 << 20;

    /// <summary>A mark is no longer, nor a block shorter.</summary>
    private const int LeastPacked = 7;

    private const int SearchStep = 64 << 10;

    private readonly int _level;
    private int _skippedBits;

    public Bzip2Cutter(Stream source, Bzip2State from)
        : base(source, from.CompressedPosition)
    {
        _level = from.Level;
        _skippedBits = from.SkippedBits;
    }

    public override PieceDecodingStream NewDecoder() => new Bzip2DecodingStream(Stream.Null, leaveOpen: true);

    public override PieceState? Join(PieceState before, PieceState begin, PieceState end)
    {
        Bzip2State first = (Bzip2State)before;
        Bzip2State start = (Bzip2State)begin;
        Bzip2State last = (Bzip2State)end;
        if (first.CompressedPosition != start.CompressedPosition || first.SkippedBits != start.SkippedBits || first.Level != _level)
        {
            return null;
        }

        uint? combined = last.Combined;
        if (first.Combined is uint known)
        {
            uint all = last.Begun.After(known);
            if (last.Begun.Told is uint told && told != all)
            {
                return null;
            }

            combined ??= all;
        }

        long decoded = before.DecodedPosition + end.DecodedPosition;
        return new Bzip2State(end.CompressedPosition, decoded)
        {
            Step = Bzip2Step.Mark,
            SkippedBits = last.SkippedBits,
            Level = last.Level,
            Combined = combined,
            VerifiedPosition = decoded,
        };
    }

    protected override PieceState FindEnd(PackedPiece piece, Stream source, out int length, out int ownLength)
    {
        length = ownLength = 0;
        Bzip2State begin = new(piece.Position, 0) { Step = Bzip2Step.Mark, SkippedBits = _skippedBits, Level = _level };
        bool isMore = true;
        for (int at = LeastPacked; isMore && at < MostPacked;)
        {
            isMore = piece.Fill(source, at + SearchStep);
            if (Bzip2Marks.TryFind(piece.Packed, ref at, out int shift))
            {
                ownLength = at;
                length = shift > 0 ? at + 1 : at;
                _skippedBits = shift;
                break;
            }
        }

        return begin;
    }
}
