using System.Collections.Generic;
#if !NETSTANDARD2_0
using System;
#endif

namespace VmaTools.Indexing;

/// <summary>
/// Memory that decoders are resumed with, window and all. It is large, and made anew each time it would pile up faster than it
/// is collected.
/// </summary>
internal sealed class WindowBuffers
{
    private readonly Stack<byte[]> _kept = new();
    private readonly int _most;

    /// <param name="most">How many buffers are kept at most: as many as there are decoders.</param>
    public WindowBuffers(int most) => _most = most;

    /// <summary>A buffer with anything in it.</summary>
    public byte[] Take(int size)
    {
        lock (_kept)
        {
            while (_kept.Count > 0)
            {
                byte[] buffer = _kept.Pop();
                if (buffer.Length == size)
                {
                    return buffer;
                }
            }
        }

#if NETSTANDARD2_0
        return new byte[size];
#else
        return GC.AllocateUninitializedArray<byte>(size);
#endif
    }

    /// <summary>A buffer of any size with anything in it, for a decoder that does not know yet how much it needs; empty where none is kept.</summary>
    public byte[] TakeAny()
    {
        lock (_kept)
        {
            return _kept.Count > 0 ? _kept.Pop() : [];
        }
    }

    /// <summary>Takes back a buffer that nobody looks at any more.</summary>
    public void GiveBack(byte[] buffer)
    {
        lock (_kept)
        {
            if (buffer.Length > 0 && _kept.Count < _most)
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
