using System;
using System.Collections.Generic;
using VmaTools.Compression;

namespace VmaTools.Salvage;

/// <summary>The bytes decoded last, and where in the stored ones they come from: what is known where damage begins.</summary>
internal sealed class DecodedTail
{
    // So often it is noted where decoding is, and for so many stored bytes it is kept.
    private const long Step = 8 << 10;
    private const long KeptStored = 8 << 20;
    private const int FirstSize = 1 << 20;

    private readonly int _most;
    private readonly Queue<(long Stored, long Decoded)> _marks = new();
    private byte[] _bytes = [];
    private int _end;
    private long _decoded;
    private long _marked;

    /// <param name="most">How many bytes are kept, at least.</param>
    public DecodedTail(int most) => _most = most;

    /// <summary>Takes what was decoded next.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="stored">How far into the stored bytes decoding came with them.</param>
    public void Add(ReadOnlySpan<byte> bytes, long stored)
    {
        _decoded += bytes.Length;
        Keep(bytes);
        if (stored - _marked >= Step)
        {
            _marks.Enqueue((stored, _decoded));
            _marked = stored;
            while (_marks.Peek().Stored < stored - KeptStored)
            {
                _marks.Dequeue();
            }
        }
    }

    /// <summary>How much was decoded from the stored bytes before an offset, at least; the rest was decoded from what is behind it.</summary>
    public long DecodedBefore(long stored)
    {
        long decoded = 0;
        foreach ((long at, long end) in _marks)
        {
            decoded = at <= stored ? end : decoded;
        }

        return decoded;
    }

    /// <summary>The bytes that are kept.</summary>
    public PartialHistory ToHistory()
    {
        int length = Math.Min(_end, _most);
        return new PartialHistory(_bytes.AsSpan(_end - length, length).ToArray(), new byte[length]);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_most == 0)
        {
            return;
        }

        if (bytes.Length > _bytes.Length - _end && _bytes.Length < 2L * _most)
        {
            long size = Math.Max(FirstSize, Math.Max(2L * _bytes.Length, (long)_end + bytes.Length));
            Array.Resize(ref _bytes, (int)Math.Min(size, Math.Max(2L * _most, (long)bytes.Length)));
        }

        bytes = bytes.Slice(Math.Max(0, bytes.Length - _most));
        if (bytes.Length > _bytes.Length - _end)
        {
            int kept = Math.Min(_end, _most);
            Buffer.BlockCopy(_bytes, _end - kept, _bytes, 0, kept);
            _end = kept;
        }

        bytes.CopyTo(_bytes.AsSpan(_end));
        _end += bytes.Length;
    }
}
