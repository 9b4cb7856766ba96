using System;
using System.Collections.Generic;
using System.IO;
using VmaTools.Compression;
using VmaTools.Sources;

namespace VmaTools.Indexing;

/// <summary>
/// A compressed archive with its index: any chunk of its decoded data, from memory or decoded from the nearest checkpoint. All
/// who read the archive at the same time share it, and take turns.
/// </summary>
internal sealed class IndexedArchive
{
    /// <summary>Decoded data that is remembered: 24 MiB.</summary>
    private const int MaxChunks = (24 << 20) / ArchiveIndex.ChunkSize;

    /// <summary>Decoders that wait where they stopped, for readers that go on from there.</summary>
    private const int MaxCursors = 4;

    /// <summary>Bytes that the windows of waiting decoders take together, unless one alone takes more.</summary>
    private const long MaxWindows = 24 << 20;

    /// <summary>Records of the index that are remembered for their digests.</summary>
    private const int MaxRecords = 4;

    private readonly object _gate = new();
    private readonly string _path;
    private readonly string _indexPath;
    private readonly ArchiveBinding _binding;
    private readonly long _maxWindowSize;
    private readonly Func<ArchiveIndex> _open;
    private readonly Dictionary<long, LinkedListNode<Chunk>> _chunks = [];
    private readonly LinkedList<Chunk> _recent = new();
    private readonly LinkedList<Cursor> _cursors = new();
    private readonly LinkedList<(int Interval, IntervalRecord Record)> _records = new();
    private ArchiveIndex? _index;
    private int _users;

    /// <param name="path">The archive.</param>
    /// <param name="index">Its index, which is closed here and opened again when it is used.</param>
    /// <param name="maxWindowSize">The largest window that a checkpoint may ask for.</param>
    public IndexedArchive(string path, ArchiveIndex index, long maxWindowSize)
        : this(path, index, maxWindowSize, null)
    {
    }

    /// <param name="path">The archive.</param>
    /// <param name="partial">What there is of its index.</param>
    /// <param name="maxWindowSize">The largest window that a checkpoint may ask for.</param>
    public IndexedArchive(string path, PartialIndex partial, long maxWindowSize)
        : this(path, ArchiveIndex.Open(partial), maxWindowSize, () => ArchiveIndex.Open(partial))
    {
    }

    private IndexedArchive(string path, ArchiveIndex index, long maxWindowSize, Func<ArchiveIndex>? open)
    {
        _path = path;
        _indexPath = index.Path;
        _binding = index.Binding;
        _maxWindowSize = maxWindowSize;
        Summary = index.Summary;
        _open = open ?? (() => ArchiveIndex.Open(_indexPath, _binding));
        index.Dispose();
    }

    public IndexSummary Summary { get; }

    public string IndexPath => _indexPath;

    /// <summary>The archive's decoded bytes.</summary>
    public RandomBytes OpenBytes()
    {
        lock (_gate)
        {
            _index ??= OpenIndex();
            _users++;
            return new IndexedBytes(this);
        }
    }

    /// <summary>Does something with the index.</summary>
    public T UseIndex<T>(Func<ArchiveIndex, T> use)
    {
        lock (_gate)
        {
            bool isOpen = _index is not null;
            ArchiveIndex index = _index ?? OpenIndex();
            try
            {
                return use(index);
            }
            catch (InvalidDataException exception)
            {
                throw Damaged(exception);
            }
            finally
            {
                if (!isOpen)
                {
                    index.Dispose();
                }
            }
        }
    }

    /// <summary>Copies decoded bytes, at most to the end of a chunk.</summary>
    /// <exception cref="VmaException">The archive is damaged there, does not match its index, or the index is damaged.</exception>
    public int Read(long offset, Span<byte> target)
    {
        if (offset >= Summary.ReadableLength)
        {
            return Summary.Damage is { } damage ? throw damage.ToException(_path) : 0;
        }

        lock (_gate)
        {
            long number = offset / ArchiveIndex.ChunkSize;
            Chunk chunk = GetChunk(number);
            int within = (int)(offset - (number * ArchiveIndex.ChunkSize));
            int count = (int)Math.Min(Math.Min(target.Length, chunk.Length - within), Summary.ReadableLength - offset);
            chunk.Bytes.AsSpan(within, count).CopyTo(target);
            return count;
        }
    }

