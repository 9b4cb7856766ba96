using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>The content of a file: holes, bytes in the tree, stored data, compressed data; checked as it is read.</summary>
internal sealed class BtrfsContentStream : SeekableStream, IKnownRanges
{
    // What is read at once; every sector of it is checked.
    private const int MaxRead = 1 << 20;

    // What is read ahead of small reads that follow each other.
    private const int WindowSize = 64 * 1024;

    // Compressed extents have up to 128 KiB; somebody may write others some day, nobody needs to follow a forged size.
    private const int MaxCompressed = 1 << 20;

    private readonly BtrfsFileMap _map;
    private readonly BtrfsData _data;
    private readonly int _sectorSize;
    private readonly bool _isChecked;
    private readonly string _path;
    private readonly Action<FileSystemFinding> _report;
    private BtrfsDecoder? _decoder;

    // Bytes of the content from _windowStart on, kept from the last read.
    private byte[] _window = [];
    private long _windowStart;
    private int _windowLength;
    private long _lastEnd = -1;

    public BtrfsContentStream(
        BtrfsFileMap map, BtrfsData data, long length, int sectorSize, bool isChecked, string path, Action<FileSystemFinding> report)
    {
        _map = map;
        _data = data;
        Length = length;
        _sectorSize = sectorSize;
        _isChecked = isChecked;
        _path = path;
        _report = finding => report(finding with { Path = path });
    }

    public override long Length { get; }

    public KnownRange FindRange(long offset, long limit)
    {
        long left = Math.Min(limit, offset < 0 ? 0 : Length - offset);
        if (left <= 0)
        {
            return default;
        }

        try
        {
            BtrfsExtent extent = _map.Find(offset);
            return new KnownRange(
                Math.Min(left, extent.End - offset), extent.IsHole || extent.IsUnwritten ? KnownRangeKind.Zeros : KnownRangeKind.Data);
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
            try
            {
                done += ReadPiece(position + done, buffer.Slice(done));
            }
            catch (VmaException exception)
            {
                if (done == 0)
                {
                    throw WithPath(exception);
                }

                // What comes before the damage is delivered first; the next read meets it.
                break;
            }
        }

        _lastEnd = position + done;
        return done;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _decoder?.Dispose();
        }

        base.Dispose(disposing);
    }

    private VmaException WithPath(VmaException exception) => exception switch
    {
        VmaFileSystemException { FilePath: null } known => new VmaFileSystemException(
            known.Code, known.Sentence, _path, known.VolumeOffset, innerException: known),
        VmaCompressionException compression => BtrfsErrors.Damaged("A compressed extent is damaged: " + compression.Sentence, _path),
        _ => exception,
    };

    private int ReadPiece(long position, Span<byte> buffer)
    {
        if (TryCopyWindow(position, buffer, out int copied))
        {
            return copied;
        }

        BtrfsExtent extent = _map.Find(position);
        int length = (int)Math.Min(buffer.Length, extent.End - position);
        if (extent.IsHole || extent.IsUnwritten)
        {
            buffer.Slice(0, length).Clear();
            return length;
        }

        if (extent.IsInline)
        {
            FillFromInline(extent);
        }
        else if (extent.Compression != BtrfsCompression.None)
        {
            FillFromCompressed(extent);
        }
        else
        {
            return ReadStored(extent, position, buffer.Slice(0, length));
        }

        return TryCopyWindow(position, buffer, out copied) ? copied : throw BtrfsErrors.Damaged("An extent of the file holds less than it says.");
    }

    private int ReadStored(in BtrfsExtent extent, long position, Span<byte> buffer)
    {
        ulong address = extent.Address + extent.StoredOffset + (ulong)(position - extent.Offset);
        int before = (int)(address % (ulong)_sectorSize);
        if (before == 0 && buffer.Length >= WindowSize)
        {
            int length = Math.Min(buffer.Length, MaxRead) / _sectorSize * _sectorSize;
            _data.Read(address, buffer.Slice(0, length), _isChecked, _report);
            return length;
        }

        // Whole sectors around what is wanted; more of them where reads follow each other.
        long wanted = Math.Min(WindowSize, before + (position == _lastEnd ? WindowSize : buffer.Length));
        long sectors = (wanted + _sectorSize - 1) / _sectorSize;
        sectors = Math.Min(sectors, (before + (extent.End - position) + _sectorSize - 1) / _sectorSize);
        byte[] window = Window(Math.Max(WindowSize, _sectorSize));
        _windowLength = 0;
        int read = (int)sectors * _sectorSize;
        _data.Read(address - (ulong)before, window.AsSpan(0, read), _isChecked, _report);
        int count = (int)Math.Min(read - before, extent.End - position);
        window.AsSpan(before, count).CopyTo(window);
        _windowStart = position;
        _windowLength = count;
        TryCopyWindow(position, buffer, out int copied);
        return copied;
    }

    private void FillFromInline(in BtrfsExtent extent)
    {
        // Behind the bytes that are stored there are zeros up to the end of the sector.
        byte[] window = Window((int)extent.Length);
        _windowLength = 0;
        Span<byte> target = window.AsSpan(0, (int)extent.DecodedLength);
        if (extent.Compression != BtrfsCompression.None)
        {
            byte[] stored = extent.Inline.ToArray();
            (_decoder ??= new BtrfsDecoder(_sectorSize)).Decode(extent.Compression, stored, stored.Length, target);
        }
        else if (extent.Inline.Length < target.Length)
        {
            throw BtrfsErrors.TooShort("inline content");
        }
        else
        {
            extent.Inline.Span.Slice(0, target.Length).CopyTo(target);
        }

        window.AsSpan(target.Length, (int)extent.Length - target.Length).Clear();
        _windowStart = extent.Offset;
        _windowLength = (int)extent.Length;
    }

    private void FillFromCompressed(in BtrfsExtent extent)
    {
        if (extent.DecodedLength > MaxCompressed || extent.StoredLength > MaxCompressed || extent.StoredLength == 0
            || extent.StoredLength % (ulong)_sectorSize != 0)
        {
            throw BtrfsErrors.Damaged("A compressed extent of the file makes no sense.");
        }

        byte[] stored = new byte[(int)extent.StoredLength];
        _data.Read(extent.Address, stored, _isChecked, _report);
        byte[] window = Window((int)extent.DecodedLength);
        _windowLength = 0;
        (_decoder ??= new BtrfsDecoder(_sectorSize)).Decode(
            extent.Compression, stored, stored.Length, window.AsSpan(0, (int)extent.DecodedLength));
        if (extent.StoredOffset != 0)
        {
            window.AsSpan((int)extent.StoredOffset, (int)extent.Length).CopyTo(window);
        }

        _windowStart = extent.Offset;
        _windowLength = (int)extent.Length;
    }

    private bool TryCopyWindow(long position, Span<byte> buffer, out int copied)
    {
        long within = position - _windowStart;
        if (within < 0 || within >= _windowLength)
        {
            copied = 0;
            return false;
        }

        copied = (int)Math.Min(buffer.Length, _windowLength - within);
        _window.AsSpan((int)within, copied).CopyTo(buffer);
        return true;
    }

    private byte[] Window(int size) => _window.Length >= size ? _window : _window = new byte[size];
}
