using System;

namespace VmaTools.Compression;

/// <summary>What the symbols of deflate's three alphabets mean, and the code every decoder knows without being told.</summary>
internal static class DeflateCodes
{
    /// <summary>The symbol in the literal and length alphabet that ends a block.</summary>
    public const int EndOfBlock = 256;

    /// <summary>Literal and length symbols a block may define; two more have codes in the fixed code and no meaning.</summary>
    public const int MaxLengthSymbols = 286;

    /// <summary>Distance symbols a block may define; two more have codes in the fixed code and no meaning.</summary>
    public const int MaxDistanceSymbols = 30;

    /// <summary>The longest match.</summary>
    public const int LongestMatch = 258;

    private const int LengthRootBits = 11;
    private const int DistanceRootBits = 8;
    private const int CodeLengthRootBits = 7;

    private static readonly uint[] LengthSymbols = DescribeLengthSymbols();
    private static readonly uint[] DistanceSymbols = DescribeDistanceSymbols();
    private static readonly uint[] CodeLengthSymbols = DescribeCodeLengthSymbols();

    /// <summary>The order in which a block gives the lengths of the code for code lengths.</summary>
    public static ReadOnlySpan<byte> CodeLengthOrder => [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    public static HuffmanTable FixedLengths { get; } = BuildFixedLengths();

    public static HuffmanTable FixedDistances { get; } = BuildFixedDistances();

    public static HuffmanTable NewLengthTable() => new(LengthRootBits, LengthSymbols, singleCodeAllowed: true);

    public static HuffmanTable NewDistanceTable() => new(DistanceRootBits, DistanceSymbols, singleCodeAllowed: true);

    public static HuffmanTable NewCodeLengthTable() => new(CodeLengthRootBits, CodeLengthSymbols, singleCodeAllowed: false);

    private static HuffmanTable BuildFixedLengths()
    {
        byte[] lengths = new byte[288];
        for (int symbol = 0; symbol < lengths.Length; symbol++)
        {
            lengths[symbol] = (byte)(symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8);
        }

        HuffmanTable table = NewLengthTable();
        table.TryBuild(lengths);
        return table;
    }

    private static HuffmanTable BuildFixedDistances()
    {
        byte[] lengths = new byte[32];
        lengths.AsSpan().Fill(5);
        HuffmanTable table = NewDistanceTable();
        table.TryBuild(lengths);
        return table;
    }

    private static uint[] DescribeLengthSymbols()
    {
        uint[] symbols = new uint[288];
        for (int literal = 0; literal < EndOfBlock; literal++)
        {
            symbols[literal] = HuffmanTable.Symbol(literal, 0, HuffmanTable.Literal);
        }

        symbols[EndOfBlock] = HuffmanTable.Symbol(0, 0, HuffmanTable.Exceptional | HuffmanTable.End);

        // Eight symbols for the lengths 3 to 10, then groups of four, each group with one more extra bit; 258, which the
        // last group would reach with all extra bits set, has a symbol of its own.
        int length = 3;
        for (int symbol = EndOfBlock + 1; symbol < MaxLengthSymbols - 1; symbol++)
        {
            int extraBits = symbol < 265 ? 0 : (symbol - 261) / 4;
            symbols[symbol] = HuffmanTable.Symbol(length, extraBits);
            length += 1 << extraBits;
        }

        symbols[MaxLengthSymbols - 1] = HuffmanTable.Symbol(LongestMatch, 0);
        symbols[286] = symbols[287] = HuffmanTable.Symbol(0, 0, HuffmanTable.Exceptional);
        return symbols;
    }

    private static uint[] DescribeDistanceSymbols()
    {
        uint[] symbols = new uint[32];
        int distance = 1;
        for (int symbol = 0; symbol < MaxDistanceSymbols; symbol++)
        {
            int extraBits = symbol < 4 ? 0 : (symbol - 2) / 2;
            symbols[symbol] = HuffmanTable.Symbol(distance, extraBits);
            distance += 1 << extraBits;
        }

        symbols[30] = symbols[31] = HuffmanTable.Symbol(0, 0, HuffmanTable.Exceptional);
        return symbols;
    }

    private static uint[] DescribeCodeLengthSymbols()
    {
        uint[] symbols = new uint[19];
        for (int symbol = 0; symbol < symbols.Length; symbol++)
        {
            symbols[symbol] = HuffmanTable.Symbol(symbol, 0);
        }

        return symbols;
    }
}
