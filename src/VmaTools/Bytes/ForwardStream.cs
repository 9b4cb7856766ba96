using System;
using System.IO;

namespace VmaTools.Bytes;

/// <summary>What every stream of ours that is read from front to back has in common: the refusals, and being closed.</summary>
internal abstract class ForwardStream : Stream
{
    protected bool IsDisposed { get; private set; }

    public override bool CanRead => !IsDisposed;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Does nothing: there is nothing to write.</summary>
    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Refuses to read once the stream is closed.</summary>
    protected void ThrowIfDisposed()
    {
        if (IsDisposed)
        {
            throw new ObjectDisposedException(GetType().Name);
        }
    }

    /// <summary>The part of an array that is to be filled, where there is one and it may be.</summary>
    protected Span<byte> PartToFill(byte[] buffer, int offset, int count)
    {
        ThrowIfDisposed();
        return buffer is null ? throw new ArgumentNullException(nameof(buffer)) : buffer.AsSpan(offset, count);
    }

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
