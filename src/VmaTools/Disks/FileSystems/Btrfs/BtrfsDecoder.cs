using System;
using System.Buffers.Binary;
using System.IO;
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
    private BtrfsDecoderInput? _zlibInput;
    private CompressedSource? _zlibSource;
    private Inflater? _inflater;
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
            _ => DecodeZstd(stored, storedLength, target),
        };
        target.Slice(length).Clear();
    }

    public void Dispose() => _zlibInput?.Dispose();

    // zlib: two bytes (method, flags; together a multiple of 31), deflate, Adler-32 of the data, big-endian.
    private int Inflate(byte[] stored, int storedLength, Span<byte> target)
    {
        if (storedLength < 2 || (stored[0] & 0xF) != 8 || ((stored[0] << 8) | stored[1]) % 31 != 0 || (stored[1] & 0x20) != 0)
        {
            throw BtrfsErrors.Damaged("A compressed extent does not begin as zlib does.");
        }

        Inflater inflater = TakeInflater(stored, storedLength);
        int length = 0;
        uint sum = Adler32.Initial;
        bool isAtEnd = false;
        while (!isAtEnd && length < target.Length)
        {
            int room = inflater.MakeRoom(target.Length - length);
            long before = inflater.DecodedOffset;
            isAtEnd = inflater.Decode(before + room);
            int count = (int)(inflater.DecodedOffset - before);
            ReadOnlySpan<byte> decoded = inflater.Decoded(count);
            decoded.CopyTo(target.Slice(length));
            sum = Adler32.Append(sum, decoded);
            length += count;
        }

        if (isAtEnd)
        {
            inflater.AlignSource();
            byte[] trailer = new byte[4];
            if (_zlibSource!.TryReadExactly(trailer, 0, trailer.Length))
            {
                if (BinaryPrimitives.ReadUInt32BigEndian(trailer) != sum)
                {
                    throw BtrfsErrors.Checksum("A compressed extent does not match its own checksum.");
                }

                // Only a decoder that has come to its end can begin anew, and only a source that has not.
                _inflater = inflater;
            }
        }

        return length;
    }

    private Inflater TakeInflater(byte[] stored, int storedLength)
    {
        Inflater? inflater = _inflater;
        _inflater = null;
        if (inflater is null)
        {
            _zlibInput = new BtrfsDecoderInput();
            _zlibSource = new CompressedSource(_zlibInput, 0);
            inflater = new Inflater(_zlibSource, 0);
        }

        _zlibSource!.Position = _zlibSource.End;
        _zlibInput!.Begin(stored, 2, storedLength - 2);
        inflater.Begin();
        return inflater;
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

    private static int DecodeZstd(byte[] stored, int storedLength, Span<byte> target)
    {
        using ZstdFrames frames = new(new MemoryStream(stored, 0, storedLength, writable: false), false, MaxWindow, false, 0, 0);
        int length = 0;
        while (length < target.Length && frames.Next(out ZstdPiece piece) && piece.Kind != ZstdPieceKind.FrameEnd)
        {
            if (piece.Kind == ZstdPieceKind.Data)
            {
                int count = Math.Min(piece.Length, target.Length - length);
                piece.Buffer.AsSpan(piece.Start, count).CopyTo(target.Slice(length));
                length += count;
            }
        }

        return length;
    }
}
