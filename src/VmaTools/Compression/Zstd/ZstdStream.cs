using System;
using System.Buffers.Binary;
using System.IO;

namespace VmaTools.Compression;

/// <summary>Decodes Zstandard: any number of frames and skippable frames, one after the other.</summary>
/// <remarks>
/// The block is the unit: one that is damaged or cut delivers nothing, all before it have been delivered by then. Content
/// without a checksum counts as verified at the end of its frame, there being nothing to check it by.
/// </remarks>
internal sealed class ZstdStream : DecodingStream
{
    /// <summary>The largest window taken unless told otherwise: what <c>zstd --long</c> uses.</summary>
    public const long DefaultMaxWindowSize = 128L * 1024 * 1024;

    private const int ChecksumSize = 4;
    private const int SkippableHeaderSize = 8;
    private const int BlockHeaderSize = 3;

    private readonly ZstdSource _source;
    private readonly ZstdHistory _history;
    private readonly ZstdBlockDecoder _blocks;
    private readonly long _maxWindowSize;
    private ZstdFrameHeader? _frame;
    private Xxh64? _checksum;
    private ulong _frameDecoded;
    private bool _lastBlockSeen;
    private long _skipLeft;
    private int _ready;
    private bool _hasFrames;
    private long _decoded;
    private long _verified;
    private bool _hasUnchecked;
    private Func<VmaCompressionException>? _failure;
    private bool _disposed;

    /// <summary>Decodes from the source's current position on, which counts as 0.</summary>
    /// <param name="source">The compressed bytes; it need not seek and may read short.</param>
    /// <param name="leaveOpen">Whether the source outlives this stream.</param>
    /// <param name="maxWindowSize">The largest window taken; memory in use follows what is decoded, up to about this.</param>
    /// <param name="checkedOnly">Whether to decode by the bounds-checked path alone: the same results, more slowly.</param>
    /// <param name="retained">Bytes beyond the window that <see cref="CopyBack"/> can still tell.</param>
    public ZstdStream(
        Stream source, bool leaveOpen, long maxWindowSize = DefaultMaxWindowSize, bool checkedOnly = false, int retained = 0)
        : this(source, leaveOpen, 0, maxWindowSize, checkedOnly, retained)
    {
    }

    private ZstdStream(Stream source, bool leaveOpen, long position, long maxWindowSize, bool checkedOnly, int retained)
    {
        _history = new ZstdHistory(retained);
        _source = new ZstdSource(source, leaveOpen, position);
        _maxWindowSize = Math.Max(0, Math.Min(maxWindowSize, ZstdHistory.MaxWindow));
        _blocks = new ZstdBlockDecoder(!checkedOnly);
    }

    public override long CompressedPosition => _source.Position;

    public override long DecodedPosition => _decoded;

    public override long VerifiedPosition => _verified;

    public override bool HasUncheckedContent => _hasUnchecked;

    public override bool AtBlockBoundary => _ready == 0 && _skipLeft == 0 && _failure is null && !_disposed;

    /// <summary>Window of the frame being decoded; 0 between two frames.</summary>
    public long WindowSize => (long)(_frame?.WindowSize ?? 0);

    /// <summary>Where the matches of each block decoded from now on are noted, instead of those of the block before; or null.</summary>
    public MatchLog? MatchLog
    {
        get => _blocks.Matches;
        set => _blocks.Matches = value;
    }

    /// <summary>Goes on from a captured state; the source must stand at its compressed position.</summary>
    public static ZstdStream Resume(Stream source, bool leaveOpen, DecoderState state) => Resume(source, leaveOpen, state, false);