    private void Release()
    {
        lock (_gate)
        {
            if (--_users > 0)
            {
                return;
            }

            foreach (Cursor cursor in _cursors)
            {
                cursor.Stream.Dispose();
            }

            _cursors.Clear();
            _chunks.Clear();
            _recent.Clear();
            _records.Clear();
            _index?.Dispose();
            _index = null;
        }
    }

    private ArchiveIndex OpenIndex()
    {
        try
        {
            return _open();
        }
        catch (InvalidDataException exception)
        {
            throw Damaged(exception);
        }
    }

    private Chunk GetChunk(long number)
    {
        if (_chunks.TryGetValue(number, out LinkedListNode<Chunk>? known))
        {
            if (known != _recent.First)
            {
                _recent.Remove(known);
                _recent.AddFirst(known);
            }

            return known.Value;
        }

        Cursor? cursor = null;
        try
        {
            cursor = FindCursor(number);
            Chunk chunk;
            do
            {
                chunk = Decode(cursor);
            }
            while (chunk.Number < number);
            _cursors.AddFirst(cursor);
            return chunk;
        }
        catch (Exception exception)
        {
            cursor?.Stream.Dispose();
            if (exception is VmaException known2)
            {
                known2.Path ??= _path;
            }

            if (exception is InvalidDataException)
            {
                throw Damaged(exception);
            }

            throw;
        }
    }

    /// <summary>A decoder at or before a chunk, taken off the list: one that waits nearby, or a new one.</summary>
    private Cursor FindCursor(long chunk)
    {
        ArchiveIndex index = _index!;
        int interval = index.FindInterval(chunk);
        long first = ArchiveIndex.FirstChunk(index.StartOf(interval));
        Cursor? best = null;
        foreach (Cursor cursor in _cursors)
        {
            if (cursor.NextChunk <= chunk && chunk < cursor.EndChunk && cursor.NextChunk >= first && cursor.NextChunk > (best?.NextChunk ?? -1))
            {
                best = cursor;
            }
        }

        if (best is not null)
        {
            _cursors.Remove(best);
            return best;
        }

        int most = (int)Math.Max(1, Math.Min(MaxCursors, MaxWindows / Math.Max(1, Math.Min(Summary.MaxWindow, int.MaxValue) + (1 << 18))));
        while (_cursors.Count >= most)
        {
            _cursors.Last!.Value.Stream.Dispose();
            _cursors.RemoveLast();
        }

        return Resume(index, interval);
    }

