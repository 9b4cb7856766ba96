using System;
using VmaTools.Bytes;

namespace VmaTools.Images.Reading;

/// <summary>The disk in a dynamic VHD.</summary>
/// <remarks>
/// Big-endian. The header, 1024 bytes: "cxsparse" 8, reserved 8, offset of the table 8, version 4, entries of the table 4, size of a
/// block 4, checksum 4. The table has the sector of each block, 0xFFFFFFFF for none. A block begins with a bitmap, a bit for each
/// sector, highest bit first, padded to whole sectors; where a bit is not set the sector was never written.
/// </remarks>
internal sealed class VhdImage : MappedImage
{
    private const int HeaderSize = 1024;
    private const int ChecksumAt = 36;
    private const int Sector = 512;
    private const uint NotAllocated = uint.MaxValue;
    private const int BitmapPart = 512;
    private const uint MaxBlockSize = 1U << 30;

    private readonly long _tableOffset;
    private readonly int _blockSize;
    private readonly int _bitmapSize;

    private VhdImage(ImageFile file, long size, long tableOffset, int blockSize)
        : base(file, size)
    {
        _tableOffset = tableOffset;
        _blockSize = blockSize;
        _bitmapSize = ((blockSize / Sector / 8) + Sector - 1) / Sector * Sector;
    }

    public static VhdImage Open(ImageFile file, VhdFooter footer)
    {
        byte[] header = file.Read(footer.HeaderOffset, HeaderSize, "The header of a dynamic disk");
        if (!header.AsSpan().StartsWith("cxsparse"u8) || !VhdFooter.IsWhole(header, ChecksumAt, HeaderSize))
        {
            throw file.Mismatch("the header of a dynamic disk", footer.HeaderOffset);
        }

        ulong table = BigEndian.U64(header, 16);
        uint entries = BigEndian.U32(header, 28);
        uint blockSize = BigEndian.U32(header, 32);
        if (blockSize is < 8 * Sector or > MaxBlockSize || (blockSize & (blockSize - 1)) != 0
            || table > long.MaxValue
            || (footer.DiskSize + blockSize - 1) / blockSize > entries)
        {
            throw file.Damaged(
                $"a disk of {footer.DiskSize} bytes in {entries} blocks of {blockSize} bytes cannot be.", footer.HeaderOffset);
        }

        file.CheckRange((long)table, (footer.DiskSize + blockSize - 1) / blockSize * sizeof(uint), "The table of blocks");
        return new VhdImage(file, footer.DiskSize, (long)table, (int)blockSize);
    }

    protected override ImagePiece Find(long offset)
    {
        long block = offset / _blockSize;
        int within = (int)(offset % _blockSize);
        Span<byte> entry = stackalloc byte[sizeof(uint)];
        File.Read(_tableOffset + (block * sizeof(uint)), entry);
        uint sector = BigEndian.U32(entry, 0);
        if (sector == NotAllocated)
        {
            return ImagePiece.Zeros(_blockSize - within);
        }

        long bitmapAt = (long)sector * Sector;
        File.CheckRange(bitmapAt, _bitmapSize, "The bitmap of a block");
        int first = within / Sector;
        int partStart = first / 8 / BitmapPart * BitmapPart;
        Span<byte> bitmap = stackalloc byte[BitmapPart];
        File.Read(bitmapAt + partStart, bitmap);
        int count = Math.Min(_blockSize / Sector, (partStart + BitmapPart) * 8);
        int end = EndOfRow(bitmap, first - (partStart * 8), count - (partStart * 8), out bool isStored) + (partStart * 8);
        long length = ((long)end * Sector) - within;
        return isStored ? ImagePiece.Stored(bitmapAt + _bitmapSize + within, length) : ImagePiece.Zeros(length);
    }

    /// <summary>The first bit from one on that differs from it.</summary>
    private static int EndOfRow(ReadOnlySpan<byte> bitmap, int first, int count, out bool isSet)
    {
        isSet = (bitmap[first / 8] & (0x80 >> (first % 8))) != 0;
        byte same = isSet ? (byte)0xFF : (byte)0;
        int at = first;
        while (at < count)
        {
            if (at % 8 == 0 && bitmap[at / 8] == same)
            {
                at += 8;
            }
            else if ((bitmap[at / 8] & (0x80 >> (at % 8))) != 0 == isSet)
            {
                at++;
            }
            else
            {
                break;
            }
        }

        return Math.Min(at, count);
    }
}
