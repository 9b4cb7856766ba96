using System;
using System.Collections.Generic;
using System.IO;
using VmaTools.Bytes;
using VmaTools.Compression;
using VmaTools.Sources;

namespace VmaTools.Indexing;

/// <summary>A zstd file that tells by a table where its frames are, and so is read at any offset without an index.</summary>
internal sealed class SeekableArchive
{
    private readonly SeekableSource _source;
    private readonly SeekTable _table;

    private readonly bool _isFar;

    private SeekableArchive(SeekableSource source, SeekTable table, bool isFar)
    {
        _source = source;
        _table = table;
        _isFar = isFar;
    }

    /// <summary>Looks for the table.</summary>
    /// <returns>Null where there is none that can be used.</returns>
    public static SeekableArchive? TryOpen(SeekableSource source)
    {
        if (source.Compression != VmaCompression.Zstd)
        {
            return null;
        }

        using RandomBytes file = source.OpenStored();
        return SeekTable.TryRead(file) is { } table ? new SeekableArchive(source, table, file.IsFar) : null;
    }

    /// <summary>The decoded bytes. Each frame is decoded to its end, and proven by its checksum, before anything of it is handed out.</summary>
    public RandomBytes OpenBytes() => new ProvenBytes(this);

    /// <summary>
    /// The decoded bytes for one who hops over them and proves what they are: a frame is decoded as far as it is read, so what is
    /// read of it has to be read in order to be quick.
    /// </summary>
    public RandomBytes OpenHops() => new HoppingBytes(this);

    /// <summary>The error where what the table leads to is no whole archive.</summary>
    public VmaCompressionException Misleads() => new(
        VmaCodes.CompressedDataCorrupt, "What the seek table of the file leads to is no whole archive.", 0, 0, _source.Path);

    private VmaCompressionException Contradicts(int frame, string what) => new(
        VmaCodes.CompressedDataCorrupt,
        $"Frame {frame} is not what the seek table of the file says: {what}.",
        _table.PackedStartOf(frame),
        _table.StartOf(frame),
        _source.Path);

    /// <summary>An error of a decoder that began with a frame, as one of the file.</summary>
    private VmaCompressionException Moved(VmaCompressionException exception, int frame) => new(
        exception.Code,
        $"Frame {frame} cannot be decoded: {exception.Sentence}",
        exception.CompressedOffset + _table.PackedStartOf(frame),
        (exception.Offset ?? 0) + _table.StartOf(frame),
        _source.Path,
        exception);

    /// <summary>Reads what is there, or the error with the frame's place in the file.</summary>
    private int Decode(ZstdStream stream, int frame, Span<byte> buffer)
    {
        try
        {
            int total = 0;
            while (total < buffer.Length && stream.Read(buffer.Slice(total)) is > 0 and int read)
            {
                total += read;
            }

            return total;
        }
        catch (VmaCompressionException exception)
        {
            throw Moved(exception, frame);
        }
    }

    private sealed class ProvenBytes : RandomBytes
    {
        /// <summary>Decoded frames that a reader keeps take so much together, unless one alone takes more.</summary>
        private const long MaxKept = 16 << 20;

        private readonly SeekableArchive _owner;
        private readonly RandomBytes _file;
        private readonly LinkedList<(int Frame, byte[] Content)> _kept = new();
        private long _keptBytes;

        public ProvenBytes(SeekableArchive owner)
        {
            _owner = owner;
            _file = owner._source.OpenStored();
        }

        public override long Length => _owner._table.Length;

        public override void Dispose()
        {
            _file.Dispose();
            base.Dispose();
        }

        protected override int ReadSome(long offset, Span<byte> buffer)
        {
            if (offset >= Length)
            {
                return 0;
            }

            int frame = _owner._table.Find(offset);
            int within = (int)(offset - _owner._table.StartOf(frame));
            ReadOnlySpan<byte> content = Get(frame).AsSpan(within);
            int count = Math.Min(content.Length, buffer.Length);
            content.Slice(0, count).CopyTo(buffer);
            return count;
        }

