using System;
using System.Buffers.Binary;
using System.IO;

namespace VmaTools.Compression;

/// <summary>Decodes Zstandard frames and skippable frames, one after the other, into pieces; whoever takes them checks the sums.</summary>
/// <remarks>
/// The bytes of a piece stay as they are until <see cref="Retained"/> bytes more have been decoded, or the next frame begins.
/// </remarks>
internal sealed class ZstdFrames : IDisposable
{
    private const int ChecksumSize = 4;
    private const int SkippableHeaderSize = 8;
    private const ulong SoonEnd = 32 << 20;

    private ZstdSource _source;
    private readonly ZstdHistory _history;
    private readonly ZstdBlockDecoder _blocks;
    private ZstdFrameHeader? _frame;
    private ulong _frameDecoded;
    private bool _lastBlockSeen;
    private long _skipLeft;

    // So that an end is no surprise.
    private bool _hasFrames;
    private bool _isBehindOther;
    private long _decoded;
    private long _literalsOf;
    private WindowGuard? _guard;
    private long _guardedFrom;

    /// <param name="source">The compressed bytes; it need not seek and may read short.</param>
    /// <param name="leaveOpen">Whether the source outlives this decoder.</param>
    /// <param name="maxWindowSize">The largest window taken; memory in use follows what is decoded, up to about this.</param>
    /// <param name="checkedOnly">Whether to decode by the bounds-checked path alone.</param>
    /// <param name="retained">Bytes beyond the window that are to be retained.</param>
    /// <param name="position">Offset in the compressed file at which the source stands.</param>
    public ZstdFrames(Stream source, bool leaveOpen, long maxWindowSize, bool checkedOnly, int retained, long position)
    {
        _history = new ZstdHistory(retained);
        _source = new ZstdSource(source, leaveOpen, position);
        MaxWindowSize = Math.Max(0, Math.Min(maxWindowSize, ZstdHistory.MaxWindow));
        _blocks = new ZstdBlockDecoder(!checkedOnly);
    }

    public long CompressedPosition => _source.Position;

    public long MaxWindowSize { get; }

    /// <summary>Bytes beyond the frame's window that stay as they are.</summary>
    public int Retained => _history.Retained;

    /// <summary>Window of the frame being decoded; 0 between two frames.</summary>
    public long WindowSize => (long)(_frame?.WindowSize ?? 0);

    /// <summary>True behind the last block of a frame, and between frames: what follows refers to nothing before it.</summary>
    public bool IsBehindFrame => _frame is null || _lastBlockSeen;

    /// <summary>True where the next bytes begin a frame, or end everything.</summary>
    public bool IsBetweenFrames => _frame is null && _skipLeft == 0;

    /// <summary>True where the frame says that it is short, or is not the first, so that there are many.</summary>
    public bool EndsSoon => _isBehindOther || _frame?.ContentSize <= SoonEnd;

    /// <summary>True in the middle of a skippable frame.</summary>
    public bool IsSkipping => _skipLeft > 0;

    /// <summary>Who looks at this decoder behind each block; null for nobody.</summary>
    public IZstdObserver? Observer { get; set; }

    /// <summary>Offset in the decoded data of what is decoded next.</summary>
    public long DecodedPosition => _decoded;

    /// <summary>Where the matches of each block decoded from now on are noted, instead of those of the block before; or null.</summary>
    public MatchLog? MatchLog
    {
        get => _blocks.Matches;
        set => _blocks.Matches = value;
    }

    /// <summary>Has literals decoded before their turn from now on, by somebody whom the caller disposes of.</summary>
    public void Use(ZstdLiteralsThread ahead)
    {
        _blocks.LiteralsAhead = ahead;
        _source.GivingBack = ahead.End;
    }

    /// <summary>Goes on from a captured state; the source must stand at its compressed position.</summary>
    public static ZstdFrames Resume(Stream source, bool leaveOpen, ZstdState from, bool checkedOnly, int retained)
    {
        ZstdFrames frames = new(source, leaveOpen, from.MaxWindowSize, checkedOnly, retained, from.CompressedPosition);
        frames.Restore(from);
        return frames;
    }

    /// <summary>Has <see cref="Next"/> tell where a block refers to bytes that are not in the window of a state: it stands there.</summary>
    public void Guard(ZstdState from)
    {
        _guard = from.Kept is { } kept && from.Reach > 0 ? new WindowGuard(kept, from.Reach) : null;
        _guardedFrom = _decoded;
    }

