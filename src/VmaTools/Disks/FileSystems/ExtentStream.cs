using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems;

/// <summary>The content of a file whose bytes lie as they are on a volume, or nowhere.</summary>
internal sealed class ExtentStream : SeekableStream, IKnownRanges
{
    private readonly DiskBytes _volume;
    private readonly Func<long, FileExtent> _find;
    private FileExtent _last;

    /// <param name="volume">Where the bytes lie.</param>
    /// <param name="length">Bytes of the content.</param>
    /// <param name="find">
    /// The extent that a byte of the content lies in; asked in any order, by one thread at a time. What has no place on the volume,
    /// or was never written, is zeros.
    /// </param>
    public ExtentStream(DiskBytes volume, long length, Func<long, FileExtent> find)
    {
        _volume = volume;
        _find = find;
        Length = length;
    }

    public override long Length { get; }

    public KnownRange FindRange(long offset, long limit)
    {
        long left = Math.Min(limit, offset < 0 ? 0 : Length - offset);
        if (left <= 0)
        {
            return default;
        }

        left = Math.Min(left, Find(offset, out long? place));
        return place is long start ? _volume.FindRange(start, left) : new KnownRange(left, KnownRangeKind.Zeros);
    }

    protected override int ReadAt(long position, Span<byte> buffer)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            try
            {
                int length = (int)Math.Min(buffer.Length - done, Find(position + done, out long? place));
                done += Fill(place, buffer.Slice(done, length));
            }
            catch (VmaException) when (done > 0)
            {
                // What comes before the damage is delivered first; the next read meets it.
                break;
            }
        }

        return done;
    }

    /// <summary>Bytes from the offset to the end of its extent, and where they lie: null for zeros.</summary>
    private long Find(long offset, out long? place)
    {
        if (offset < _last.Offset || offset - _last.Offset >= _last.Length)
        {
            _last = _find(offset);
        }

        long within = offset - _last.Offset;
        place = _last.Kind == FileExtentKind.Data ? _last.VolumeOffset + within : null;
        return _last.Length - within;
    }

    private int Fill(long? place, Span<byte> target)
    {
        if (place is not long start)
        {
            target.Clear();
            return target.Length;
        }

        try
        {
            _volume.Read(start, target);
            return target.Length;
        }
        catch (VmaException)
        {
            KnownRange sound = _volume.FindRange(start, target.Length);
            if (sound.Kind == KnownRangeKind.Lost || sound.Length <= 0 || sound.Length >= target.Length)
            {
                throw;
            }

            _volume.Read(start, target.Slice(0, (int)sound.Length));
            return (int)sound.Length;
        }
    }
}