        private byte[] Get(int frame)
        {
            for (LinkedListNode<(int Frame, byte[] Content)>? node = _kept.First; node is not null; node = node.Next)
            {
                if (node.Value.Frame == frame)
                {
                    _kept.Remove(node);
                    _kept.AddFirst(node);
                    return node.Value.Content;
                }
            }

            byte[] content = DecodeFrame(frame);
            _kept.AddFirst((frame, content));
            _keptBytes += content.Length;
            while (_keptBytes > MaxKept && _kept.Count > 1)
            {
                _keptBytes -= _kept.Last!.Value.Content.Length;
                _kept.RemoveLast();
            }

            return content;
        }

        private byte[] DecodeFrame(int frame)
        {
            SeekTable table = _owner._table;
            byte[] packed = new byte[table.PackedLengthOf(frame)];
            if (_file.ReadAt(table.PackedStartOf(frame), packed) < packed.Length)
            {
                throw new VmaException(VmaCodes.SourceChanged, "The archive is shorter than when it was first looked at.", _owner._source.Path);
            }

            byte[] content = new byte[table.LengthOf(frame)];
            using ZstdStream stream = new(new MemoryStream(packed), leaveOpen: false, _owner._source.MaxWindowSize);
            if (_owner.Decode(stream, frame, content) < content.Length)
            {
                throw _owner.Contradicts(frame, "it is shorter");
            }

            // The end is reached, and the checksum read, by reading on.
            if (_owner.Decode(stream, frame, new byte[1]) > 0)
            {
                throw _owner.Contradicts(frame, "it is longer");
            }

            return table.ChecksumOf(frame) is uint checksum && (uint)Xxh64.Of(content) != checksum
                ? throw _owner.Contradicts(frame, "its checksum is another")
                : content;
        }
    }

    private sealed class HoppingBytes : RandomBytes
    {
        private readonly SeekableArchive _owner;
        private readonly byte[] _skipped = new byte[1 << 16];
        private ZstdStream? _stream;
        private int _frame = -1;

        public HoppingBytes(SeekableArchive owner) => _owner = owner;

        public override long Length => _owner._table.Length;

        public override bool IsFar => _owner._isFar;

        public override void Dispose()
        {
            _stream?.Dispose();
            base.Dispose();
        }

        protected override int ReadSome(long offset, Span<byte> buffer)
        {
            if (offset >= Length)
            {
                return 0;
            }

            SeekTable table = _owner._table;
            int frame = table.Find(offset);
            long within = offset - table.StartOf(frame);
            if (frame != _frame || _stream is null || _stream.DecodedPosition > within)
            {
                _stream?.Dispose();
                _stream = new ZstdStream(_owner._source.OpenStoredPart(table.PackedStartOf(frame), LikelyEndOfFirstBlock(frame)), leaveOpen: false, _owner._source.MaxWindowSize);
                _frame = frame;
            }

            while (_stream.DecodedPosition < within)
            {
                Fill(_skipped.AsSpan(0, (int)Math.Min(_skipped.Length, within - _stream.DecodedPosition)));
            }

            int count = (int)Math.Min(buffer.Length, table.LengthOf(frame) - within);
            Fill(buffer.Slice(0, count));
            return count;
        }

        /// <summary>Where the block ends that what a frame begins with is decoded of, if it is compressed as well as the rest of the frame.</summary>
        private long LikelyEndOfFirstBlock(int frame)
        {
            const int Slack = 8 << 10;
            long packed = _owner._table.PackedLengthOf(frame);
            long share = packed * ZstdFrameHeader.MaxBlock / Math.Max(1, _owner._table.LengthOf(frame));
            return _owner._table.PackedStartOf(frame) + Math.Min(packed, share + Slack);
        }

        private void Fill(Span<byte> buffer)
        {
            if (_owner.Decode(_stream!, _frame, buffer) < buffer.Length)
            {
                throw _owner.Contradicts(_frame, "it is shorter");
            }
        }
    }
}
