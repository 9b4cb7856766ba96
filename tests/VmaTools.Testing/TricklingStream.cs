using System;
using System.IO;

namespace VmaTools.Testing;

/// <summary>A stream that only goes forward and, as pipes do, gives what it likes; and that may break once.</summary>
public sealed class TricklingStream : Stream
{
    private readonly Stream _inner;
    private readonly Func<int> _nextCount;
    private long? _failAt;
    private long _given;

    /// <param name="inner">The bytes, disposed with this.</param>
    /// <param name="nextCount">How many a read gives at most; without it, whatever is asked for.</param>
    public TricklingStream(Stream inner, Func<int>? nextCount = null)
    {
        _inner = inner;
        _nextCount = nextCount ?? (static () => int.MaxValue);
    }

    /// <param name="data">The bytes.</param>
    /// <param name="atOnce">How many a read gives at most.</param>
    /// <param name="start">Where among them it begins.</param>
    public TricklingStream(byte[] data, int atOnce = int.MaxValue, int start = 0)
        : this(new MemoryStream(data, start, data.Length - start), () => atOnce)
    {
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public bool IsDisposed { get; private set; }

    /// <summary>Gives lengths as a pipe between two programs does: mostly long ones, and every now and then a few bytes.</summary>
    public static TricklingStream AsPipe(Stream inner, int seed = 1)
    {
        Random random = new(seed);
        return new TricklingStream(inner, () => 1 + random.Next(random.Next(4) == 0 ? 9 : 50_000));
    }

    /// <summary>Gives any length up to the largest.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="most">The largest length.</param>
    /// <param name="failAt">After how many bytes to throw an <see cref="IOException"/>, once.</param>
    public static TricklingStream UpTo(byte[] data, int most, long? failAt = null)
    {
        Random random = new(99);
        return new TricklingStream(new MemoryStream(data), () => 1 + random.Next(most)) { _failAt = failAt };
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (_given >= _failAt)
        {
            _failAt = null;
            throw new IOException("The line is down.");
        }

        int read = _inner.Read(buffer[..Math.Min(buffer.Length, Math.Max(1, _nextCount()))]);
        _given += read;
        return read;
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
