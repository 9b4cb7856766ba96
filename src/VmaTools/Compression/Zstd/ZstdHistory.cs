using System;

namespace VmaTools.Compression;

/// <summary>The decoded bytes that matches may still refer to, with room for the block being decoded.</summary>
/// <remarks>
/// A buffer that starts small and grows with what is decoded, up to the window and a block; then it is begun again at its
/// start, without moving anything:
/// <code>
/// |  newer bytes  | block being decoded |  margin  |   older bytes, up to OlderEnd   |  unused  |
/// 0           Position
/// </code>
/// An offset reaching before index 0 goes on below OlderEnd. The buffer is so large that whatever a block may refer to
/// lies at least a margin beyond what it has overwritten.
/// </remarks>
internal sealed class ZstdHistory
{
    /// <summary>Bytes behind a block that copying in whole words may overwrite.</summary>
    public const int Margin = 64;

    /// <summary>The largest window that a buffer can be made for.</summary>
    public const int MaxWindow = 0x7FFFFFC7 - ZstdFrameHeader.MaxBlock - (2 * Margin);

    // Memory of which nothing was written yet takes no room.
    private const int MaxDoubled = 2 << 20;

    private readonly int _retained;
    private byte[] _buffer = [];
    private int _fullSize;
    private int _blockMax;

    /// <param name="retained">Bytes beyond the window that are kept all the same, for <see cref="CopyBack"/>.</param>
    public ZstdHistory(int retained = 0) => _retained = retained;

    public byte[] Buffer => _buffer;

    /// <summary>Where the next byte goes.</summary>
    public int Position { get; private set; }

    /// <summary>End of the bytes from before the buffer was last begun again; 0 where it never was.</summary>
    public int OlderEnd { get; private set; }

    public int Window { get; private set; }

    /// <summary>Bytes beyond the window that stay as they are.</summary>
    public int Retained { get; private set; }

    /// <summary>Decodes into memory of another decoder, if there is none yet.</summary>
    public void Use(byte[] buffer) => _buffer = _buffer.Length == 0 ? buffer : _buffer;

    /// <summary>Gives the memory up: nothing more is decoded here.</summary>
    public byte[] GiveUp()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        return buffer;
    }

    /// <summary>Bytes that an offset may reach back over.</summary>
    public int Reachable => OlderEnd > 0 ? Window : Math.Min(Window, Position);

    /// <summary>Begins a frame: nothing decoded before it can be referred to.</summary>
    public void Reset(int window, int blockMax)
    {
        Window = window;
        _blockMax = blockMax;
        Retained = Math.Min(_retained, MaxWindow - window);
        _fullSize = FullSize(window, blockMax) + Retained;
        Position = 0;
        OlderEnd = 0;
    }

    /// <summary>Size that a buffer grows to where nothing is retained beyond the window.</summary>
    public static int FullSize(int window, int blockMax) => window + blockMax + (2 * Margin);

    /// <summary>Begins in the middle of a frame, after the bytes of a captured window.</summary>
    /// <param name="window">How far back matches may reach.</param>
    /// <param name="blockMax">The largest size of a block.</param>
    /// <param name="content">The window's bytes, copied from here; or, of <see cref="FullSize"/>, what is to be the buffer itself.</param>
    /// <param name="length">How many of these bytes there are.</param>
    public void Restore(int window, int blockMax, byte[] content, int length)
    {
        Reset(window, blockMax);
        if (content.Length == _fullSize)
        {
            _buffer = content;
        }
        else
        {
            Grow(length == window ? _fullSize : length + blockMax + Margin);
            content.AsSpan(0, length).CopyTo(_buffer);
        }

        Position = length;
    }

    /// <summary>Makes room for a block of the largest size, and the margin behind it, at <see cref="Position"/>.</summary>
    public void Reserve()
    {
        long needed = (long)Position + _blockMax + Margin;
        if (needed <= Math.Min(_fullSize, _buffer.Length))
        {
            return;
        }

        if (needed <= _fullSize)
        {
            Grow(needed);
            return;
        }

        OlderEnd = Position;
        Position = 0;
    }

    /// <summary>Takes over bytes that were written at <see cref="Position"/>.</summary>
    public void Advance(int count) => Position += count;

    /// <summary>The bytes that later blocks may refer to, oldest first.</summary>
    public byte[] CopyWindow()
    {
        byte[] window = new byte[Reachable];
        int newer = Math.Min(window.Length, Position);
        int older = window.Length - newer;
        _buffer.AsSpan(OlderEnd - older, older).CopyTo(window);
        _buffer.AsSpan(Position - newer, newer).CopyTo(window.AsSpan(older));
        return window;
    }

    /// <summary>Copies bytes decoded earlier in this frame, which begin <paramref name="distance"/> before the position.</summary>
    public void CopyBack(long distance, Span<byte> target)
    {
        if (distance > Position)
        {
            int older = (int)Math.Min(distance - Position, target.Length);
            _buffer.AsSpan((int)(OlderEnd - (distance - Position)), older).CopyTo(target);
            target = target.Slice(older);
            distance = Position;
            if (target.IsEmpty)
            {
                return;
            }
        }

        _buffer.AsSpan((int)(Position - distance), target.Length).CopyTo(target);
    }

    private void Grow(long needed)
    {
        if (needed <= _buffer.Length)
        {
            return;
        }

        // Doubled while it is small; large ones given up one after the other would take more memory than the one that is needed.
        long size = needed > MaxDoubled ? _fullSize : Math.Max(needed, Math.Min(2L * _buffer.Length, _fullSize));
#if NETSTANDARD2_0
        byte[] larger = new byte[size];
#else
        // Nothing is read that was not decoded before.
        byte[] larger = GC.AllocateUninitializedArray<byte>((int)size);
#endif
        _buffer.AsSpan(0, Math.Max(Position, OlderEnd)).CopyTo(larger);
        _buffer = larger;
    }
}
