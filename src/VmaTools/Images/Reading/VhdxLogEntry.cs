using System;
using VmaTools.Bytes;

namespace VmaTools.Images.Reading;

/// <summary>A whole entry of a VHDX's log.</summary>
/// <remarks>
/// <code>
///   0  "loge"            4      16  sequence number   8      32  log guid              16
///   4  CRC-32C           4      24  descriptors       4      48  length of the file, of which all is on disk  8
///   8  length            4      28  reserved          4      56  length that the file needs                   8
///  12  tail              4      64  descriptors, 32 bytes each; then a sector for each that has data
///
///  descriptor  "desc": last 4 bytes of the sector, first 8 bytes, offset in the file 8, sequence number 8
///              "zero": reserved 4, length 8, offset in the file 8, sequence number 8
///  sector      "data", upper half of the sequence number, 4084 bytes, lower half
/// </code>
/// </remarks>
internal sealed class VhdxLogEntry
{
    public const int SectorSize = 4096;
    private const int HeaderSize = 64;
    private const int DescriptorSize = 32;

    private readonly byte[] _bytes;
    private readonly int _descriptors;
    private readonly int _firstSector;

    private VhdxLogEntry(int offset, byte[] bytes, int descriptors, int firstSector)
    {
        Offset = offset;
        _bytes = bytes;
        _descriptors = descriptors;
        _firstSector = firstSector;
    }

    /// <summary>Where in the log it begins.</summary>
    public int Offset { get; }

    public int Length => _bytes.Length;

    /// <summary>Where in the log the oldest entry begins that has to be replayed with this one.</summary>
    public uint Tail => LittleEndian.U32(_bytes, 12);

    public ulong Sequence => LittleEndian.U64(_bytes, 16);

    public ulong FlushedLength => LittleEndian.U64(_bytes, 48);

    public ulong NeededLength => LittleEndian.U64(_bytes, 56);

    /// <summary>The length that an entry claims which begins at an offset; 0 where none can.</summary>
    public static int LengthAt(byte[] log, int offset, byte[] guid)
    {
        ReadOnlySpan<byte> header = log.AsSpan(offset, HeaderSize);
        uint length = LittleEndian.U32(header, 8);
        return header.StartsWith("loge"u8)
            && header.Slice(32, guid.Length).SequenceEqual(guid)
            && length is >= SectorSize
            && length % SectorSize == 0
            && length <= log.Length
            ? (int)length
            : 0;
    }

    /// <summary>The entry, or null where what is there is not whole.</summary>
    public static VhdxLogEntry? TryRead(byte[] log, int offset, int length)
    {
        // The log is a ring.
        byte[] bytes = new byte[length];
        int first = Math.Min(length, log.Length - offset);
        log.AsSpan(offset, first).CopyTo(bytes);
        log.AsSpan(0, length - first).CopyTo(bytes.AsSpan(first));
        if (!VhdxHeader.IsWhole(bytes))
        {
            return null;
        }

        long descriptors = LittleEndian.U32(bytes, 24);
        long firstSector = (HeaderSize + (descriptors * DescriptorSize) + SectorSize - 1) / SectorSize * SectorSize;
        if (firstSector > length)
        {
            return null;
        }

        VhdxLogEntry entry = new(offset, bytes, (int)descriptors, (int)firstSector);
        return entry.IsConsistent() ? entry : null;
    }

    /// <summary>Gives what the entry writes: a sector of the file, or a range of zeros (null).</summary>
    public void Replay(Action<long, byte[]?, long> write)
    {
        int sector = _firstSector;
        for (int i = 0; i < _descriptors; i++)
        {
            ReadOnlySpan<byte> descriptor = Descriptor(i);
            long offset = LittleEndian.I64(descriptor, 16);
            if (!IsData(descriptor))
            {
                write(offset, null, LittleEndian.I64(descriptor, 8));
                continue;
            }

            byte[] data = new byte[SectorSize];
            descriptor.Slice(8, 8).CopyTo(data);
            _bytes.AsSpan(sector + 8, SectorSize - 12).CopyTo(data.AsSpan(8));
            descriptor.Slice(4, 4).CopyTo(data.AsSpan(SectorSize - 4));
            write(offset, data, SectorSize);
            sector += SectorSize;
        }
    }

    private static bool IsData(ReadOnlySpan<byte> descriptor) => descriptor.StartsWith("desc"u8);

    private ReadOnlySpan<byte> Descriptor(int index) => _bytes.AsSpan(HeaderSize + (index * DescriptorSize), DescriptorSize);

    private bool IsConsistent()
    {
        int sector = _firstSector;
        for (int i = 0; i < _descriptors; i++)
        {
            ReadOnlySpan<byte> descriptor = Descriptor(i);
            bool isData = IsData(descriptor);
            if (LittleEndian.U64(descriptor, 24) != Sequence
                || LittleEndian.I64(descriptor, 16) < 0
                || LittleEndian.I64(descriptor, 16) % SectorSize != 0
                || (!isData && (!descriptor.StartsWith("zero"u8) || LittleEndian.U64(descriptor, 8) % SectorSize != 0)))
            {
                return false;
            }

            if (isData)
            {
                if (sector + SectorSize > Length)
                {
                    return false;
                }

                ReadOnlySpan<byte> data = _bytes.AsSpan(sector, SectorSize);
                ulong sequence = ((ulong)LittleEndian.U32(data, 4) << 32) | LittleEndian.U32(data, SectorSize - 4);
                if (!data.StartsWith("data"u8) || sequence != Sequence)
                {
                    return false;
                }

                sector += SectorSize;
            }
        }

        return true;
    }
}
