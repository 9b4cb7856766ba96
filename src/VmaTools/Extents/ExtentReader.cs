using System;
using System.Threading;
using VmaTools.Format;
using VmaTools.Sources;

namespace VmaTools.Extents;

/// <summary>
/// Reads extents one after the other, with their data or hopping from header to header, and after damage goes on at the next
/// valid one. Checks all that concerns an extent as a whole; what its slots say is <see cref="ArchiveChecker"/>'s matter.
/// </summary>
internal sealed class ExtentReader
{
    /// <summary>A search reads a little at first, then more and more: where valid extents follow each other closely it costs little.</summary>
    private const int FirstScanSize = 1 << 13;
    private const int ScanBufferSize = 1 << 16;

    /// <summary>Data that nobody wants is read in pieces that stay in the processor's cache.</summary>
    private const int SkipBufferSize = 1 << 19;

    /// <summary>
    /// Bytes that are searched a second time, beyond as many as were read: enough for any real damage, while extents made to
    /// overlap cannot make an archive cost more than twice its size.
    /// </summary>
    private const long FreeLookBack = 64 << 20;

    private readonly ForwardBytes _bytes;
    private byte[] _uuid;
    private readonly ExtentData _data;
    private readonly byte[] _nextHeader = new byte[Layout.ExtentHeaderSize];

    // Bytes that were read and not used; they come before what _bytes delivers next.
    private byte[] _unread = [];
    private int _unreadStart;
    private int _unreadEnd;

    private byte[] _scanBuffer = [];
    private byte[] _skipBuffer = [];
    private long _index;
    private long _furthest;

    // The extent before: where it is, and its data where that was read.
    private long _previousOffset = -1;
    private byte[] _previousBuffer = [];
    private int _previousLength;
    private long _lookedBack;

    // Where the next extent may be, when the one before contradicts itself about its length.
    private bool _mustScan;
    private long _otherEnd;

    /// <param name="bytes">The archive, standing at its first extent.</param>
    /// <param name="uuid">The archive's uuid, which every extent repeats.</param>
    /// <param name="data">What becomes of the stored blocks.</param>
    /// <param name="firstIndex">Number of that extent in the archive.</param>
    public ExtentReader(ForwardBytes bytes, byte[] uuid, ExtentData data, long firstIndex = 0)
    {
        _index = firstIndex;
        _bytes = bytes;
        _uuid = uuid;
        _data = data;
    }

    /// <summary>A reader for bytes that may begin anywhere: it searches the first extent.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="uuid">The archive's uuid; null for that of the first extent found.</param>
    /// <param name="data">What becomes of the stored blocks.</param>
    public static ExtentReader StartingAnywhere(ForwardBytes bytes, byte[]? uuid, ExtentData data) =>
        new(bytes, uuid ?? [], data) { _mustScan = true };

    /// <summary>The archive's uuid; empty where it is that of the first extent and none was found.</summary>
    public byte[] Uuid => _uuid;

    /// <summary>True once an extent could not be read, so that clusters may be lost.</summary>
    public bool HasLostExtents { get; private set; }

    private long Position => _bytes.Position - (_unreadEnd - _unreadStart);

    /// <summary>Reads the next extent.</summary>
    /// <returns>False at the end; <paramref name="frame"/> then tells what was found between the last extent and the end.</returns>
    public bool Read(ExtentFrame frame, CancellationToken cancellationToken)
    {
        frame.Clear(_index);
        Span<byte> header = frame.Buffer.AsSpan(0, Layout.ExtentHeaderSize);
        bool found = _mustScan
            ? FindNext(header, cancellationToken)
            : ReadHeader(frame, header, cancellationToken);
        _mustScan = false;
        if (found)
        {
            frame.Offset = Position - Layout.ExtentHeaderSize;
            _previousOffset = frame.Offset;
            _index++;
            ReadBody(frame, cancellationToken);
            _previousBuffer = frame.Buffer;
            _previousLength = frame.HasData ? frame.DataLength : 0;
        }

        // Looking back makes the position go back, but nobody wants to see that.
        _furthest = Math.Max(_furthest, _bytes.StoredPosition);
        frame.StoredPosition = _furthest;
        return found;
    }

