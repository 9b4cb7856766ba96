using System;

namespace VmaTools.Compression;

/// <summary>
/// A prefix code of deflate as a lookup table: the next <see cref="RootBits"/> bits of the stream lead to an entry that
/// says what the symbol means and how many bits it takes; codes longer than that go through a second table.
/// </summary>
/// <remarks>
/// An entry:
/// <code>
///   31       30 … 16   15           14        13   12   11 … 8      7 … 0
///   literal  value     exceptional  subtable  end  –    code bits   code bits + extra bits
/// </code>
/// The value is a literal byte, the smallest length or distance of the symbol, or the index of a second table. Exceptional
/// without a second table and without end means that no symbol has this code.
/// </remarks>
internal sealed class HuffmanTable
{
    public const uint Literal = 1u << 31;
    public const uint Exceptional = 1u << 15;
    public const uint Subtable = 1u << 14;
    public const uint End = 1u << 13;

    /// <summary>The longest code deflate allows.</summary>
    public const int LongestCode = 15;

    private const int ValueShift = 16;
    private const int CodeBitsShift = 8;
    private const uint InvalidEntry = Exceptional | (1u << CodeBitsShift) | 1u;

    private readonly uint[] _symbols;
    private readonly bool _singleCodeAllowed;

    /// <summary>A table to be built from code lengths again and again.</summary>
    /// <param name="rootBits">Bits of the first lookup.</param>
    /// <param name="symbols">For each symbol its entry without the bits of its code.</param>
    /// <param name="singleCodeAllowed">Whether a code of one symbol or none, which leaves bit patterns unused, is legal.</param>
    public HuffmanTable(int rootBits, uint[] symbols, bool singleCodeAllowed)
    {
        RootBits = rootBits;
        _symbols = symbols;
        _singleCodeAllowed = singleCodeAllowed;

        // A second table holds at least two codes (the code is complete), and none is larger than what the longest code
        // can need, so half as many of them as there are symbols is the most there can be.
        int size = 1 << rootBits;
        if (rootBits < LongestCode)
        {
            size += (symbols.Length / 2) << (LongestCode - rootBits);
        }

        Entries = new uint[size];
    }

    /// <summary>Bits of the first lookup.</summary>
    public int RootBits { get; }

    /// <summary>The first table, followed by the second ones.</summary>
    public uint[] Entries { get; }

    /// <summary>Mask of the bits that index a second table, to be applied after the root bits are shifted out.</summary>
    public uint SubtableMask { get; private set; }

    public static uint Value(uint entry) => (entry >> ValueShift) & 0x7FFF;

    public static int TotalBits(uint entry) => (byte)entry;

    public static int CodeBits(uint entry) => (int)(entry >> CodeBitsShift) & 15;

    /// <summary>The entry of a symbol without its code: a value to which as many bits as follow the code are added.</summary>
    public static uint Symbol(int value, int extraBits, uint flags = 0) =>
        flags | ((uint)value << ValueShift) | (uint)extraBits;

    /// <summary>
    /// Builds the canonical code with these lengths (0: the symbol has no code); false where they are no complete code.
    /// </summary>
    public bool TryBuild(ReadOnlySpan<byte> lengths)
    {
        Span<ushort> counts = stackalloc ushort[LongestCode + 1];
        Span<ushort> starts = stackalloc ushort[LongestCode + 2];
        Span<ushort> sorted = stackalloc ushort[320];
        counts.Clear();
        foreach (byte length in lengths)
        {
            counts[length]++;
        }

        int longest = LongestCode;
        while (longest > 0 && counts[longest] == 0)
        {
            longest--;
        }

        // How much of the code space is left after each length; below zero is too many codes.
        int left = 1;
        starts[1] = 0;
        for (int length = 1; length <= LongestCode; length++)
        {
            left = (left << 1) - counts[length];
            if (left < 0)
            {
                return false;
            }

            starts[length + 1] = (ushort)(starts[length] + counts[length]);
        }

        if (left > 0 && !(_singleCodeAllowed && longest <= 1))
        {
            return false;
        }

        for (int symbol = 0; symbol < lengths.Length; symbol++)
        {
            int length = lengths[symbol];
            if (length != 0)
            {
                sorted[starts[length]++] = (ushort)symbol;
            }
        }

        Fill(sorted, counts, longest);
        return true;
    }

    private void Fill(ReadOnlySpan<ushort> sorted, ReadOnlySpan<ushort> counts, int longest)
    {
        // The table starts with one entry and doubles with each bit of code length: where the longer code goes, it
        // overwrites one copy of what nothing shorter has claimed.
        uint[] entries = Entries;
        entries[0] = InvalidEntry;
        int size = 1;
        uint code = 0;
        int next = 0;
        for (int length = 1; length <= RootBits; length++)
        {
            Array.Copy(entries, 0, entries, size, size);
            size <<= 1;
            for (int i = counts[length]; i > 0; i--)
            {
                entries[Reverse(code, length)] = Entry(sorted[next++], length);
                code++;
            }

            code <<= 1;
        }

        SubtableMask = 0;
        if (longest <= RootBits)
        {
            return;
        }

        int subtableBits = longest - RootBits;
        int subtableSize = 1 << subtableBits;
        SubtableMask = (uint)subtableSize - 1;
        uint rootMask = (1u << RootBits) - 1;
        uint prefix = uint.MaxValue;
        int subtable = size - subtableSize;
        for (int length = RootBits + 1; length <= longest; length++)
        {
            for (int i = counts[length]; i > 0; i--)
            {
                uint reversed = Reverse(code, length);
                if ((reversed & rootMask) != prefix)
                {
                    prefix = reversed & rootMask;
                    subtable += subtableSize;
                    entries[prefix] = Exceptional | Subtable | ((uint)subtable << ValueShift)
                        | ((uint)RootBits << CodeBitsShift) | (uint)RootBits;
                }

                uint entry = Entry(sorted[next++], length);
                int step = 1 << (length - RootBits);
                for (int at = (int)(reversed >> RootBits); at < subtableSize; at += step)
                {
                    entries[subtable + at] = entry;
                }

                code++;
            }

            code <<= 1;
        }
    }

    private uint Entry(int symbol, int length) => _symbols[symbol] + (uint)((length << CodeBitsShift) | length);

    // Codes are written from their highest bit on, everything else in deflate from the lowest.
    private static uint Reverse(uint code, int length)
    {
        code = ((code & 0x5555) << 1) | ((code >> 1) & 0x5555);
        code = ((code & 0x3333) << 2) | ((code >> 2) & 0x3333);
        code = ((code & 0x0F0F) << 4) | ((code >> 4) & 0x0F0F);
        code = ((code & 0x00FF) << 8) | (code >> 8);
        return code >> (16 - length);
    }
}
