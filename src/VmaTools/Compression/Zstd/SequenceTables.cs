using System;
using System.IO;

namespace VmaTools.Compression;

/// <summary>The three tables that sequences are decoded with, which stay in force for later blocks to repeat.</summary>
internal sealed class SequenceTables
{
    /// <summary>Where the table of each kind begins in <see cref="Entries"/>.</summary>
    public const int LiteralLengthStart = 0;

    /// <inheritdoc cref="LiteralLengthStart"/>
    public const int MatchLengthStart = LiteralLengthStart + (1 << SequenceCodes.LiteralLengthLog);

    /// <inheritdoc cref="LiteralLengthStart"/>
    public const int OffsetStart = MatchLengthStart + (1 << SequenceCodes.MatchLengthLog);

    private const int End = OffsetStart + (1 << SequenceCodes.OffsetLog);

    /// <summary>All three tables; states in the entries are indexes into this array.</summary>
    public ulong[] Entries { get; } = new ulong[End];

    /// <summary>What the literal length table was made from; null before the first one of a frame.</summary>
    public FseDistribution? LiteralLengths { get; private set; }

    /// <summary>What the match length table was made from.</summary>
    public FseDistribution? MatchLengths { get; private set; }

    /// <summary>What the offset table was made from.</summary>
    public FseDistribution? Offsets { get; private set; }

    /// <summary>Forgets all tables: those of one frame mean nothing in the next.</summary>
    public void Reset() => LiteralLengths = MatchLengths = Offsets = null;

    /// <summary>Puts tables captured earlier back in force.</summary>
    public void Restore(FseDistribution? literalLengths, FseDistribution? matchLengths, FseDistribution? offsets)
    {
        LiteralLengths = Use(literalLengths, SequenceCodes.LiteralLengths, LiteralLengthStart);
        MatchLengths = Use(matchLengths, SequenceCodes.MatchLengths, MatchLengthStart);
        Offsets = Use(offsets, SequenceCodes.Offsets, OffsetStart);
    }

    /// <summary>Parses the table modes and the tables of a block's sequences section.</summary>
    /// <remarks>
    /// <code>
    /// 1 byte    modes: literal lengths in bits 7-6, offsets in 5-4, match lengths in 3-2; bits 1-0 are reserved
    /// variable  literal length table, offset table, match length table
    /// </code>
    /// </remarks>
    /// <returns>Number of bytes taken.</returns>
    public int Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            throw new InvalidDataException("A block ends before the modes of its sequences.");
        }

        int modes = bytes[0];
        if ((modes & 3) != 0)
        {
            throw new InvalidDataException("A reserved bit of the sequence modes is set.");
        }

        int position = 1;
        LiteralLengths = Read(
            modes >> 6,
            bytes,
            ref position,
            LiteralLengths,
            SequenceCodes.DefaultLiteralLengths,
            SequenceCodes.LiteralLengths,
            SequenceCodes.LiteralLengthLog,
            LiteralLengthStart);
        Offsets = Read(
            (modes >> 4) & 3,
            bytes,
            ref position,
            Offsets,
            SequenceCodes.DefaultOffsets,
            SequenceCodes.Offsets,
            SequenceCodes.OffsetLog,
            OffsetStart);
        MatchLengths = Read(
            (modes >> 2) & 3,
            bytes,
            ref position,
            MatchLengths,
            SequenceCodes.DefaultMatchLengths,
            SequenceCodes.MatchLengths,
            SequenceCodes.MatchLengthLog,
            MatchLengthStart);
        return position;
    }

    private FseDistribution Read(
        int mode,
        ReadOnlySpan<byte> bytes,
        ref int position,
        FseDistribution? current,
        FseDistribution predefined,
        ulong[] symbols,
        int maxLog,
        int start)
    {
        FseDistribution distribution;
        switch (mode)
        {
            case 0:
                distribution = predefined;
                break;
            case 1:
                if (position >= bytes.Length)
                {
                    throw new InvalidDataException("A block ends within its tables of sequence codes.");
                }

                int symbol = bytes[position++];
                if (symbol >= symbols.Length)
                {
                    throw new InvalidDataException("A sequence code does not exist.");
                }

                distribution = FseDistribution.Single(symbol);
                break;
            case 2:
                distribution = FseDistribution.Read(bytes.Slice(position), symbols.Length - 1, maxLog, out int size);
                position += size;
                break;
            default:
                return current ?? throw new InvalidDataException("A block repeats a table of sequence codes before there was one.");
        }

        if (!ReferenceEquals(distribution, current))
        {
            Use(distribution, symbols, start);
        }

        return distribution;
    }

    private FseDistribution? Use(FseDistribution? distribution, ulong[] symbols, int start)
    {
        distribution?.Build(Entries.AsSpan(start), symbols, start);
        return distribution;
    }
}
