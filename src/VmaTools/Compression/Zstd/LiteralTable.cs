using System;
using System.IO;

namespace VmaTools.Compression;

/// <summary>The prefix code that literals are decoded with, which stays in force for later blocks without one of their own.</summary>
internal sealed class LiteralTable
{
    /// <summary>Length of the longest code.</summary>
    public const int MaxBits = 11;

    private const int MaxSymbols = 256;
    private const int WeightsLog = 6;

    // In the code of weights a symbol is the weight itself.
    private static readonly ulong[] WeightSymbols = MakeWeightSymbols();

    private readonly ulong[] _weightStates = new ulong[1 << WeightsLog];

    /// <summary>
    /// For every value of the next <see cref="MaxBits"/> bits: the symbol in the upper byte, the length of its code in the lower.
    /// </summary>
    public ushort[] Entries { get; } = new ushort[1 << MaxBits];

    /// <summary>
    /// Weight of each symbol, from which the table is made: 0 for one that does not occur, else the code has
    /// (length of the longest code + 1 - weight) bits. Never written to once it is here; null where no table is in force.
    /// </summary>
    public byte[]? Weights { get; private set; }

    /// <summary>Forgets the table: that of one frame means nothing in the next.</summary>
    public void Reset() => Weights = null;

    /// <summary>Puts a table captured earlier back in force.</summary>
    public void Restore(byte[]? weights)
    {
        Weights = weights;
        if (weights is not null)
        {
            Build(weights);
        }
    }

    /// <summary>Parses the description of a table and puts it in force.</summary>
    /// <remarks>
    /// <code>
    /// 1 byte    below 128: size of the compressed weights that follow
    ///           else: number of weights + 127, which follow with 4 bits each, the first in the upper half of a byte
    /// variable  weights of all symbols but the last, whose weight makes the code complete
    /// </code>
    /// </remarks>
    /// <returns>Number of bytes taken.</returns>
    public int Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            throw new InvalidDataException("The literals end before their code table.");
        }

        Span<byte> weights = stackalloc byte[MaxSymbols];
        int header = bytes[0];
        int count = header < 128 ? 0 : header - 127;
        int size = header < 128 ? header : (count + 1) / 2;
        if (size > bytes.Length - 1)
        {
            throw new InvalidDataException("The code table of the literals is longer than their section.");
        }

        bytes = bytes.Slice(1, size);
        if (header < 128)
        {
            count = ReadCompressedWeights(bytes, weights);
        }
        else
        {
            for (int i = 0; i < count; i++)
            {
                weights[i] = (byte)((i & 1) == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 15);
            }
        }

        weights[count] = LastWeight(weights.Slice(0, count));
        Weights = weights.Slice(0, count + 1).ToArray();
        Build(Weights);
        return 1 + size;
    }

    private int ReadCompressedWeights(ReadOnlySpan<byte> bytes, Span<byte> weights)
    {
        FseDistribution distribution = FseDistribution.Read(bytes, MaxBits, WeightsLog, out int size);
        distribution.Build(_weightStates, WeightSymbols, 0);
        bytes = bytes.Slice(size);
        var reader = new BackwardBitReader(bytes, BackwardBitReader.CountBits(bytes));
        ulong state = _weightStates[reader.Read(distribution.Log)];
        ulong other = _weightStates[reader.Read(distribution.Log)];
        if (reader.BitsLeft < 0)
        {
            throw new InvalidDataException("The weights of the literals' code are cut short.");
        }

        // Two states take turns; the one whose turn it is when the bits run out has said its last symbol, the other still has one.
        int count = 0;
        while (true)
        {
            if (count > MaxSymbols - 3)
            {
                throw new InvalidDataException("The literals' code has too many symbols.");
            }

            weights[count++] = (byte)FseEntry.Baseline(state);
            ulong next = _weightStates[FseEntry.NextState(state) + (int)reader.Read(FseEntry.StateBits(state))];
            if (reader.BitsLeft < 0)
            {
                weights[count++] = (byte)FseEntry.Baseline(other);
                return count;
            }

            state = other;
            other = next;
        }
    }

    private static byte LastWeight(ReadOnlySpan<byte> weights)
    {
        uint total = 0;
        int ones = 0;
        foreach (byte weight in weights)
        {
            if (weight > MaxBits)
            {
                throw new InvalidDataException("A code of the literals is longer than the format allows.");
            }

            total += (1U << weight) >> 1;
            ones += weight == 1 ? 1 : 0;
        }

        if (total == 0)
        {
            throw new InvalidDataException("The literals' code has no symbols.");
        }

        int maxBits = ZstdBits.Log2(total) + 1;
        uint missing = (1U << maxBits) - total;
        if (maxBits > MaxBits || (missing & (missing - 1)) != 0)
        {
            throw new InvalidDataException("The literals' code is not a complete one.");
        }

        int last = ZstdBits.Log2(missing) + 1;
        ones += last == 1 ? 1 : 0;
        if (ones < 2)
        {
            throw new InvalidDataException("The literals' code has no codes of the length it claims.");
        }

        return (byte)last;
    }

    // Codes are handed out from the longest on, symbols of one length in their order. Where the longest is shorter than
    // MaxBits every entry is repeated, so that decoding always looks at the same number of bits.
    private void Build(ReadOnlySpan<byte> weights)
    {
        Span<int> starts = stackalloc int[MaxBits + 2];
        starts.Clear();
        foreach (byte weight in weights)
        {
            starts[weight + 1] += (1 << weight) >> 1;
        }

        for (int weight = 1; weight < starts.Length; weight++)
        {
            starts[weight] += starts[weight - 1];
        }

        int total = starts[MaxBits + 1];
        int maxBits = ZstdBits.Log2((uint)total);
        int spread = MaxBits - maxBits;
        Span<ushort> entries = Entries;
        for (int symbol = 0; symbol < weights.Length; symbol++)
        {
            int weight = weights[symbol];
            if (weight == 0)
            {
                continue;
            }

            int length = 1 << (weight - 1);
            ushort entry = (ushort)((symbol << 8) | (maxBits + 1 - weight));
            entries.Slice(starts[weight] << spread, length << spread).Fill(entry);
            starts[weight] += length;
        }
    }

    private static ulong[] MakeWeightSymbols()
    {
        ulong[] symbols = new ulong[MaxBits + 1];
        for (int weight = 0; weight < symbols.Length; weight++)
        {
            symbols[weight] = FseEntry.Symbol((uint)weight, 0);
        }

        return symbols;
    }
}
