using System;
using VmaTools.Disks;

namespace VmaTools.Images.Reading;

/// <summary>
/// The disk in an image whose tables say where each of its blocks is. A reader finds one block; what lies together in the file is
/// read at once, and what is compressed is decoded once for all reads in a row that want it.
/// </summary>
internal abstract class MappedImage : DiskBytes
{
    // So that asking for one stretch of a large empty disk ends.
    private const int MaxPiecesInRun = 1 << 16;

    private readonly object _gate = new();
    private byte[] _unpacked = [];
    private long _unpackedPosition = -1;

    protected MappedImage(ImageFile file, long length, int sectorSize = 512)
    {
        File = file;
        Length = length;
        SectorSize = sectorSize;
    }

    public sealed override long Length { get; }

    public sealed override int SectorSize { get; }

    protected ImageFile File { get; }

    /// <summary>Bytes that are decoded at once, where anything is compressed.</summary>
    protected virtual int PackedUnit => 0;

    /// <summary>Where the disk's bytes from <paramref name="offset"/> on are; it lies on the disk. From any thread.</summary>
    protected abstract ImagePiece Find(long offset);

    /// <summary>Decodes what is compressed into <see cref="PackedUnit"/> bytes. By one thread at a time.</summary>
    protected virtual void Unpack(ImagePiece piece, long offset, byte[] target) => throw new NotSupportedException();

    protected sealed override void ReadCore(long offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            ImagePiece piece = FindRun(offset, buffer.Length);
            Span<byte> part = buffer.Slice(0, (int)piece.Length);
            switch (piece.Kind)
            {
                case ImagePieceKind.Zeros:
                    part.Clear();
                    break;
                case ImagePieceKind.Stored:
                    File.CheckRange(piece.Position, piece.Length, "Data of the disk");
                    File.Bytes.Read(piece.Position, part);
                    break;
                default:
                    ReadPacked(piece, offset, part);
                    break;
            }

            buffer = buffer.Slice(part.Length);
            offset += part.Length;
        }
    }

    protected sealed override KnownRange FindRangeCore(long offset, long length)
    {
        ImagePiece piece = FindRun(offset, length);
        switch (piece.Kind)
        {
            case ImagePieceKind.Zeros:
                return new KnownRange(piece.Length, KnownRangeKind.Zeros);
            case ImagePieceKind.Stored:
                // Where it lies in a hole of the file. Reading tells what is wrong with what lies outside.
                KnownRange range = File.Bytes.FindRange(piece.Position, piece.Length);
                return range.Length > 0 ? range : new KnownRange(piece.Length, KnownRangeKind.Data);
            default:
                return new KnownRange(piece.Length, KnownRangeKind.Data);
        }
    }

    /// <summary>The stretch from an offset on that is stored in one way and place, of at most <paramref name="limit"/> bytes.</summary>
    private ImagePiece FindRun(long offset, long limit)
    {
        ImagePiece run = Find(offset);
        for (int pieces = 1; run.Length < limit && offset + run.Length < Length && pieces < MaxPiecesInRun; pieces++)
        {
            ImagePiece next = Find(offset + run.Length);
            if (!run.IsContinuedBy(next))
            {
                break;
            }

            run = run with { Length = run.Length + next.Length };
        }

        return run with { Length = Math.Min(Math.Min(run.Length, limit), Length - offset) };
    }

    private void ReadPacked(ImagePiece piece, long offset, Span<byte> target)
    {
        lock (_gate)
        {
            if (_unpackedPosition != piece.Position)
            {
                if (_unpacked.Length == 0)
                {
                    _unpacked = new byte[PackedUnit];
                }

                _unpackedPosition = -1;
                Unpack(piece, offset, _unpacked);
                _unpackedPosition = piece.Position;
            }

            _unpacked.AsSpan(piece.Within, target.Length).CopyTo(target);
        }
    }
}
