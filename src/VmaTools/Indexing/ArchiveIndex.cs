using System;
using System.Buffers.Binary;
using System.IO;
using System.IO.Compression;
using System.Threading;
using VmaTools.Bytes;
using VmaTools.Compression;
using VmaTools.Extents;
using VmaTools.Sources;

namespace VmaTools.Indexing;

/// <summary>
/// A finished index, open for reading: its directory in memory, its records read as they are needed. Whatever the file holds,
/// reading it ends in an <see cref="InvalidDataException"/> at worst. One thread at a time.
/// </summary>
internal sealed class ArchiveIndex : IDisposable
{
    /// <summary>Decoded data is digested, checked and remembered in pieces of this size.</summary>
    public const int ChunkSize = 128 << 10;

    /// <summary>
    /// An index up to this size is checked as a whole when it is opened; the records of larger ones, and of those far away, when they are
    /// read.
    /// </summary>
    private const long MaxCheckedSize = 128 << 20;

    private readonly RandomBytes _file;
    private readonly Func<ArchiveIndex> _reopen;
    private readonly long _endRecord;
    private readonly long[] _starts;
    private readonly long[] _storedStarts;
    private readonly long[] _intervals;
    private readonly long[] _extents;
    private readonly byte[]? _endFrame;

    private ArchiveIndex(Func<RandomBytes> open, RandomBytes file, string path, ArchiveBinding expected)
    {
        Path = path;
        _file = file;
        _reopen = () => Open(open, path, expected);
        Size = file.Length;
        Binding = ReadHead(file, out _).Binding;
        if (!expected.Fits(Binding))
        {
            throw new InvalidDataException("it is of another archive, or the archive has changed since");
        }

        byte[] trailer = new byte[IndexFormat.TrailerSize];
        long at = Size - trailer.Length;
        if (at < IndexFormat.HeaderSize || file.ReadAt(at, trailer) < trailer.Length || !trailer.AsSpan().SequenceEqual(
            IndexFormat.MakeTrailer(_endRecord = BinaryPrimitives.ReadInt64LittleEndian(trailer))))
        {
            throw new InvalidDataException("it does not end as a finished index does");
        }

        using BinaryReader reader = new(new MemoryStream(ReadRecord(file, _endRecord, RecordKind.End)));
        Summary = IndexSummary.Read(reader);
        if (reader.ReadBoolean())
        {
            long start = reader.BaseStream.Position;
            ExtentCodec.Read(reader, new ExtentFrame(withData: false), 0);
            int length = (int)(reader.BaseStream.Position - start);
            reader.BaseStream.Position = start;
            _endFrame = reader.ReadBytes(length);
        }

        _starts = new long[Count(reader, 24)];
        _storedStarts = new long[_starts.Length];
        _intervals = new long[_starts.Length];
        for (int i = 0; i < _starts.Length; i++)
        {
            _starts[i] = reader.ReadInt64();
            _storedStarts[i] = reader.ReadInt64();
            _intervals[i] = reader.ReadInt64();
            if (_starts[i] < (i == 0 ? 0 : _starts[i - 1]) || _starts[i] > Summary.DecodedLength
                || _storedStarts[i] < (i == 0 ? 0 : _storedStarts[i - 1]) || _storedStarts[i] > Binding.Length)
            {
                throw new InvalidDataException("its intervals do not follow each other");
            }
        }

        _extents = new long[Count(reader, 8)];
        for (int i = 0; i < _extents.Length; i++)
        {
            _extents[i] = reader.ReadInt64();
        }

        if (_starts.Length > 0 && _starts[0] != 0)
        {
            throw new InvalidDataException("it has no interval that starts at the beginning");
        }

        if (Size <= MaxCheckedSize && !file.IsFar)
        {
            foreach (long offset in _intervals)
            {
                ReadRecord(file, offset, RecordKind.Interval);
            }
        }
    }

