using System;
using System.IO;

namespace VmaTools.Bytes;

/// <summary>What every seekable stream of ours that is only read has in common: position, seeking, and the refusals.</summary>
internal abstract class ReadOnlyStream : Stream
{
    private long _position;

    protected bool IsDisposed { get; private set; }

    public override bool CanRead => !IsDisposed;

    public override bool CanSeek => !IsDisposed;

    public override bool CanWrite => false;

    /// <summary>Byte offset of what is read next; beyond the end is allowed, and reads nothing.</summary>
    public override long Position
    {
        get => _position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        if (IsDisposed)
        {
            throw new ObjectDisposedException(GetType().Name);
        }

        long start = origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => _position,
            SeekOrigin.End => Length,
            _ => throw new ArgumentOutOfRangeException(nameof(origin)),
        };
        if (offset < -start || (offset > 0 && start > long.MaxValue - offset))
        {
            throw new IOException("An attempt was made to move the position to where no stream reaches.");
        }

        return _position = start + offset;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (buffer is null)
        {
            throw new ArgumentNullException(nameof(buffer));
        }

        return Read(buffer.AsSpan(offset, count));
    }

#if NETSTANDARD2_0
    public int Read(Span<byte> buffer)
#else
    public override int Read(Span<byte> buffer)
#endif
    {
        if (IsDisposed)
        {
            throw new ObjectDisposedException(GetType().Name);
        }

        int wanted = (int)Math.Min(buffer.Length, Math.Max(0, Length - _position));
        if (wanted == 0)
        {
            return 0;
        }

        int read = ReadAt(_position, buffer.Slice(0, wanted));
        _position += read;
        return read;
    }

    public override int ReadByte()
    {
        Span<byte> one = stackalloc byte[1];
        return Read(one) == 0 ? -1 : one[0];
    }

    /// <summary>Does nothing: there is nothing to write.</summary>
    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Reads at least one byte from <paramref name="position"/> on; the buffer ends within the stream and is not empty.</summary>
    protected abstract int ReadAt(long position, Span<byte> buffer);

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
