using System;
using System.IO;

namespace VmaTools.Compression;

/// <summary>Decodes compressed blocks into the history, with the tables and offsets that live on from block to block.</summary>
internal sealed class ZstdBlockDecoder
{
    private readonly bool _fast;
    private byte[] _literals = [];

    /// <summary>Creates a decoder.</summary>
    /// <param name="fast">False to decode everything bounds-checked: the same results, more slowly.</param>
    public ZstdBlockDecoder(bool fast) => _fast = fast && BitConverter.IsLittleEndian;

    public LiteralTable Huffman { get; } = new();

    public SequenceTables Sequences { get; } = new();

    /// <summary>Where matches that reach back before their block are noted; null where nobody wants to know.</summary>
    public MatchLog? Matches { get; set; }

    public RepeatOffsets Repeat { get; set; } = RepeatOffsets.Initial;

    /// <summary>Begins a frame, which takes over nothing from the one before it.</summary>
    public void Reset()
    {
        Huffman.Reset();
        Sequences.Reset();
        Repeat = RepeatOffsets.Initial;
    }

    /// <summary>Decodes one block to the history's position, where room for <paramref name="max"/> bytes is reserved.</summary>
    /// <param name="block">The block's content, in an array with margins of <see cref="ZstdSource.Margin"/> around it.</param>
    /// <param name="history">What matches refer to.</param>
    /// <param name="max">The largest size of a block of this frame.</param>
    /// <returns>Number of bytes decoded, by which the history is still to be advanced.</returns>
    /// <exception cref="InvalidDataException">The block breaks the rules of the format.</exception>
    public int Decode(ReadOnlySpan<byte> block, ZstdHistory history, int max)
    {
        ReadOnlySpan<byte> literals = ReadLiterals(block, max, out int size);
        block = block.Slice(size);
        int count = ReadSequenceCount(block, out size);
        block = block.Slice(size);
        var run = new SequenceRun { Output = history.Position, Left = count };
        int outputEnd = history.Position + max;
        if (count > 0)
        {
            ExecuteSequences(ref run, block, literals, history, outputEnd);
        }
        else if (!block.IsEmpty)
        {
            throw new InvalidDataException("A block goes on after its last section.");
        }

        literals = literals.Slice(run.Literals);
        if (literals.Length > outputEnd - run.Output)
        {
            SequenceFaults.Check(SequenceFault.BlockTooLong);
        }

        literals.CopyTo(history.Buffer.AsSpan(run.Output));
        return run.Output + literals.Length - history.Position;
    }

