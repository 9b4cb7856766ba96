using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs.Log;

/// <summary>The log: a ring of blocks of 512 bytes. Each begins with the number of the round in which it was written.</summary>
internal sealed class XfsLog
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockSize = 512;

    /// <summary>What the first block of a record begins with, in place of the round.</summary>
    public const uint RecordMagic = 0xfeedbabe;

    private readonly DiskBytes _bytes;
    private readonly long _offset;

    private XfsLog(DiskBytes bytes, XfsSuperblock superblock, long offset, int count)
    {
        _bytes = bytes;
        _offset = offset;
        Superblock = superblock;
        Count = count;
    }

    public XfsSuperblock Superblock { get; }

    /// <summary>How many blocks it has.</summary>
    public int Count { get; }

    /// <summary>The log of a file system, or null where it is on another device.</summary>
    /// <exception cref="VmaFileSystemException">It does not lie within the file system.</exception>
    public static XfsLog? Open(XfsSuperblock superblock, DiskBytes bytes)
    {
        if (superblock.LogStart == 0)
        {
            return null;
        }

        long size = (long)superblock.LogBlocks << superblock.BlockLog;
        if (superblock.OffsetOf(superblock.LogStart, superblock.LogBlocks) is not long offset || size / BlockSize is < 8 or > int.MaxValue)
        {
            throw XfsVolume.Damaged("The log does not lie within the file system.");
        }

        return new XfsLog(bytes, superblock, offset, (int)(size / BlockSize));
    }

    /// <summary>Reads blocks, going on at the first one behind the last.</summary>
    public byte[] Read(int block, int count)
    {
        byte[] bytes = new byte[count * BlockSize];
        int first = Math.Min(count, Count - block);
        _bytes.Read(OffsetOf(block), bytes.AsSpan(0, first * BlockSize));
        if (first < count)
        {
            _bytes.Read(_offset, bytes.AsSpan(first * BlockSize));
        }

        return bytes;
    }

    /// <summary>Where a block lies on the volume.</summary>
    public long OffsetOf(int block) => _offset + ((long)block * BlockSize);

    /// <summary>The round in which a block was written; 0 for never.</summary>
    public uint RoundOf(int block) => RoundOf(Read(block, 1));

    /// <summary>The round in which a block was written, of its bytes.</summary>
    public static uint RoundOf(ReadOnlySpan<byte> block)
    {
        uint first = BigEndian.U32(block, 0);
        return first == RecordMagic ? BigEndian.U32(block, 4) : first;
    }
}
