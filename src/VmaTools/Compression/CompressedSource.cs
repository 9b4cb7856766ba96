using System;
using System.IO;

namespace VmaTools.Compression;

/// <summary>The compressed bytes a decoder takes from: buffered, counted, from a stream that may read short and not seek.</summary>
internal sealed class CompressedSource
{
    /// <summary>Bytes before <see cref="Position"/> that always stay, so that a bit buffer can hand its whole bytes back.</summary>
    public const int Lookbehind = 8;

    private const int Capacity = 128 * 1024;

    private readonly Stream _stream;
    private long _bufferOffset;
    private bool _ended;

    /// <summary>Takes bytes from a stream that stands at <paramref name="offset"/> of the compressed file.</summary>
    public CompressedSource(Stream stream, long offset)
    {
        _stream = stream;
        _bufferOffset = offset - Lookbehind;
        Position = End = Lookbehind;
    }

    /// <summary>The buffer; its unread bytes are those from <see cref="Position"/> to <see cref="End"/>.</summary>
    public byte[] Buffer { get; private set; } = new byte[Lookbehind + Capacity];

    /// <summary>Index in the buffer of the next byte to take.</summary>
    public int Position { get; set; }

    /// <summary>Index in the buffer after the last byte read.</summary>
    public int End { get; private set; }

    /// <summary>Offset in the compressed file of the next byte to take.</summary>
    public long Offset => _bufferOffset + Position;

    /// <summary>Goes on with bytes that lie whole in an array, behind <see cref="Lookbehind"/> others, and nothing behind them.</summary>
    /// <param name="buffer">The array.</param>
    /// <param name="count">Number of bytes.</param>
    /// <param name="offset">Where in the compressed file they are.</param>
    public void Restart(byte[] buffer, int count, long offset)
    {
        Buffer = buffer;
        _bufferOffset = offset - Lookbehind;
        _ended = true;
        Position = Lookbehind;
        End = Lookbehind + count;
    }

    /// <summary>Takes one byte; false at the end of the stream.</summary>
    public bool TryReadByte(out byte value)
    {
        if (Position == End && !Refill())
        {
            value = 0;
            return false;
        }

        value = Buffer[Position++];
        return true;
    }

    /// <summary>Takes up to <paramref name="count"/> bytes, at least one unless the stream has ended.</summary>
    public int Read(byte[] target, int start, int count)
    {
        if (Position == End)
        {
            if (count >= Capacity && !_ended)
            {
                return ReadDirectly(target, start, count);
            }

            if (!Refill())
            {
                return 0;
            }
        }

        int taken = Math.Min(count, End - Position);
        System.Buffer.BlockCopy(Buffer, Position, target, start, taken);
        Position += taken;
        return taken;
    }

    /// <summary>Takes exactly <paramref name="count"/> bytes; false where the stream ends before.</summary>
    public bool TryReadExactly(byte[] target, int start, int count)
    {
        while (count > 0)
        {
            int taken = Read(target, start, count);
            if (taken == 0)
            {
                return false;
            }

            start += taken;
            count -= taken;
        }

        return true;
    }

    /// <summary>The bytes from an offset on that were read; it lies at most <see cref="Lookbehind"/> bytes before the next to take.</summary>
    public byte[] From(long offset)
    {
        int start = (int)(offset - _bufferOffset);
        return Buffer.AsSpan(start, End - start).ToArray();
    }

    private int ReadDirectly(byte[] target, int start, int count)
    {
        int read = _stream.Read(target, start, count);
        _ended = read == 0;
        _bufferOffset += read;
        return read;
    }

    private bool Refill()
    {
        if (_ended)
        {
            return false;
        }

        System.Buffer.BlockCopy(Buffer, Position - Lookbehind, Buffer, 0, Lookbehind);
        _bufferOffset += Position - Lookbehind;
        Position = End = Lookbehind;
        int read = _stream.Read(Buffer, Lookbehind, Capacity);
        _ended = read == 0;
        End += read;
        return read > 0;
    }
}
