using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Archives;
using VmaTools.Compression;
using VmaTools.Format;
using VmaTools.Sources;

namespace VmaTools.Indexing;

/// <summary>
/// Reads a compressed archive once from front to back and writes its index. One thread decodes and places checkpoints,
/// another makes digests, follows the extents and writes.
/// </summary>
internal sealed class IndexBuilder : IDisposable
{
    /// <summary>Extents that are held back at most before they are written.</summary>
    private const int MaxHeldExtents = 1024;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(50);

    private readonly FileSource _source;
    private readonly ArchiveHeader _header;
    private readonly IndexWriter _writer;
    private readonly Restart? _restart;
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
    public IndexBuilder(FileSource source, ArchiveHeader header, IndexWriter writer, Restart? restart, CheckpointDistances distances)
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
        long start = stream.DecodedPosition;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using Batches batches = new(stop.Token);
        Task decoding = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    Decode(planner, batches, stop.Token);
                }
                catch
                {
                    // Nobody is to wait for more.
                    stop.Cancel();
                    throw;
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            DigestedBytes bytes = new(batches, _restart, start);
            Follow(bytes, planner, progress, stop.Token);
            decoding.GetAwaiter().GetResult();
        }
        catch
        {
            stop.Cancel();
            ((IAsyncResult)decoding).AsyncWaitHandle.WaitOne();
            if (decoding.Exception?.InnerException is { } cause and not OperationCanceledException)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(cause).Throw();
            }

            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    public void Dispose()
    {
        _extentWriter.Dispose();
        _extents.Dispose();
    }

    private static void Decode(CheckpointPlanner planner, Batches batches, CancellationToken cancellationToken)
    {
        DecodingStream stream = planner.Stream;
        VmaCompressionException? damage = null;
        bool isAtEnd = false;
        while (!isAtEnd)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Batch batch = batches.TakeEmpty();

            // Chunks lie at even places of the data, and so at even places of a batch.
            batch.Start = batch.End = (int)(stream.DecodedPosition % ArchiveIndex.ChunkSize);
            try
            {
                while (batch.End < batch.Buffer.Length)
                {
                    int read = stream.Read(batch.Buffer.AsSpan(batch.End));
                    if (read == 0)
                    {
                        isAtEnd = true;
                        break;
                    }

                    batch.End += read;
                    if (stream.AtBlockBoundary)
                    {
                        planner.AtBlockBoundary();
                    }
                }
            }
            catch (VmaCompressionException exception)
            {
                damage = exception;
                isAtEnd = true;
            }

            if (isAtEnd)
            {
                planner.Finish();
            }

            batch.Settled.Clear();
            batch.Settled.AddRange(planner.Settled);
            planner.Settled.Clear();
            batch.CompressedPosition = stream.CompressedPosition;
            batch.IsLast = isAtEnd;
            batch.Damage = damage;
            batches.Add(batch);
        }
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

        if (!VmaArchive.ReadHeader(bytes).Uuid.AsSpan().SequenceEqual(_header.Uuid))
        {
            throw new VmaException(VmaCodes.SourceChanged, "The archive has changed since it was first looked at.", _source.Path);
        }
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
        while (bytes.TryTakeSettled(out Interval? interval, out ulong[] digests))
        {
            FlushExtents();
            _writer.Append(interval!, digests);
        }
    }

    /// <summary>Where an interrupted build goes on.</summary>
    /// <param name="Partial">What is there already.</param>
    /// <param name="State">The decoder's state at its end.</param>
    /// <param name="Bytes">The data before that.</param>
    internal sealed record Restart(PartialIndex Partial, DecoderState State, RandomBytes Bytes)
    {
        /// <summary>Finds out where to go on; null where that fails, and everything is to be done again.</summary>
        public static Restart? TryMake(FileSource source, PartialIndex partial)
        {
            RandomBytes? bytes = null;
            try
            {
                IndexedArchive archive = new(source.Path, partial, source.MaxWindowSize);
                bytes = archive.OpenBytes();
                IntervalRecord last = archive.UseIndex(i => i.ReadInterval(i.IntervalCount - 1));
                DecoderState state = last.ReadCheckpoint(source.Compression, source.MaxWindowSize);
                using FileStream file = new(source.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
                file.Position = state.CompressedPosition;
                using DecodingStream stream = CompressionFormats.Resume(file, leaveOpen: true, state);
                byte[] sink = new byte[1 << 17];
                while (stream.DecodedPosition < last.End)
                {
                    if (stream.Read(sink, 0, (int)Math.Min(sink.Length, last.End - stream.DecodedPosition)) == 0)
                    {
                        bytes.Dispose();
                        return null;
                    }
                }

                // Where the data ended with that interval its last chunk is shorter than can be known here.
                if (last.End > 0 && bytes.ReadAt(last.End - 1, sink.AsSpan(0, 1)) == 0)
                {
                    bytes.Dispose();
                    return null;
                }

                state = stream.CaptureState();
                if (state is ZstdState zstd && zstd.Reach > 0)
                {
                    // The decoder's own window is whole only where the interval was longer than that.
                    byte[] window = new byte[zstd.Reach];
                    bytes.ReadAt(state.DecodedPosition - window.Length, window);
                    state = zstd.With(window);
                }

                return new Restart(partial, state, bytes);
            }
            catch (Exception exception) when (exception is VmaException or IOException or InvalidDataException or InvalidOperationException)
            {
                bytes?.Dispose();
                return null;
            }
        }
    }

    /// <summary>A piece of decoded data on its way from one thread to the other.</summary>
    private sealed class Batch
    {
        public byte[] Buffer { get; } = new byte[4 * ArchiveIndex.ChunkSize];

        /// <summary>The data lies from here...</summary>
        public int Start { get; set; }

        /// <summary>...to here.</summary>
        public int End { get; set; }

        /// <summary>Intervals that were settled meanwhile; they end no later than this batch.</summary>
        public List<Interval> Settled { get; } = [];

        public long CompressedPosition { get; set; }

        public bool IsLast { get; set; }

        public VmaCompressionException? Damage { get; set; }
    }

    /// <summary>The batches on their way and those coming back.</summary>
    private sealed class Batches : IDisposable
    {
        private const int Count = 4;

        private readonly Handover<Batch> _full;
        private readonly Handover<Batch> _empty;
        private int _made;

        public Batches(CancellationToken stop)
        {
            _full = new Handover<Batch>(stop);
            _empty = new Handover<Batch>(stop);
        }

        public Batch TakeEmpty()
        {
            if (_empty.TryTake(out Batch batch))
            {
                return batch;
            }

            if (_made++ < Count)
            {
                return new Batch();
            }

            _empty.Take(out batch);
            return batch;
        }

        public void Add(Batch batch) => _full.Add(batch);

        public Batch Take()
        {
            _full.Take(out Batch batch);
            return batch;
        }

        public void GiveBack(Batch batch) => _empty.Add(batch);

        public void Dispose()
        {
            _full.Dispose();
            _empty.Dispose();
        }
    }

    /// <summary>The decoded data in order, digested as it passes.</summary>
    private sealed class DigestedBytes : ForwardBytes
    {
        private readonly Batches _batches;
        private readonly RandomBytes? _before;
        private readonly long _beforeEnd;
        private readonly Queue<Interval> _settled = new();
        private readonly List<ulong> _digests = [];
        private long _firstDigest;
        private Batch? _batch;
        private int _at;
        private long _position;
        private long _storedPosition;

        public DigestedBytes(Batches batches, Restart? restart, long start)
        {
            _batches = batches;
            _before = restart?.Bytes;
            _beforeEnd = start;

            // On a restart, first what the last known extent needs once more.
            _position = Math.Min(start, restart?.Partial.LastExtent ?? start);
            _firstDigest = ArchiveIndex.FirstChunk(start);
        }

        public override long Position => _position;

        public override long? Length => null;

        public override long StoredPosition => _storedPosition;

        /// <summary>Takes the next interval of which all digests are known.</summary>
        public bool TryTakeSettled(out Interval? interval, out ulong[] digests)
        {
            digests = [];
            interval = null;
            bool isAtEnd = _batch is { IsLast: true };
            if (_settled.Count == 0 || (!isAtEnd && ArchiveIndex.FirstChunk(_settled.Peek().End) > _firstDigest + _digests.Count))
            {
                return false;
            }

            interval = _settled.Dequeue();
            int count = (int)Math.Max(0, ArchiveIndex.FirstChunk(interval.End) - _firstDigest);
            digests = [.. _digests.GetRange(0, count)];
            _digests.RemoveRange(0, count);
            _firstDigest += count;
            return true;
        }

        public void SkipTo(long position)
        {
            byte[] sink = new byte[1 << 16];
            while (_position < position && Read(sink.AsSpan(0, (int)Math.Min(sink.Length, position - _position))) > 0)
            {
            }
        }

        public void Drain() => SkipTo(long.MaxValue);

        protected override int ReadSome(Span<byte> buffer)
        {
            if (_position < _beforeEnd)
            {
                int before = _before!.ReadAt(_position, buffer.Slice(0, (int)Math.Min(buffer.Length, _beforeEnd - _position)));
                _position += before;
                return before;
            }

            while (_batch is null || _at == _batch.End)
            {
                if (_batch is { IsLast: true })
                {
                    return _batch.Damage is null ? 0 : throw _batch.Damage;
                }

                if (_batch is not null)
                {
                    _batches.GiveBack(_batch);
                    _batch = null;
                }

                Receive(_batches.Take());
            }

            int count = Math.Min(buffer.Length, _batch.End - _at);
            _batch.Buffer.AsSpan(_at, count).CopyTo(buffer);
            _at += count;
            _position += count;
            return count;
        }

        private void Receive(Batch batch)
        {
            _batch = batch;
            _at = batch.Start;
            _storedPosition = batch.CompressedPosition;

            // A batch that begins within a chunk goes on from an interval that has that chunk's digest.
            int from = (int)(ArchiveIndex.FirstChunk(batch.Start) * ArchiveIndex.ChunkSize);
            for (; from < batch.End; from += ArchiveIndex.ChunkSize)
            {
                _digests.Add(Xxh64.Of(batch.Buffer.AsSpan(from, Math.Min(ArchiveIndex.ChunkSize, batch.End - from))));
            }

            foreach (Interval interval in batch.Settled)
            {
                _settled.Enqueue(interval);
            }
        }
    }
}
