using System;
using System.Diagnostics;
using System.IO;
using System.Threading;
using VmaTools.Bytes;
using VmaTools.Compression;
using VmaTools.Extents;
using VmaTools.Format;
using VmaTools.Sources;

namespace VmaTools.Indexing;

/// <summary>
/// Reads a compressed archive once from front to back and writes its index. The decoder goes ahead on a thread of its own, where
/// checkpoints are placed; this one makes digests, follows the extents and writes.
/// </summary>
internal sealed class IndexBuilder : IDisposable
{
    /// <summary>Extents that are held back at most before they are written.</summary>
    private const int MaxHeldExtents = 1024;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(50);

    private readonly FileSource _source;
    private readonly ArchiveHeader _header;
    private readonly IndexWriter _writer;
    private readonly IndexRestart? _restart;
    private readonly CheckpointDistances _distances;
    private readonly MemoryStream _extents = new();
    private readonly BinaryWriter _extentWriter;
    private long _firstHeld;
    private int _held;

    /// <param name="source">The archive.</param>
    /// <param name="header">Its header.</param>
    /// <param name="writer">Where the index goes.</param>
    /// <param name="restart">Where an interrupted build goes on; null for the start.</param>
    /// <param name="distances">How far checkpoints are to be apart.</param>
    public IndexBuilder(FileSource source, ArchiveHeader header, IndexWriter writer, IndexRestart? restart, CheckpointDistances distances)
    {
        _distances = distances;
        _source = source;
        _header = header;
        _writer = writer;
        _restart = restart;
        _extentWriter = new BinaryWriter(_extents);
    }

    /// <exception cref="VmaException">The archive changed meanwhile, or is not the one whose header was read.</exception>
    /// <exception cref="IOException">The archive cannot be read or the index cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The build was cancelled; what is complete stays in the file.</exception>
    public void Run(IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        FileStream file = new(_source.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan);
        file.Position = _restart?.State.CompressedPosition ?? 0;
        CheckpointPlanner planner = CheckpointPlanner.Create(
            _source.Compression, new ReadAheadStream(file, leaveOpen: false), _restart?.State, _source.MaxWindowSize, _distances);
        using DecodingStream stream = planner.Stream;
        Follow(new DigestedBytes(planner, _restart, cancellationToken), planner, progress, cancellationToken);
    }

    public void Dispose()
    {
        _extentWriter.Dispose();
        _extents.Dispose();
    }

    /// <summary>Follows the extents to the end and writes what is settled on the way.</summary>
    private void Follow(DigestedBytes bytes, CheckpointPlanner planner, IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        Stopwatch watch = Stopwatch.StartNew();
        TimeSpan reported = TimeSpan.Zero;
        long index = _restart?.Partial.ExtentCount ?? 0;
        _firstHeld = index;
        ExtentReader reader = new(bytes, _header.Uuid, ExtentData.Kept, _restart is null ? 0 : index - 1);
        ExtentFrame? frame = new(withData: true);
        ExtentFrame other = new(withData: true);
        VmaCompressionException? damage = null;
        ExtentFrame? end = null;
        try
        {
            bool isKnown = _restart is not null;
            Approach(bytes);
            while (reader.Read(frame, cancellationToken))
            {
                if (!isKnown)
                {
                    Hold(frame);
                }

                isKnown = false;
                Write(bytes);
                (frame, other) = (other, frame);
                if (watch.Elapsed - reported >= ProgressInterval)
                {
                    reported = watch.Elapsed;
                    progress?.Report(new VmaProgress(bytes.StoredPosition, _source.StoredLength));
                }
            }

            end = frame;
            bytes.Drain();
        }
        catch (VmaCompressionException exception)
        {
            damage = exception;
        }

        planner.Finish();
        Write(bytes);
        FlushExtents();
        if (_source.FindChange() is { } change)
        {
            throw change;
        }

        DecodingStream stream = planner.Stream;
        _writer.Finish(
            new IndexSummary(
                stream.DecodedPosition,
                damage is null ? stream.DecodedPosition : stream.VerifiedPosition,
                reader.HasLostExtents,
                Math.Max(planner.MaxWindow, _restart?.Partial.MaxWindow ?? 0),
                damage is null ? null : IndexedDamage.Of(damage)),
            end);
        progress?.Report(new VmaProgress(bytes.StoredPosition, _source.StoredLength));
    }

    /// <summary>Goes to the first extent that is to be read, past a header that must be the known one.</summary>
    private void Approach(DigestedBytes bytes)
    {
        if (_restart is not null)
        {
            bytes.SkipTo(_restart.Partial.LastExtent);
            return;
        }

        HeaderReader.Pass(bytes, _header, _source.Path);
    }

    private void Hold(ExtentFrame frame)
    {
        ExtentCodec.Write(_extentWriter, frame);
        if (++_held >= MaxHeldExtents)
        {
            FlushExtents();
        }
    }

    private void FlushExtents()
    {
        if (_held > 0)
        {
            _extentWriter.Flush();
            _writer.AppendExtents(_firstHeld, _held, _extents);
            _firstHeld += _held;
            _held = 0;
            _extents.SetLength(0);
        }
    }

    private void Write(DigestedBytes bytes)
    {
        while (bytes.TryTakeSettled(out Interval interval, out ulong[] digests))
        {
            FlushExtents();
            _writer.Append(interval, digests);
        }
    }
}
