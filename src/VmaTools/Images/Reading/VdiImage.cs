using System;
using VmaTools.Bytes;

namespace VmaTools.Images.Reading;

/// <summary>The disk in a VDI image, dynamic or fixed: both have a map.</summary>
/// <remarks>
/// Little-endian.
/// <code>
///   64  0xBEDA107F         4     340  offset of the map      4     384  blocks                 4
///   68  version, 1.1       4     344  offset of the data     4     388  blocks that are stored 4
///   72  length of what follows 4 360  bytes in a sector      4     424  ids of the parent     32
///   76  1 dynamic, 2 fixed 4     368  size of the disk       8
///                                376  size of a block        4
///                                380  bytes in front of each 4
/// </code>
/// The map has 4 bytes for each block: its index among those stored; 0xFFFFFFFF none, 0xFFFFFFFE zeros.
/// </remarks>
internal sealed class VdiImage : MappedImage
{
    private const int HeaderSize = 512;
    private const int SignatureAt = 64;
    private const uint Signature = 0xBEDA107F;
    private const uint KnownVersion = 0x0001_0001;
    private const uint FirstWithoutPlace = 0xFFFF_FFFE;
    private const uint Dynamic = 1;
    private const uint Fixed = 2;
    private const uint Differencing = 4;
    private const uint MinBlockSize = 512;
    private const uint MaxBlockSize = 1U << 30;

    private readonly long _mapOffset;
    private readonly long _dataOffset;
    private readonly int _blockSize;
    private readonly int _extra;

    private VdiImage(ImageFile file, long size, long mapOffset, long dataOffset, int blockSize, int extra, bool isFixed)
        : base(file, size)
    {
        _mapOffset = mapOffset;
        _dataOffset = dataOffset;
        _blockSize = blockSize;
        _extra = extra;
        IsFixed = isFixed;
    }

    /// <summary>Whether all blocks were allocated when the image was made.</summary>
    public bool IsFixed { get; }

    public static bool Matches(ReadOnlySpan<byte> start) => start.Length >= SignatureAt + 4 && LittleEndian.U32(start, SignatureAt) == Signature;

    public static VdiImage Open(ImageFile file)
    {
        byte[] header = file.Read(0, HeaderSize, "The header");
        if (LittleEndian.U32(header, 68) is not KnownVersion and uint version)
        {
            throw file.NotSupported($"version {version >> 16}.{version & 0xFFFF} of the format is not read; 1.1 is.");
        }

        uint kind = LittleEndian.U32(header, 76);
        if (kind == Differencing || !Zeros.AreAll(header.AsSpan(424, 32)))
        {
            throw file.NeedsParent(string.Empty, "a differencing disk: have VirtualBox clone it");
        }

        if (kind is not (Dynamic or Fixed))
        {
            throw file.NotSupported($"disks of kind {kind} are not read; dynamic and fixed ones are.");
        }

        long map = LittleEndian.U32(header, 340);
        long data = LittleEndian.U32(header, 344);
        ulong size = LittleEndian.U64(header, 368);
        uint blockSize = LittleEndian.U32(header, 376);
        uint extra = LittleEndian.U32(header, 380);
        uint blocks = LittleEndian.U32(header, 384);
        if (LittleEndian.U32(header, 360) is not 512 and uint sectorSize)
        {
            throw file.NotSupported($"sectors of {sectorSize} bytes are not read.");
        }

        if (blockSize is < MinBlockSize or > MaxBlockSize || (blockSize & (blockSize - 1)) != 0
            || extra > blockSize
            || size > (ulong)blocks * blockSize)
        {
            throw file.Damaged($"a disk of {size} bytes in {blocks} blocks of {blockSize} bytes cannot be.", 368);
        }

        file.CheckRange(map, blocks * (long)sizeof(uint), "The map of blocks");
        return new VdiImage(file, (long)size, map, data, (int)blockSize, (int)extra, kind == Fixed);
    }

    protected override ImagePiece Find(long offset)
    {
        long block = offset / _blockSize;
        long within = offset % _blockSize;
        Span<byte> entry = stackalloc byte[sizeof(uint)];
        File.Read(_mapOffset + (block * sizeof(uint)), entry);
        uint index = LittleEndian.U32(entry, 0);
        long length = _blockSize - within;
        return index >= FirstWithoutPlace
            ? ImagePiece.Zeros(length)
            : ImagePiece.Stored(_dataOffset + (index * ((long)_blockSize + _extra)) + _extra + within, length);
    }
}
