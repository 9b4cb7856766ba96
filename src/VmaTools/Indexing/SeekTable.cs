using System;
using System.Buffers.Binary;
using VmaTools.Sources;

namespace VmaTools.Indexing;

/// <summary>
/// The table of zstd's seekable format, which a file may end in: sizes of its frames, each independent of the others.
/// </summary>
/// <remarks><code>
///  4 bytes   magic of a skippable frame
///  4         bytes that follow
///  8 × n     compressed size u32, decompressed size u32; 12 × n with checksums: low half of the XXH64 of the content u32
///  4         n
///  1         descriptor: bit 7 tells whether there are checksums, bits 6 to 2 are 0
///  4         magic
/// </code>Numbers are little-endian.</remarks>
internal sealed class SeekTable
{
    private const uint SkippableMagic = 0x184D2A5E;
    private const uint SeekableMagic = 0x8F92EAB1;
    private const int HeadSize = 8;
    private const int FootSize = 9;
    private const int ChecksumFlag = 0x80;
    private const int ReservedBits = 0x7C;

    /// <summary>Frames are decoded whole, so larger ones are read through an index.</summary>
    private const long MaxFrame = 32 << 20;

    /// <summary>A table of more frames would take too much memory: 20 bytes each.</summary>
    private const int MaxCount = 4 << 20;

    private readonly long[] _packedStarts;
    private readonly long[] _starts;
    private readonly uint[]? _checksums;

    private SeekTable(int count, bool hasChecksums)
    {
        _packedStarts = new long[count + 1];
        _starts = new long[count + 1];
        _checksums = hasChecksums ? new uint[count] : null;
    }

    /// <summary>Bytes that all frames decode to.</summary>
    public long Length => _starts[_starts.Length - 1];

    /// <summary>Reads the table that a file ends in.</summary>
    /// <returns>Null where there is none, or none that fits the file: it is not trusted then.</returns>
    public static SeekTable? TryRead(RandomBytes file)
    {
        byte[] foot = new byte[FootSize];
        long length = file.Length;
        if (length < HeadSize + FootSize || file.ReadAt(length - FootSize, foot) < FootSize)
        {
            return null;
        }

        uint count = BinaryPrimitives.ReadUInt32LittleEndian(foot);
        byte descriptor = foot[4];
        bool hasChecksums = (descriptor & ChecksumFlag) != 0;
        int entrySize = hasChecksums ? 12 : 8;
        long size = HeadSize + ((long)count * entrySize) + FootSize;
        if (BinaryPrimitives.ReadUInt32LittleEndian(foot.AsSpan(5)) != SeekableMagic
            || (descriptor & ReservedBits) != 0
            || count is 0 or > MaxCount
            || size > length)
        {
            return null;
        }

        byte[] bytes = new byte[size];
        if (file.ReadAt(length - size, bytes) < size
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != SkippableMagic
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4)) != size - HeadSize)
        {
            return null;
        }

        SeekTable table = new((int)count, hasChecksums);
        return table.Fill(bytes.AsSpan(HeadSize), entrySize) && table._packedStarts[count] == length - size ? table : null;
    }

    /// <summary>The frame that holds a byte.</summary>
    public int Find(long offset)
    {
        int found = Array.BinarySearch(_starts, offset);
        if (found < 0)
        {
            return ~found - 1;
        }

        // Frames without content begin where the next one does.
        while (found + 1 < _starts.Length - 1 && _starts[found + 1] == offset)
        {
            found++;
        }

        return found;
    }

    /// <summary>Where a frame's content begins.</summary>
    public long StartOf(int frame) => _starts[frame];

    /// <summary>Bytes of a frame's content.</summary>
    public int LengthOf(int frame) => (int)(_starts[frame + 1] - _starts[frame]);

    /// <summary>Where a frame begins in the file.</summary>
    public long PackedStartOf(int frame) => _packedStarts[frame];

    /// <summary>Bytes of a frame in the file.</summary>
    public int PackedLengthOf(int frame) => (int)(_packedStarts[frame + 1] - _packedStarts[frame]);

    /// <summary>The checksum that the table has for a frame's content, or null.</summary>
    public uint? ChecksumOf(int frame) => _checksums?[frame];

    private bool Fill(ReadOnlySpan<byte> entries, int entrySize)
    {
        for (int i = 0; i < _starts.Length - 1; i++)
        {
            ReadOnlySpan<byte> entry = entries.Slice(i * entrySize, entrySize);
            uint packed = BinaryPrimitives.ReadUInt32LittleEndian(entry);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(entry.Slice(4));
            if (length > MaxFrame || packed > 2 * MaxFrame)
            {
                return false;
            }

            _packedStarts[i + 1] = _packedStarts[i] + packed;
            _starts[i + 1] = _starts[i] + length;
            if (_checksums is not null)
            {
                _checksums[i] = BinaryPrimitives.ReadUInt32LittleEndian(entry.Slice(8));
            }
        }

        return true;
    }
}
