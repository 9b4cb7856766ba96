using System;
using System.Buffers.Binary;
using System.IO;
using System.Runtime.ExceptionServices;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>
/// Decompresses an lzop file, or several one after the other. A block is delivered only after every checksum it carries
/// has matched.
/// </summary>
internal sealed class LzopDecodingStream : PieceDecodingStream
{
    /// <summary>The largest block lzop reads; it writes 256 KiB. Two of these are the most memory that a file can ask for.</summary>
    public const int MaxBlockSize = 64 * 1024 * 1024;

    // In place of a block's length: what follows is in another file.
    private const uint SplitMark = 0xFFFFFFFF;

    private readonly Stream _stream;
    private readonly bool _leaveOpen;
    private readonly CompressedSource _source;
    private readonly byte[] _number = new byte[4];
    private byte[] _compressed = Array.Empty<byte>();
    private byte[] _decoded = Array.Empty<byte>();

    // The block at hand: _decoded[_delivered.._decodedLength] is still to be delivered.
    private int _delivered;
    private int _decodedLength;

    private LzopStep _step;
    private LzopFlags _flags;
    private bool _hasUncheckedContent;
    private long _decodedPosition;
    private long _verifiedPosition;
    private ExceptionDispatchInfo? _failure;
    private LzopFailedBlock? _failedBlock;

    /// <summary>Decompresses from the current position of <paramref name="source"/>, the start of the lzop file.</summary>
    public LzopDecodingStream(Stream source, bool leaveOpen)
        : this(source, leaveOpen, 0)
    {
    }

    private LzopDecodingStream(Stream source, bool leaveOpen, long compressedPosition)
    {
        _stream = source;
        _leaveOpen = leaveOpen;
        _source = new CompressedSource(source, compressedPosition);
    }

    public override long CompressedPosition => _source.Offset;

    public override long DecodedPosition => _decodedPosition;

    public override long VerifiedPosition => _verifiedPosition;

    public override bool HasUncheckedContent => _hasUncheckedContent;

    public override bool IsStopped => AtBlockBoundary && _step == LzopStep.Block && CompressedPosition >= StopAt;

    public override byte[] Unread => _source.From(CompressedPosition);

    public override bool AtBlockBoundary => _failure is null && _delivered == _decodedLength;

    public override FailedBlock? FailedBlock => _failedBlock;

    private bool HasDataChecksum => (_flags & (LzopFlags.DataAdler32 | LzopFlags.DataCrc32)) != 0;

    /// <summary>True where these first bytes of a file are those of lzop.</summary>
    public static bool Matches(ReadOnlySpan<byte> firstBytes) => LzopHeader.Matches(firstBytes);

    /// <summary>Goes on from <paramref name="state"/>, at whose compressed position <paramref name="source"/> stands.</summary>
    public static LzopDecodingStream Resume(Stream source, bool leaveOpen, DecoderState state)
    {
        LzopDecodingStream stream = new(source, leaveOpen, state.CompressedPosition);
        stream.GoOn((LzopState)state);
        return stream;
    }

    public override void Restart(byte[] packed, int count, PieceState from)
    {
        _source.Restart(packed, count, from.CompressedPosition);
        GoOn((LzopState)from);
    }

    public override DecoderState CaptureState()
    {
        if (!AtBlockBoundary)
        {
            throw new InvalidOperationException("The decoder is not between two blocks.");
        }

        return new LzopState(CompressedPosition, DecodedPosition)
        {
            Step = _step,
            Flags = _flags,
            HasUncheckedContent = _hasUncheckedContent,
            VerifiedPosition = _verifiedPosition,
        };
    }

    public override int Read(Span<byte> buffer)
    {
        ThrowIfDisposed();
        if (buffer.IsEmpty)
        {
            return 0;
        }

        _failure?.Throw();
        try
        {
            while (_delivered == _decodedLength && _step != LzopStep.Ended && !IsStopped)
            {
                TakeStep();
            }
        }
        catch (Exception exception)
        {
            // Nothing can go on from where it failed.
            _failure = ExceptionDispatchInfo.Capture(exception);
            throw;
        }

        int taken = Math.Min(buffer.Length, _decodedLength - _delivered);
        _decoded.AsSpan(_delivered, taken).CopyTo(buffer);
        _delivered += taken;
        _decodedPosition += taken;
        if (!_hasUncheckedContent)
        {
            _verifiedPosition = _decodedPosition;
        }

        return taken;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_leaveOpen)
        {
            _stream.Dispose();
        }

