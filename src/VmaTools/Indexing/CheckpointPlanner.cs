using System.Collections.Concurrent;
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
    /// <summary>Intervals that are settled and have not been taken yet, in order; they may lie ahead of what has been read.</summary>
    public ConcurrentQueue<Interval> Settled { get; } = new();

    /// <summary>The decoded data, for the planner's owner to read and dispose of: decoded ahead, so that the planner sees it first.</summary>
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
            return new ZstdPlanner(source, (ZstdState?)from, maxWindowSize, distances);
        }

        DecodingStream stream = from is null
            ? CompressionFormats.CreateDecoder(compression, source, maxWindowSize, threads: 1)
            : CompressionFormats.Resume(source, leaveOpen: false, from);
        return compression switch
        {
            VmaCompression.Gzip => new SpacingPlanner(stream, distances.Gzip, distances.GzipCompressed, distances.GzipMost),
            VmaCompression.Bzip2 => new SpacingPlanner(stream, distances.Bzip2, 0, distances.Bzip2),
            _ => new SpacingPlanner(stream, distances.Lzop, 0, distances.Lzop),
        };
    }

    /// <summary>Settles the last interval, when all that can be decoded has been read.</summary>
    public abstract void Finish();
}

/// <summary>Checkpoints at even distances: their states are small whatever the place.</summary>
internal sealed class SpacingPlanner : CheckpointPlanner
{
    private readonly long _spacing;
    private readonly long _compressedSpacing;
    private readonly long _mostSpacing;
    private readonly DecodingStream _decoder;
    private DecoderState _open;

    /// <param name="decoder">The decoder, which the planner owns.</param>
    /// <param name="spacing">How far checkpoints are to be apart...</param>
    /// <param name="compressedSpacing">...in the archive, too...</param>
    /// <param name="mostSpacing">...unless they are this far apart.</param>
    public SpacingPlanner(DecodingStream decoder, long spacing, long compressedSpacing, long mostSpacing)
    {
        _decoder = decoder;
        _spacing = spacing;
        _compressedSpacing = compressedSpacing;
        _mostSpacing = mostSpacing;
        _open = decoder.CaptureState();
        Stream = new WatchedDecodingStream(decoder, AtBlockBoundary);
    }

    public override DecodingStream Stream { get; }

    /// <summary>A state holds its whole window.</summary>
    public override long MaxWindow => 0;

    public override void Finish() => Settled.Enqueue(new Interval(_open, null, _decoder.DecodedPosition, 0));

    private void AtBlockBoundary()
    {
        long since = _decoder.DecodedPosition - _open.DecodedPosition;
        if (since >= _mostSpacing
            || (since >= _spacing && _decoder.CompressedPosition - _open.CompressedPosition >= _compressedSpacing))
        {
            Settled.Enqueue(new Interval(_open, null, _decoder.DecodedPosition, 0));
            _open = _decoder.CaptureState();
        }
    }
}
