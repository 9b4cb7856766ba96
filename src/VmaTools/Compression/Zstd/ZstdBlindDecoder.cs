using System;
using System.IO;

namespace VmaTools.Compression;

/// <summary>Decodes blocks from the middle of a frame on, whose tables, last offsets and window are not known, or in part.</summary>
/// <remarks>
/// Tables of sequences have to be known, since nothing is without them, not even where things are; those of literals need not be. It is
/// slower than <see cref="SequenceExecutor"/>, which knows everything, and decodes the same where everything is known.
/// </remarks>
internal sealed class ZstdBlindDecoder : BlindDecoder
{
    /// <summary>The farthest that matches are followed. What comes from beyond is unknown.</summary>
    public const int MaxReach = 32 << 20;

    private const int ChecksumSize = 4;
    private const int FirstSize = 4 * ZstdFrameHeader.MaxBlock;
    private const int Spare = 4 << 20;

    private readonly ZstdSource _source;
    private readonly LiteralTable _huffman = new();
    private readonly SequenceTables _tables = new();
    private byte[] _literals = [];
    private byte[] _bytes;
    private byte[] _unknown;
    private int _end;
    private int _length;
    private bool _lastBlockSeen;
    private long _decoded;

    // Zero where it is not known.
    private RepeatOffsets _repeat;

    /// <param name="source">The compressed bytes.</param>
    /// <param name="position">Offset of the block in the compressed file at which they stand.</param>
    /// <param name="history">What was decoded before; empty where it is not known how much is missing in between.</param>
    /// <param name="leaveOpen">Whether they outlive this decoder.</param>
    public ZstdBlindDecoder(Stream source, long position, PartialHistory history, bool leaveOpen)
    {
        _source = new ZstdSource(source, leaveOpen, position);
        int reach = Math.Min(history.Bytes.Length, MaxReach);
        _bytes = new byte[Math.Max(FirstSize, reach + ZstdFrameHeader.MaxBlock)];
        _unknown = new byte[_bytes.Length];
        history.Bytes.AsSpan(history.Bytes.Length - reach).CopyTo(_bytes);
        history.Unknown.AsSpan(history.Bytes.Length - reach).CopyTo(_unknown);
        _end = reach;
    }

    public override long CompressedPosition => _source.Position;

    public override ReadOnlySpan<byte> Bytes => _bytes.AsSpan(_end - _length, _length);

    public override ReadOnlySpan<byte> Unknown => _unknown.AsSpan(_end - _length, _length);

    /// <summary>
    /// False where hardly anything tells that the next block is one. By chance the few bytes in front of one look like another, of which
    /// anything may be the content; what is compressed, or as large as can be, is none by chance.
    /// </summary>
    public bool StandsAtSureBlock =>
        _source.Require(ZstdBlockHeader.HeaderSize) && ZstdBlockHeader.TryParse(_source.Bytes, out ZstdBlockHeader header)
        && (header.IsCompressed || header.Size == ZstdFrameHeader.MaxBlock);

    public override bool Next()
    {
        _length = 0;
        if (_lastBlockSeen)
        {
            return false;
        }

        if (!_source.Require(ZstdBlockHeader.HeaderSize) || !ZstdBlockHeader.TryParse(_source.Bytes, out ZstdBlockHeader header))
        {
            throw Fail(VmaCodes.CompressedDataTruncated, "The compressed data ends within a frame.");
        }

        if (header.IsReserved || header.Size > ZstdFrameHeader.MaxBlock)
        {
            throw Fail(VmaCodes.CompressedDataCorrupt, "What should be a block is none.");
        }

        if (!_source.Require(header.WholeSize))
        {
            throw Fail(VmaCodes.CompressedDataTruncated, "The compressed data ends within a block.");
        }

        Reserve();
        ReadOnlySpan<byte> content = _source.Bytes.Slice(ZstdBlockHeader.HeaderSize, header.WholeSize - ZstdBlockHeader.HeaderSize);
        int size = header.Size;
        if (header.IsCompressed)
        {
            try
            {
                size = Decode(content);
            }
            catch (InvalidDataException exception)
            {
                throw Fail(VmaCodes.CompressedDataCorrupt, exception.Message);
            }
        }
        else
        {
            Span<byte> target = _bytes.AsSpan(_end, size);
            if (header.IsRaw)
            {
                content.CopyTo(target);
            }
            else
            {
                target.Fill(content[0]);
            }

            _unknown.AsSpan(_end, size).Clear();
        }

        _end += size;
        _length = size;
        _decoded += size;
        _source.Consume(header.WholeSize);
        _lastBlockSeen = header.IsLast;
        if (_lastBlockSeen && _source.Require(ChecksumSize) && !ZstdFrames.Matches(_source.Bytes))
        {
            _source.Consume(ChecksumSize);
        }

        return true;
    }

