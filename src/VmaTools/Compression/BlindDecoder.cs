using System;

namespace VmaTools.Compression;

/// <summary>
/// Decodes what lies behind damage within a frame or member, without all of what came before: what is copied from there is unknown, and
/// what is copied from that, too. Of each byte it says whether it is known.
/// </summary>
internal abstract class BlindDecoder : IDisposable
{
    /// <summary>Offset in the compressed file behind what was decoded.</summary>
    public abstract long CompressedPosition { get; }

    /// <summary>The bytes decoded last.</summary>
    public abstract ReadOnlySpan<byte> Bytes { get; }

    /// <summary>For each of them 0 where it is known.</summary>
    public abstract ReadOnlySpan<byte> Unknown { get; }

    /// <summary>Decodes on.</summary>
    /// <returns>False at the end of the frame or member, with its checksum passed over, which says nothing of a part.</returns>
    /// <exception cref="VmaCompressionException">There is damage again.</exception>
    public abstract bool Next();

    /// <summary>Takes bytes for known that were found out by other means, so that what is copied from them later is known as well.</summary>
    /// <param name="back">How far before the end of what was decoded they begin.</param>
    /// <param name="bytes">The bytes.</param>
    public virtual void Learn(int back, ReadOnlySpan<byte> bytes)
    {
    }

    public abstract void Dispose();
}
