using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Sources;

namespace VmaTools.Indexing;

/// <summary>
/// A compressed archive with its index: any chunk of its decoded data, from memory or decoded from the nearest checkpoint. All
/// who read the archive at the same time share it. Where an interval is read through, the next ones are decoded meanwhile.
/// </summary>
internal sealed class IndexedArchive
{
    /// <summary>Milliseconds after a read in which somebody counts as reading.</summary>
    private const int Moment = 100;

    // Guards all that changes. Nobody decodes while holding it; whoever waits for a decoder is woken by each chunk.
    private readonly object _gate = new();
    private readonly string? _path;
    private readonly string _indexPath;
    private readonly Func<ArchiveIndex> _open;
    private readonly ChunkCache _chunks = new();
    private readonly DecoderPool _pool;
    private readonly ReadThroughPolicy _ahead;
    private readonly List<IndexedBytes> _readers = [];
    private ArchiveIndex? _index;

    // Changes when the last user has gone: nothing that is still under way is of use to anybody then.
    private int _generation;

    /// <param name="source">The archive.</param>
    /// <param name="index">Its index, which is closed here and opened again when it is used.</param>
    public IndexedArchive(SeekableSource source, ArchiveIndex index)
    {
        _path = source.Path;
        _indexPath = index.Path;
        KeptAt = index.IsKept ? index.Path : null;
        Summary = index.Summary;
        _open = index.Reopen;
        _pool = new DecoderPool(source, Summary.MaxWindow);
        _ahead = new ReadThroughPolicy(_pool);
        index.Dispose();
    }

    public IndexSummary Summary { get; }

    /// <summary>The file that the index is in; null for one that goes with whoever uses it.</summary>
    public string? KeptAt { get; }

    /// <summary>The archive's decoded bytes.</summary>
    public RandomBytes OpenBytes()
    {
        lock (_gate)
        {
            _index ??= OpenIndex();
            IndexedBytes reader = new(this);
            _readers.Add(reader);
            return reader;
        }
    }

    /// <summary>How many intervals were given out to be decoded before anybody asked.</summary>
    public int BegunAhead()
    {
        lock (_gate)
        {
            return _ahead.Begun;
        }
    }

