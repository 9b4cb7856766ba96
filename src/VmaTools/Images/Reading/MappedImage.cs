using System;
using System.Collections.Generic;
using VmaTools.Disks;

namespace VmaTools.Images.Reading;

/// <summary>
/// The disk in an image whose tables say where each of its blocks is. A reader finds one block; what lies together in the file is
/// read at once, and what is compressed is decoded once for all reads in a row that want it, or, in a long read, on several threads.
/// </summary>
internal abstract class MappedImage : DiskBytes
{
    // So that asking for one stretch of a large empty disk ends.
    private const int MaxPiecesInRun = 1 << 16;
    private const int MaxPackedInRange = 1 << 6;

    private readonly object _gate = new();
    private PackedRow? _row;
    private PieceDecoder? _decoder;
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

    public override void Dispose()
    {
        _row?.Dispose();
        _decoder?.Dispose();
        base.Dispose();
    }

    /// <summary>Decodes what is compressed into <see cref="PackedUnit"/> bytes. From any thread, each with a decoder of its own.</summary>
    protected virtual void Unpack(ImagePiece piece, long offset, PieceDecoder decoder, Span<byte> target) => throw new NotSupportedException();

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
                    part = buffer.Slice(0, ReadPacked(piece, offset, buffer));
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
                // Who reads in order is to read many at once.
                long end = offset + piece.Length;
                for (int pieces = 1; end < offset + length && pieces < MaxPackedInRange && Find(end) is { Kind: ImagePieceKind.Packed } next; pieces++)
                {
                    end += next.Length;
                }

                return new KnownRange(Math.Min(end - offset, length), KnownRangeKind.Data);
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

    /// <summary>Reads what is compressed.</summary>
    /// <returns>How many bytes of the buffer were filled.</returns>
    private int ReadPacked(ImagePiece piece, long offset, Span<byte> buffer)
    {
        lock (_gate)
        {
            List<ImagePiece> row = FindRow(piece, offset, buffer.Length);
            if (row.Count > 1)
            {
                Span<byte> target = buffer.Slice(0, row.Count * PackedUnit);
                _row!.Decode(row, target, (number, decoder, room) => Unpack(row[number], offset + ((long)number * PackedUnit), decoder, room));
                return target.Length;
            }

            _decoder ??= new PieceDecoder();
            byte[] unpacked = _decoder.TakeOutput(PackedUnit);
            if (_unpackedPosition != piece.Position)
            {
                _unpackedPosition = -1;
                Unpack(piece, offset, _decoder, unpacked.AsSpan(0, PackedUnit));
                _unpackedPosition = piece.Position;
            }

            unpacked.AsSpan(piece.Within, (int)piece.Length).CopyTo(buffer);
            return (int)piece.Length;
        }
    }

    /// <summary>The pieces from one on that are compressed and wanted whole; empty where it is not wanted whole itself.</summary>
    private List<ImagePiece> FindRow(ImagePiece piece, long offset, int limit)
    {
        List<ImagePiece> row = [];
        _row ??= new PackedRow(PackedUnit);
        for (int end = PackedUnit; piece.Kind == ImagePieceKind.Packed && piece.Within == 0 && end <= limit && row.Count < _row.Most; end += PackedUnit)
        {
            row.Add(piece);
            if (offset + end >= Length)
            {
                break;
            }

            piece = Find(offset + end);
        }

        return row;
    }
}
