using System;
using System.IO;

namespace VmaTools.Bytes;

/// <summary>A stream some of whose first bytes were already read, put together again.</summary>
internal sealed class PrefixedStream : Stream
{
    private readonly byte[] _prefix;
    private readonly int _prefixLength;
    private readonly Stream _rest;
    private readonly bool _leaveOpen;
    private int _prefixRead;

    public PrefixedStream(byte[] prefix, int prefixLength, Stream rest, bool leaveOpen)
    {
        _prefix = prefix;
        _prefixLength = prefixLength;
        _rest = rest;
        _leaveOpen = leaveOpen;
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

    public override int Read(byte[] buffer, int offset, int count)
    {
        int left = Math.Min(count, _prefixLength - _prefixRead);
        if (left <= 0)
        {
            return _rest.Read(buffer, offset, count);
        }

        Buffer.BlockCopy(_prefix, _prefixRead, buffer, offset, left);
        _prefixRead += left;
        return left;
    }

#if !NETSTANDARD2_0
    public override int Read(Span<byte> buffer)
    {
        int left = Math.Min(buffer.Length, _prefixLength - _prefixRead);
        if (left <= 0)
        {
            return _rest.Read(buffer);
        }

        _prefix.AsSpan(_prefixRead, left).CopyTo(buffer);
        _prefixRead += left;
        return left;
    }
#endif

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_leaveOpen)
        {
            _rest.Dispose();
        }

        base.Dispose(disposing);
    }
}