    /// <summary>Whether a chunk is decoded and remembered.</summary>
    public bool Remembers(long chunk)
    {
        lock (_gate)
        {
            return _chunks.Find(chunk) is not null;
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

        long number = offset / ArchiveIndex.ChunkSize;
        IntervalDecoder decoder;
        lock (_gate)
        {
            while (true)
            {
                ArchiveIndex index = _index ?? throw new ObjectDisposedException(nameof(IndexedArchive));
                if (_chunks.Find(number) is { } known)
                {
                    return Copy(known, offset, target);
                }

                decoder = _pool.Get(index, index.FindInterval(number));
                if (TryBegin(decoder, index, number))
                {
                    break;
                }

                Monitor.Wait(_gate);
            }
        }

        return Decode(decoder, offset, target);
    }

    /// <summary>Decodes up to the chunk that an offset lies in, and copies from it.</summary>
    private int Decode(IntervalDecoder decoder, long offset, Span<byte> target)
    {
        ArraySegment<byte>? buffer = null;
        try
        {
            Chunk? chunk = null;
            while (true)
            {
                lock (_gate)
                {
                    if (chunk is not null)
                    {
                        Add(chunk);
                        if (chunk.Number == offset / ArchiveIndex.ChunkSize)
                        {
                            End(decoder, null);
                            return Copy(chunk, offset, target);
                        }
                    }

                    buffer = _index is not null ? _chunks.TakeBuffer() : throw new ObjectDisposedException(nameof(IndexedArchive));
                }

                chunk = decoder.Decode(buffer.Value);
                buffer = null;
            }
        }
        catch (Exception exception)
        {
            lock (_gate)
            {
                // The next one begins anew, with whatever is there then.
                decoder.Close();
                End(decoder, buffer);
            }

            if (exception is VmaException known)
            {
                known.Path ??= _path;
            }

            if (exception is InvalidDataException)
            {
                throw Damaged(exception);
            }

            throw;
        }
    }

    private void DecodeAhead(IntervalDecoder decoder, int generation)
    {
        ArraySegment<byte>? buffer = null;
        bool hasBegun = false;
        try
        {
            Chunk? chunk = null;
            while (true)
            {
                lock (_gate)
                {
                    if (generation != _generation || !_pool.Contains(decoder))
                    {
                        break;
                    }

                    if (chunk is not null)
                    {
                        Add(chunk);
                    }
                    else if (decoder.IsBusy || decoder.NextChunk > decoder.FirstChunk || !TryBegin(decoder, _index!, decoder.FirstChunk))
                    {
                        // Somebody was faster.
                        break;
                    }

                    hasBegun = true;
                    if (decoder.NextChunk >= ReadThroughPolicy.EndOf(decoder))
                    {
                        break;
                    }

                    buffer = _chunks.TakeBuffer();
                }

                chunk = decoder.Decode(buffer.Value);
                buffer = null;
            }
        }
        catch
        {
            // Whatever it is: who reads there meets it, and is told.
            lock (_gate)
            {
                decoder.HasFailed = true;
                if (hasBegun)
                {
                    decoder.Close();
                }
            }
        }
        finally
        {
            lock (_gate)
            {
                _ahead.End();
                if (hasBegun)
                {
                    End(decoder, buffer);
                }
            }
        }
    }

    /// <summary>Takes a decoder to work with, alone; false where that has to wait for somebody.</summary>
    private bool TryBegin(IntervalDecoder decoder, ArchiveIndex index, long chunk)
    {
        try
        {
            return _pool.TryBegin(decoder, index, chunk);
        }
        catch (InvalidDataException exception)
        {
            throw Damaged(exception);
        }
    }

    private void End(IntervalDecoder decoder, ArraySegment<byte>? unused)
    {
        _pool.End(decoder);
        if (unused is { } buffer)
        {
            _chunks.GiveBack(buffer);
        }

        Monitor.PulseAll(_gate);
    }

    private void Add(Chunk chunk)
    {
        _chunks.Add(chunk);
        Monitor.PulseAll(_gate);
    }

    private int Copy(Chunk chunk, long offset, Span<byte> target)
    {
        if (!chunk.IsRead)
        {
            chunk.IsRead = true;
            NoteRead(chunk.Number);
        }

        int within = (int)(offset - (chunk.Number * ArchiveIndex.ChunkSize));
        int count = (int)Math.Min(Math.Min(target.Length, chunk.Length - within), Summary.ReadableLength - offset);
        chunk.Bytes.AsSpan(within, count).CopyTo(target);
        return count;
    }

    /// <summary>Has the intervals behind decoded where this one is read through.</summary>
    private void NoteRead(long chunk)
    {
        if (!_ahead.IsOn || _index is not { } index)
        {
            return;
        }

        IntervalDecoder decoder = _pool.Get(index, index.FindInterval(chunk));
        decoder.ChunksRead++;
        if (!ReadThroughPolicy.IsReadThrough(decoder))
        {
            return;
        }

        if (ActiveReaders() >= Environment.ProcessorCount)
        {
            // Each decodes for itself: there is nobody left to do more.
            return;
        }

        foreach (IntervalDecoder next in _ahead.Begin(decoder, index))
        {
            int generation = _generation;
            Task.Run(() => DecodeAhead(next, generation));
        }
    }

    /// <summary>How many read now, or did a moment ago.</summary>
    private int ActiveReaders()
    {
        int now = Environment.TickCount;
        int active = 0;
        foreach (IndexedBytes reader in _readers)
        {
            active += unchecked(now - reader.LastRead) <= Moment ? 1 : 0;
        }

        return active;
    }

    private void Release(IndexedBytes reader)
    {
        lock (_gate)
        {
            _readers.Remove(reader);
            if (_readers.Count > 0)
            {
                return;
            }

            // What is decoded ahead ends with the chunk it is at.
            int generation = ++_generation;
            while (_pool.IsBusy && _generation == generation && _readers.Count == 0)
            {
                Monitor.Wait(_gate);
            }

            if (_generation != generation || _readers.Count > 0)
            {
                return;
            }

            _pool.Clear();
            _chunks.Clear();
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

    private VmaException Damaged(Exception exception) =>
        new(VmaCodes.IndexDamaged, $"The index of the archive cannot be used: {exception.Message}. Index: {_indexPath}.", _path, null, null, exception);

    private sealed class IndexedBytes : RandomBytes
    {
        private IndexedArchive? _archive;

        public IndexedBytes(IndexedArchive archive)
        {
            _archive = archive;
            Length = archive.Summary.DecodedLength;
        }

        public override long Length { get; }

        /// <summary>When it was last read from, in ticks of the environment.</summary>
        public int LastRead { get; private set; }

        public override void Dispose()
        {
            Interlocked.Exchange(ref _archive, null)?.Release(this);
            base.Dispose();
        }

        protected override int ReadSome(long offset, Span<byte> buffer)
        {
            LastRead = Environment.TickCount;
            return (_archive ?? throw new ObjectDisposedException(nameof(IndexedBytes))).Read(offset, buffer);
        }
    }
}