    /// <summary>Parses the literals section.</summary>
    /// <remarks>
    /// <code>
    /// bits 1-0  type: raw, one byte repeated, compressed, compressed with the last table
    /// bits 3-2  format of the sizes
    ///           raw and repeated: x0: 5 bits from bit 3 on (1 byte); 01: 12 bits from bit 4 on (2 bytes); 11: 20 bits (3 bytes)
    ///           compressed: 00: 10 + 10 bits (3 bytes), one stream; 01: the same, four streams; 10: 14 + 14 bits (4 bytes), four;
    ///           11: 18 + 18 bits (5 bytes), four; decompressed size first
    /// variable  the bytes, the byte, or the table (unless it is the last one again) and the streams
    /// </code>
    /// </remarks>
    private ReadOnlySpan<byte> ReadLiterals(ReadOnlySpan<byte> block, int max, out int size)
    {
        if (block.IsEmpty)
        {
            throw new InvalidDataException("A compressed block is empty.");
        }

        int type = block[0] & 3;
        int format = (block[0] >> 2) & 3;
        ulong header = ZstdBits.LoadUpTo64(block, 0);
        int headerSize;
        int length;
        int compressed;
        if (type < 2)
        {
            headerSize = (format & 1) == 0 ? 1 : format == 1 ? 2 : 3;
            length = (int)ZstdBits.Low(header, headerSize * 8) >> (headerSize == 1 ? 3 : 4);
            compressed = type == 0 ? length : 1;
        }
        else
        {
            int bits = format < 2 ? 10 : format == 2 ? 14 : 18;
            headerSize = format < 2 ? 3 : format == 2 ? 4 : 5;
            length = (int)ZstdBits.Low(header >> 4, bits);
            compressed = (int)ZstdBits.Low(header >> (4 + bits), bits);
        }

        if (length > max)
        {
            throw new InvalidDataException("A block has more literals than it may decode to.");
        }

        size = headerSize + compressed;
        if (size > block.Length)
        {
            throw new InvalidDataException("The literals of a block are longer than the block.");
        }

        ReadOnlySpan<byte> section = block.Slice(headerSize, compressed);
        if (type == 0)
        {
            return section;
        }

        if (_literals.Length < length + SequenceExecutor.LiteralsMargin)
        {
            _literals = new byte[max + SequenceExecutor.LiteralsMargin];
        }

        Span<byte> literals = _literals.AsSpan(0, length);
        if (type == 1)
        {
            literals.Fill(section[0]);
            return literals;
        }

        if (type == 2)
        {
            section = section.Slice(Huffman.Read(section));
        }
        else if (Huffman.Weights is null)
        {
            throw new InvalidDataException("Literals repeat a code table before there was one.");
        }

        if (format == 0)
        {
            HuffmanDecoder.DecodeOne(Huffman.Entries, section, literals, _fast);
        }
        else
        {
            HuffmanDecoder.DecodeFour(Huffman.Entries, section, literals, _fast);
        }

        return literals;
    }

    /// <summary>Parses the number of sequences: one byte below 128, two below 32,512, else three.</summary>
    private static int ReadSequenceCount(ReadOnlySpan<byte> bytes, out int size)
    {
        int first = bytes.IsEmpty ? 0 : bytes[0];
        size = first < 128 ? 1 : first < 255 ? 2 : 3;
        if (size > bytes.Length)
        {
            throw new InvalidDataException("A block ends before its number of sequences.");
        }

        return size switch
        {
            1 => first,
            2 => ((first - 128) << 8) + bytes[1],
            _ => bytes[1] + (bytes[2] << 8) + 0x7F00,
        };
    }

    private void ExecuteSequences(
        ref SequenceRun run, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> literals, ZstdHistory history, int outputEnd)
    {
        ReadOnlySpan<byte> stream = bytes.Slice(Sequences.Read(bytes));
        var reader = new BackwardBitReader(stream, BackwardBitReader.CountBits(stream));
        ulong[] entries = Sequences.Entries;
        run.LiteralLength = entries[SequenceTables.LiteralLengthStart + (int)reader.Read(Sequences.LiteralLengths!.Log)];
        run.Offset = entries[SequenceTables.OffsetStart + (int)reader.Read(Sequences.Offsets!.Log)];
        run.MatchLength = entries[SequenceTables.MatchLengthStart + (int)reader.Read(Sequences.MatchLengths!.Log)];
        run.BitsLeft = reader.BitsLeft;
        run.Repeat = Repeat;
        if (Matches is { } log)
        {
            Execute(ref run, entries, stream, literals, history, outputEnd, new MatchRecorder(log));
        }
        else
        {
            Execute(ref run, entries, stream, literals, history, outputEnd, default(NoRecorder));
        }

        Repeat = run.Repeat;
    }

    private void Execute<TRecorder>(
        ref SequenceRun run,
        ulong[] entries,
        ReadOnlySpan<byte> stream,
        ReadOnlySpan<byte> literals,
        ZstdHistory history,
        int outputEnd,
        TRecorder recorder)
        where TRecorder : struct, IMatchRecorder
    {
        if (_fast)
        {
            SequenceFaults.Check(SequenceExecutor.Run(ref run, entries, stream, literals, history, outputEnd, recorder));
        }

        SequenceFaults.Check(SequenceExecutor.Finish(ref run, entries, stream, literals, history, outputEnd, recorder));
    }
}
