using System;
using System.Buffers.Binary;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>A range of a file's content as an item of its tree describes it.</summary>
/// <remarks>
/// <code>
///  0 generation u64   8 bytes when decoded u64   16 compression u8   17 encryption u8   18 other encoding u16   20 kind u8
/// 21 inline: the bytes; else logical address u64 (0: hole), bytes there u64, where in these the range begins u64, its bytes u64
/// </code>
/// </remarks>
internal readonly struct BtrfsExtent
{
    public const int HeaderSize = 21;
    public const int FullSize = 53;
    public const int OffsetOffset = 37;
    public const int LengthOffset = 45;

    private const byte InlineKind = 0;
    private const byte PreallocatedKind = 2;

    private BtrfsExtent(long offset, long length)
    {
        Offset = offset;
        Length = length;
    }

    /// <summary>Byte offset in the file.</summary>
    public long Offset { get; }

    /// <summary>Bytes of the content; of an inline extent up to the end of its sector.</summary>
    public long Length { get; }

    public long End => Offset + Length;

    /// <summary>Logical address of the stored bytes; 0 for a hole.</summary>
    public ulong Address { get; private init; }

    /// <summary>Bytes that are stored there.</summary>
    public ulong StoredLength { get; private init; }

    /// <summary>Where the range begins in what is stored, decoded.</summary>
    public ulong StoredOffset { get; private init; }

    /// <summary>Bytes of all that is stored, decoded.</summary>
    public ulong DecodedLength { get; private init; }

    public BtrfsCompression Compression { get; private init; }

    /// <summary>True where it is allocated, and nothing was written there yet.</summary>
    public bool IsUnwritten { get; private init; }

    /// <summary>The bytes that stand in the item itself, maybe compressed; empty where none do.</summary>
    public ReadOnlyMemory<byte> Inline { get; private init; }

    public bool IsInline { get; private init; }

    public bool IsHole => !IsInline && Address == 0;

    public static BtrfsExtent Hole(long offset, long length) => new(offset, length);

    /// <summary>The same of which only the beginning counts.</summary>
    public BtrfsExtent CutTo(long length) => new(Offset, length)
    {
        Address = Address,
        StoredLength = StoredLength,
        StoredOffset = StoredOffset,
        DecodedLength = DecodedLength,
        Compression = Compression,
        IsUnwritten = IsUnwritten,
        Inline = Inline,
        IsInline = IsInline,
    };

    /// <summary>Parses an item.</summary>
    /// <param name="item">The item.</param>
    /// <param name="sectorSize">Bytes in a sector of the file system.</param>
    public static BtrfsExtent Parse(in BtrfsItem item, int sectorSize)
    {
        ReadOnlySpan<byte> bytes = item.Data.Span;
        if (bytes.Length < HeaderSize)
        {
            throw BtrfsErrors.TooShort("an extent");
        }

        ulong decoded = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice(8));
        byte compression = bytes[16];
        byte kind = bytes[20];
        if (bytes[17] != 0)
        {
            throw new VmaFileSystemException(VmaCodes.FileEncrypted, $"The content is encrypted (kind {bytes[17]}).");
        }

        if (compression > (byte)BtrfsCompression.Zstd || bytes[18] != 0 || bytes[19] != 0)
        {
            throw BtrfsErrors.NotSupported($"The content is stored in an unknown form (compression {compression}, encoding {bytes[18] | (bytes[19] << 8)}).");
        }

        if (item.Key.Offset > long.MaxValue || decoded > long.MaxValue || kind > PreallocatedKind)
        {
            throw BtrfsErrors.Damaged("An extent of the file makes no sense.");
        }

        long offset = (long)item.Key.Offset;
        if (kind == InlineKind)
        {
            // Inline bytes have room in a leaf, and none but the first sector's are.
            if (offset != 0 || decoded > (ulong)Math.Max(sectorSize, 65536))
            {
                throw BtrfsErrors.Damaged("An inline extent of the file makes no sense.");
            }

            long end = ((long)decoded + sectorSize - 1) / sectorSize * sectorSize;
            return new BtrfsExtent(offset, Math.Max(end, 1))
            {
                IsInline = true,
                Inline = item.Data.Slice(HeaderSize),
                DecodedLength = decoded,
                Compression = (BtrfsCompression)compression,
            };
        }

        if (bytes.Length < FullSize)
        {
            throw BtrfsErrors.TooShort("an extent");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice(LengthOffset));
        BtrfsExtent extent = new(offset, (long)Math.Min(length, long.MaxValue))
        {
            Address = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice(21)),
            StoredLength = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice(29)),
            StoredOffset = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice(OffsetOffset)),
            DecodedLength = decoded,
            Compression = (BtrfsCompression)compression,
            IsUnwritten = kind == PreallocatedKind,
        };
        if (length == 0 || length > (ulong)(long.MaxValue - offset) || extent.Address > long.MaxValue || extent.StoredLength > long.MaxValue
            || extent.Address % (ulong)sectorSize != 0
            || (extent.Address != 0 && (extent.StoredOffset > decoded || length > decoded - extent.StoredOffset))
            || (extent.Address != 0 && compression == 0 && length > extent.StoredLength - Math.Min(extent.StoredOffset, extent.StoredLength)))
        {
            throw BtrfsErrors.Damaged("An extent of the file makes no sense.");
        }

        return extent;
    }
}
