using System;
using System.IO;

// A device's stream is public, and so is what it stands on.
namespace VmaTools;

/// <summary>
/// What every stream of this library has in common: it is only read, a place in it can be sought unless it goes forward only, and what is
/// closed is closed.
/// </summary>
public abstract class ReadOnlyStream : Stream
{
    private protected ReadOnlyStream()
    {
    }

    /// <summary>True until the stream is closed.</summary>
    public override bool CanRead => !IsDisposed;

    /// <summary>True until the stream is closed, unless it goes forward only.</summary>
    public override bool CanSeek => !IsDisposed;

    /// <summary>False: it is only read.</summary>
    public override bool CanWrite => false;

    /// <summary>Byte offset of what is read next; beyond the end is allowed, and reads nothing.</summary>
    public override long Position
    {
        get => Place;
        set => Seek(value, SeekOrigin.Begin);
    }

    /// <summary>True once the stream is closed.</summary>
    private protected bool IsDisposed { get; private set; }

    /// <summary>What <see cref="Position"/> gives: whoever reads moves it on.</summary>
    private protected long Place { get; set; }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin)
    {
        ThrowIfDisposed();
        long start = origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => Place,
            SeekOrigin.End => Length,
            _ => throw new ArgumentOutOfRangeException(nameof(origin)),
        };
        if (offset < -start || (offset > 0 && start > long.MaxValue - offset))
        {
            throw new IOException("An attempt was made to move the position to where no stream reaches.");
        }

        return Place = start + offset;
    }

    /// <summary>Does nothing: there is nothing to write.</summary>
    public override void Flush()
    {
    }

    /// <summary>Not supported: it is only read.</summary>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Not supported: it is only read.</summary>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Refuses to read once the stream is closed.</summary>
    private protected void ThrowIfDisposed()
    {
        if (IsDisposed)
        {
            throw new ObjectDisposedException(GetType().Name);
        }
    }

    /// <summary>The part of an array that is to be filled, where there is one and it may be.</summary>
    private protected Span<byte> PartToFill(byte[] buffer, int offset, int count)
    {
        ThrowIfDisposed();
        return buffer is null ? throw new ArgumentNullException(nameof(buffer)) : buffer.AsSpan(offset, count);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
