using System;
using System.IO;

namespace VmaTools.Compression;

/// <summary>
/// How often each symbol of a finite-state entropy code occurs: the short, immutable form of a decoding table, which is
/// also what a captured state keeps of it.
/// </summary>
internal sealed class FseDistribution
{
    private const int MinLog = 5;
    private readonly short[] _counts;

    /// <summary>Takes counts that add up to 1 &lt;&lt; <paramref name="log"/>, where -1 stands for "less than one" and counts as 1.</summary>
    public FseDistribution(int log, short[] counts)
    {
        Log = log;
        _counts = counts;
    }

    /// <summary>How many states each symbol has.</summary>
    public ReadOnlySpan<short> Counts => _counts;

    /// <summary>Base-2 logarithm of the table's number of states.</summary>
    public int Log { get; }

    /// <summary>The distribution in which only one symbol occurs, which costs no bits.</summary>
    public static FseDistribution Single(int symbol)
    {
        short[] counts = new short[symbol + 1];
        counts[symbol] = 1;
        return new FseDistribution(0, counts);
    }

    /// <summary>Parses the description of a table.</summary>
    /// <remarks>
    /// Bits are read upwards from the lowest of the first byte: 4 bits accuracy - 5, then for each symbol its count + 1 on just
    /// enough bits for what is left to share out (a part of the smaller values takes one bit less), after a count of 0
    /// any number of 2-bit runs of further zeros, a run of 3 being followed by one more. It ends where nothing is left.
    /// </remarks>
    /// <returns>The distribution, with the number of whole bytes it took in <paramref name="size"/>.</returns>
    public static FseDistribution Read(ReadOnlySpan<byte> bytes, int maxSymbol, int maxLog, out int size)
    {
        int position = 0;
        int log = (int)Peek(bytes, position, 4) + MinLog;
        position += 4;
        if (log > maxLog)
        {
            throw new InvalidDataException("A table of sequence or weight codes is more accurate than the format allows.");
        }

        Span<short> counts = stackalloc short[maxSymbol + 1];
        int symbols = 0;
        int left = 1 << log;
        while (left > 0)
        {
            if (symbols > maxSymbol)
            {
                throw new InvalidDataException("A table of sequence or weight codes names a symbol that does not exist.");
            }

            int largest = left + 1;
            int bits = ZstdBits.Log2((uint)largest) + 1;
            int shorter = (1 << bits) - 1 - largest;
            int value = (int)Peek(bytes, position, bits - 1);
            if (value < shorter)
            {
                position += bits - 1;
            }
            else
            {
                value = (int)Peek(bytes, position, bits);
                position += bits;
                if (value >= 1 << (bits - 1))
                {
                    value -= shorter;
                }
            }

            int count = value - 1;
            counts[symbols++] = (short)count;
            left -= Math.Abs(count);
            if (count == 0)
            {
                int run;
                do
                {
                    run = (int)Peek(bytes, position, 2);
                    position += 2;
                    if (symbols + run > maxSymbol + 1)
                    {
                        throw new InvalidDataException("A table of sequence or weight codes names a symbol that does not exist.");
                    }

                    counts.Slice(symbols, run).Clear();
                    symbols += run;
                }
                while (run == 3);
            }
        }

        size = (position + 7) >> 3;
        if (size > bytes.Length)
        {
            throw new InvalidDataException("A table of sequence or weight codes is longer than its block.");
        }

        return new FseDistribution(log, counts.Slice(0, symbols).ToArray());
    }

    /// <summary>Writes the decoding table, one entry a state (see <see cref="FseEntry"/>).</summary>
    /// <param name="table">At least 1 &lt;&lt; <see cref="Log"/> entries.</param>
    /// <param name="symbols">What each symbol stands for: an entry's upper half and extra bits.</param>
    /// <param name="firstIndex">Added to the state numbers in the entries, where several tables share one array.</param>
    public void Build(Span<ulong> table, ReadOnlySpan<ulong> symbols, int firstIndex)
    {
        int size = 1 << Log;
        Span<byte> symbolOf = stackalloc byte[size];
        Span<ushort> next = stackalloc ushort[_counts.Length];

        // Symbols rarer than one state sit at the end, the others are strewn over what remains.
        int end = size;
        for (int symbol = 0; symbol < _counts.Length; symbol++)
        {
            next[symbol] = (ushort)Math.Abs((int)_counts[symbol]);
            if (_counts[symbol] < 0)
            {
                symbolOf[--end] = (byte)symbol;
            }
        }

        int step = (size >> 1) + (size >> 3) + 3;
        int position = 0;
        for (int symbol = 0; symbol < _counts.Length; symbol++)
        {
            for (int i = _counts[symbol]; i > 0; i--)
            {
                symbolOf[position] = (byte)symbol;
                do
                {
                    position = (position + step) & (size - 1);
                }
                while (position >= end);
            }
        }

        for (int state = 0; state < size; state++)
        {
            int symbol = symbolOf[state];
            int share = next[symbol]++;
            int bits = Log - ZstdBits.Log2((uint)share);
            table[state] = symbols[symbol] | FseEntry.Transition((share << bits) - size + firstIndex, bits);
        }
    }

    // Zeros past the end: the check of the whole size follows.
    private static uint Peek(ReadOnlySpan<byte> bytes, int position, int count) =>
        (uint)ZstdBits.Low(ZstdBits.LoadUpTo64(bytes, position >> 3) >> (position & 7), count);
}