    /// <inheritdoc cref="Resume(Stream, bool, DecoderState)"/>
    public static ZstdStream Resume(Stream source, bool leaveOpen, DecoderState state, bool checkedOnly, int retained = 0)
    {
        if (state is not ZstdState from)
        {
            throw new ArgumentException("The state is not one of a Zstandard stream.", nameof(state));
        }

        var stream = new ZstdStream(source, leaveOpen, from.CompressedPosition, from.MaxWindowSize, checkedOnly, retained)
        {
            _decoded = from.DecodedPosition,
            _verified = from.VerifiedPosition,
            _hasUnchecked = from.HasUncheckedContent,
            _hasFrames = from.HasFrames,
        };
        if (from.Frame is ZstdFrameState frame)
        {
            stream.Restore(frame, from);
        }

        return stream;
    }

    public override DecoderState CaptureState() => CaptureState(withWindow: true);

    /// <inheritdoc cref="CaptureState()"/>
    /// <param name="withWindow">False for a state that cannot be resumed until it gets a window.</param>
    public ZstdState CaptureState(bool withWindow)
    {
        if (!AtBlockBoundary)
        {
            throw new InvalidOperationException("The stream does not stand between two blocks.");
        }

        ZstdFrameState? frame = _frame is null
            ? null
            : new ZstdFrameState(
                _frame,
                _frameDecoded,
                _lastBlockSeen,
                _blocks.Huffman.Weights,
                _blocks.Sequences.LiteralLengths,
                _blocks.Sequences.MatchLengths,
                _blocks.Sequences.Offsets,
                _blocks.Repeat);
        return new ZstdState(
            CompressedPosition,
            DecodedPosition,
            VerifiedPosition,
            HasUncheckedContent,
            _hasFrames,
            _maxWindowSize,
            frame,
            frame is null ? null : _checksum?.Clone(),
            frame is null || _lastBlockSeen || !withWindow ? [] : _history.CopyWindow());
    }

    /// <summary>
    /// Copies bytes decoded earlier in this frame, from <paramref name="decodedOffset"/> on; they must be within the window or
    /// what is retained beyond it. To be called between two blocks.
    /// </summary>
    public void CopyBack(long decodedOffset, Span<byte> target) => _history.CopyBack(_decoded - decodedOffset, target);

