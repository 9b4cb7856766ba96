using System;
using System.IO;
using System.Threading;
using VmaTools.Bytes;
using VmaTools.Compression;
using VmaTools.Extents;
using VmaTools.Sources;

namespace VmaTools.Indexing;

/// <summary>
/// Writes an archive's index while the archive is read once, by whoever follows its extents. The decoder goes ahead on a thread of its
/// own, where checkpoints are placed.
/// </summary>
internal sealed class IndexRecorder : IDisposable
{
    private readonly SeekableSource _source;
    private readonly IndexWriter _writer;
    private readonly IndexRestart? _restart;
    private readonly CheckpointPlanner _planner;
    private readonly DigestedBytes _bytes;
    private readonly ExtentRecorder _extents;

    /// <param name="source">The archive.</param>
    /// <param name="writer">Where the index goes.</param>
    /// <param name="restart">Where an interrupted build goes on; null for the start.</param>
    /// <param name="distances">How far checkpoints are to be apart.</param>
    /// <param name="tap">Who listens to the stored bytes, which are read from their start then; null for nobody.</param>
    /// <param name="cancellationToken">Ends reading.</param>
    public IndexRecorder(
        SeekableSource source,
        IndexWriter writer,
        IndexRestart? restart,
        CheckpointDistances distances,
        StoredBytesTap? tap,
        CancellationToken cancellationToken)
    {
        _source = source;
        _writer = writer;
        _restart = restart;
        _extents = new ExtentRecorder(writer, restart?.Partial.ExtentCount ?? 0);
        Stream file = source.OpenStoredAt(restart?.State.CompressedPosition ?? 0);
        _planner = CheckpointPlanner.Create(
            source.Compression,
            new ReadAheadStream(TappedStream.Wrap(file, leaveOpen: false, tap), leaveOpen: false),
            restart?.State,
            source.MaxWindowSize,
            distances);
        _bytes = new DigestedBytes(_planner, restart, cancellationToken);
    }

    /// <summary>The archive's bytes, from the start or where the build goes on; to be read to the end.</summary>
    public DigestedBytes Bytes => _bytes;

    /// <summary>Takes an extent that was read, and writes what is settled by then.</summary>
    /// <exception cref="IOException">The index cannot be written.</exception>
    public void Take(ExtentFrame frame)
    {
        _extents.Take(frame);
        WriteSettled();
    }

    /// <summary>Writes what is settled.</summary>
    public void WriteSettled()
    {
        while (_bytes.TryTakeSettled(out Interval interval, out ulong[] digests))
        {
            _extents.Flush();
            _writer.Append(interval, digests);
        }
    }

    /// <summary>Writes what is left, which makes the index complete.</summary>
    /// <param name="end">What was found between the last extent and the end; null where that was not reached.</param>
    /// <param name="hasLostExtents">Whether an extent could not be read.</param>
    /// <param name="damage">The damage to the compressed bytes that ended reading, or null.</param>
    /// <exception cref="VmaException">The archive changed meanwhile.</exception>
    /// <exception cref="IOException">The index cannot be written.</exception>
    public void Finish(ExtentFrame? end, bool hasLostExtents, VmaCompressionException? damage)
    {
        if (damage is null)
        {
            try
            {
                _bytes.Drain();
            }
            catch (VmaCompressionException exception)
            {
                damage = exception;
            }
        }

        _planner.Finish();
        WriteSettled();
        _extents.Flush();
        if (_source.FindChange() is { } change)
        {
            throw change;
        }

        DecodingStream stream = _planner.Stream;
        _writer.Finish(
            new IndexSummary(
                stream.DecodedPosition,
                damage is null ? stream.DecodedPosition : stream.VerifiedPosition,
                hasLostExtents,
                Math.Max(_planner.MaxWindow, _restart?.Partial.MaxWindow ?? 0),
                damage is null ? null : IndexedDamage.Of(damage)),
            end);
    }

    public void Dispose()
    {
        _bytes.Dispose();
        _planner.Stream.Dispose();
        _extents.Dispose();
    }
}
