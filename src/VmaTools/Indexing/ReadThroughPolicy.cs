using System;
using System.Collections.Generic;

namespace VmaTools.Indexing;

/// <summary>
/// Which intervals of an archive are decoded before anybody asks, and how far: those behind one that is read through. The lock of
/// its user guards it.
/// </summary>
internal sealed class ReadThroughPolicy
{
    /// <summary>Chunks read of an interval after which it counts as being read through, or half of it.</summary>
    private const int ReadThrough = 16;

    /// <summary>Chunks of an interval that are decoded ahead at most: 8 MiB.</summary>
    private const int MaxAhead = (8 << 20) / ArchiveIndex.ChunkSize;

    private readonly DecoderPool _pool;
    private readonly int _most;
    private int _running;

    /// <param name="pool">The decoders, of which one at least is always left to those who read.</param>
    public ReadThroughPolicy(DecoderPool pool)
    {
        _pool = pool;
        _most = Math.Min(pool.MostOpen / 2, Environment.ProcessorCount);
    }

    /// <summary>How many intervals were given out to be decoded so far.</summary>
    public int Begun { get; private set; }

    /// <summary>Whether anything is ever decoded ahead.</summary>
    public bool IsOn => _most > 0;

    /// <summary>The chunk of an interval at which decoding ahead ends.</summary>
    public static long EndOf(IntervalDecoder decoder) => Math.Min(decoder.EndChunk, decoder.FirstChunk + MaxAhead);

    /// <summary>Whether an interval is read through: a good part of it was read, or what was decoded ahead.</summary>
    public static bool IsReadThrough(IntervalDecoder decoder) =>
        decoder.IsAhead || decoder.ChunksRead >= Math.Min(ReadThrough, Math.Max(2, (decoder.EndChunk - decoder.FirstChunk + 1) / 2));

    /// <summary>
    /// The intervals behind one that are to be decoded now; each counts as under way until <see cref="End"/> is called for it.
    /// </summary>
    public IEnumerable<IntervalDecoder> Begin(IntervalDecoder decoder, ArchiveIndex index)
    {
        for (int interval = decoder.Interval + 1; interval <= decoder.Interval + _most && interval < index.IntervalCount; interval++)
        {
            IntervalDecoder next = _pool.Get(index, interval);
            if (_running < _most && !next.IsAhead && !next.IsBusy && !next.HasFailed && next.NextChunk == next.FirstChunk)
            {
                next.IsAhead = true;
                _running++;
                Begun++;
                yield return next;
            }
        }
    }

    /// <summary>Decoding ahead of one interval has ended.</summary>
    public void End() => _running--;
}
