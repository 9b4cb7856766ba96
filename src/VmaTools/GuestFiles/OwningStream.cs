using System;
using System.IO;
using VmaTools.Bytes;

namespace VmaTools.GuestFiles;

/// <summary>A stream that closes, with itself, what it was opened from.</summary>
internal sealed class OwningStream : SeekableStream
{
    private readonly Stream _inner;
    private readonly IDisposable _owned;

    public OwningStream(Stream inner, IDisposable owned)
    {
        _inner = inner;
        _owned = owned;
        Length = inner.Length;
    }

    public override long Length { get; }

    protected override int ReadAt(long position, Span<byte> buffer)
    {
        _inner.Position = position;
        return _inner.Read(buffer);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !IsDisposed)
        {
            _inner.Dispose();
            _owned.Dispose();
        }

        base.Dispose(disposing);
    }
}
