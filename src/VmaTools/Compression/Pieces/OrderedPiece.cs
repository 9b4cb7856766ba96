using System;
using System.Threading;

namespace VmaTools.Compression;

/// <summary>A piece of a compressed stream that one thread reads, another decodes, and whoever takes it waits for.</summary>
internal abstract class OrderedPiece : IDisposable
{
    private readonly ManualResetEventSlim _done = new(initialState: false, spinCount: 0);

    /// <param name="position">Offset of its first byte in the compressed source.</param>
    private protected OrderedPiece(long position) => Position = position;

    /// <summary>Offset of its first byte in the compressed source.</summary>
    public long Position { get; }

    /// <summary>Its arrays, for another.</summary>
    public abstract (byte[] Packed, byte[] Content) Arrays { get; }

    /// <summary>Lets go whoever waits for it. It is left as it is from now on.</summary>
    public void Finish() => _done.Set();

    /// <summary>Waits until it is decoded, or skipped.</summary>
    public void Wait(CancellationToken stop) => _done.Wait(stop);

    public void Dispose() => _done.Dispose();
}
