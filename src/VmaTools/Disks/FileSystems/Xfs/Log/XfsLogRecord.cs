using System;
using System.Buffers.Binary;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs.Log;

/// <summary>A record of the log: a header, one more for each 32 KiB, and what was written at once.</summary>
internal sealed class XfsLogRecord
{
    private const int HeaderPart = 32 * 1024;
    private const int RoundsPerHeader = HeaderPart / XfsLog.BlockSize;
    private const int MaxSize = 256 * 1024;
    private const int ChecksumOffset = 32;
    private const int RoundsOffset = 44;
    private const int LaterRoundsOffset = 4;
    private const int LittleEndian = 1;

    // The structure ends at 328 bytes, where a system of 32 bits wrote it at 324.
    private const int HeaderSize = 328;
    private const int HeaderSize32 = 324;
    private const int LaterHeaderSize = LaterRoundsOffset + (4 * RoundsPerHeader);

    private readonly byte[] _header;

    private XfsLogRecord(int block, byte[] header)
    {
        Block = block;
        _header = header;
    }

    /// <summary>Its first block in the log.</summary>
    public int Block { get; }

    /// <summary>Its place in the order of all: round, then block.</summary>
    public ulong Sequence => BigEndian.U64(_header, 16);

    /// <summary>The block of the oldest record that is still needed.</summary>
    public int Tail => (int)BigEndian.U32(_header, 28);

    /// <summary>How many operations it holds.</summary>
    public uint OperationCount => BigEndian.U32(_header, 40);

    /// <summary>Blocks that it takes.</summary>
    public int Blocks => HeaderBlocks + DataBlocks;

    private int Length => BigEndian.I32(_header, 12);

    private int HeaderBlocks
    {
        get
        {
            uint size = (BigEndian.U32(_header, 8) & 2) != 0 ? BigEndian.U32(_header, 320) : 0;
            return (int)Math.Max(1, Math.Min((size + HeaderPart - 1) / HeaderPart, MaxSize / HeaderPart));
        }
    }

    private int DataBlocks => (Length + XfsLog.BlockSize - 1) / XfsLog.BlockSize;

    /// <summary>The record that begins in a block.</summary>
    /// <exception cref="VmaFileSystemException">None does, or it contradicts itself, or belongs elsewhere.</exception>
    public static XfsLogRecord Read(XfsLog log, int block)
    {
        byte[] header = log.Read(block, 1);
        XfsLogRecord record = new(block, header);
        if (BigEndian.U32(header, 0) != XfsLog.RecordMagic
            || BigEndian.U32(header, 8) is 0 or > 3
            || record.Length is <= 0 or > MaxSize
            || record.Blocks > log.Count
            || record.Tail >= log.Count)
        {
            throw XfsVolume.Damaged("A record of the log contradicts itself.", log.OffsetOf(block));
        }

        ReadOnlySpan<byte> uuid = header.AsSpan(304, 16);
        if (!uuid.SequenceEqual(log.Superblock.UserUuid) && !Zeros.AreAll(uuid))
        {
            throw XfsVolume.Damaged("The log belongs to another file system.", log.OffsetOf(block));
        }

        return record;
    }

    /// <summary>True where the record ends at a block and says that the file system was unmounted.</summary>
    public bool IsUnmount(XfsLog log, int head)
    {
        const int UnmountFlag = 0x20;
        if ((Block + Blocks) % log.Count != head || OperationCount != 1)
        {
            return false;
        }

        return (log.Read((Block + HeaderBlocks) % log.Count, 1)[9] & UnmountFlag) != 0;
    }

    /// <summary>True where the checksum fits, or there is none: making a file system writes a record without.</summary>
    public bool IsIntact(XfsLog log) => IsIntact(log.Read(Block, Blocks), needsChecksum: false);

    /// <summary>What was written, each block's first number back in its place.</summary>
    /// <exception cref="VmaFileSystemException">The checksum is wrong, or a system of another byte order wrote it.</exception>
    public ReadOnlyMemory<byte> ReadData(XfsLog log)
    {
        if (BigEndian.U32(_header, 300) != LittleEndian)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemFeatureUnknown, "A system of another byte order wrote the log.", volumeOffset: log.OffsetOf(Block));
        }

        byte[] bytes = log.Read(Block, Blocks);
        if (!IsIntact(bytes, log.Superblock.Features.HasChecksums))
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemChecksumMismatch, "The checksum of a record of the log does not match.", volumeOffset: log.OffsetOf(Block));
        }

        int data = HeaderBlocks * XfsLog.BlockSize;
        for (int i = 0; i < DataBlocks && i / RoundsPerHeader < HeaderBlocks; i++)
        {
            int header = i / RoundsPerHeader;
            int rounds = header == 0 ? RoundsOffset : (header * XfsLog.BlockSize) + LaterRoundsOffset;
            bytes.AsSpan(rounds + (i % RoundsPerHeader * 4), 4).CopyTo(bytes.AsSpan(data + (i * XfsLog.BlockSize)));
        }

        return bytes.AsMemory(data, Length);
    }

    private bool IsIntact(byte[] bytes, bool needsChecksum)
    {
        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(ChecksumOffset));
        return (stored == 0 && !needsChecksum) || stored == ChecksumOf(bytes, HeaderSize) || stored == ChecksumOf(bytes, HeaderSize32);
    }

    private uint ChecksumOf(byte[] bytes, int headerSize)
    {
        uint crc = Crc32C.Append(Crc32C.Initial, bytes.AsSpan(0, ChecksumOffset));
        crc = Crc32C.Append(crc, [0, 0, 0, 0]);
        crc = Crc32C.Append(crc, bytes.AsSpan(ChecksumOffset + 4, headerSize - ChecksumOffset - 4));
        for (int i = 1; i < (Length + HeaderPart - 1) / HeaderPart && i < HeaderBlocks; i++)
        {
            crc = Crc32C.Append(crc, bytes.AsSpan(i * XfsLog.BlockSize, LaterHeaderSize));
        }

        return Crc32C.Append(crc, bytes.AsSpan(HeaderBlocks * XfsLog.BlockSize, Length));
    }
}
