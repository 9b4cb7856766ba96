using System;
using System.Threading;
using VmaTools.Format;
using VmaTools.Sources;

namespace VmaTools.Archives;

/// <summary>
/// Reads extents one after the other, with their data or hopping from header to header, and after damage goes on at the next
/// valid one. Checks all that concerns an extent as a whole; what its slots say is <see cref="ArchiveChecker"/>'s matter.
/// </summary>
internal sealed class ExtentReader
{
    private const int ScanBufferSize = 1 << 20;

    private readonly ForwardBytes _bytes;
    private readonly byte[] _uuid;
    private readonly bool _withData;
    private readonly byte[] _nextHeader = new byte[Layout.ExtentHeaderSize];

    // Bytes that were read and not used; they come before what _bytes delivers next.
    private byte[] _unread = [];
    private int _unreadStart;
    private int _unreadEnd;

    private long _index;
    private long _previousOffset = -1;
    private bool _mustScan;

    /// <param name="bytes">The archive, standing at its first extent.</param>
    /// <param name="uuid">The archive's uuid, which every extent repeats.</param>
    /// <param name="withData">Whether to read the stored blocks too.</param>
    public ExtentReader(ForwardBytes bytes, byte[] uuid, bool withData)
    {
        _bytes = bytes;
        _uuid = uuid;
        _withData = withData;
    }

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
            ? Scan(header, Position, cancellationToken)
            : ReadHeader(frame, header, cancellationToken);
        _mustScan = false;
        if (found)
        {
            frame.Offset = Position - Layout.ExtentHeaderSize;
            _previousOffset = frame.Offset;
            _index++;
            ReadBody(frame, cancellationToken);
        }

        frame.StoredPosition = _bytes.StoredPosition;
        return found;
    }

    private bool ReadHeader(ExtentFrame frame, Span<byte> header, CancellationToken cancellationToken)
    {
        long offset = Position;
        int read = Take(header);
        if (read == 0)
        {
            return false;
        }

        ReadOnlySpan<byte> start = header.Slice(0, read);
        if (read < header.Length)
        {
            ReportShortHeader(frame, start, offset);
            return false;
        }

        string? code = FindProblem(new ExtentHeader(header), out string message);
        if (code is null)
        {
            return true;
        }

        // With neither magic nor uuid where they belong, it may as well be the data before that is too long or too short.
        bool isAligned = new ExtentHeader(header).HasMagic || new ExtentHeader(header).Uuid.SequenceEqual(_uuid);
        bool canLookBack = !isAligned && _previousOffset >= 0 && _bytes.CanSeek;
        long from = canLookBack ? _previousOffset + Layout.ExtentHeaderSize : offset + 1;
        if (!canLookBack)
        {
            Unread(start.Slice(1));
        }

        bool found = Scan(header, from, cancellationToken);
        if (!isAligned && !found)
        {
            frame.Report(VmaCodes.TrailingData, $"{_bytes.Position - offset} bytes that are no extent follow the last one.", offset, _index);
            return false;
        }

        HasLostExtents = true;
        frame.Report(code, message, offset, _index);
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
            frame.IsSuspect = true;
            frame.Report(
                VmaCodes.ExtentBlockCountMismatch,
                $"The extent claims to store {claimed} blocks; its masks name {masked}.",
                frame.Offset,
                frame.Index);
        }

        int length = Math.Min(claimed, masked) * Layout.BlockSize;
        frame.DataLength = _withData ? ReadData(frame, length) : SkipData(length, cancellationToken);
        if (frame.DataLength < length)
        {
            HasLostExtents = true;
            frame.Report(
                VmaCodes.ExtentTruncated,
                $"The archive ends within an extent: {frame.DataLength} of {length} bytes of data are there.",
                frame.Offset + Layout.ExtentHeaderSize + frame.DataLength,
                frame.Index);
        }
    }

    /// <summary>Reads the data and, in the same go, the header behind it.</summary>
    private int ReadData(ExtentFrame frame, int length)
    {
        int wanted = length + Layout.ExtentHeaderSize;
        int read = Take(frame.Buffer.AsSpan(Layout.ExtentHeaderSize, wanted));
        int beyond = read - length;
        if (beyond > 0)
        {
            Unread(frame.Buffer.AsSpan(Layout.ExtentHeaderSize + length, beyond));
        }

        return Math.Min(read, length);
    }

    private int SkipData(int length, CancellationToken cancellationToken)
    {
        if (_bytes.CanSeek && _bytes.Length is long end)
        {
            long position = Position;
            int there = (int)Math.Min(length, Math.Max(0, end - position));
            _unreadStart = _unreadEnd = 0;
            _bytes.Seek(position + there);
            return there;
        }

        byte[] sink = new byte[Math.Min(length, ScanBufferSize)];
        int skipped = 0;
        while (skipped < length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int read = Take(sink.AsSpan(0, Math.Min(sink.Length, length - skipped)));
            if (read == 0)
            {
                break;
            }

            skipped += read;
        }

        return skipped;
    }

    /// <summary>Finds the next valid extent header from <paramref name="from"/> on and stands behind it.</summary>
    private bool Scan(Span<byte> header, long from, CancellationToken cancellationToken)
    {
        if (_bytes.CanSeek)
        {
            _unreadStart = _unreadEnd = 0;
            _bytes.Seek(from);
        }

        byte[] buffer = new byte[ScanBufferSize];
        int held = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int read = Take(buffer.AsSpan(held));
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
                if (candidate.Uuid.SequenceEqual(_uuid) && candidate.HasValidMd5())
                {
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

    private void ReportShortHeader(ExtentFrame frame, ReadOnlySpan<byte> start, long offset)
    {
        ReadOnlySpan<byte> magic = ExtentHeader.Magic.Slice(0, Math.Min(start.Length, ExtentHeader.Magic.Length));
        if (start.StartsWith(magic))
        {
            HasLostExtents = true;
            frame.Report(VmaCodes.ExtentTruncated, "The archive ends within an extent header.", offset, _index);
        }
        else
        {
            frame.Report(VmaCodes.TrailingData, $"{start.Length} bytes that are no extent follow the last one.", offset, _index);
        }
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
