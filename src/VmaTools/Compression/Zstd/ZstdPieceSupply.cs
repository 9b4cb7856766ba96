using System;

namespace VmaTools.Compression;

/// <summary>Somebody who decodes on other threads, ahead of whoever checks and copies what was decoded.</summary>
internal abstract class ZstdPieceSupply : IDisposable
{
    /// <summary>Offset in the compressed source behind all that was taken, once the end is reached.</summary>
    public abstract long CompressedPosition { get; }

    /// <summary>Gives the last piece back, whose bytes may change from now on, and takes the next.</summary>
    /// <returns>False at the end of everything. What decoding threw is thrown once all pieces before it are taken.</returns>
    public abstract bool Take(out ZstdPiece piece);

    /// <summary>Asks the others to end; they may be waiting for the source yet.</summary>
    public abstract void Stop();

    /// <summary>Waits for them to end; they have to be asked to before.</summary>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}