    public override int Read(Span<byte> buffer)
    {
        if (_disposed)
        {
            throw new ObjectDisposedException(nameof(ZstdStream));
        }

        if (buffer.IsEmpty)
        {
            return 0;
        }

        if (_failure is not null)
        {
            throw _failure();
        }

        while (_ready == 0)
        {
            if (!Advance())
            {
                return 0;
            }
        }

        int count = Math.Min(_ready, buffer.Length);
        _history.Buffer.AsSpan(_history.Position - _ready, count).CopyTo(buffer);
        _ready -= count;
        _decoded += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _source.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Restore(ZstdFrameState frame, ZstdState from)
    {
        _frame = frame.Header;
        _frameDecoded = frame.Decoded;
        _lastBlockSeen = frame.LastBlockSeen;
        _checksum = from.CopyChecksum();
        _history.Restore((int)frame.Header.WindowSize, frame.Header.BlockMax, from.Window);
        _blocks.Huffman.Restore(frame.HuffmanWeights);
        _blocks.Sequences.Restore(frame.LiteralLengths, frame.MatchLengths, frame.Offsets);
        _blocks.Repeat = frame.Repeat;
    }

    // One step: a header, a block, a checksum. Each takes its bytes from the source only once all are there, so that the step
    // can be tried again after the source has thrown. False at the end of everything.
    private bool Advance()
    {
        if (_skipLeft > 0)
        {
            Skip();
        }
        else if (_frame is null)
        {
            return BeginFrame();
        }
        else if (_lastBlockSeen)
        {
            EndFrame(_frame);
        }
        else
        {
            DecodeBlock(_frame);
        }

        return true;
    }

    private bool BeginFrame()
    {
        if (!_source.Require(ZstdFrameHeader.MagicSize))
        {
            if (_source.Available == 0 && _hasFrames)
            {
                return false;
            }

            if (!MayBeMagic(_source.Bytes))
            {
                throw NoFrame();
            }

            throw Truncated(_hasFrames
                ? "The compressed data ends within the first bytes of a frame."
                : "The compressed data ends before its first frame.");
        }

        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(_source.Bytes);
        if (IsSkippable(magic))
        {
            BeginSkippable();
            return true;
        }

        if (magic != ZstdFrameHeader.Magic)
        {
            throw NoFrame();
        }

        if (!_source.Require(ZstdFrameHeader.FixedSize))
        {
            throw Truncated("The compressed data ends within a frame header.");
        }

        byte descriptor = _source.Bytes[ZstdFrameHeader.MagicSize];
        if (ZstdFrameHeader.HasReservedBit(descriptor))
        {
            throw Fail(VmaCodes.CompressedDataCorrupt, "A reserved bit of a frame header is set.", _source.Position);
        }

        int size = ZstdFrameHeader.Size(descriptor);
        if (!_source.Require(size))
        {
            throw Truncated("The compressed data ends within a frame header.");
        }

        ZstdFrameHeader header = ZstdFrameHeader.Parse(_source.Bytes);
        if (header.DictionaryId != 0)
        {
            throw Fail(
                VmaCodes.CompressionNotSupported,
                $"The data was compressed with a dictionary (id {header.DictionaryId}), which is not supported.",
                _source.Position);
        }

        if (header.WindowSize > (ulong)_maxWindowSize)
        {
            throw Fail(
                VmaCodes.CompressionWindowTooLarge,
                $"Decompressing needs a window of {header.WindowSize} bytes, more than the limit of {_maxWindowSize} bytes.",
                _source.Position);
        }

        _source.Consume(size);
        _hasFrames = true;
        _frame = header;
        _frameDecoded = 0;
        _lastBlockSeen = false;
        _history.Reset((int)header.WindowSize, header.BlockMax);
        _blocks.Reset();
        if (header.HasChecksum)
        {
            _checksum ??= new Xxh64();
            _checksum.Reset();
        }
        else
        {
            _checksum = null;
            _hasUnchecked = true;
        }

        return true;
    }

    // A skippable frame: magic with any lowest four bits, size of what follows (4 bytes), then that many bytes of no concern.
    private void BeginSkippable()
    {
        if (!_source.Require(SkippableHeaderSize))
        {
            throw Truncated("The compressed data ends within a skippable frame.");
        }

        _skipLeft = BinaryPrimitives.ReadUInt32LittleEndian(_source.Bytes.Slice(ZstdFrameHeader.MagicSize));
        _source.Consume(SkippableHeaderSize);
        _hasFrames = true;
    }

    private void Skip()
    {
        if (!_source.Require(1))
        {
            throw Truncated("The compressed data ends within a skippable frame.");
        }

        int count = (int)Math.Min(_skipLeft, _source.Available);
        _source.Consume(count);
        _skipLeft -= count;
    }

    /// <summary>Decodes the next block into the history.</summary>
    /// <remarks>
    /// <code>
    /// 3 bytes   little-endian: last block of the frame in bit 0, type in bits 2-1 (raw, one byte repeated, compressed, reserved),
    ///           size in bits 23-3: of the content, or how often the byte is repeated
    /// variable  content
    /// </code>
    /// </remarks>
    private void DecodeBlock(ZstdFrameHeader frame)
    {
        const int Raw = 0;
        const int Repeated = 1;
        const int Compressed = 2;
        if (!_source.Require(BlockHeaderSize))
        {
            throw Truncated("The compressed data ends within a frame.");
        }

        ReadOnlySpan<byte> bytes = _source.Bytes;
        int header = bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
        int type = (header >> 1) & 3;
        int size = header >> 3;
        if (type > Compressed)
        {
            throw Fail(VmaCodes.CompressedDataCorrupt, "A block is of a reserved type.", _source.Position);
        }

        if (size > frame.BlockMax)
        {
            throw Fail(
                VmaCodes.CompressedDataCorrupt,
                $"A block claims {size} bytes, more than the {frame.BlockMax} its frame allows.",
                _source.Position);
        }

        int wholeSize = BlockHeaderSize + (type == Repeated ? 1 : size);
        if (!_source.Require(wholeSize))
        {
            throw Truncated("The compressed data ends within a block.");
        }

        _history.Reserve();
        _blocks.Matches?.Clear();
        ReadOnlySpan<byte> content = _source.Bytes.Slice(BlockHeaderSize, wholeSize - BlockHeaderSize);
        Span<byte> target = _history.Buffer.AsSpan(_history.Position);
        switch (type)
        {
            case Raw:
                content.CopyTo(target);
                break;
            case Repeated:
                target.Slice(0, size).Fill(content[0]);
                break;
            default:
                try
                {
                    size = _blocks.Decode(content, _history, frame.BlockMax);
                }
                catch (InvalidDataException exception)
                {
                    throw Fail(VmaCodes.CompressedDataCorrupt, exception.Message, _source.Position);
                }

                break;
        }

        if (frame.ContentSize is ulong total && (ulong)size > total - _frameDecoded)
        {
            throw Fail(VmaCodes.CompressedDataCorrupt, $"A frame decodes to more than the {total} bytes it claims.", _source.Position);
        }

        _checksum?.Append(target.Slice(0, size));
        _history.Advance(size);
        _source.Consume(wholeSize);
        _lastBlockSeen = (header & 1) != 0;
        _frameDecoded += (ulong)size;
        _ready = size;
    }

    private void EndFrame(ZstdFrameHeader frame)
    {
        if (frame.ContentSize is ulong total && total != _frameDecoded)
        {
            throw Fail(
                VmaCodes.CompressedDataCorrupt,
                $"A frame decodes to {_frameDecoded} bytes where it claims {total}.",
                _source.Position);
        }

        if (frame.HasChecksum)
        {
            if (!_source.Require(ChecksumSize))
            {
                throw Truncated("The compressed data ends within the checksum of a frame.");
            }

            uint stored = BinaryPrimitives.ReadUInt32LittleEndian(_source.Bytes);
            uint computed = unchecked((uint)_checksum!.Digest());
            if (stored != computed)
            {
                throw Fail(
                    VmaCodes.CompressedChecksumMismatch,
                    $"The checksum of a frame is {stored:x8}, its content has {computed:x8}.",
                    _source.Position);
            }

            _source.Consume(ChecksumSize);
        }

        _verified = _decoded;
        _frame = null;
    }

    private static bool IsSkippable(uint magic) => (magic & 0xFFFFFFF0) == 0x184D2A50;

    /// <summary>Whether a file that starts with these bytes is zstd: a frame or a skippable one.</summary>
    public static bool Matches(ReadOnlySpan<byte> firstBytes)
    {
        if (firstBytes.Length < ZstdFrameHeader.MagicSize)
        {
            return false;
        }

        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(firstBytes);
        return magic == ZstdFrameHeader.Magic || IsSkippable(magic);
    }

    // Whether fewer bytes than a magic has could be the beginning of one.
    private static bool MayBeMagic(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return true;
        }

        uint known = (uint)ZstdBits.LoadUpTo64(bytes, 0);
        uint missing = uint.MaxValue << (bytes.Length * 8);
        return known == (ZstdFrameHeader.Magic & ~missing) || IsSkippable(known | (0x184D2A50 & missing));
    }

    private VmaCompressionException NoFrame() => _hasFrames
        ? Fail(VmaCodes.CompressedTrailingData, "Bytes that are no compressed data follow the last frame.", _source.Position)
        : Fail(VmaCodes.CompressedDataCorrupt, "The data does not begin with a Zstandard frame.", _source.Position);

    private VmaCompressionException Truncated(string sentence) =>
        Fail(VmaCodes.CompressedDataTruncated, sentence, _source.Position + _source.Available);

    // Whoever reads on after an error gets the same error again.
    private VmaCompressionException Fail(string code, string sentence, long compressedOffset)
    {
        long decoded = _decoded;
        _failure = () => new VmaCompressionException(code, sentence, compressedOffset, decoded);
        return _failure();
    }
}
