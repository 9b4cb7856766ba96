using System;
using System.Buffers;
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

    /// <summary>Who is shown matches that reach back before where decoding was resumed, and how far back that is; null for nobody.</summary>
    public (WindowGuard Guard, long Since)? Guarded { get; set; }

    /// <summary>Who decodes literals before their turn; null for nobody.</summary>
    public ZstdLiteralsThread? LiteralsAhead { get; set; }

    public RepeatOffsets Repeat { get; set; } = RepeatOffsets.Initial;

    /// <summary>Begins a frame, which takes over nothing from the one before it.</summary>
    public void Reset()
    {
        Huffman.Reset();
        Sequences.Reset();
        Repeat = RepeatOffsets.Initial;
    }

    /// <summary>Gives the memory that literals were decoded into to others.</summary>
    public void GiveBack()
    {
        if (_literals.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_literals);
            _literals = [];
        }
    }

    /// <summary>Decodes one block to the history's position, where room for <paramref name="max"/> bytes is reserved.</summary>
    /// <param name="block">The block's content, in an array with margins of <see cref="ZstdSource.Margin"/> around it.</param>
    /// <param name="history">What matches refer to.</param>
    /// <param name="max">The largest size of a block of this frame.</param>
    /// <param name="position">Offset in the compressed source of the block.</param>
    /// <returns>Number of bytes decoded, by which the history is still to be advanced.</returns>
    /// <exception cref="InvalidDataException">The block breaks the rules of the format.</exception>
    public int Decode(ReadOnlySpan<byte> block, ZstdHistory history, int max, long position)
    {
        ReadOnlySpan<byte> literals = ReadLiterals(block, max, position, out int size);
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

    private ReadOnlySpan<byte> ReadLiterals(ReadOnlySpan<byte> block, int max, long position, out int size)
    {
        LiteralsSection section = LiteralsSection.Parse(block, max);
        size = section.Size;
        if (section.IsRaw)
        {
            return block.Slice(section.HeaderSize, section.Length);
        }

        int tableSize = section.HasTable ? Huffman.Read(block.Slice(section.HeaderSize, section.Compressed)) : 0;
        if (section.IsCoded && LiteralsAhead is not null && LiteralsAhead.TryTake(position, out ReadOnlySpan<byte> known))
        {
            return known;
        }

        if (_literals.Length < section.Length + SequenceExecutor.LiteralsMargin)
        {
            GiveBack();
            _literals = ArrayPool<byte>.Shared.Rent(max + SequenceExecutor.LiteralsMargin);
        }

        Span<byte> literals = _literals.AsSpan(0, section.Length);
        if (section.IsRepeated)
        {
            literals.Fill(block[section.HeaderSize]);
            return literals;
        }

        if (Huffman.Weights is null)
        {
            throw new InvalidDataException("Literals repeat a code table before there was one.");
        }

        section.Decode(block, Huffman.Entries, tableSize, literals, _fast);
        return literals;
    }

    /// <summary>Parses the number of sequences: one byte below 128, two below 32,512, else three.</summary>
    public static int ReadSequenceCount(ReadOnlySpan<byte> bytes, out int size)
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
        else if (Guarded is { } guarded)
        {
            Execute(ref run, entries, stream, literals, history, outputEnd, new GuardingRecorder(guarded.Guard, guarded.Since));
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
