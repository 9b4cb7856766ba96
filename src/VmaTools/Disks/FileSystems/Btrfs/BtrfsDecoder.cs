using System;
using System.Buffers.Binary;
using VmaTools.Bytes;
using VmaTools.Compression;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>Decodes compressed extents, one after the other. For one thread at a time.</summary>
internal sealed class BtrfsDecoder : IDisposable
{
    private const int LzoSlack = Lzo1x.Slack;

    // Of what is compressed together at once there are 128 KiB; windows need be no larger.
    private const int MaxWindow = 1 << 20;

    private readonly int _sectorSize;
    private readonly MemoryDecoder _decoder = new();
    private byte[] _segment = [];
    private byte[] _piece = [];

    public BtrfsDecoder(int sectorSize) => _sectorSize = sectorSize;

    /// <summary>Decodes an extent; what it holds less than the target has room for is zeros.</summary>
    /// <exception cref="VmaException">It breaks the rules of its format.</exception>
    public void Decode(BtrfsCompression compression, byte[] stored, int storedLength, Span<byte> target)
    {
        int length = compression switch
        {
            BtrfsCompression.Zlib => Inflate(stored, storedLength, target),
            BtrfsCompression.Lzo => DecodeLzo(stored.AsSpan(0, storedLength), target),
            _ => MemoryDecoder.DecodeZstd(stored, storedLength, MaxWindow, target),
        };
        target.Slice(length).Clear();
    }

    public void Dispose() => _decoder.Dispose();

    // zlib: two bytes, deflate, Adler-32 of the data.
    private int Inflate(byte[] stored, int storedLength, Span<byte> target)
    {
        if (!MemoryDecoder.IsZlib(stored.AsSpan(0, storedLength)))
        {
            throw BtrfsErrors.Damaged("A compressed extent does not begin as zlib does.");
        }

        int length = _decoder.Inflate(
            stored, MemoryDecoder.ZlibHeaderSize, storedLength - MemoryDecoder.ZlibHeaderSize, target, out uint? sum);
        return sum is null || sum == Adler32.Append(Adler32.Initial, target.Slice(0, length))
            ? length
            : throw BtrfsErrors.Checksum("A compressed extent does not match its own checksum.");
    }

    // LZO: length of all u32, then segments, each of a sector when decoded: length u32, block. A length never crosses the end of a
    // sector: what is left there is padding.
    private int DecodeLzo(ReadOnlySpan<byte> stored, Span<byte> target)
    {
        if (stored.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(stored) is var all && (all > stored.Length || all < 4))
        {
            throw BtrfsErrors.Damaged("A compressed extent is longer than what is stored of it.");
        }

        stored = stored.Slice(0, (int)all);
        int length = 0;
        for (int at = 4; at < stored.Length && length < target.Length;)
        {
            if (_sectorSize - (at % _sectorSize) < 4)
            {
                at += _sectorSize - (at % _sectorSize);
            }

            uint size = at + 4 > stored.Length ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(stored.Slice(at));
            at += 4;
            if (size > stored.Length - at)
            {
                throw BtrfsErrors.Damaged("A segment of a compressed extent is longer than what is stored of it.");
            }

            length += DecodeSegment(stored.Slice(at, (int)size), target.Slice(length));
            at += (int)size;
        }

        return length;
    }

    private int DecodeSegment(ReadOnlySpan<byte> segment, Span<byte> target)
    {
        if (_segment.Length < segment.Length + LzoSlack)
        {
            _segment = new byte[Math.Max(segment.Length, 2 * _sectorSize) + LzoSlack];
        }

        if (_piece.Length == 0)
        {
            _piece = new byte[_sectorSize + LzoSlack];
        }

        segment.CopyTo(_segment);
        if (Lzo1x.TryDecodeUpTo(_segment, segment.Length, _piece, _sectorSize, out int length) is string error)
        {
            throw BtrfsErrors.Damaged("A compressed extent is damaged: " + error);
        }

        length = Math.Min(length, target.Length);
        _piece.AsSpan(0, length).CopyTo(target);
        return length;
    }
}
