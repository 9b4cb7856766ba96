using System;
using System.IO;
using VmaTools.Disks;
#if NETSTANDARD2_0
using VmaTools.Bytes;
#endif

namespace VmaTools.Archives;

/// <summary>A range of a seekable stream, as a stream of its own. Closing it closes the other.</summary>
internal sealed class RangeStream : Stream, IKnownRanges
{
    private readonly Stream _inner;
    private readonly long _offset;
    private bool _isDisposed;
    private long _position;

    /// <param name="inner">The stream.</param>
    /// <param name="offset">Where the range begins.</param>
    /// <param name="length">Its length; what lies beyond the end of <paramref name="inner"/> is cut off.</param>
    public RangeStream(Stream inner, long offset, long length)
    {
        _inner = inner;
        _offset = offset;
        Length = Math.Max(0, Math.Min(length, inner.Length - offset));
    }

    public override bool CanRead => !_isDisposed;

    public override bool CanSeek => !_isDisposed;

    public override bool CanWrite => false;

    public override long Length { get; }

    public override long Position
    {
        get => _position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        long start = origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => _position,
            SeekOrigin.End => Length,
            _ => throw new ArgumentOutOfRangeException(nameof(origin)),
        };
        long target = checked(start + offset);
        return _position = target >= 0 ? target : throw new IOException("An attempt was made to move the position before the beginning of the range.");
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

#if NETSTANDARD2_0
    public int Read(Span<byte> buffer)
#else
    public override int Read(Span<byte> buffer)
#endif
    {
        if (_isDisposed)
        {
            throw new ObjectDisposedException(nameof(RangeStream));
        }

        int wanted = (int)Math.Min(buffer.Length, Math.Max(0, Length - _position));
        if (wanted == 0)
        {
            return 0;
        }

        _inner.Position = _offset + _position;
        int read = _inner.Read(buffer.Slice(0, wanted));
        _position += read;
        return read;
    }

    /// <summary>How many bytes from <paramref name="position"/> on are zero and cost no reading.</summary>
    public long ZerosAt(long position, long wanted) =>
        _inner is VmaDeviceStream device ? device.ZerosAt(_offset + position, Math.Min(wanted, Length - position)) : 0;

    public KnownRange FindRange(long offset, long limit)
    {
        limit = Math.Max(0, Math.Min(limit, Length - offset));
        return _inner is IKnownRanges known ? known.FindRange(_offset + offset, limit) : new KnownRange(limit, KnownRangeKind.Data);
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
