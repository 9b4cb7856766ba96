using System;
using VmaTools.Bytes;

namespace VmaTools.Disks;

/// <summary>The bytes of a disk or volume as a seekable stream that knows its zeros.</summary>
internal sealed class DiskBytesStream : SeekableStream, IKnownRanges
{
    private readonly DiskBytes _disk;
    private readonly IDisposable? _owned;

    /// <param name="disk">The bytes.</param>
    /// <param name="owned">What is disposed with the stream, or null.</param>
    public DiskBytesStream(DiskBytes disk, IDisposable? owned = null)
    {
        _disk = disk;
        _owned = owned;
    }

    public override long Length => _disk.Length;

    public KnownRange FindRange(long offset, long limit) => _disk.FindRange(offset, limit);

    protected override int ReadAt(long position, Span<byte> buffer)
    {
        // What comes before a part that is lost is delivered first; the next read meets the loss.
        KnownRange range = _disk.FindRange(position, buffer.Length);
        int length = range.Kind == KnownRangeKind.Lost || range.Length <= 0 ? buffer.Length : (int)range.Length;
        if (range.Kind == KnownRangeKind.Zeros)
        {
            buffer.Slice(0, length).Clear();
        }
        else
        {
            _disk.Read(position, buffer.Slice(0, length));
        }

        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !IsDisposed)
        {
            _owned?.Dispose();
        }

        base.Dispose(disposing);
    }
}
