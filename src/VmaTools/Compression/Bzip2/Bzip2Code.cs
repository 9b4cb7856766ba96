namespace VmaTools.Compression;

/// <summary>One of the prefix codes of a block: codes of up to 20 bits, shorter ones first, by a table as far as they are short.</summary>
internal sealed class Bzip2Code
{
    public const int MaxBits = 20;
    public const int TableBits = 10;

    /// <summary>257 values in a block at most (two for runs, 255 places in the list) and the end.</summary>
    public const int MaxSymbols = 258;

    /// <summary>For the next <see cref="TableBits"/> bits: the symbol times 32, and how many bits its code has; 0 where it has more.</summary>
    public ushort[] Table { get; } = new ushort[1 << TableBits];

    /// <summary>For each length: what the next <see cref="MaxBits"/> bits are below if the code is no longer. The last is never exceeded.</summary>
    public uint[] Limits { get; } = new uint[MaxBits + 2];

    /// <summary>For each length: what is added to a code to get the place of its symbol in <see cref="Symbols"/>.</summary>
    public int[] Bases { get; } = new int[MaxBits + 1];

    /// <summary>Symbols in the order of their codes.</summary>
    public ushort[] Symbols { get; } = new ushort[MaxSymbols];

    /// <summary>Makes the code of the lengths that its symbols' codes have, each 1 to <see cref="MaxBits"/>.</summary>
    /// <returns>False where there is no such code. One that leaves bits without a meaning will do.</returns>
    public bool TryMake(byte[] lengths, int count)
    {
        int[] counts = new int[MaxBits + 1];
        for (int i = 0; i < count; i++)
        {
            counts[lengths[i]]++;
        }

        int[] places = new int[MaxBits + 1];
        int place = 0;
        uint code = 0;
        for (int length = 1; length <= MaxBits; length++)
        {
            places[length] = place;
            Bases[length] = place - (int)code;
            place += counts[length];
            code += (uint)counts[length];
            if (code > 1u << length)
            {
                return false;
            }

            Limits[length] = code << (MaxBits - length);
            code <<= 1;
        }

        Limits[MaxBits + 1] = uint.MaxValue;
        for (int i = 0; i < count; i++)
        {
            Symbols[places[lengths[i]]++] = (ushort)i;
        }

        FillTable();
        return true;
    }

    private void FillTable()
    {
        int at = 0;
        for (int length = 1; length <= TableBits; length++)
        {
            int end = (int)(Limits[length] >> (MaxBits - TableBits));
            int copies = 1 << (TableBits - length);
            for (; at < end; at += copies)
            {
                int symbol = Symbols[Bases[length] + (at >> (TableBits - length))];
                for (int i = 0; i < copies; i++)
                {
                    Table[at + i] = (ushort)((symbol << 5) | length);
                }
            }
        }

        for (; at < Table.Length; at++)
        {
            Table[at] = 0;
        }
    }
}
