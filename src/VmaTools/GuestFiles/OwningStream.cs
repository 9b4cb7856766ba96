using System;
using System.IO;
using VmaTools.Bytes;
using VmaTools.Disks;

namespace VmaTools.GuestFiles;

/// <summary>A stream that closes, with itself, what it was opened from.</summary>
internal sealed class OwningStream : SeekableStream, IKnownRanges
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

    public KnownRange FindRange(long offset, long limit) =>
        (_inner as IKnownRanges)?.FindRange(offset, limit) ?? new KnownRange(Math.Max(0, Math.Min(limit, Length - offset)), KnownRangeKind.Data);

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
