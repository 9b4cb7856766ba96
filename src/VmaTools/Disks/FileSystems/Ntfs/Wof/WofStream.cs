using System;
using System.IO;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs.Wof;

/// <summary>The content of a packed file. The chunk unpacked last is kept.</summary>
internal sealed class WofStream : SeekableStream, IKnownRanges
{
    private readonly WofContent _content;
    private readonly Stream _table;
    private readonly Stream _stored;
    private readonly WofDecoder _decoder;
    private readonly byte[] _packed;
    private readonly byte[] _chunk;
    private long _chunkNumber = -1;

    /// <param name="content">What it is.</param>
    /// <param name="table">The stored stream, read in small pieces.</param>
    /// <param name="stored">The stored stream, read in whole chunks.</param>
    /// <param name="decoder">The decoder.</param>
    public WofStream(WofContent content, Stream table, Stream stored, WofDecoder decoder)
    {
        _content = content;
        _table = table;
        _stored = stored;
        _decoder = decoder;
        _packed = new byte[content.ChunkSize];
        _chunk = new byte[content.ChunkSize];
    }

    public override long Length => _content.Length;

    public KnownRange FindRange(long offset, long limit)
    {
        long left = Math.Min(limit, offset < 0 ? 0 : Length - offset);
        if (left <= 0)
        {
            return default;
        }

        left = Math.Min(left, _content.ChunkSize - (offset % _content.ChunkSize));
        (long start, int length) = _content.Locate(_table, offset / _content.ChunkSize);
        bool isLost = _stored is IKnownRanges ranges
            && ranges.FindRange(start, length) is var range
            && (range.Kind == KnownRangeKind.Lost || (range.Length < length && ranges.FindRange(start + range.Length, 1).Kind == KnownRangeKind.Lost));
        return new KnownRange(left, isLost ? KnownRangeKind.Lost : KnownRangeKind.Data);
    }

    protected override int ReadAt(long position, Span<byte> buffer)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            long number = (position + done) / _content.ChunkSize;
            int within = (int)((position + done) % _content.ChunkSize);
            int size = (int)Math.Min(_content.ChunkSize, Length - (number * _content.ChunkSize));
            int length = Math.Min(buffer.Length - done, size - within);
            try
            {
                if (number != _chunkNumber && length == size)
                {
                    Unpack(number, buffer.Slice(done, size));
                }
                else
                {
                    Load(number, size).AsSpan(within, length).CopyTo(buffer.Slice(done));
                }
            }
            catch (VmaException) when (done > 0)
            {
                // What comes before the damage is delivered first; the next read meets it.
                break;
            }

            done += length;
        }

        return done;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _table.Dispose();
            _stored.Dispose();
        }

        base.Dispose(disposing);
    }

    private byte[] Load(long number, int size)
    {
        if (number != _chunkNumber)
        {
            _chunkNumber = -1;
            Unpack(number, _chunk.AsSpan(0, size));
            _chunkNumber = number;
        }

        return _chunk;
    }

    private void Unpack(long number, Span<byte> target)
    {
        (long start, int length) = _content.Locate(_table, number);
        if (length > target.Length)
        {
            throw _content.Record.Damaged($"Chunk {number} of its packed content is longer than what it holds.");
        }

        _stored.Position = start;
        for (int done = 0; done < length;)
        {
            done += _stored.Read(_packed, done, length - done);
        }

        // A chunk that would not have become smaller is stored as it is.
        if (length == target.Length)
        {
            _packed.AsSpan(0, length).CopyTo(target);
        }
        else if (!_decoder.TryDecode(_packed.AsSpan(0, length), target))
        {
            throw _content.Record.Damaged($"Chunk {number} of its packed content cannot be decoded.");
        }
    }
}
