using System;
using System.Buffers.Binary;
using System.IO;
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
    private LzopFailedBlock? _failedBlock;

    /// <summary>Decompresses from the current position of <paramref name="source"/>, the start of the lzop file.</summary>
    public LzopDecodingStream(Stream source, bool leaveOpen)
        : this(source, leaveOpen, 0)
    {
    }

    private LzopDecodingStream(Stream source, bool leaveOpen, long compressedPosition)
        : base(source, leaveOpen, compressedPosition)
    {
    }

    public override long CompressedPosition => Source.Offset;

    public override long DecodedPosition => _decodedPosition;

    public override long VerifiedPosition => _verifiedPosition;

    public override bool HasUncheckedContent => _hasUncheckedContent;

    public override FailedBlock? FailedBlock => _failedBlock;

    protected override bool IsDrained => _delivered == _decodedLength;

    protected override bool IsEnded => _step == LzopStep.Ended;

    protected override bool IsAtPiece => IsDrained && _step == LzopStep.Block;

    protected override bool IsBetweenBlocks => IsDrained;

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

    protected override PieceState Capture() => new LzopState(CompressedPosition, DecodedPosition)
    {
        Step = _step,
        Flags = _flags,
        HasUncheckedContent = _hasUncheckedContent,
        VerifiedPosition = _verifiedPosition,
    };

    protected override int Deliver(Span<byte> buffer)
    {
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

    protected override void GoOn(PieceState state)
    {
        LzopState from = (LzopState)state;
        _step = from.Step;
        _flags = from.Flags;
        _hasUncheckedContent = from.HasUncheckedContent;
        _decodedPosition = from.DecodedPosition;
        _verifiedPosition = from.VerifiedPosition;
        _delivered = _decodedLength = 0;
        _failedBlock = null;
    }

    protected override void TakeStep(int wanted)
    {
        switch (_step)
        {
            case LzopStep.FirstHeader:
                _flags = LzopHeader.ReadFirst(Source);
                _step = LzopStep.Block;
                break;
            case LzopStep.Block:
                ReadBlock();
                break;
            case LzopStep.FurtherHeader:
                _step = LzopHeader.TryReadFurther(Source, _decodedPosition, out _flags) ? LzopStep.Block : LzopStep.Ended;
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
        long start = Source.Offset;
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
        long checksumsStart = Source.Offset;
        uint dataAdler32 = NextNumberIf(LzopFlags.DataAdler32);
        uint dataCrc32 = NextNumberIf(LzopFlags.DataCrc32);
        uint compressedAdler32 = stored ? 0 : NextNumberIf(LzopFlags.CompressedAdler32);
        uint compressedCrc32 = stored ? 0 : NextNumberIf(LzopFlags.CompressedCrc32);

        long dataStart = Source.Offset;
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

            int taken = Source.Read(_compressed, filled, Math.Min(room, length) - filled);
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
        if (!Source.TryReadExactly(_number, 0, _number.Length))
        {
            throw Truncated();
        }

        return BinaryPrimitives.ReadUInt32BigEndian(_number);
    }

    private VmaCompressionException Truncated() =>
        Error(VmaCodes.CompressedDataTruncated, "The lzop file ends before its last block.", Source.Offset);

    private VmaCompressionException Error(string code, string message, long compressedOffset) =>
        new(code, message, compressedOffset, _decodedPosition);
}