    private bool ReadHeader(ExtentFrame frame, Span<byte> header, CancellationToken cancellationToken)
    {
        long offset = Position;
        int read = Take(header);
        ReadOnlySpan<byte> start = header.Slice(0, read);
        bool isComplete = read == header.Length;
        string message = string.Empty;
        string? code = isComplete ? FindProblem(new ExtentHeader(header), out message) : null;
        if (isComplete && code is null)
        {
            return true;
        }

        if (read > 0 && !isComplete && start.StartsWith(ExtentHeader.Magic.Slice(0, Math.Min(read, ExtentHeader.Magic.Length))))
        {
            // Throws where it is damage to the compressed bytes that ended the read.
            _bytes.Read(stackalloc byte[1]);
            HasLostExtents = true;
            frame.Report(VmaCodes.ExtentTruncated, "The archive ends within an extent header.", offset, _index);
            return false;
        }

        // With neither magic nor uuid where they belong, the end of the archive included, it may as well be the data before
        // that is too long or too short. Then the next extent begins within what was taken for that data.
        bool isAligned = isComplete && (new ExtentHeader(header).HasMagic || new ExtentHeader(header).Uuid.SequenceEqual(_uuid));
        long length = offset - _previousOffset - Layout.ExtentHeaderSize;
        bool looksBack = !isAligned
            && _previousOffset >= 0
            && (_bytes.CanSeek || _data == ExtentData.Kept)
            && _lookedBack + length <= offset + FreeLookBack;
        bool found;
        if (looksBack)
        {
            _lookedBack += length;
            Rewind(start);
            found = Scan(header, cancellationToken);
        }
        else
        {
            Unread(start.Slice(Math.Min(1, read)));
            found = Scan(header, cancellationToken);
        }

        if (!isAligned && !found)
        {
            if (_bytes.Position > offset)
            {
                frame.Report(VmaCodes.TrailingData, $"{_bytes.Position - offset} bytes that are no extent follow the last one.", offset, _index);
            }

            return false;
        }

        HasLostExtents = true;
        if (code is not null)
        {
            frame.Report(code, message, offset, _index);
        }

        if (!isAligned && _previousOffset >= 0)
        {
            frame.IsPreviousSuspect = true;
            frame.Report(
                VmaCodes.ExtentDataDisplaced,
                $"The extent at {_previousOffset} does not end where the next begins ({Position - Layout.ExtentHeaderSize}): its data cannot be trusted.",
                _previousOffset,
                _index - 1);
        }

        return found;
    }

    /// <summary>Finds what follows an extent that contradicts itself about its length.</summary>
    private bool FindNext(Span<byte> header, CancellationToken cancellationToken)
    {
        long end = Position;
        bool found = Scan(header, cancellationToken);
        long next = found ? Position - Layout.ExtentHeaderSize : _bytes.Position;
        if (next != end && next != _otherEnd)
        {
            HasLostExtents = true;
        }

        return found;
    }

    /// <summary>Reads or passes over the stored blocks behind a valid header.</summary>
    private void ReadBody(ExtentFrame frame, CancellationToken cancellationToken)
    {
        ExtentHeader header = frame.Header;
        int claimed = header.BlockCount;
        int masked = header.MaskedBlockCount();
        if (header.Reserved != 0)
        {
            frame.IsSuspect = true;
            frame.Report(VmaCodes.ExtentReservedNotZero, "The reserved field of the extent header is not 0.", frame.Offset, frame.Index);
        }

        if (claimed != masked)
        {
            // Which of the two is right is told by where the next extent is.
            _mustScan = true;
            _otherEnd = frame.Offset + Layout.ExtentHeaderSize + ((long)Math.Max(claimed, masked) * Layout.BlockSize);
            frame.IsSuspect = true;
            frame.Report(
                VmaCodes.ExtentBlockCountMismatch,
                $"The extent claims to store {claimed} blocks; its masks name {masked}.",
                frame.Offset,
                frame.Index);
        }

        int length = Math.Min(claimed, masked) * Layout.BlockSize;
        frame.DataLength = _data == ExtentData.Kept ? ReadData(frame, length) : SkipData(length, cancellationToken);
        if (frame.DataLength < length)
        {
            HasLostExtents = true;
            if (IsAtEnd())
            {
                frame.Report(
                    VmaCodes.ExtentTruncated,
                    $"The archive ends within an extent: {frame.DataLength} of {length} bytes of data are there.",
                    frame.Offset + Layout.ExtentHeaderSize + frame.DataLength,
                    frame.Index);
            }
        }
    }

    /// <summary>False where it was damage to the compressed bytes that ended a read short: the next one throws it.</summary>
    private bool IsAtEnd()
    {
        try
        {
            return _bytes.Read(stackalloc byte[1]) == 0;
        }
        catch (VmaCompressionException)
        {
            return false;
        }
    }

    /// <summary>Reads the data and, in the same go, the header behind it.</summary>
    private int ReadData(ExtentFrame frame, int length)
    {
        frame.Reserve(length);
        int wanted = length + Layout.ExtentHeaderSize;
        int read;
        try
        {
            read = Take(frame.Buffer.AsSpan(Layout.ExtentHeaderSize, wanted));
        }
        catch (VmaCompressionException)
        {
            // This extent is to be delivered yet, as far as it goes; the next read throws the same.
            read = 0;
        }

        int beyond = read - length;
        if (beyond > 0)
        {
            Unread(frame.Buffer.AsSpan(Layout.ExtentHeaderSize + length, beyond));
        }

        return Math.Min(read, length);
    }