    private Cursor Resume(ArchiveIndex index, int interval)
    {
        IntervalRecord record = GetRecord(interval);
        DecoderState state = record.ReadCheckpoint(_binding.Compression, _maxWindowSize);
        FileStream file = new(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        DecodingStream stream;
        try
        {
            file.Position = state.CompressedPosition;
            stream = CompressionFormats.Resume(file, leaveOpen: false, state);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        // What of a window was left out is not missed any more once a whole window has been decoded.
        long end = index.EndChunkOf(interval);
        bool mayGoOn = interval == 0 || (end * ArchiveIndex.ChunkSize) - record.Start >= Summary.MaxWindow;
        Cursor cursor = new(stream, ArchiveIndex.FirstChunk(record.Start), mayGoOn ? long.MaxValue : end);
        try
        {
            Skip(stream, (cursor.NextChunk * ArchiveIndex.ChunkSize) - record.Start);
            return cursor;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Decodes the chunk a decoder stands before, proves it, and remembers it.</summary>
    private Chunk Decode(Cursor cursor)
    {
        long number = cursor.NextChunk;
        long start = number * ArchiveIndex.ChunkSize;
        int length = (int)Math.Min(ArchiveIndex.ChunkSize, Summary.DecodedLength - start);
        Chunk chunk = NewChunk(number, length);
        int filled = 0;
        while (filled < length)
        {
            int read = cursor.Stream.Read(chunk.Bytes.AsSpan(filled, length - filled));
            if (read == 0)
            {
                throw Mismatch(start + filled);
            }

            filled += read;
        }

        ArchiveIndex index = _index!;
        int interval = index.FindInterval(number);
        IntervalRecord record = GetRecord(interval);
        long at = number - record.FirstChunk;
        if (at < 0 || at >= record.Digests.Length || Xxh64.Of(chunk.Bytes.AsSpan(0, length)) != record.Digests[at])
        {
            throw Mismatch(start);
        }

        cursor.NextChunk++;
        if (_chunks.TryGetValue(number, out LinkedListNode<Chunk>? old))
        {
            _recent.Remove(old);
        }

        _chunks[number] = _recent.AddFirst(chunk);
        return chunk;
    }

    /// <summary>A chunk to decode into: the one used least recently, once there are enough.</summary>
    private Chunk NewChunk(long number, int length)
    {
        byte[] bytes;
        if (_chunks.Count < MaxChunks)
        {
            bytes = new byte[ArchiveIndex.ChunkSize];
        }
        else
        {
            Chunk last = _recent.Last!.Value;
            bytes = last.Bytes;
            _chunks.Remove(last.Number);
            _recent.RemoveLast();
        }

        return new Chunk(number, bytes, length);
    }

    private IntervalRecord GetRecord(int interval)
    {
        for (LinkedListNode<(int Interval, IntervalRecord Record)>? node = _records.First; node is not null; node = node.Next)
        {
            if (node.Value.Interval == interval)
            {
                return node.Value.Record;
            }
        }

        IntervalRecord record = _index!.ReadInterval(interval);
        _records.AddFirst((interval, record));
        if (_records.Count > MaxRecords)
        {
            _records.RemoveLast();
        }

        return record;
    }

    private static void Skip(DecodingStream stream, long count)
    {
        byte[] sink = new byte[(int)Math.Min(count, 1 << 16)];
        while (count > 0)
        {
            int read = stream.Read(sink, 0, (int)Math.Min(count, sink.Length));
            if (read == 0)
            {
                // The interval ends within the chunk that its start lies in: the archive ends there.
                return;
            }

            count -= read;
        }
    }

    private VmaException Mismatch(long offset) => new VmaException(
        VmaCodes.IndexMismatch,
        "What the archive decodes to is not what it was when its index was made: one of them is damaged.",
        _path,
        offset);

    private VmaException Damaged(Exception exception) =>
        new(VmaCodes.IndexDamaged, $"The index of the archive cannot be used: {exception.Message}. Index: {_indexPath}.", _path, null, null, exception);

    private readonly record struct Chunk(long Number, byte[] Bytes, int Length);

    private sealed class Cursor
    {
        public Cursor(DecodingStream stream, long nextChunk, long endChunk)
        {
            Stream = stream;
            NextChunk = nextChunk;
            EndChunk = endChunk;
        }

        public DecodingStream Stream { get; }

        /// <summary>The chunk that it decodes next.</summary>
        public long NextChunk { get; set; }

        /// <summary>The chunk that it must not decode any more, since it lacks what is before its start.</summary>
        public long EndChunk { get; }
    }

    private sealed class IndexedBytes : RandomBytes
    {
        private IndexedArchive? _archive;

        public IndexedBytes(IndexedArchive archive)
        {
            _archive = archive;
            Length = archive.Summary.DecodedLength;
        }

        public override long Length { get; }

        public override void Dispose()
        {
            _archive?.Release();
            _archive = null;
            base.Dispose();
        }

        protected override int ReadSome(long offset, Span<byte> buffer) =>
            (_archive ?? throw new ObjectDisposedException(nameof(IndexedBytes))).Read(offset, buffer);
    }
}
