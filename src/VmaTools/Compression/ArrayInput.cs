using System;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>A stream that one array after the other is read from, so that a decoder need not be made for each.</summary>
internal sealed class ArrayInput : ForwardStream
{
    private byte[] _bytes = [];
    private int _next;
    private int _end;

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
}
