using System;

namespace VmaTools.Disks.FileSystems.Ntfs.Wof;

/// <summary>A canonical Huffman code of up to 16 bits, made of the lengths of its words.</summary>
internal sealed class WofCode
{
    private const int MaxLength = 16;
    private const int TableBits = 10;

    // Of short words: the symbol, and the length in the low five bits; 0 for none.
    private readonly ushort[] _table = new ushort[1 << TableBits];
    private readonly ushort[] _symbols;

    // By length: behind the last word, aligned to 16 bits, and where the symbols of that length begin less the first word.
    private readonly int[] _limits = new int[MaxLength + 1];
    private readonly int[] _offsets = new int[MaxLength + 1];

    public WofCode(int symbols) => _symbols = new ushort[symbols];

    /// <summary>Takes new lengths; false where they are more words than there can be.</summary>
    public bool TrySet(ReadOnlySpan<byte> lengths)
    {
        Span<int> counts = stackalloc int[MaxLength + 1];
        counts.Clear();
        foreach (byte length in lengths)
        {
            counts[length]++;
        }

        counts[0] = 0;
        Span<int> places = stackalloc int[MaxLength + 1];
        int word = 0;
        int place = 0;
        for (int length = 1; length <= MaxLength; length++)
        {
            word <<= 1;
            places[length] = place;
            _offsets[length] = place - word;
            word += counts[length];
            place += counts[length];
            if (word > 1 << length)
            {
                return false;
            }

            _limits[length] = word << (MaxLength - length);
        }

        for (int symbol = 0; symbol < lengths.Length; symbol++)
        {
            if (lengths[symbol] != 0)
            {
                _symbols[places[lengths[symbol]]++] = (ushort)symbol;
            }
        }

        FillTable(counts);
        return true;
    }

    /// <summary>Takes the next symbol; -1 where the bits are no word.</summary>
    /// <param name="bits">The bits.</param>
    /// <param name="maxLength">The longest that a word of this kind of code can be.</param>
    public int Take(ref WofBits bits, int maxLength)
    {
        bits.Need(maxLength);
        ushort entry = _table[bits.Peek(TableBits)];
        if (entry != 0)
        {
            bits.Skip(entry & 31);
            return entry >> 5;
        }

        int value = bits.Peek(MaxLength);
        for (int length = TableBits + 1; length <= maxLength; length++)
        {
            if (value < _limits[length])
            {
                bits.Skip(length);
                return _symbols[_offsets[length] + (value >> (MaxLength - length))];
            }
        }

        return -1;
    }

    private void FillTable(ReadOnlySpan<int> counts)
    {
        int next = 0;
        int place = 0;
        for (int length = 1; length <= TableBits; length++)
        {
            int width = 1 << (TableBits - length);
            for (int i = 0; i < counts[length]; i++, next += width)
            {
                _table.AsSpan(next, width).Fill((ushort)((_symbols[place++] << 5) | length));
            }
        }

        _table.AsSpan(next).Clear();
    }
}
