using System;
using System.IO;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>
/// Decompresses a bzip2 file, of one or several streams. A block is delivered only after its CRC-32 has matched; at the end of a
/// stream what those of its blocks give together is checked. The state can be captured between any two blocks.
/// </summary>
internal sealed class Bzip2DecodingStream : PieceDecodingStream
{
    /// <summary>What a block begins with: digits of pi.</summary>
    public const long BlockMark = 0x314159265359;

    /// <summary>What the end of a stream begins with: digits of the root of pi.</summary>
    private const long EndMark = 0x177245385090;

    /// <summary>Where a block with its runs is no longer than this, it is kept. Usual ones have 900,000 bytes.</summary>
    private const int MaxKept = 2 << 20;

    private const int MinKept = 64 << 10;

    /// <summary>As much of the first bytes as tells a text from data.</summary>
    private const int StartSize = 128;

    private const int HeaderSize = 4;
    private const int MarkSize = 6;

    private readonly Bzip2Bits _bits;
    private readonly Bzip2BlockReader _reader;
    private readonly Bzip2Block _block = new();
    private byte[] _kept = [];

    // Of a block that was kept whole: _kept[_given.._keptLength] is still to be delivered.
    private int _given;
    private int _keptLength;
    private bool _isKept;
    private Bzip2Step _step;
    private int _level;
    private uint? _combined;
    private Bzip2Sum _begun;
    private long _decodedPosition;
    private long _verifiedPosition;
    private long _blockStart;

    // What a file begins with, until its first block has been read.
    private byte[] _start = [];

    /// <summary>Decompresses from the current position of <paramref name="source"/>, the start of the bzip2 file.</summary>
    public Bzip2DecodingStream(Stream source, bool leaveOpen)
        : this(source, leaveOpen, 0)
    {
    }

    private Bzip2DecodingStream(Stream source, bool leaveOpen, long compressedPosition)
        : base(source, leaveOpen, compressedPosition)
    {
        _bits = new Bzip2Bits(Source);
        _reader = new Bzip2BlockReader(Source, _bits);
    }

    public override long CompressedPosition => _bits.Position >> 3;

    public override long DecodedPosition => _decodedPosition;

    public override long VerifiedPosition => _verifiedPosition;

    /// <summary>False: bzip2 has no way to leave its checksums out.</summary>
    public override bool HasUncheckedContent => false;

    public override ulong RunningChecksum => _combined ?? 0;

    /// <summary>The block that could not be decoded, where it was a block that reading failed at; else null.</summary>
    public override FailedBlock? FailedBlock => HasFailed && _blockStart > 0 ? new Bzip2FailedBlock(_blockStart) : null;

    protected override bool IsDrained => _step != Bzip2Step.Data;

    protected override bool IsEnded => _step == Bzip2Step.Ended;

    protected override bool IsAtPiece => _step == Bzip2Step.Mark;

    protected override bool IsBetweenBlocks => IsDrained;

    /// <summary>True where these first bytes of a file are those of bzip2.</summary>
    public static bool Matches(ReadOnlySpan<byte> start)
    {
        if (start.Length < HeaderSize + MarkSize || !IsHeader(start))
        {
            return false;
        }

        long mark = 0;
        foreach (byte value in start.Slice(HeaderSize, MarkSize))
        {
            mark = (mark << 8) | value;
        }

        return mark is BlockMark or EndMark;
    }

    /// <summary>Goes on from <paramref name="state"/>, at whose compressed position <paramref name="source"/> stands.</summary>
    public static Bzip2DecodingStream Resume(Stream source, bool leaveOpen, DecoderState state)
    {
        Bzip2DecodingStream stream = new(source, leaveOpen, state.CompressedPosition);
        stream.GoOn((Bzip2State)state);
        return stream;
    }

    protected override PieceState Capture() => new Bzip2State(CompressedPosition, DecodedPosition)
    {
        Step = _step,
        SkippedBits = (int)(_bits.Position & 7),
        Level = _level,
        Combined = _combined,
        Begun = _begun,
        VerifiedPosition = _verifiedPosition,
    };

    protected override Exception Explain(Exception failure) =>
        failure is VmaCompressionException && TextConversion.IsUtf8(_start)
            ? new VmaCompressionException(VmaCodes.MangledByTextConversion, TextConversion.Explanation, 0, 0)
            : failure;

    private static bool IsHeader(ReadOnlySpan<byte> start) => start.StartsWith("BZh"u8) && start[3] is >= (byte)'1' and <= (byte)'9';

    protected override void GoOn(PieceState state)
    {
        Bzip2State from = (Bzip2State)state;
        _step = from.Step;
        _level = from.Level;
        _combined = from.Combined;
        _begun = from.Begun;
        _decodedPosition = from.DecodedPosition;
        _verifiedPosition = from.VerifiedPosition;
        _blockStart = 0;
        _start = [];
        _bits.Restart(from.DecodedPosition);
        if (from.SkippedBits > 0)
        {
            _bits.Take(from.SkippedBits);
        }
    }

