using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.SquashFs;

/// <summary>The content of a file. The block decoded last is kept.</summary>
internal sealed class SquashContentStream : SeekableStream, IKnownRanges
{
    private readonly DiskBytes _volume;
    private readonly SquashContent _content;
    private readonly SquashDecoder _decoder;
    private readonly string _path;
    private byte[] _stored = [];
    private byte[] _block = [];
    private long _blockNumber = -1;

    /// <param name="volume">The volume.</param>
    /// <param name="content">What is known of the content.</param>
    /// <param name="compression">How it is compressed.</param>
    /// <param name="path">The file's path, for errors.</param>
    public SquashContentStream(DiskBytes volume, SquashContent content, SquashCompression compression, string path)
    {
        _volume = volume;
        _content = content;
        _decoder = new SquashDecoder(compression);
        _path = path;
    }

    public override long Length => _content.Length;

    public KnownRange FindRange(long offset, long limit)
    {
        long left = Math.Min(limit, offset < 0 ? 0 : Length - offset);
        if (left <= 0)
        {
            return default;
        }

        long number = offset / _content.BlockSize;
        left = Math.Min(left, ((number + 1) * _content.BlockSize) - offset);
        try
        {
            SquashBlock block = _content.At(number);
            return new KnownRange(
                left,
                block.Stored == 0 ? KnownRangeKind.Zeros
                    : _volume.FindRange(block.Start, block.Stored).Kind == KnownRangeKind.Lost ? KnownRangeKind.Lost : KnownRangeKind.Data);
        }
        catch (VmaException)
        {
            return new KnownRange(left, KnownRangeKind.Data);
        }
    }

    protected override int ReadAt(long position, Span<byte> buffer)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            long number = (position + done) / _content.BlockSize;
            int within = (int)((position + done) % _content.BlockSize);
            try
            {
                Load(number);
            }
            catch (VmaException) when (done > 0)
            {
                // What comes before the damage is delivered first; the next read meets it.
                break;
            }
            catch (VmaFileSystemException exception) when (exception.FilePath is null)
            {
                throw new VmaFileSystemException(exception.Code, exception.Sentence, _path, exception.VolumeOffset, innerException: exception);
            }

            int length = Math.Min(buffer.Length - done, _content.LengthOf(number) - within);
            _block.AsSpan(within, length).CopyTo(buffer.Slice(done));
            done += length;
        }

        return done;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _decoder.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Load(long number)
    {
        if (_blockNumber == number)
        {
            return;
        }

        _blockNumber = -1;
        SquashBlock block = _content.At(number);
        int length = _content.LengthOf(number);
        if (_block.Length == 0)
        {
            _block = new byte[_content.BlockSize];
            _stored = new byte[_content.BlockSize];
        }

        if (block.Stored == 0)
        {
            Array.Clear(_block, 0, length);
        }
        else
        {
            // A block of its own has what the file has of it, a fragment at least that, from a place on.
            long within = number >= _content.Blocks ? _content.FragmentOffset : 0;
            int decoded = Decode(block);
            if (within > decoded - length || (number < _content.Blocks && decoded != length))
            {
                throw SquashErrors.Damaged($"A block holds {decoded} bytes, of which the file has {length} from {within} on.", block.Start);
            }

            Buffer.BlockCopy(_block, (int)within, _block, 0, length);
        }

        _blockNumber = number;
    }

    private int Decode(SquashBlock block)
    {
        if (!block.IsCompressed)
        {
            _volume.Read(block.Start, _block.AsSpan(0, block.Stored));
            return block.Stored;
        }

        _volume.Read(block.Start, _stored.AsSpan(0, block.Stored));
        return _decoder.Decode(_stored, block.Stored, _block, block.Start);
    }
}
