using System;
using System.Buffers.Binary;
using System.IO;

namespace VmaTools.Compression;

/// <summary>Pieces of an lzop file: some blocks, whose lengths stand before them.</summary>
internal sealed class LzopCutter : PieceCutter
{
    private const int EnoughContent = 1 << 20;
    private const int MostContent = 4 << 20;
    private const int LengthsSize = 8;
    private const int ChecksumSize = 4;

    private readonly LzopFlags _flags;

    public LzopCutter(Stream source, LzopState from)
        : base(source, from.CompressedPosition) => _flags = from.Flags;

    public override PieceDecodingStream NewDecoder() => new LzopDecodingStream(Stream.Null, leaveOpen: true);

    public override PieceState? Join(PieceState before, PieceState begin, PieceState end)
    {
        long decoded = before.DecodedPosition + end.DecodedPosition;
        bool hasUnchecked = before.HasUncheckedContent || end.HasUncheckedContent;
        return new LzopState(end.CompressedPosition, decoded)
        {
            Step = LzopStep.Block,
            Flags = _flags,
            HasUncheckedContent = hasUnchecked,
            VerifiedPosition = hasUnchecked ? before.VerifiedPosition : decoded,
        };
    }

    protected override PieceState FindEnd(PackedPiece piece, Stream source, out int length, out int ownLength)
    {
        length = ownLength = 0;
        int content = 0;
        while (content < EnoughContent && TryPassBlock(piece, source, length, out int end, out int blockContent))
        {
            length = ownLength = end;
            content += blockContent;
        }

        return new LzopState(piece.Position, 0) { Step = LzopStep.Block, Flags = _flags };
    }

    private bool TryPassBlock(PackedPiece piece, Stream source, int start, out int end, out int content)
    {
        end = content = 0;
        if (!piece.Fill(source, start + LengthsSize))
        {
            return false;
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(piece.Packed.Slice(start));
        uint compressedLength = BinaryPrimitives.ReadUInt32BigEndian(piece.Packed.Slice(start + 4));
        if (length is 0 or > MostContent || compressedLength is 0 || compressedLength > length)
        {
            return false;
        }

        content = (int)length;
        end = start + LengthsSize + (int)compressedLength + (ChecksumSize * Checksums(compressedLength == length));
        return piece.Fill(source, end);
    }

    private int Checksums(bool isStored)
    {
        LzopFlags present = _flags & (LzopFlags.DataAdler32 | LzopFlags.DataCrc32
            | (isStored ? LzopFlags.None : LzopFlags.CompressedAdler32 | LzopFlags.CompressedCrc32));
        int count = 0;
        for (uint rest = (uint)present; rest != 0; rest &= rest - 1)
        {
            count++;
        }

        return count;
    }
}