    public override void Learn(int back, ReadOnlySpan<byte> bytes)
    {
        int at = _end - back;
        bytes.CopyTo(_bytes.AsSpan(at));
        _unknown.AsSpan(at, bytes.Length).Clear();
    }

    /// <summary>All that is kept of what was decoded, and of what came before.</summary>
    public PartialHistory CopyHistory()
    {
        int length = Math.Min(_end, MaxReach);
        return new PartialHistory(_bytes.AsSpan(_end - length, length).ToArray(), _unknown.AsSpan(_end - length, length).ToArray());
    }

    public override void Dispose() => _source.Dispose();

    private void Reserve()
    {
        if (_end + ZstdFrameHeader.MaxBlock <= _bytes.Length)
        {
            return;
        }

        if (_bytes.Length < MaxReach + Spare)
        {
            int size = Math.Min(2 * _bytes.Length, MaxReach + Spare);
            Array.Resize(ref _bytes, size);
            Array.Resize(ref _unknown, size);
            if (_end + ZstdFrameHeader.MaxBlock <= size)
            {
                return;
            }
        }

        Buffer.BlockCopy(_bytes, _end - MaxReach, _bytes, 0, MaxReach);
        Buffer.BlockCopy(_unknown, _end - MaxReach, _unknown, 0, MaxReach);
        _end = MaxReach;
    }

    private int Decode(ReadOnlySpan<byte> block)
    {
        LiteralsSection section = LiteralsSection.Parse(block, ZstdFrameHeader.MaxBlock);
        ReadOnlySpan<byte> literals = ReadLiterals(block, section, out bool areKnown);
        block = block.Slice(section.Size);
        int left = ZstdBlockDecoder.ReadSequenceCount(block, out int size);
        block = block.Slice(size);
        int output = _end;
        if (left > 0)
        {
            Execute(block, left, ref literals, areKnown, ref output);
        }
        else if (!block.IsEmpty)
        {
            throw new InvalidDataException("A block goes on after its last section.");
        }

        if (literals.Length > _end + ZstdFrameHeader.MaxBlock - output)
        {
            SequenceFaults.Check(SequenceFault.BlockTooLong);
        }

        Put(literals, areKnown, output);
        return output + literals.Length - _end;
    }

    private ReadOnlySpan<byte> ReadLiterals(ReadOnlySpan<byte> block, LiteralsSection section, out bool areKnown)
    {
        areKnown = true;
        if (section.IsRaw)
        {
            return block.Slice(section.HeaderSize, section.Length);
        }

        if (_literals.Length == 0)
        {
            _literals = new byte[ZstdFrameHeader.MaxBlock + SequenceExecutor.LiteralsMargin];
        }

        Span<byte> literals = _literals.AsSpan(0, section.Length);
        if (section.IsRepeated)
        {
            literals.Fill(block[section.HeaderSize]);
            return literals;
        }

        int tableSize = section.HasTable ? _huffman.Read(block.Slice(section.HeaderSize, section.Compressed)) : 0;
        areKnown = _huffman.Weights is not null;
        if (areKnown)
        {
            section.Decode(block, _huffman.Entries, tableSize, literals, BitConverter.IsLittleEndian);
        }

        return literals;
    }

