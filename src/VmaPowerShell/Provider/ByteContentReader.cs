using System;
using System.Collections;
using System.IO;
using System.Management.Automation.Provider;

namespace VmaTools.PowerShell;

/// <summary>Reads a stretch of a stream as bytes. Single bytes come out of a buffer, so they cost no reading each.</summary>
internal sealed class ByteContentReader : IContentReader
{
    private const int BufferSize = 64 << 10;

    // From here on the runtime keeps arrays apart, to collect them seldom.
    private const int LargeArray = 85_000;
    private const long MostUncollected = 64 << 20;

    private readonly Stream _stream;
    private readonly long _origin;
    private readonly long _length;
    private readonly bool _isRaw;
    private readonly Action _throwIfChanged;
    private readonly byte[] _buffer = new byte[BufferSize];
    private long _bufferAt;
    private int _buffered;
    private long _position;
    private long _sinceCollection;

    public ByteContentReader((Stream Stream, long Offset, long Length) content, bool isRaw, Action throwIfChanged)
    {
        (_stream, _origin, _length) = content;
        _isRaw = isRaw;
        _throwIfChanged = throwIfChanged;
    }

    /// <summary>Up to that many bytes, or all that are left; an empty list at the end.</summary>
    public IList Read(long readCount)
    {
        long left = Math.Max(0, _length - _position);
        long wanted = _isRaw || readCount <= 0 ? left : Math.Min(readCount, left);
        if (wanted > MaxArray)
        {
            throw new IOException(
                $"{wanted} bytes do not fit into one array; give -ReadCount, such as 1MB, to get the content in pieces, and not -Raw.");
        }

        if (wanted == 0)
        {
            return Array.Empty<byte>();
        }

        byte[] bytes = Allocate(wanted);
        if (wanted < BufferSize)
        {
            FromBuffer(bytes);
        }
        else
        {
            Fill(_position, bytes, bytes.Length);
        }

        _position += wanted;
        return _isRaw ? new object[] { bytes } : bytes;
    }

    /// <summary>Moves to a byte of the content.</summary>
    public void Seek(long offset, SeekOrigin origin)
    {
        long target = offset + (origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => _position,
            _ => _length,
        });
        _position = target >= 0 ? target : throw new IOException("An attempt was made to move the position before the beginning of the content.");
    }

    public void Close() => _stream.Dispose();

    public void Dispose() => Close();

    private const long MaxArray = 0x7FFFFFC7;

    // Large arrays are collected in the background, and much later than they are dropped where all processors are busy: hundreds of
    // MB of them would pile up. A collection now and then takes some milliseconds for each second of reading.
    private byte[] Allocate(long size)
    {
        if (size >= LargeArray)
        {
            _sinceCollection += size;
            if (_sinceCollection > MostUncollected)
            {
                _sinceCollection = size;
                GC.Collect();
            }
        }

        return new byte[size];
    }

    private void FromBuffer(byte[] bytes)
    {
        int done = 0;
        while (done < bytes.Length)
        {
            long at = _position + done;
            if (at < _bufferAt || at >= _bufferAt + _buffered)
            {
                _buffered = 0;
                int length = (int)Math.Min(BufferSize, _length - at);
                _buffered = FillSome(at, _buffer, length);
                _bufferAt = at;
            }

            int within = (int)(at - _bufferAt);
            int count = Math.Min(bytes.Length - done, _buffered - within);
            Array.Copy(_buffer, within, bytes, done, count);
            done += count;
        }
    }

    private void Fill(long position, byte[] bytes, int count)
    {
        int done = 0;
        while (done < count)
        {
            _stream.Position = _origin + position + done;
            done += ReadOnce(bytes, done, count - done);
        }

        _throwIfChanged();
    }

    /// <summary>As much as comes at once: what lies before a lost part is to be delivered before the error.</summary>
    private int FillSome(long position, byte[] bytes, int count)
    {
        _stream.Position = _origin + position;
        int read = ReadOnce(bytes, 0, count);
        _throwIfChanged();
        return read;
    }

    private int ReadOnce(byte[] bytes, int offset, int count)
    {
        int read = _stream.Read(bytes, offset, count);
        return read > 0 ? read : throw new EndOfStreamException("The content is shorter than when it was opened.");
    }
}
