using System;
using System.IO;

namespace VmaTools.Tests.Archives;

/// <summary>A stream that only goes forward and, like a pipe, gives what it likes.</summary>
internal sealed class PipeStream : Stream
{
    private readonly Stream _inner;
    private readonly Random? _random;

    /// <param name="inner">The bytes.</param>
    /// <param name="seed">Seed of the lengths of short reads, or null for reads as long as asked for.</param>
    public PipeStream(Stream inner, int? seed = 1)
    {
        _inner = inner;
        _random = seed is int value ? new Random(value) : null;
    }

    public bool IsDisposed { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int most = _random is null ? buffer.Length : Math.Min(buffer.Length, 1 + _random.Next(_random.Next(4) == 0 ? 9 : 50_000));
        return _inner.Read(buffer[..most]);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        _inner.Dispose();
        base.Dispose(disposing);
    }
}
