namespace VmaTools.Compression;

/// <summary>A decoder of a format whose pieces (blocks, members) need nothing of each other.</summary>
internal abstract class PieceDecodingStream : DecodingStream
{
    /// <summary>
    /// Reading stops, with 0, at the first start of a piece from this offset in the compressed source on. Set farther away, it goes on.
    /// </summary>
    public long StopAt { get; set; } = long.MaxValue;

    /// <summary>Whether it has stopped there.</summary>
    public abstract bool IsStopped { get; }

    /// <summary>The bytes that were read of the source and lie behind <see cref="DecodingStream.CompressedPosition"/>.</summary>
    public abstract byte[] Unread { get; }

    /// <summary>Goes on elsewhere, in bytes that lie whole in memory. Whatever was before is forgotten.</summary>
    /// <param name="packed">The bytes, behind <see cref="CompressedSource.Lookbehind"/> others.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="from">The state at the first of them.</param>
    public abstract void Restart(byte[] packed, int count, PieceState from);
}