        base.Dispose(disposing);
    }

    private void GoOn(LzopState from)
    {
        _step = from.Step;
        _flags = from.Flags;
        _hasUncheckedContent = from.HasUncheckedContent;
        _decodedPosition = from.DecodedPosition;
        _verifiedPosition = from.VerifiedPosition;
        _delivered = _decodedLength = 0;
        _failure = null;
        _failedBlock = null;
    }

    private void TakeStep()
    {
        switch (_step)
        {
            case LzopStep.FirstHeader:
                _flags = LzopHeader.ReadFirst(_source);
                _step = LzopStep.Block;
                break;
            case LzopStep.Block:
                ReadBlock();
                break;
            case LzopStep.FurtherHeader:
                _step = LzopHeader.TryReadFurther(_source, _decodedPosition, out _flags) ? LzopStep.Block : LzopStep.Ended;
                break;
        }
    }

    // A block, or a length of zero where the file ends:
    //   4 bytes  length of the data
    //   4        length of the compressed bytes; equal where they are the data itself
    //   4        Adler-32 of the data                (if flagged)
    //   4        CRC-32 of the data                  (if flagged)
    //   4        Adler-32 of the compressed bytes    (if flagged, and the lengths differ)
    //   4        CRC-32 of the compressed bytes      (if flagged, and the lengths differ)
    //   n        the compressed bytes
    private void ReadBlock()
    {
        long start = _source.Offset;
        _failedBlock = new LzopFailedBlock(start, _flags, null);
        uint length = NextNumber();
        if (length == 0)
        {
            _failedBlock = null;
            _step = LzopStep.FurtherHeader;
            return;
        }

        if (length == SplitMark)
        {
            throw Error(VmaCodes.CompressionNotSupported, "The lzop file is split and goes on in another one.", start);
        }

        uint compressedLength = NextNumber();
        if (length > MaxBlockSize || compressedLength == 0 || compressedLength > length)
        {
            throw Error(VmaCodes.CompressedDataCorrupt, "An lzop block has a length that cannot be.", start);
        }

        bool stored = compressedLength == length;
        long checksumsStart = _source.Offset;
        uint dataAdler32 = NextNumberIf(LzopFlags.DataAdler32);
        uint dataCrc32 = NextNumberIf(LzopFlags.DataCrc32);
        uint compressedAdler32 = stored ? 0 : NextNumberIf(LzopFlags.CompressedAdler32);
        uint compressedCrc32 = stored ? 0 : NextNumberIf(LzopFlags.CompressedCrc32);

        long dataStart = _source.Offset;
        _failedBlock = new LzopFailedBlock(start, _flags, dataStart + compressedLength);
        ReadCompressed((int)compressedLength);
        if (stored)
        {
            (_decoded, _compressed) = (_compressed, _decoded);
        }
        else
        {
            Check(
                _compressed.AsSpan(0, (int)compressedLength),
                LzopFlags.CompressedAdler32,
                compressedAdler32,
                LzopFlags.CompressedCrc32,
                compressedCrc32,
                checksumsStart);
            Decompress((int)compressedLength, (int)length, dataStart);
        }

        Check(
            _decoded.AsSpan(0, (int)length),
            LzopFlags.DataAdler32,
            dataAdler32,
            LzopFlags.DataCrc32,
            dataCrc32,
            checksumsStart);
        _hasUncheckedContent |= !HasDataChecksum;
        _failedBlock = null;
        _delivered = 0;
        _decodedLength = (int)length;
    }

    private void ReadCompressed(int length)
    {
        // The memory grows with what is really there, not with what a header claims.
        int filled = 0;
        while (filled < length)
        {
            int room = _compressed.Length - Lzo1x.Slack;
            if (filled >= room)
            {
                const int FirstSize = 256 * 1024;
                Array.Resize(ref _compressed, Math.Min(length, Math.Max(FirstSize, 2 * room)) + Lzo1x.Slack);
                continue;
            }

            int taken = _source.Read(_compressed, filled, Math.Min(room, length) - filled);
            if (taken == 0)
            {
                throw Truncated();
            }

            filled += taken;
        }
    }

    private void Decompress(int compressedLength, int length, long dataStart)
    {
        if (_decoded.Length < length + Lzo1x.Slack)
        {
            _decoded = new byte[length + Lzo1x.Slack];
        }

        if (Lzo1x.TryDecode(_compressed, compressedLength, _decoded, length, out int failedAt) is string message)
        {
            throw Error(VmaCodes.CompressedDataCorrupt, message, dataStart + failedAt);
        }
    }

    private void Check(
        ReadOnlySpan<byte> data,
        LzopFlags adler32Flag,
        uint adler32,
        LzopFlags crc32Flag,
        uint crc32,
        long checksumsStart)
    {
        bool matches = ((_flags & adler32Flag) == 0 || Adler32.Append(Adler32.Initial, data) == adler32)
            && ((_flags & crc32Flag) == 0 || Crc32.Append(Crc32.Initial, data) == crc32);
        if (!matches)
        {
            throw Error(VmaCodes.CompressedChecksumMismatch, "The data of an lzop block does not match its checksum.", checksumsStart);
        }
    }

    private uint NextNumberIf(LzopFlags flag) => (_flags & flag) != 0 ? NextNumber() : 0;

    private uint NextNumber()
    {
        if (!_source.TryReadExactly(_number, 0, _number.Length))
        {
            throw Truncated();
        }

        return BinaryPrimitives.ReadUInt32BigEndian(_number);
    }

    private VmaCompressionException Truncated() =>
        Error(VmaCodes.CompressedDataTruncated, "The lzop file ends before its last block.", _source.Offset);

    private VmaCompressionException Error(string code, string message, long compressedOffset) =>
        new(code, message, compressedOffset, _decodedPosition);
}
