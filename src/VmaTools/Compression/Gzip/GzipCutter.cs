using System;
using System.Buffers.Binary;
using System.IO;

namespace VmaTools.Compression;

/// <summary>
/// Pieces of a gzip file: whole members. One of bgzip tells its length in its header; of others the end is where the next header seems
/// to be.
/// </summary>
internal sealed class GzipCutter : PieceCutter
{
    private const int EnoughPacked = 256 << 10;

    /// <summary>bgzip's hold 64 KiB each.</summary>
    private const int EnoughMembers = 64;

    /// <summary>A member with more is decoded by one thread, as it comes.</summary>
    private const int MostPacked = 4 << 20;

    private const int FixedSize = 10;
    private const int TrailerSize = 8;
    private const int SearchStep = 128 << 10;

    public GzipCutter(Stream source, long position)
        : base(source, position)
    {
    }

    public override PieceDecodingStream NewDecoder() => new GzipDecodingStream(Stream.Null, leaveOpen: true);

    public override PieceState? Join(PieceState before, PieceState begin, PieceState end)
    {
        long decoded = before.DecodedPosition + end.DecodedPosition;
        return StateAt(end.CompressedPosition, decoded);
    }

    protected override PieceState FindEnd(PackedPiece piece, Stream source, out int length, out int ownLength)
    {
        length = 0;
        for (int members = 0; members < EnoughMembers && length < EnoughPacked; members++)
        {
            if (FindEnd(piece, source, length) is not int end)
            {
                break;
            }

            length = end;
        }

        ownLength = length;
        return StateAt(piece.Position, 0);
    }

    private static GzipState StateAt(long compressed, long decoded) =>
        new(compressed, decoded) { Step = GzipStep.FurtherHeader, VerifiedPosition = decoded };

    private static int? FindEnd(PackedPiece piece, Stream source, int start)
    {
        if (!piece.Fill(source, start + FixedSize) || !LooksLikeHeader(piece.Packed.Slice(start)))
        {
            return null;
        }

        if (TakeSize(piece, source, start) is int size)
        {
            return size >= FixedSize + TrailerSize && piece.Fill(source, start + size) ? start + size : null;
        }

        int at = start + FixedSize + TrailerSize;
        while (at - start < MostPacked)
        {
            // The last bytes may be the first of a header.
            bool isMore = piece.Fill(source, at + SearchStep);
            int end = Math.Max(at, piece.PackedLength - FixedSize + 1);
            for (; at < end; at++)
            {
                int next = piece.Packed.Slice(at, end - at).IndexOf((byte)0x1F);
                at = next < 0 ? end : at + next;
                if (at < end && LooksLikeHeader(piece.Packed.Slice(at)))
                {
                    return at;
                }
            }

            if (!isMore)
            {
                break;
            }
        }

        return null;
    }

    /// <summary>Whether what begins there is most likely a header: random bytes look like one once in some ten thousand GB.</summary>
    private static bool LooksLikeHeader(ReadOnlySpan<byte> bytes) =>
        GzipHeader.Matches(bytes) && bytes[2] == 8 && (bytes[3] & 0xE0) == 0 && bytes[8] is 0 or 2 or 4 && bytes[9] is <= 13 or 255;

    /// <summary>The length of a member that bgzip made, as the extra field of its header tells it; null where it does not.</summary>
    private static int? TakeSize(PackedPiece piece, Stream source, int start)
    {
        const byte ExtraFieldFlag = 4;
        const int FieldAt = FixedSize + 2;
        if ((piece.Packed[start + 3] & ExtraFieldFlag) == 0 || !piece.Fill(source, start + FieldAt))
        {
            return null;
        }

        int fieldSize = BinaryPrimitives.ReadUInt16LittleEndian(piece.Packed.Slice(start + FixedSize));
        if (!piece.Fill(source, start + FieldAt + fieldSize))
        {
            return null;
        }

        ReadOnlySpan<byte> field = piece.Packed.Slice(start + FieldAt, fieldSize);
        while (field.Length >= 4)
        {
            int size = BinaryPrimitives.ReadUInt16LittleEndian(field.Slice(2));
            if (field[0] == 'B' && field[1] == 'C' && size == 2 && field.Length >= 6)
            {
                return BinaryPrimitives.ReadUInt16LittleEndian(field.Slice(4)) + 1;
            }

            field = field.Slice(Math.Min(field.Length, 4 + size));
        }

        return null;
    }
}
