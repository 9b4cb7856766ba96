using System;
using System.Collections.Generic;
using System.IO;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>Bytes that were read of a stream already, asked for as they are read, and then those that follow there.</summary>
internal sealed class GivenBackStream : ForwardStream
{
    private readonly Stream _rest;
    private IEnumerator<byte[]>? _given;
    private byte[] _bytes = [];
    private int _taken;

    /// <param name="given">The bytes that were read.</param>
    /// <param name="rest">The stream, which others own and which nobody else reads once the bytes have come to their end.</param>
    public GivenBackStream(IEnumerable<byte[]> given, Stream rest)
    {
        _given = given.GetEnumerator();
        _rest = rest;
    }

    /// <summary>Whether all that comes is that of the stream.</summary>
    public bool IsDrained => _taken == _bytes.Length && _given is null;

    public override int Read(byte[] buffer, int offset, int count)
    {
        Span<byte> part = PartToFill(buffer, offset, count);
        while (_taken == _bytes.Length && _given is not null)
        {
            Advance();
        }

        int length = Math.Min(part.Length, _bytes.Length - _taken);
        if (length == 0)
        {
            return _rest.Read(buffer, offset, count);
        }

        _bytes.AsSpan(_taken, length).CopyTo(part);
        _taken += length;
        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _given?.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Advance()
    {
        _taken = 0;
        _bytes = [];
        if (_given!.MoveNext())
        {
            _bytes = _given.Current;
        }
        else
        {
            _given.Dispose();
            _given = null;
        }
    }
}
