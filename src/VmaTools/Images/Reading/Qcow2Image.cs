using System;
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
/// Bit 63 says that nobody else uses the cluster. Where clusters are divided an L2 entry has 16 bytes, and bit 0 of the first 8 says
/// nothing: of the second 8, bit n says that the nth 32nd is stored, bit 32 + n that it is zeros.
/// </remarks>
internal sealed class Qcow2Image : MappedImage
{
    private const ulong OffsetBits = 0x00FF_FFFF_FFFF_FE00;
    private const ulong L1Reserved = 0x7F00_0000_0000_01FF;
    private const ulong L2Reserved = 0x3F00_0000_0000_01FE;
    private const ulong ZeroBit = 1;
    private const ulong PackedBit = 1UL << 62;
    private const int SectorSizeOfTables = 512;
    private const int SubclusterBits = 5;
    private const int MaxWindow = 8 << 20;

    /// <summary>Bytes of a table that are read at once, to find what lies together.</summary>
    private const int TablePart = 512;

    private readonly Qcow2Header _header;

    public Qcow2Image(ImageFile file, Qcow2Header header)
        : base(file, header.Size) => _header = header;

    protected override int PackedUnit => _header.ClusterSize;

    protected override ImagePiece Find(long offset)
    {
        int bits = _header.ClusterBits;
        int spanBits = _header.TableSpanBits;
        long tableAt = _header.L1Offset + ((offset >> spanBits) * 8);
        Span<byte> part = stackalloc byte[TablePart];
        File.Read(tableAt, part.Slice(0, 8));
        ulong table = BigEndian.U64(part, 0);
        if ((table & L1Reserved) != 0 || (long)(table & OffsetBits) % _header.ClusterSize != 0)
        {
            throw File.Damaged("an entry of the table of tables is none.", tableAt);
        }

        long l2 = (long)(table & OffsetBits);
        if (l2 == 0)
        {
            return ImagePiece.Zeros((((offset >> spanBits) + 1) << spanBits) - offset);
        }

        File.CheckRange(l2, _header.ClusterSize, "A table of clusters");
        int first = (int)(offset >> bits & ((1L << (spanBits - bits)) - 1)) << _header.EntryBits;
        part = part.Slice(0, Math.Min(TablePart, _header.ClusterSize - first));
        File.Read(l2 + first, part);
        ImagePiece run = PieceOf(part, (int)(offset & (_header.ClusterSize - 1)))
            ?? throw File.Damaged("an entry of a table of clusters is none, or names a place beyond the end of the file.", l2 + first);
        for (int at = 1 << _header.EntryBits; at < part.Length && (offset + run.Length & (_header.ClusterSize - 1)) == 0; at += 1 << _header.EntryBits)
        {
            if (PieceOf(part.Slice(at), 0) is not { } next || !run.IsContinuedBy(next))
            {
                break;
            }

            run = run with { Length = run.Length + next.Length };
        }

        return run;
    }

    protected override void Unpack(ImagePiece piece, long offset, PieceDecoder decoder, Span<byte> target)
    {
        // There are up to 2 clusters of it: as many sectors as the bits of an entry can count.
        byte[] packed = decoder.TakeInput(piece.PackedLength);
        File.Bytes.Read(piece.Position, packed.AsSpan(0, piece.PackedLength));
        int length;
        try
        {
            length = _header.IsZstd
                ? MemoryDecoder.DecodeZstd(packed, piece.PackedLength, MaxWindow, target)
                : decoder.Memory.Inflate(packed, 0, piece.PackedLength, target, out _);
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

    /// <summary>What the first of some entries says of its cluster from a place on, or null where it breaks the rules.</summary>
    private ImagePiece? PieceOf(ReadOnlySpan<byte> entries, int within)
    {
        ulong entry = BigEndian.U64(entries, 0);
        ulong parts = _header.HasSubclusters ? BigEndian.U64(entries, 8) : 0;
        int length = _header.ClusterSize - within;
        if ((entry & PackedBit) != 0)
        {
            return parts == 0 ? FindPacked(entry, length, within) : null;
        }

        bool isZero = (entry & ZeroBit) != 0;
        long position = (long)(entry & OffsetBits);
        if ((entry & L2Reserved) != 0 || position % _header.ClusterSize != 0 || (isZero && (_header.Version < 3 || _header.HasSubclusters)))
        {
            return null;
        }

        if (_header.HasSubclusters)
        {
            return FindSubclusters(parts, position, within);
        }

        return isZero || position == 0 ? ImagePiece.Zeros(length) : ImagePiece.Stored(position + within, length);
    }

    /// <summary>The 32nds of a cluster, from a place on, that are of one kind.</summary>
    private ImagePiece? FindSubclusters(ulong parts, long position, int within)
    {
        uint stored = (uint)parts;
        uint zeros = (uint)(parts >> 32);
        if ((stored & zeros) != 0 || (stored != 0 && position == 0))
        {
            return null;
        }

        int bits = _header.ClusterBits - SubclusterBits;
        int part = within >> bits;
        bool isStored = (stored >> part & 1) != 0;
        do
        {
            part++;
        }
        while (part < 1 << SubclusterBits && (stored >> part & 1) != 0 == isStored);
        int length = (part << bits) - within;
        return isStored ? ImagePiece.Stored(position + within, length) : ImagePiece.Zeros(length);
    }

    private ImagePiece? FindPacked(ulong entry, int length, int within)
    {
        int x = 62 - (_header.ClusterBits - 8);
        long position = (long)(entry & ((1UL << x) - 1));
        long sectors = (long)(entry >> x & ((1UL << (_header.ClusterBits - 8)) - 1)) + 1;
        if (position >= File.Length)
        {
            return null;
        }

        // Its sectors are counted whole, and the last one in the file may be short.
        long packed = Math.Min((sectors * SectorSizeOfTables) - (position & (SectorSizeOfTables - 1)), File.Length - position);
        return new ImagePiece(ImagePieceKind.Packed, length, position, within, (int)packed);
    }
}
