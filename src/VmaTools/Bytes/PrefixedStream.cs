using System;
using System.IO;

namespace VmaTools.Bytes;

/// <summary>A stream some of whose first bytes were already read, put together again.</summary>
internal sealed class PrefixedStream : ForwardStream
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

    public override int Read(byte[] buffer, int offset, int count)
    {
        Span<byte> part = PartToFill(buffer, offset, count);
        return _prefixRead < _prefixLength ? ReadPrefix(part) : _rest.Read(buffer, offset, count);
    }

#if !NETSTANDARD2_0
    public override int Read(Span<byte> buffer)
    {
        ThrowIfDisposed();
        return _prefixRead < _prefixLength ? ReadPrefix(buffer) : _rest.Read(buffer);
    }
#endif

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_leaveOpen)
        {
            _rest.Dispose();
        }

        base.Dispose(disposing);
    }

    private int ReadPrefix(Span<byte> buffer)
    {
        int left = Math.Min(buffer.Length, _prefixLength - _prefixRead);
        _prefix.AsSpan(_prefixRead, left).CopyTo(buffer);
        _prefixRead += left;
        return left;
    }
}
