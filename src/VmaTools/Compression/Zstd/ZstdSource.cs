using System;
using System.Buffers;
using System.IO;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>Reads ahead in the compressed source and knows the offset of every byte it hands out.</summary>
internal sealed class ZstdSource : IDisposable
{
    /// <summary>Bytes around the data that decoding in whole words may read, and that mean nothing.</summary>
    public const int Margin = 64;

    // Nearly two of the largest blocks, so that what remains of one need seldom be moved for the next, and with its margins what the pool
    // has arrays of; reached by doubling, since small sources are many.
    private const int MaxCapacity = (256 * 1024) - (2 * Margin);
    private const int FirstCapacity = (16 * 1024) - (2 * Margin);

    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly ReadAheadStream? _lender;
    private ReadAheadStream.Chunk? _borrowed;
    private byte[] _buffer = new byte[Margin + FirstCapacity + Margin];
    private byte[]? _rented;
    private int _start = Margin;
    private int _end = Margin;

    public ZstdSource(Stream stream, bool leaveOpen, long position)
    {
        _stream = stream;
        _lender = stream as ReadAheadStream;
        _leaveOpen = leaveOpen;
        Position = position;
    }

    /// <summary>Bytes that are all there.</summary>
    /// <param name="bytes">An array with them; it is the source's from now on.</param>
    /// <param name="length">How many they are, behind a margin and before another.</param>
    /// <param name="position">Their offset.</param>
    public ZstdSource(byte[] bytes, int length, long position)
    {
        _stream = Stream.Null;
        _buffer = bytes;
        _end = Margin + length;
        Position = position;
    }

    /// <summary>How many chunks have been borrowed from a source that lends them: the bytes of the last stay until the next.</summary>
    public long Borrowed { get; private set; }

    /// <summary>Called before a borrowed chunk is given back.</summary>
    public Action? GivingBack { get; set; }

    /// <summary>Offset of the next byte not consumed yet.</summary>
    public long Position { get; private set; }

    /// <summary>Number of bytes that have been read but not consumed.</summary>
    public int Available => _end - _start;

    /// <summary>The bytes read but not consumed, with margins before and behind them in their array.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(_start, Available);

    /// <inheritdoc cref="Bytes"/>
    public ArraySegment<byte> Segment => new(_buffer, _start, Available);

    /// <summary>Reads until <paramref name="count"/> bytes are there; false where the source ends before.</summary>
    /// <remarks>What was read stays, whatever the source throws on the way.</remarks>
    public bool Require(int count)
    {
        if (Available >= count)
        {
            return true;
        }

        while (_lender is { CanLend: true } && Available < count)
        {
            if (!Borrow(_lender))
            {
                return false;
            }
        }

        return Available >= count || Read(count);
    }

    // What is left of one chunk goes before the next.
    private bool Borrow(ReadAheadStream lender)
    {
        if (lender.Borrow() is not { } chunk)
        {
            return false;
        }

        int start = ReadAheadStream.RoomBefore - Available;
        Bytes.CopyTo(chunk.Bytes.AsSpan(start));
        if (_borrowed is not null)
        {
            GivingBack?.Invoke();
            lender.GiveBack(_borrowed);
        }

        _borrowed = chunk;
        Borrowed++;
        _buffer = chunk.Bytes;
        _start = start;
        _end = ReadAheadStream.RoomBefore + chunk.Length;
        return true;
    }

    private bool Read(int count)
    {
        int capacity = _buffer.Length - (2 * Margin);
        if (_start + count > Margin + capacity || Available == 0)
        {
            // A buffer that was filled to its end is too small for its source.
            byte[] target = _buffer;
            if (capacity < MaxCapacity && (count > capacity || _end == Margin + capacity))
            {
                // Decoders come and go with what is read here and there: large arrays that each makes anew would pile up.
                target = ArrayPool<byte>.Shared.Rent(count > capacity ? Margin + MaxCapacity + Margin : 2 * _buffer.Length);
                capacity = target.Length - (2 * Margin);
            }

            Buffer.BlockCopy(_buffer, _start, target, Margin, Available);
            _end = Margin + Available;
            _start = Margin;
            if (target != _buffer)
            {
                GiveBack();
                _buffer = _rented = target;
            }
        }

        while (Available < count)
        {
            int read = _stream.Read(_buffer, _end, Margin + capacity - _end);
            if (read <= 0)
            {
                return false;
            }

            _end += read;
        }

        return true;
    }

    /// <summary>Steps over bytes that are there.</summary>
    public void Consume(int count)
    {
        _start += count;
        Position += count;
    }

    /// <summary>All bytes not consumed yet, those read included, for one who reads them instead.</summary>
    public Stream Detach()
    {
        byte[] read = Bytes.ToArray();
        if (_borrowed is not null)
        {
            GivingBack?.Invoke();
            _lender!.GiveBack(_borrowed);
            _borrowed = null;
        }

        return new PrefixedStream(read, read.Length, _stream, leaveOpen: true);
    }

    public void Dispose()
    {
        if (!_leaveOpen)
        {
            _stream.Dispose();
        }
    }

    /// <summary>Gives the memory that was read into to others; nobody reads from here any more, or from another array from now on.</summary>
    public void GiveBack()
    {
        if (_rented is byte[] rented)
        {
            _rented = null;
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
