using System;
using System.Collections.Generic;

namespace VmaTools.Compression;

/// <summary>A Zstandard stream between two blocks: everything that what follows may refer to.</summary>
internal sealed class ZstdState : DecoderState
{
    public ZstdState(
        long compressedPosition,
        long decodedPosition,
        bool hasFrames,
        long maxWindowSize,
        ZstdFrameState? frame,
        ZstdProof proof,
        byte[] window)
        : base(compressedPosition, decodedPosition)
    {
        HasFrames = hasFrames;
        MaxWindowSize = maxWindowSize;
        Frame = frame;
        Proof = proof;
        Window = window;
    }

    /// <summary>What checksums have proven so far, of this frame and those before it.</summary>
    public ZstdProof Proof { get; }

    /// <summary>Whether any frame has begun, so that an end is no surprise.</summary>
    public bool HasFrames { get; }

    public long MaxWindowSize { get; }

    /// <summary>The frame that the state lies within, or null between two frames.</summary>
    public ZstdFrameState? Frame { get; }

    /// <summary>
    /// Begins with the frame's last decoded bytes, <see cref="Reach"/> of them. Where it is as large as a decoder's buffer
    /// (<see cref="BufferSize"/>), the decoder that goes on from here takes it for its own, and the state is of use but once.
    /// </summary>
    public byte[] Window { get; }

    /// <summary>Size of the buffer of a decoder that goes on from here.</summary>
    public int BufferSize => Frame is null ? 0 : ZstdHistory.FullSize((int)Frame.Header.WindowSize, Frame.Header.BlockMax);

    /// <summary>How many bytes later blocks may refer back over.</summary>
    public int Reach => Frame is null || Frame.LastBlockSeen ? 0 : (int)Math.Min(Frame.Header.WindowSize, Frame.Decoded);

    /// <summary>Which bytes of the window are there; null where all are.</summary>
    public IReadOnlyList<(int Start, int Length)>? Kept { get; private init; }

    /// <summary>The same state with another window.</summary>
    /// <param name="window">The window.</param>
    /// <param name="kept">Which bytes of it are there, in order; null where all are.</param>
    public ZstdState With(byte[] window, IReadOnlyList<(int Start, int Length)>? kept = null) =>
        new(CompressedPosition, DecodedPosition, HasFrames, MaxWindowSize, Frame, Proof, window) { Kept = kept };
}

/// <summary>What a state keeps of the frame it lies within, besides window and checksum.</summary>
/// <param name="Header">What the frame says of itself.</param>
/// <param name="Decoded">Bytes of the frame decoded so far.</param>
/// <param name="LastBlockSeen">Whether nothing but the checksum is left of it.</param>
/// <param name="HuffmanWeights">The literals' code in force, never written to.</param>
/// <param name="LiteralLengths">The literal length code in force.</param>
/// <param name="MatchLengths">The match length code in force.</param>
/// <param name="Offsets">The offset code in force.</param>
/// <param name="Repeat">The last offsets.</param>
internal sealed record ZstdFrameState(
    ZstdFrameHeader Header,
    ulong Decoded,
    bool LastBlockSeen,
    byte[]? HuffmanWeights,
    FseDistribution? LiteralLengths,
    FseDistribution? MatchLengths,
    FseDistribution? Offsets,
    RepeatOffsets Repeat);
