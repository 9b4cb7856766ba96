using System;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>
/// A forward-only stream of decompressed bytes that knows where it stands in the compressed ones and how far checksums
/// have proven what it delivered. Every format behind the door of this folder is one.
/// </summary>
/// <remarks>
/// A call to <see cref="Read(Span{byte})"/> never crosses the end of a block: once a block is drained, and before the next
/// is begun, <see cref="AtBlockBoundary"/> is true and the state can be captured. Damage is a
/// <see cref="VmaCompressionException"/>; everything that decoded before it has been delivered by then. 0 is returned only
/// at an end that is proven whole: every checksum matched, and nothing follows that is not compressed data.
/// </remarks>
internal abstract class DecodingStream : ForwardStream
{
    /// <summary>Bytes of the compressed source that the delivered bytes took, headers and checksums included.</summary>
    public abstract long CompressedPosition { get; }

    /// <summary>Number of decompressed bytes delivered so far.</summary>
    public abstract long DecodedPosition { get; }

    /// <summary>
    /// All decompressed bytes before this offset are covered by a checksum that was read and matched. It stays where the first
    /// content without one begins.
    /// </summary>
    public abstract long VerifiedPosition { get; }

    /// <summary>True where some frame or member met so far carries no checksum of its content, which then proves nothing.</summary>
    public abstract bool HasUncheckedContent { get; }

    /// <summary>
    /// What the checksum of the frame or member under way comes to so far; 0 where there is none, or where each block has its own.
    /// </summary>
    public virtual ulong RunningChecksum => 0;

    /// <summary>True where decoding is done on a thread of its own, at least once there is much to decode.</summary>
    public virtual bool IsAhead => false;

    /// <summary>True between two blocks, where <see cref="CaptureState"/> may be called.</summary>
    public abstract bool AtBlockBoundary { get; }

    /// <summary>
    /// The block that reading failed at, where the format has blocks that can be read one by one and it was one of them; else null.
    /// </summary>
    public virtual FailedBlock? FailedBlock => null;

    public sealed override long Position
    {
        get => DecodedPosition;
        set => throw new NotSupportedException();
    }

    /// <summary>Everything needed to go on from here with a source positioned at the state's compressed position.</summary>
    /// <exception cref="InvalidOperationException">Not between two blocks.</exception>
    public abstract DecoderState CaptureState();

#if NETSTANDARD2_0
    /// <summary>Reads up to <paramref name="buffer"/>'s length of decompressed bytes; 0 only at the proven end.</summary>
    public abstract int Read(Span<byte> buffer);
#else
    /// <summary>Reads up to <paramref name="buffer"/>'s length of decompressed bytes; 0 only at the proven end.</summary>
    public abstract override int Read(Span<byte> buffer);
#endif

    public sealed override int Read(byte[] buffer, int offset, int count) => Read(PartToFill(buffer, offset, count));
}