    /// <summary>Begins anew with other frames, keeping the memory that decoding takes.</summary>
    /// <param name="source">Them, and nothing else.</param>
    public void Restart(ZstdSource source)
    {
        _source = source;
        _frame = null;
        _skipLeft = 0;
        _decoded = 0;
        _hasFrames = true;
    }

    /// <summary>The compressed bytes that were not decoded yet, for somebody else: this decoder still owns them, but decodes no more.</summary>
    public Stream Detach() => _source.Detach();

    /// <summary>Everything that is needed to go on from here.</summary>
    /// <param name="proof">How far checksums have proven what was decoded, which this decoder knows nothing of.</param>
    /// <param name="withWindow">False for a state that cannot be resumed until it gets a window.</param>
    public ZstdState CaptureState(ZstdProof proof, bool withWindow)
    {
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

        // Behind its last block nothing can refer to the frame's bytes.
        byte[] window = withWindow && frame is { LastBlockSeen: false } ? _history.CopyWindow() : [];
        return new ZstdState(CompressedPosition, _decoded, _hasFrames, MaxWindowSize, frame, proof, window);
    }

    /// <summary>
    /// Copies bytes decoded earlier in this frame, from <paramref name="decodedOffset"/> on; they must be within the window or
    /// what is retained beyond it.
    /// </summary>
    public void CopyBack(long decodedOffset, Span<byte> target) => _history.CopyBack(_decoded - decodedOffset, target);

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

    public void Dispose() => _source.Dispose();

    /// <summary>Decodes into memory that another decoder gave back, where that has not begun.</summary>
    public void Use(byte[] buffer) => _history.Use(buffer);

    /// <summary>Gives what can be used again to others. That takes one who knows that no thread decodes here any more.</summary>
    /// <returns>What was decoded into.</returns>
    public byte[] GiveBack()
    {
        _source.GiveBack();
        _blocks.GiveBack();
        return _history.GiveUp();
    }

    /// <summary>Decodes up to the next piece.</summary>
    /// <remarks>
    /// Every step takes its bytes from the source only once all are there, so that the call can be repeated after the source has
    /// thrown.
    /// </remarks>
    /// <returns>False at the end of everything.</returns>
    /// <exception cref="VmaCompressionException">The data is damaged, and all that comes before has been delivered.</exception>
    /// <exception cref="WindowIncompleteException">A window is guarded, and has not what is referred to.</exception>
    public bool Next(out ZstdPiece piece)
    {
        do
        {
            piece = default;
            if (_skipLeft > 0)
            {
                Skip();
            }
            else if (_frame is null)
            {
                if (!BeginFrame(out piece))
                {
                    return false;
                }
            }
            else
            {
                piece = _lastBlockSeen ? EndFrame(_frame) : DecodeBlock(_frame);
            }
        }
        while (piece.Kind == ZstdPieceKind.None);
        return true;
    }

    private void Restore(ZstdState from)
    {
        _decoded = from.DecodedPosition;
        _hasFrames = from.HasFrames;
        if (from.Frame is not { } frame)
        {
            return;
        }

        _frame = frame.Header;
        _frameDecoded = frame.Decoded;
        _lastBlockSeen = frame.LastBlockSeen;
        _history.Restore((int)frame.Header.WindowSize, frame.Header.BlockMax, from.Window, from.Reach);
        _blocks.Huffman.Restore(frame.HuffmanWeights);
        _blocks.Sequences.Restore(frame.LiteralLengths, frame.MatchLengths, frame.Offsets);
        _blocks.Repeat = frame.Repeat;
    }

    private bool BeginFrame(out ZstdPiece piece)
    {
        piece = default;
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

        header = Allow(header);

        _source.Consume(size);
        _hasFrames = true;
        _frame = header;
        _frameDecoded = 0;
        _lastBlockSeen = false;
        _history.Reset((int)header.WindowSize, header.BlockMax);
        _blocks.Reset();
        piece = new ZstdPiece(ZstdPieceKind.FrameBegin, CompressedPosition) { HasChecksum = header.HasChecksum };
        return true;
    }

