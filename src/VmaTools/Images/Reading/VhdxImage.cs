using System;
using VmaTools.Bytes;

namespace VmaTools.Images.Reading;

/// <summary>The disk in a VHDX image.</summary>
/// <remarks>
/// The table has 8 bytes for each block, little-endian: state in bits 0 to 2, offset in the file in MiB from bit 20 on. Behind the
/// entries of each chunk of blocks follows one for a bitmap, which disks without a parent do not use.
/// </remarks>
internal sealed class VhdxImage : MappedImage
{
    private const int StateBits = 7;
    private const int OffsetShift = 20;
    private const int PartlyPresent = 7;
    private const int FullyPresent = 6;

    private readonly VhdxLayout _layout;

    public VhdxImage(ImageFile file, VhdxLayout layout)
        : base(file, layout.Size, layout.SectorSize) => _layout = layout;

    protected override ImagePiece Find(long offset)
    {
        long block = offset / _layout.BlockSize;
        long within = offset % _layout.BlockSize;
        long entryAt = _layout.TableOffset + ((block + (block / _layout.BlocksInChunk)) * sizeof(ulong));
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        File.Read(entryAt, bytes);
        ulong entry = LittleEndian.U64(bytes, 0);
        long length = _layout.BlockSize - within;
        switch ((int)(entry & StateBits))
        {
            case 0 or 1 or 2 or 3 or 5:
                // Not there, undefined, zero, unmapped, and unmapped as an early version of the format had it.
                return ImagePiece.Zeros(length);
            case FullyPresent:
                ulong place = entry >> OffsetShift << OffsetShift;
                return place is 0 or > long.MaxValue - int.MaxValue
                    ? throw File.Damaged("a block has no place in the file.", entryAt)
                    : ImagePiece.Stored((long)place + within, length);
            case PartlyPresent:
                throw File.Damaged("a block is there in part, which a disk without a parent cannot have.", entryAt);
            default:
                throw File.Damaged("a block is in a state that does not exist.", entryAt);
        }
    }
}