    private ArchiveIndex(PartialIndex partial)
    {
        Path = partial.Path;
        _reopen = () => new ArchiveIndex(partial);
        _file = partial.Bytes;
        Size = partial.End;
        Binding = partial.Binding;
        _starts = [.. partial.Starts];
        _storedStarts = [.. partial.StoredStarts];
        _intervals = [.. partial.Intervals];
        _extents = [.. partial.Extents];

        // The last interval's last chunk goes on behind its end. No decoder goes from one interval to the next.
        Summary = new IndexSummary(FirstChunk(partial.DecodedEnd) * ChunkSize, 0, HasLostExtents: false, long.MaxValue, Damage: null);
    }

    /// <summary>Full path of the index file.</summary>
    public string Path { get; }

    /// <summary>Whether it is in a file of a name, where the next one finds it.</summary>
    public bool IsKept => _file is FileBytes;

    /// <summary>Bytes of the index file.</summary>
    public long Size { get; }

    public ArchiveBinding Binding { get; }

    public IndexSummary Summary { get; }

    /// <summary>Number of intervals; none where the archive is read at any offset as it is, and the index tells where its extents are.</summary>
    public int IntervalCount => _starts.Length;

    // Whoever publishes an index has it open for themselves alone for a moment longer.
    private static FileBytes OpenFile(string path)
    {
        const int Patience = 100;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return new FileBytes(path);
            }
            catch (IOException exception) when (attempt < Patience && exception is not (FileNotFoundException or DirectoryNotFoundException))
            {
                Thread.Sleep(10);
            }
        }
    }

    /// <summary>Opens an index.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">The archive that it must be of.</param>
    /// <exception cref="InvalidDataException">It is of another archive, unfinished or damaged: the message says so, as a part of a sentence.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static ArchiveIndex Open(string path, ArchiveBinding expected) => Open(() => OpenFile(path), path, expected);

    /// <summary>Opens an index that is in no file of a name.</summary>
    /// <param name="open">Opens its bytes.</param>
    /// <param name="path">What is told of it.</param>
    /// <param name="expected">The archive that it must be of.</param>
    /// <exception cref="InvalidDataException">It is of another archive, unfinished or damaged.</exception>
    public static ArchiveIndex Open(Func<RandomBytes> open, string path, ArchiveBinding expected)
    {
        RandomBytes file = open();
        try
        {
            return Guard(() => new ArchiveIndex(open, file, path, expected));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens what there is of an unfinished index, for reading the data that it covers.</summary>
    public static ArchiveIndex Open(PartialIndex partial) => new(partial);

    /// <summary>Reads the head of an index, finished or not.</summary>
    /// <exception cref="InvalidDataException">It is none, or of another version.</exception>
    public static IndexHead ReadHead(RandomBytes file, out long end)
    {
        byte[] header = new byte[IndexFormat.HeaderSize];
        if (file.ReadAt(0, header) < header.Length || !header.AsSpan().StartsWith(IndexFormat.Magic))
        {
            throw new InvalidDataException("it is no index");
        }

        if (IsOfOtherVersion(file))
        {
            throw new InvalidDataException("it is of another version");
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(12));
        byte[] content = new byte[length is >= 0 and <= IndexFormat.MaxHeadSize ? length : 0];
        if (file.ReadAt(header.Length, content) < length || Xxh64.Of(content) != BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(16)))
        {
            throw new InvalidDataException("its head is damaged");
        }

        using BinaryReader reader = new(new MemoryStream(content));
        end = header.Length + length;
        return IndexHead.Read(reader);
    }

    /// <summary>Whether a file begins as an index, of whatever version and archive.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static bool IsOne(string path)
    {
        using FileBytes file = new(path);
        byte[] start = new byte[IndexFormat.Magic.Length];
        return file.ReadAt(0, start) == start.Length && start.AsSpan().SequenceEqual(IndexFormat.Magic);
    }

    /// <summary>True for an index that is no worse than old, or new.</summary>
    public static bool IsOfOtherVersion(RandomBytes file)
    {
        byte[] header = new byte[IndexFormat.HeaderSize];
        return file.ReadAt(0, header) == header.Length
            && header.AsSpan().StartsWith(IndexFormat.Magic)
            && BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(8)) != IndexFormat.Version;
    }

    /// <summary>Reads a record and proves it.</summary>
    /// <exception cref="InvalidDataException">There is none of that kind, or it is damaged.</exception>
    public static byte[] ReadRecord(RandomBytes file, long offset, RecordKind kind) =>
        TryReadRecord(file, offset, out RecordKind found, out byte[] content) && found == kind
            ? content
            : throw new InvalidDataException("it is damaged");

    /// <summary>Reads a record of any kind; false where none is there whole.</summary>
    public static bool TryReadRecord(RandomBytes file, long offset, out RecordKind kind, out byte[] content)
    {
        kind = 0;
        content = [];
        byte[] header = new byte[IndexFormat.RecordHeaderSize];
        long left = file.Length - offset - header.Length;
        if (offset < 0 || left < 0 || file.ReadAt(offset, header) < header.Length)
        {
            return false;
        }

        kind = (RecordKind)BinaryPrimitives.ReadInt32LittleEndian(header);
        int length = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4));
        if (length < 0 || length > left || length > IndexFormat.MaxRecordSize)
        {
            return false;
        }

        content = new byte[length];
        return file.ReadAt(offset + header.Length, content) == length
            && IndexFormat.RecordDigest(header.AsSpan(0, 8), content) == BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(8));
    }

    /// <summary>Offset in the decoded data of the first chunk at or behind an offset.</summary>
    public static long FirstChunk(long offset) => (offset + ChunkSize - 1) / ChunkSize;

    /// <summary>Start of an interval in the decoded data.</summary>
    public long StartOf(int interval) => _starts[interval];

    /// <summary>
    /// Where the stored data ends, as far as can be told before, from which an interval decodes up to a chunk: within the interval all
    /// compresses equally well, more or less.
    /// </summary>
    public long StoredEndOf(int interval, long endChunk)
    {
        const int Slack = 256 << 10;
        bool isLast = interval + 1 == _starts.Length;
        long decoded = Math.Max(1, (isLast ? Summary.DecodedLength : _starts[interval + 1]) - _starts[interval]);
        long stored = (isLast ? Binding.Length : _storedStarts[interval + 1]) - _storedStarts[interval];
        double part = Math.Min(1, ((double)(endChunk * ChunkSize) - _starts[interval]) / decoded);
        return _storedStarts[interval] + Math.Min(stored, (long)(stored * part) + Slack);
    }

    /// <summary>Number of the chunk behind the last that is decoded from an interval's start.</summary>
    public long EndChunkOf(int interval) =>
        FirstChunk(interval + 1 < _starts.Length ? _starts[interval + 1] : Summary.DecodedLength);

    /// <summary>The interval that a chunk is decoded from: the last that starts no later.</summary>
    public int FindInterval(long chunk)
    {
        int low = 0;
        int high = _starts.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (FirstChunk(_starts[middle]) <= chunk)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    /// <summary>Reads an interval's record.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public IntervalRecord ReadInterval(int interval) => Guard(() =>
    {
        byte[] content = ReadRecord(_file, _intervals[interval], RecordKind.Interval);
        IntervalRecord record = new(content);
        return record.Start == _starts[interval]
            && record.StoredStart == _storedStarts[interval]
            && record.FirstChunk + record.Digests.Length == Math.Max(record.FirstChunk, EndChunkOf(interval))
            ? record
            : throw new InvalidDataException("a record of it contradicts its directory");
    });

    /// <summary>Hands over the extents, in order, in a frame that is used again for each.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public void ReadExtents(Action<ExtentFrame> receive) => Guard(() =>
    {
        ExtentFrame frame = new(withData: false);
        long index = 0;
        foreach (long offset in _extents)
        {
            ReadExtents(ReadRecord(_file, offset, RecordKind.Extents), frame, ref index, receive);
        }

        return 0;
    });

    /// <summary>Reads the extents of one record.</summary>
    public static void ReadExtents(byte[] content, ExtentFrame frame, ref long index, Action<ExtentFrame> receive)
    {
        using MemoryStream stream = new(content);
        using BinaryReader head = new(stream);
        if (head.ReadInt64() != index)
        {
            throw new InvalidDataException("its extents do not follow each other");
        }

        int count = head.ReadInt32();
        using BufferedStream inflated = new(new DeflateStream(stream, CompressionMode.Decompress), 1 << 14);
        using BinaryReader reader = new(inflated);
        for (int i = 0; i < count; i++)
        {
            ExtentCodec.Read(reader, frame, index++);
            receive(frame);
        }
    }

    /// <summary>What was found behind the last extent; null where reading broke off.</summary>
    public ExtentFrame? ReadEndFrame(long index)
    {
        if (_endFrame is null)
        {
            return null;
        }

        ExtentFrame frame = new(withData: false);
        using BinaryReader reader = new(new MemoryStream(_endFrame));
        ExtentCodec.Read(reader, frame, index);
        return frame;
    }

    /// <summary>Opens the same once more.</summary>
    /// <inheritdoc cref="Open(Func{RandomBytes}, string, ArchiveBinding)"/>
    public ArchiveIndex Reopen() => _reopen();

    public void Dispose() => _file.Dispose();

    /// <summary>Everything that reading malformed bytes can end in becomes one kind of error.</summary>
    public static T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or FormatException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException("it is damaged", exception);
        }
        catch (VmaException exception) when (exception.Code == VmaCodes.SourceReadFailed)
        {
            throw new InvalidDataException("it cannot be read", exception);
        }
    }

    /// <summary>A number of entries that the rest of the data can hold.</summary>
    private static int Count(BinaryReader reader, int entrySize)
    {
        int count = reader.ReadInt32();
        return count >= 0 && count <= (reader.BaseStream.Length - reader.BaseStream.Position) / entrySize
            ? count
            : throw new InvalidDataException("its directory is damaged");
    }
}