    private void Execute(ReadOnlySpan<byte> bytes, int left, ref ReadOnlySpan<byte> literals, bool areKnown, ref int output)
    {
        ReadOnlySpan<byte> stream = bytes.Slice(_tables.Read(bytes));
        var reader = new BackwardBitReader(stream, BackwardBitReader.CountBits(stream));
        ulong[] entries = _tables.Entries;
        ulong literalState = entries[SequenceTables.LiteralLengthStart + (int)reader.Read(_tables.LiteralLengths!.Log)];
        ulong offsetState = entries[SequenceTables.OffsetStart + (int)reader.Read(_tables.Offsets!.Log)];
        ulong matchState = entries[SequenceTables.MatchLengthStart + (int)reader.Read(_tables.MatchLengths!.Log)];
        int end = _end + ZstdFrameHeader.MaxBlock;
        while (true)
        {
            uint offset = FseEntry.Baseline(offsetState) + reader.Read(FseEntry.ExtraBits(offsetState));
            uint matchLength = FseEntry.Baseline(matchState) + reader.Read(FseEntry.ExtraBits(matchState));
            uint literalLength = FseEntry.Baseline(literalState) + reader.Read(FseEntry.ExtraBits(literalState));
            offset = Recall(offset, FseEntry.ExtraBits(offsetState) > 1, literalLength == 0);
            if (reader.BitsLeft < 0)
            {
                SequenceFaults.Check(SequenceFault.BitsRunOut);
            }

            if (literalLength > literals.Length)
            {
                SequenceFaults.Check(SequenceFault.LiteralsRunOut);
            }

            if (literalLength + matchLength > end - output)
            {
                SequenceFaults.Check(SequenceFault.BlockTooLong);
            }

            Put(literals.Slice(0, (int)literalLength), areKnown, output);
            literals = literals.Slice((int)literalLength);
            output += (int)literalLength;
            Copy(offset, (int)matchLength, output);
            output += (int)matchLength;
            if (--left == 0)
            {
                break;
            }

            literalState = entries[FseEntry.NextState(literalState) + (int)reader.Read(FseEntry.StateBits(literalState))];
            matchState = entries[FseEntry.NextState(matchState) + (int)reader.Read(FseEntry.StateBits(matchState))];
            offsetState = entries[FseEntry.NextState(offsetState) + (int)reader.Read(FseEntry.StateBits(offsetState))];
        }

        SequenceFaults.Check(reader.BitsLeft == 0 ? SequenceFault.None : SequenceFault.BitsRunOut);
    }

    /// <summary>The offset that is meant; 0 where that is not known.</summary>
    private uint Recall(uint offset, bool isNew, bool isShifted)
    {
        if (isNew)
        {
            _repeat = new RepeatOffsets(offset, _repeat.First, _repeat.Second);
            return offset;
        }

        offset += isShifted ? 1U : 0;
        if (offset == 3 && _repeat.First == 1)
        {
            SequenceFaults.Check(SequenceFault.OffsetZero);
        }

        _repeat = offset switch
        {
            0 => _repeat,
            1 => new RepeatOffsets(_repeat.Second, _repeat.First, _repeat.Third),
            2 => new RepeatOffsets(_repeat.Third, _repeat.First, _repeat.Second),
            _ => new RepeatOffsets(Math.Max(_repeat.First, 1) - 1, _repeat.First, _repeat.Second),
        };
        return _repeat.First;
    }

    private void Put(ReadOnlySpan<byte> literals, bool areKnown, int output)
    {
        literals.CopyTo(_bytes.AsSpan(output));
        _unknown.AsSpan(output, literals.Length).Fill(areKnown ? (byte)0 : (byte)1);
    }

    private void Copy(uint offset, int length, int output)
    {
        long from = output - (long)offset;
        if (offset == 0 || from < 0)
        {
            int lost = offset == 0 ? length : (int)Math.Min(length, -from);
            _bytes.AsSpan(output, lost).Clear();
            _unknown.AsSpan(output, lost).Fill(1);
            length -= lost;
            output += lost;
            from = 0;
        }

        if (offset >= (uint)length)
        {
            _bytes.AsSpan((int)from, length).CopyTo(_bytes.AsSpan(output));
            _unknown.AsSpan((int)from, length).CopyTo(_unknown.AsSpan(output));
            return;
        }

        for (int i = 0; i < length; i++)
        {
            _bytes[output + i] = _bytes[from + i];
            _unknown[output + i] = _unknown[from + i];
        }
    }

    private VmaCompressionException Fail(string code, string sentence) => new(code, sentence, _source.Position, _decoded);
}
