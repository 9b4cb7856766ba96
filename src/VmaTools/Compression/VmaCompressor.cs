using System;

namespace VmaTools;

/// <summary>A way to compress an archive that is written: what it is called, and encoders for it.</summary>
/// <remarks>
/// An archive is cut into frames that are compressed one by one, on several threads, and joined. So every frame must be whole by
/// itself, and frames that follow each other must decode to what was cut.
/// </remarks>
public abstract class VmaCompressor
{
    /// <summary>What comes out: one of the constants of <see cref="VmaCompression"/>.</summary>
    public abstract string Compression { get; }

    /// <summary>The encoder, its version and its level, for people. Equal input gives equal bytes only where all of these are equal.</summary>
    public abstract string Description { get; }

    /// <summary>Makes an encoder. Each is used by one thread at a time.</summary>
    public abstract VmaFrameEncoder CreateEncoder();
}

/// <summary>Compresses frames, one after another, each independent of the others.</summary>
public abstract class VmaFrameEncoder : IDisposable
{
    /// <summary>The most bytes that a frame of <paramref name="length"/> bytes can take when it is compressed.</summary>
    public abstract int GetMaxSize(int length);

    /// <summary>Compresses one frame.</summary>
    /// <param name="source">The frame.</param>
    /// <param name="target">Where it goes: at least as many bytes as <see cref="GetMaxSize"/> tells.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="VmaException">The encoder failed.</exception>
    public abstract int Encode(ReadOnlySpan<byte> source, Span<byte> target);

    /// <summary>Frees what the encoder holds.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the encoder holds.</summary>
    /// <param name="disposing">True where this was asked for.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