/// <summary>The record of an interval: where it lies, digests of the chunks decoded from it, and the checkpoint, still compressed.</summary>
internal sealed class IntervalRecord
{
    private readonly byte[] _content;
    private readonly int _checkpointAt;

    public IntervalRecord(byte[] content)
    {
        _content = content;
        using BinaryReader reader = new(new MemoryStream(content));
        Start = reader.ReadInt64();
        StoredStart = reader.ReadInt64();
        End = reader.ReadInt64();
        MaxWindow = reader.ReadInt64();
        int count = reader.ReadInt32();
        if (Start < 0 || End < Start || count < 0 || count > (content.Length - (int)reader.BaseStream.Position) / sizeof(ulong))
        {
            throw new InvalidDataException("a record of it is damaged");
        }

        Digests = new ulong[count];
        for (int i = 0; i < count; i++)
        {
            Digests[i] = reader.ReadUInt64();
        }

        _checkpointAt = (int)reader.BaseStream.Position;
    }

    /// <summary>Offset in the decoded data of its first byte.</summary>
    public long Start { get; }

    /// <summary>Offset in the stored data where decoding resumes.</summary>
    public long StoredStart { get; }

    /// <summary>Offset in the decoded data behind its last byte.</summary>
    public long End { get; }

    /// <summary>The largest window that any frame asked for up to there.</summary>
    public long MaxWindow { get; }

    /// <summary>Number of the first chunk that is decoded from here.</summary>
    public long FirstChunk => ArchiveIndex.FirstChunk(Start);

    /// <summary>A digest for each chunk from that on.</summary>
    public ulong[] Digests { get; }

    /// <summary>The state that decoding resumes from.</summary>
    /// <param name="compression">How the archive is compressed.</param>
    /// <param name="maxWindowSize">The largest window that it may ask for.</param>
    /// <param name="windows">Where memory for its window comes from; null for memory of its own.</param>
    /// <exception cref="InvalidDataException">It is none that a decoder could be in.</exception>
    public DecoderState ReadCheckpoint(string compression, long maxWindowSize, WindowBuffers? windows = null) => ArchiveIndex.Guard(() =>
    {
        using MemoryStream stream = new(_content, _checkpointAt, _content.Length - _checkpointAt);
        using BufferedStream inflated = new(new DeflateStream(stream, CompressionMode.Decompress), 1 << 16);
        using BinaryReader reader = new(inflated);
        DecoderState state = CheckpointCodec.Read(reader, compression, maxWindowSize, windows);
        return state.DecodedPosition == Start && state.CompressedPosition == StoredStart ? state : throw new InvalidDataException("a checkpoint of it is of another place");
    });

}
