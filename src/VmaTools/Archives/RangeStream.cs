using System;
using System.IO;
using VmaTools.Bytes;
using VmaTools.Disks;

namespace VmaTools.Archives;

/// <summary>A range of a seekable stream, as a stream of its own. Closing it closes the other.</summary>
internal sealed class RangeStream : SeekableStream, IKnownRanges
{
    private readonly Stream _inner;
    private readonly long _offset;

    /// <param name="inner">The stream.</param>
    /// <param name="offset">Where the range begins.</param>
    /// <param name="length">Its length; what lies beyond the end of <paramref name="inner"/> is cut off.</param>
    public RangeStream(Stream inner, long offset, long length)
    {
        _inner = inner;
        _offset = offset;
        Length = Math.Max(0, Math.Min(length, inner.Length - offset));
    }

    public override long Length { get; }

    /// <summary>How many bytes from <paramref name="position"/> on are zero and cost no reading.</summary>
    public long ZerosAt(long position, long wanted) =>
        _inner is VmaDeviceStream device ? device.ZerosAt(_offset + position, Math.Min(wanted, Length - position)) : 0;

    public KnownRange FindRange(long offset, long limit)
    {
        limit = Math.Max(0, Math.Min(limit, Length - offset));
        return _inner is IKnownRanges known ? known.FindRange(_offset + offset, limit) : new KnownRange(limit, KnownRangeKind.Data);
    }

    protected override int ReadAt(long position, Span<byte> buffer)
    {
        _inner.Position = _offset + position;
        return _inner.Read(buffer);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !IsDisposed)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
