using System;
using System.IO;

namespace VmaTools.Compression;

/// <summary>A stream that one array after the other is read from, so that a decoder need not be made for each.</summary>
internal sealed class ArrayInput : Stream
{
    private byte[] _bytes = [];
    private int _next;
    private int _end;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Goes on with other bytes.</summary>
    public void Begin(byte[] bytes, int start, int count)
    {
        _bytes = bytes;
        _next = start;
        _end = start + count;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        int length = Math.Min(count, _end - _next);
        Buffer.BlockCopy(_bytes, _next, buffer, offset, length);
        _next += length;
        return length;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
