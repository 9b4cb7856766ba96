using System;
using System.IO;

namespace VmaTools.Tests.Compression;

/// <summary>A source that cannot seek and gives a few bytes at a time, as pipes do.</summary>
internal sealed class TricklingStream(byte[] data, int start, Func<int> nextCount) : Stream
{
    private int _position = start;

    public TricklingStream(byte[] data, int atOnce = int.MaxValue)
        : this(data, 0, () => atOnce)
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

    public override int Read(byte[] buffer, int offset, int count)
    {
        int taken = Math.Min(Math.Min(count, Math.Max(1, nextCount())), data.Length - _position);
        Array.Copy(data, _position, buffer, offset, taken);
        _position += taken;
        return taken;
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
        base.Dispose(disposing);
    }
}