    /// <summary>The header, if its window is allowed.</summary>
    private ZstdFrameHeader Allow(ZstdFrameHeader header)
    {
        if (header.WindowSize <= (ulong)MaxWindowSize)
        {
            return header;
        }

        // An array has a little less than 2 GiB, the most that zstd --long makes; the last KiB of that are hardly ever referred to.
        const ulong MostThatZstdMakes = 1UL << 31;
        if (MaxWindowSize == ZstdHistory.MaxWindow && header.WindowSize <= MostThatZstdMakes)
        {
            return header.WithWindow(ZstdHistory.MaxWindow);
        }

        bool canBeAllowed = header.WindowSize <= MostThatZstdMakes;
        string limit = canBeAllowed ? $"more than the limit of {MaxWindowSize} bytes" : $"more than the {MostThatZstdMakes} bytes that are possible";
        throw new VmaCompressionException(
            VmaCodes.CompressionWindowTooLarge,
            $"Decompressing needs a window of {header.WindowSize} bytes, {limit}.",
            _source.Position,
            _decoded) { NeededWindow = canBeAllowed ? (long)header.WindowSize : null };
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
        _isBehindOther = true;
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
    private ZstdPiece DecodeBlock(ZstdFrameHeader frame)
    {
        if (!_source.Require(ZstdBlockHeader.HeaderSize) || !ZstdBlockHeader.TryParse(_source.Bytes, out ZstdBlockHeader header))
        {
            throw Truncated("The compressed data ends within a frame.");
        }

        int size = header.Size;
        if (header.IsReserved)
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

        if (!_source.Require(header.WholeSize))
        {
            throw Truncated("The compressed data ends within a block.");
        }

        BeginLiterals(frame);
        _history.Reserve();
        _blocks.Matches?.Clear();
        Guard(frame);
        ReadOnlySpan<byte> content = _source.Bytes.Slice(ZstdBlockHeader.HeaderSize, header.WholeSize - ZstdBlockHeader.HeaderSize);
        Span<byte> target = _history.Buffer.AsSpan(_history.Position);
        if (header.IsRaw)
        {
            content.CopyTo(target);
        }
        else if (header.IsRepeated)
        {
            target.Slice(0, size).Fill(content[0]);
        }
        else
        {
            try
            {
                size = _blocks.Decode(content, _history, frame.BlockMax, _source.Position);
            }
            catch (InvalidDataException exception)
            {
                throw Fail(VmaCodes.CompressedDataCorrupt, exception.Message, _source.Position);
            }
        }

        if (_guard is { IsBroken: true })
        {
            throw new WindowIncompleteException();
        }

        if (frame.ContentSize is ulong total && (ulong)size > total - _frameDecoded)
        {
            throw Fail(VmaCodes.CompressedDataCorrupt, $"A frame decodes to more than the {total} bytes it claims.", _source.Position);
        }

        int start = _history.Position;
        _history.Advance(size);
        _source.Consume(header.WholeSize);
        _lastBlockSeen = header.IsLast;
        _frameDecoded += (ulong)size;
        _decoded += size;
        return new ZstdPiece(ZstdPieceKind.Data, CompressedPosition)
        {
            Buffer = _history.Buffer,
            Start = start,
            Length = size,
            Proof = Observer?.BlockDecoded(),
        };
    }

    // As long as the window may reach back before where decoding was resumed, and that frame lasts.
    private void Guard(ZstdFrameHeader frame)
    {
        if (_guard is { IsBroken: false } guard)
        {
            long since = _decoded - _guardedFrom;
            _guard = (ulong)since < Math.Min(frame.WindowSize, _frameDecoded) ? guard : null;
            _blocks.Guarded = _guard is null ? null : (guard, since);
        }
    }

    // Once for all blocks that the source has there at a time.
    private void BeginLiterals(ZstdFrameHeader frame)
    {
        if (_blocks.LiteralsAhead is { } ahead && _source.Borrowed != _literalsOf)
        {
            _literalsOf = _source.Borrowed;
            ahead.Begin(_source.Segment, _source.Position, _blocks.Huffman.Weights, frame.BlockMax);
        }
    }

    private ZstdPiece EndFrame(ZstdFrameHeader frame)
    {
        if (frame.ContentSize is ulong total && total != _frameDecoded)
        {
            throw Fail(
                VmaCodes.CompressedDataCorrupt,
                $"A frame decodes to {_frameDecoded} bytes where it claims {total}.",
                _source.Position);
        }

        uint checksum = 0;
        if (frame.HasChecksum)
        {
            if (!_source.Require(ChecksumSize))
            {
                throw Truncated("The compressed data ends within the checksum of a frame.");
            }

            checksum = BinaryPrimitives.ReadUInt32LittleEndian(_source.Bytes);
            _source.Consume(ChecksumSize);
        }

        _frame = null;
        _isBehindOther = true;
        return new ZstdPiece(ZstdPieceKind.FrameEnd, CompressedPosition) { HasChecksum = frame.HasChecksum, Checksum = checksum };
    }

    private static bool IsSkippable(uint magic) => (magic & 0xFFFFFFF0) == 0x184D2A50;

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

    private VmaCompressionException Fail(string code, string sentence, long compressedOffset) =>
        new(code, sentence, compressedOffset, _decoded);
}
