using System.Collections.Generic;
using System.IO;
using VmaTools.Compression;

namespace VmaTools.Indexing;

/// <summary>A stretch of decoded data that can be decoded from its start.</summary>
/// <param name="Start">The decoder's state at its start.</param>
/// <param name="Window">What of the window it needs, where that is not in the state itself.</param>
/// <param name="End">Offset in the decoded data of its end, where the next one starts.</param>
/// <param name="MaxWindow">The largest window that any frame asked for so far, of which checkpoints keep a part only.</param>
internal sealed record Interval(DecoderState Start, PrunedWindow? Window, long End, long MaxWindow);

/// <summary>Looks at a decoder between its blocks and chooses where to put checkpoints.</summary>
internal abstract class CheckpointPlanner
{
    /// <summary>Intervals that are settled and have not been taken yet, in order.</summary>
    public Queue<Interval> Settled { get; } = new();

    /// <summary>The decoder, which the planner's owner reads from.</summary>
    public abstract DecodingStream Stream { get; }

    /// <summary>The largest window that any frame asked for so far.</summary>
    public abstract long MaxWindow { get; }

    /// <param name="compression">One of the constants of <see cref="VmaCompression"/>.</param>
    /// <param name="source">The compressed bytes, standing where the state says, or at their start.</param>
    /// <param name="from">Where to go on, or null for the start.</param>
    /// <param name="maxWindowSize">The largest window that a zstd stream may ask for.</param>
    /// <param name="distances">How far checkpoints are to be apart.</param>
    public static CheckpointPlanner Create(string compression, Stream source, DecoderState? from, int maxWindowSize, CheckpointDistances distances)
    {
        if (compression == VmaCompression.Zstd)
        {
            int retained = ZstdPlanner.Retained(distances);
            ZstdStream zstd = from is null
                ? new ZstdStream(source, leaveOpen: false, maxWindowSize, checkedOnly: false, retained)
                : ZstdStream.Resume(source, leaveOpen: false, from, checkedOnly: false, retained);
            return new ZstdPlanner(zstd, distances);
        }

        DecodingStream stream = from is null
            ? CompressionFormats.CreateDecoder(compression, source, maxWindowSize)
            : CompressionFormats.Resume(source, leaveOpen: false, from);
        return compression == VmaCompression.Gzip
            ? new SpacingPlanner(stream, distances.Gzip, distances.GzipCompressed, distances.GzipMost)
            : new SpacingPlanner(stream, distances.Lzop, 0, distances.Lzop);
    }

    /// <summary>To be called whenever a block has been read to its end.</summary>
    public abstract void AtBlockBoundary();

    /// <summary>Settles the last interval, at the end of what can be decoded.</summary>
    public abstract void Finish();
}

/// <summary>Checkpoints at even distances: their states are small whatever the place.</summary>
internal sealed class SpacingPlanner : CheckpointPlanner
{
    private readonly long _spacing;
    private readonly long _compressedSpacing;
    private readonly long _mostSpacing;
    private DecoderState _open;

    public SpacingPlanner(DecodingStream stream, long spacing, long compressedSpacing, long mostSpacing)
    {
        Stream = stream;
        _spacing = spacing;
        _compressedSpacing = compressedSpacing;
        _mostSpacing = mostSpacing;
        _open = stream.CaptureState();
    }

    public override DecodingStream Stream { get; }

    /// <summary>A state holds its whole window.</summary>
    public override long MaxWindow => 0;

    public override void AtBlockBoundary()
    {
        long since = Stream.DecodedPosition - _open.DecodedPosition;
        if (since >= _mostSpacing
            || (since >= _spacing && Stream.CompressedPosition - _open.CompressedPosition >= _compressedSpacing))
        {
            Settled.Enqueue(new Interval(_open, null, Stream.DecodedPosition, 0));
            _open = Stream.CaptureState();
        }
    }

    public override void Finish() => Settled.Enqueue(new Interval(_open, null, Stream.DecodedPosition, 0));
}
