using System;
using System.Buffers.Binary;
using VmaTools.Bytes;
using VmaTools.Compression;

namespace VmaTools.Images.Reading;

/// <summary>The disk in a QCOW2 image.</summary>
/// <remarks>
/// Entries have 8 bytes, big-endian. An L1 entry has the offset of an L2 table in bits 9 to 55. An L2 entry stands for a cluster:
/// <code>
///  bit 62 clear  bit 0: the cluster is zeros (version 3); bits 9 to 55: its offset, 0 for none
///  bit 62 set    below bit x: the offset; from x to 61: sectors beyond the first; x = 62 - (bits of a cluster - 8)
/// </code>
/// Bit 63 says that nobody else uses the cluster.
/// </remarks>
internal sealed class Qcow2Image : MappedImage
{
    private const ulong OffsetBits = 0x00FF_FFFF_FFFF_FE00;
    private const ulong L1Reserved = 0x7F00_0000_0000_01FF;
    private const ulong L2Reserved = 0x3F00_0000_0000_01FE;
    private const ulong ZeroBit = 1;
    private const ulong PackedBit = 1UL << 62;
    private const int SectorSizeOfTables = 512;
    private const int MaxWindow = 8 << 20;

    private readonly Qcow2Header _header;
    private readonly MemoryDecoder _decoder = new();
    private byte[] _packed = [];

    public Qcow2Image(ImageFile file, Qcow2Header header)
        : base(file, header.Size) => _header = header;

    protected override int PackedUnit => _header.ClusterSize;

    public override void Dispose()
    {
        _decoder.Dispose();
        base.Dispose();
    }

    protected override ImagePiece Find(long offset)
    {
        int bits = _header.ClusterBits;
        int l1Shift = bits + bits - 3;
        ulong table = ReadEntry(_header.L1Offset + ((offset >> l1Shift) * 8));
        if ((table & L1Reserved) != 0 || (long)(table & OffsetBits) % _header.ClusterSize != 0)
        {
            throw File.Damaged("an entry of the table of tables is none.", _header.L1Offset + ((offset >> l1Shift) * 8));
        }

        long l2 = (long)(table & OffsetBits);
        if (l2 == 0)
        {
            return ImagePiece.Zeros((((offset >> l1Shift) + 1) << l1Shift) - offset);
        }

        File.CheckRange(l2, _header.ClusterSize, "A table of clusters");
        long entryAt = l2 + ((offset >> bits & ((1L << (bits - 3)) - 1)) * 8);
        ulong entry = ReadEntry(entryAt);
        int within = (int)(offset & (_header.ClusterSize - 1));
        long length = _header.ClusterSize - within;
        if ((entry & PackedBit) != 0)
        {
            return FindPacked(entry, entryAt, length, within);
        }

        bool isZero = (entry & ZeroBit) != 0;
        long position = (long)(entry & OffsetBits);
        if ((entry & L2Reserved) != 0 || position % _header.ClusterSize != 0 || (isZero && _header.Version < 3))
        {
            throw File.Damaged("an entry of a table of clusters is none.", entryAt);
        }

        return isZero || position == 0 ? ImagePiece.Zeros(length) : ImagePiece.Stored(position + within, length);
    }

    protected override void Unpack(ImagePiece piece, long offset, byte[] target)
    {
        if (_packed.Length < piece.PackedLength)
        {
            // There are up to 2 clusters of it: as many sectors as the bits of an entry can count.
            _packed = new byte[piece.PackedLength];
        }

        File.Bytes.Read(piece.Position, _packed.AsSpan(0, piece.PackedLength));
        int length;
        try
        {
            length = _header.IsZstd
                ? MemoryDecoder.DecodeZstd(_packed, piece.PackedLength, MaxWindow, target)
                : _decoder.Inflate(_packed, 0, piece.PackedLength, target, out _);
        }
        catch (VmaCompressionException exception)
        {
            throw File.Damaged($"a compressed cluster cannot be decoded: {exception.Sentence}", piece.Position);
        }

        if (length < target.Length)
        {
            throw File.Damaged("a compressed cluster is shorter than a cluster.", piece.Position);
        }
    }

    private ImagePiece FindPacked(ulong entry, long entryAt, long length, int within)
    {
        int x = 62 - (_header.ClusterBits - 8);
        long position = (long)(entry & ((1UL << x) - 1));
        long sectors = (long)(entry >> x & ((1UL << (_header.ClusterBits - 8)) - 1)) + 1;
        if (position >= File.Length)
        {
            throw File.Damaged("a compressed cluster lies beyond the end of the file; it may have been cut.", entryAt);
        }

        // Its sectors are counted whole, and the last one in the file may be short.
        long packed = Math.Min((sectors * SectorSizeOfTables) - (position & (SectorSizeOfTables - 1)), File.Length - position);
        return new ImagePiece(ImagePieceKind.Packed, length, position, within, (int)packed);
    }

    private ulong ReadEntry(long offset)
    {
        Span<byte> entry = stackalloc byte[8];
        File.Read(offset, entry);
        return BinaryPrimitives.ReadUInt64BigEndian(entry);
    }
}