    private int SkipData(int length, CancellationToken cancellationToken)
    {
        if (_data == ExtentData.Skipped && _bytes.CanSeek && _bytes.Length is long end)
        {
            long position = Position;
            int there = (int)Math.Min(length, Math.Max(0, end - position));
            _unreadStart = _unreadEnd = 0;
            _bytes.Seek(position + there);
            return there;
        }

        if (_skipBuffer.Length < Math.Min(length, SkipBufferSize))
        {
            _skipBuffer = new byte[length <= ScanBufferSize ? ScanBufferSize : SkipBufferSize];
        }

        int skipped = 0;
        while (skipped < length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int read = Take(_skipBuffer.AsSpan(0, Math.Min(_skipBuffer.Length, length - skipped)));
            if (read == 0)
            {
                break;
            }

            skipped += read;
        }

        return skipped;
    }

    /// <summary>Goes back to the data of the extent before, <paramref name="start"/> being what was read behind it.</summary>
    private void Rewind(ReadOnlySpan<byte> start)
    {
        if (_bytes.CanSeek)
        {
            _unreadStart = _unreadEnd = 0;
            _bytes.Seek(_previousOffset + Layout.ExtentHeaderSize);
        }
        else
        {
            Unread(start);
            Unread(_previousBuffer.AsSpan(Layout.ExtentHeaderSize, _previousLength));
        }
    }

    /// <summary>Finds the next valid extent header and stands behind it.</summary>
    private bool Scan(Span<byte> header, CancellationToken cancellationToken)
    {
        if (_scanBuffer.Length == 0)
        {
            _scanBuffer = new byte[ScanBufferSize];
        }

        byte[] buffer = _scanBuffer;
        int wanted = FirstScanSize;
        int held = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int read = Take(buffer.AsSpan(held, Math.Min(wanted, buffer.Length - held)));
            wanted = Math.Min(wanted * 2, buffer.Length);
            held += read;
            ReadOnlySpan<byte> window = buffer.AsSpan(0, held);
            int at = 0;
            while (at <= held - Layout.ExtentHeaderSize)
            {
                int hit = window.Slice(at).IndexOf(ExtentHeader.Magic);
                at = hit < 0 ? held - (ExtentHeader.Magic.Length - 1) : at + hit;
                if (at > held - Layout.ExtentHeaderSize)
                {
                    break;
                }

                ExtentHeader candidate = new(window.Slice(at));
                if ((_uuid.Length == 0 || candidate.Uuid.SequenceEqual(_uuid)) && candidate.HasValidMd5())
                {
                    _uuid = _uuid.Length == 0 ? candidate.Uuid.ToArray() : _uuid;
                    window.Slice(at, Layout.ExtentHeaderSize).CopyTo(header);
                    Unread(window.Slice(at + Layout.ExtentHeaderSize));
                    return true;
                }

                at++;
            }

            if (read == 0)
            {
                return false;
            }

            at = Math.Max(0, Math.Min(at, held - (ExtentHeader.Magic.Length - 1)));
            buffer.AsSpan(at, held - at).CopyTo(buffer);
            held -= at;
        }
    }

    /// <summary>The rules that an extent header must keep for its contents to mean anything.</summary>
    private string? FindProblem(ExtentHeader header, out string message)
    {
        if (!header.HasMagic)
        {
            message = "No extent begins where one should.";
            return VmaCodes.ExtentMagicMismatch;
        }

        if (!header.HasValidMd5())
        {
            message = "The extent header is damaged: its MD5 does not match.";
            return VmaCodes.ExtentChecksumMismatch;
        }

        if (!header.Uuid.SequenceEqual(_uuid))
        {
            message = "The extent belongs to another archive: its uuid is not the header's.";
            return VmaCodes.ExtentUuidMismatch;
        }

        message = string.Empty;
        return null;
    }

    /// <summary>Delivers bytes, those held back first; fewer than asked for only at the end.</summary>
    private int Take(Span<byte> buffer)
    {
        int held = Math.Min(buffer.Length, _unreadEnd - _unreadStart);
        if (held > 0)
        {
            _unread.AsSpan(_unreadStart, held).CopyTo(buffer);
            _unreadStart += held;
        }

        return held + (held < buffer.Length ? _bytes.Read(buffer.Slice(held)) : 0);
    }

    /// <summary>Gives back bytes, to be delivered before those still held.</summary>
    private void Unread(ReadOnlySpan<byte> bytes)
    {
        int held = _unreadEnd - _unreadStart;
        if (held == 0 && bytes.Length <= _nextHeader.Length)
        {
            // The usual case, once an extent: the header that was read along with the data before it.
            bytes.CopyTo(_nextHeader);
            _unread = _nextHeader;
        }
        else
        {
            byte[] joined = new byte[bytes.Length + held];
            bytes.CopyTo(joined);
            _unread.AsSpan(_unreadStart, held).CopyTo(joined.AsSpan(bytes.Length));
            _unread = joined;
        }

        _unreadStart = 0;
        _unreadEnd = bytes.Length + held;
    }
}
