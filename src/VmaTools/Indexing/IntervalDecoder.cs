using System;
using System.IO;
using VmaTools.Bytes;
using VmaTools.Compression;
using VmaTools.Sources;

namespace VmaTools.Indexing;

/// <summary>
/// Decodes the chunks of one interval, from its checkpoint on, and proves each. It stays where it stopped, for readers that go on
/// from there. Whoever set <see cref="IsBusy"/> works with it alone.
/// </summary>
internal sealed class IntervalDecoder
{
    private readonly SeekableSource _source;
    private readonly string _compression;
    private readonly long _decodedLength;
    private readonly WindowBuffers _windows;
    private IntervalRecord? _record;
    private ulong[] _digests = [];
    private long _storedEnd;
    private DecodingStream? _stream;

    /// <param name="source">The archive.</param>
    /// <param name="index">Its index.</param>
    /// <param name="windows">Memory for windows.</param>
    /// <param name="interval">Number of the interval.</param>
    public IntervalDecoder(SeekableSource source, ArchiveIndex index, WindowBuffers windows, int interval)
    {
        _windows = windows;
        _source = source;
        _compression = index.Binding.Compression;
        _decodedLength = index.Summary.DecodedLength;
        Interval = interval;
        NextChunk = FirstChunk = ArchiveIndex.FirstChunk(index.StartOf(interval));
        EndChunk = index.EndChunkOf(interval);
    }

    public int Interval { get; }

    public long FirstChunk { get; }

    /// <summary>The chunk that it must not decode any more: it begins in the next interval.</summary>
    public long EndChunk { get; }

    /// <summary>The chunk that it decodes next.</summary>
    public long NextChunk { get; private set; }

    /// <summary>Whether a thread works with it.</summary>
    public bool IsBusy { get; set; }

    /// <summary>Whether it holds a decoder with its window.</summary>
    public bool IsOpen => _stream is not null;

    /// <summary>Whether it decodes, or did, before anybody asked.</summary>
    public bool IsAhead { get; set; }

    /// <summary>Whether decoding ahead has failed here: who reads here is to meet the error, once for each read.</summary>
    public bool HasFailed { get; set; }

    /// <summary>How many of its chunks were read from.</summary>
    public int ChunksRead { get; set; }

    /// <summary>Gets ready to decode a chunk: from where it stands, or from the checkpoint once more.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    public void Prepare(ArchiveIndex index, long chunk)
    {
        if (NextChunk > chunk)
        {
            Close();
        }

        if (!IsOpen)
        {
            _record = index.ReadInterval(Interval);
            _digests = _record.Digests;
            _storedEnd = index.StoredEndOf(Interval, IsAhead ? EndChunk : chunk + 1);
        }
    }

    /// <summary>Decodes the next chunk and proves it.</summary>
    /// <param name="buffer">Takes the chunk.</param>
    /// <exception cref="VmaException">The archive is damaged there, or is not what it was when the index was made.</exception>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    public Chunk Decode(ArraySegment<byte> buffer)
    {
        DecodingStream stream = _stream ??= Open();
        long start = NextChunk * ArchiveIndex.ChunkSize;
        int length = (int)Math.Min(ArchiveIndex.ChunkSize, _decodedLength - start);
        int filled = 0;
        while (filled < length)
        {
            int read = stream.Read(buffer.AsSpan(filled, length - filled));
            if (read == 0)
            {
                throw Mismatch(start + filled);
            }

            filled += read;
        }

        long at = NextChunk - FirstChunk;
        if (at >= _digests.Length || Xxh64.Of(buffer.AsSpan(0, length)) != _digests[at])
        {
            throw Mismatch(start);
        }

        Chunk chunk = new(NextChunk++, buffer, length);
        if (NextChunk == EndChunk)
        {
            CloseStream();
        }

        return chunk;
    }

    /// <summary>Gives back what decoding takes; what is decoded next is decoded from the checkpoint.</summary>
    public void Close()
    {
        CloseStream();
        _record = null;
        _digests = [];
        NextChunk = FirstChunk;
    }

    private void CloseStream()
    {
        _stream?.Dispose();
        if (_stream is ZstdStream zstd)
        {
            _windows.GiveBack(zstd.GiveBack());
        }

        _stream = null;
    }

    private DecodingStream Open()
    {
        IntervalRecord record = _record!;
        _record = null;
        DecoderState state = record.ReadCheckpoint(_compression, _source.MaxWindowSize, _windows);
        Stream file = _source.OpenStoredPart(state.CompressedPosition, _storedEnd);
        DecodingStream? stream = null;
        try
        {
            if (state.CompressedPosition > _source.StoredLength)
            {
                throw new InvalidDataException("a checkpoint of it lies behind the archive's end");
            }

            stream = CompressionFormats.Resume(file, leaveOpen: false, state, ignoresChecksums: true);
            if (state is ZstdState { Reach: 0 })
            {
                (stream as ZstdStream)?.Use(_windows.TakeAny());
            }

            Skip(stream, (FirstChunk * ArchiveIndex.ChunkSize) - record.Start);
            return stream;
        }
        catch
        {
            stream?.Dispose();
            file.Dispose();
            throw;
        }
    }

    private VmaException Mismatch(long offset) => new VmaException(
        VmaCodes.IndexMismatch,
        "What the archive decodes to is not what it was when its index was made: one of them is damaged.",
        _source.Path,
        offset);

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
}
