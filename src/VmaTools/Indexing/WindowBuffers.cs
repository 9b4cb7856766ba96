using System;
using System.Collections.Generic;

namespace VmaTools.Indexing;

/// <summary>
/// Memory for the windows that decoders are resumed with. They are large, and of no use once that is done; made anew each time they
/// would pile up faster than they are collected.
/// </summary>
internal sealed class WindowBuffers
{
    private const int MaxKept = 2;
    private const int MaxKeptSize = 8 << 20;

    private readonly Stack<byte[]> _kept = new();

    /// <summary>A buffer of zeros.</summary>
    public byte[] Take(int size)
    {
        byte[]? buffer = null;
        lock (_kept)
        {
            if (_kept.Count > 0)
            {
                buffer = _kept.Pop();
            }
        }

        if (buffer?.Length != size)
        {
            return new byte[size];
        }

        buffer.AsSpan().Clear();
        return buffer;
    }

    /// <summary>Takes back a buffer that nobody looks at any more.</summary>
    public void GiveBack(byte[] buffer)
    {
        lock (_kept)
        {
            if (buffer.Length is > 0 and <= MaxKeptSize && _kept.Count < MaxKept)
            {
                _kept.Push(buffer);
            }
        }
    }

    public void Clear()
    {
        lock (_kept)
        {
            _kept.Clear();
        }
    }
}
