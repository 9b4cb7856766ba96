using System;
using System.IO;

namespace VmaTools.Exports;

/// <summary>Takes what is written and keeps its length only: an image that is to tell of itself, and not to be.</summary>
internal sealed class NowhereStream : Stream
{
    private long _length;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position { get; set; }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        int read = (int)Math.Max(0, Math.Min(count, _length - Position));
        Array.Clear(buffer, offset, read);
        Position += read;
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + (origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => Position,
        _ => _length,
    });

    public override void SetLength(long value) => _length = value;

    public override void Write(byte[] buffer, int offset, int count)
    {
        Position += count;
        _length = Math.Max(_length, Position);
    }
}
