using System;
using VmaTools.Bytes;
using VmaTools.Compression;

namespace VmaTools.Images.Reading;

/// <summary>The disk, or the part of one, in a sparse VMDK file, whose grains may be compressed.</summary>
/// <remarks>
/// The directory has the sector of each grain table, a table that of each grain; 0 for none. In front of a compressed grain there
/// are its first sector on the disk (8 bytes) and its compressed length (4 bytes); it is a zlib stream.
/// </remarks>
internal sealed class VmdkSparseImage : MappedImage
{
    private const int Sector = VmdkHeader.SectorSize;
    private const int EntrySize = VmdkHeader.EntrySize;
    private const int MarkerSize = 12;

    private readonly VmdkSparseHeader _header;
    private readonly long _tableSpan;

    public VmdkSparseImage(ImageFile file, VmdkSparseHeader header)
        : base(file, header.Size)
    {
        _header = header;
        _tableSpan = (long)header.GrainSize * header.TableEntries;
    }

    protected override int PackedUnit => _header.GrainSize;

    protected override ImagePiece Find(long offset)
    {
        long table = (long)ReadEntry(_header.DirectoryOffset + (offset / _tableSpan * EntrySize)) * Sector;
        if (table == 0)
        {
            return ImagePiece.Zeros(_tableSpan - (offset % _tableSpan));
        }

        File.CheckRange(table, (long)_header.TableEntries * EntrySize, "A grain table");
        uint entry = ReadEntry(table + (offset % _tableSpan / _header.GrainSize * EntrySize));
        int within = (int)(offset % _header.GrainSize);
        long length = _header.GrainSize - within;
        if (entry == 0 || (entry == 1 && _header.HasZeroGrains))
        {
            return ImagePiece.Zeros(length);
        }

        long position = (long)entry * Sector;
        return _header.IsCompressed
            ? new ImagePiece(ImagePieceKind.Packed, length, position, within)
            : ImagePiece.Stored(position + within, length);
    }

    protected override void Unpack(ImagePiece piece, long offset, PieceDecoder decoder, Span<byte> target)
    {
        byte[] marker = File.Read(piece.Position, MarkerSize, "A compressed grain");
        long grain = offset - piece.Within;
        uint length = LittleEndian.U32(marker, 8);
        if (LittleEndian.U64(marker, 0) != (ulong)(grain / Sector) || length > (2 * (uint)target.Length) + Sector)
        {
            throw File.Damaged("a compressed grain is that of another place, or too long.", piece.Position);
        }

        File.CheckRange(piece.Position + MarkerSize, length, "A compressed grain");
        byte[] packed = decoder.TakeInput((int)length);
        File.Bytes.Read(piece.Position + MarkerSize, packed.AsSpan(0, (int)length));
        int unpacked = Decode(decoder.Memory, packed, (int)length, piece.Position, target);
        if (unpacked < Math.Min(target.Length, Length - grain))
        {
            throw File.Damaged("a compressed grain is shorter than a grain.", piece.Position);
        }
    }

    private int Decode(MemoryDecoder decoder, byte[] packed, int count, long position, Span<byte> target)
    {
        if (!MemoryDecoder.IsZlib(packed.AsSpan(0, count)))
        {
            throw File.Damaged("a compressed grain does not begin as zlib does.", position);
        }

        try
        {
            int length = decoder.Inflate(packed, MemoryDecoder.ZlibHeaderSize, count - MemoryDecoder.ZlibHeaderSize, target, out uint? sum);
            return sum == Adler32.Append(Adler32.Initial, target.Slice(0, length))
                ? length
                : throw File.Mismatch("a compressed grain", position);
        }
        catch (VmaCompressionException exception)
        {
            throw File.Damaged($"a compressed grain cannot be decoded: {exception.Sentence}", position);
        }
    }

    private uint ReadEntry(long offset)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        File.Read(offset, entry);
        return LittleEndian.U32(entry, 0);
    }
}