    protected override void TakeStep(int wanted)
    {
        switch (_step)
        {
            case Bzip2Step.FirstHeader:
                ReadHeader();
                _start = Source.Buffer.AsSpan(Source.Position, Math.Min(StartSize, Source.End - Source.Position)).ToArray();
                break;
            case Bzip2Step.Mark:
                ReadMark();
                break;
            case Bzip2Step.FurtherHeader:
                ReadFurtherHeader();
                break;
        }
    }

    private void ReadHeader()
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        long start = Source.Offset;
        for (int i = 0; i < HeaderSize; i++)
        {
            if (!Source.TryReadByte(out header[i]))
            {
                throw _bits.Truncated();
            }
        }

        if (!IsHeader(header))
        {
            throw new VmaCompressionException(VmaCodes.CompressedDataCorrupt, "The bytes are no bzip2 data.", start, _decodedPosition);
        }

        _level = header[3] - '0';
        _combined = 0;
        _step = Bzip2Step.Mark;
    }

    private void ReadMark()
    {
        // The first block of a file begins behind four bytes, so that 0 is no block.
        _blockStart = _bits.Position;
        long mark = _bits.TakeMark();
        if (mark == BlockMark)
        {
            _reader.Read(_level);
            ProveBlock();
            _start = [];
            _step = Bzip2Step.Data;
            return;
        }

        if (mark != EndMark)
        {
            throw _bits.Corrupt("Neither a block nor the end of the bzip2 stream is where one must be.");
        }

        long checksumAt = _bits.Position >> 3;
        uint combined = _bits.Take(32);
        if (_combined is uint expected && combined != expected)
        {
            throw new VmaCompressionException(
                VmaCodes.CompressedChecksumMismatch, "The blocks do not match the checksum of the bzip2 stream.", checksumAt, _decodedPosition);
        }

        if (_combined is null)
        {
            _begun = _begun with { Told = combined };
        }

        _bits.Align();
        _blockStart = 0;
        _step = Bzip2Step.FurtherHeader;
    }

    /// <summary>
    /// Another stream may follow, as pbzip2 and <c>cat</c> make them, or zeros that fill up the last block of a device; anything else is
    /// an error.
    /// </summary>
    private void ReadFurtherHeader()
    {
        long start = Source.Offset;
        if (!Source.TryReadByte(out byte value))
        {
            _step = Bzip2Step.Ended;
            return;
        }

        if (value == 'B')
        {
            Source.Position--;
            ReadHeader();
            return;
        }

        while (value == 0)
        {
            start++;
            if (!Source.TryReadByte(out value))
            {
                _step = Bzip2Step.Ended;
                return;
            }
        }

        throw new VmaCompressionException(
            VmaCodes.CompressedTrailingData, "Bytes that are no bzip2 data follow the bzip2 data.", start, _decodedPosition);
    }

    /// <summary>
    /// Checks a block before anything of it is delivered: it is kept meanwhile, unless runs make it much longer than it is stored, for
    /// which its links are walked through once more.
    /// </summary>
    private void ProveBlock()
    {
        _block.Begin(_reader);
        int size = Math.Min(MaxKept, Math.Max(MinKept, 2 * _reader.Length));
        if (_kept.Length < size)
        {
            _kept = new byte[size];
        }

        _given = 0;
        _keptLength = _block.Read(_kept);
        _isKept = _block.IsDrained;
        while (!_block.IsDrained && !_block.IsBroken)
        {
            _block.Read(_kept);
        }

        if (_block.IsBroken)
        {
            throw new VmaCompressionException(
                VmaCodes.CompressedDataCorrupt, "A bzip2 block ends within a run.", _blockStart >> 3, _decodedPosition);
        }

        if (_block.Checksum != _reader.Checksum)
        {
            throw new VmaCompressionException(
                VmaCodes.CompressedChecksumMismatch, "The data of a bzip2 block does not match its checksum.", _blockStart >> 3, _decodedPosition);
        }

        if (!_isKept)
        {
            _block.Begin(_reader);
        }
    }

    protected override int Deliver(Span<byte> buffer)
    {
        int count;
        bool isEnd;
        if (_isKept)
        {
            count = Math.Min(buffer.Length, _keptLength - _given);
            _kept.AsSpan(_given, count).CopyTo(buffer);
            _given += count;
            isEnd = _given == _keptLength;
        }
        else
        {
            count = _block.Read(buffer);
            isEnd = _block.IsDrained;
        }

        _decodedPosition += count;
        _verifiedPosition = _decodedPosition;
        _bits.DecodedPosition = _decodedPosition;
        if (isEnd)
        {
            _step = Bzip2Step.Mark;
            if (_combined is uint combined)
            {
                _combined = ((combined << 1) | (combined >> 31)) ^ _reader.Checksum;
            }
            else
            {
                _begun = _begun.With(_reader.Checksum);
            }
        }

        return count;
    }
}
