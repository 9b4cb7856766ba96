namespace VmaTools.Compression;

/// <summary>What the codes of literal lengths, match lengths and offsets stand for, and how often they are taken to occur.</summary>
internal static class SequenceCodes
{
    public const int MaxOffset = 31;

    public const int LiteralLengthLog = 9;
    public const int MatchLengthLog = 9;
    public const int OffsetLog = 8;

    /// <summary>Offset values up to this one mean "one of the last offsets again".</summary>
    public const int RepeatedOffsets = 3;

    /// <summary>Values of the literal length codes, as upper halves of <see cref="FseEntry"/>.</summary>
    public static readonly ulong[] LiteralLengths = Ladder(
        0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);

    /// <summary>Values of the match length codes.</summary>
    public static readonly ulong[] MatchLengths = Ladder(
        3, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);

    /// <summary>
    /// Values of the offset codes: the offset itself from code 2 on; for codes 0 and 1, which of the last offsets (0 to 2).
    /// </summary>
    public static readonly ulong[] Offsets = MakeOffsets();

    public static readonly FseDistribution DefaultLiteralLengths = new(
        6, [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1]);

    public static readonly FseDistribution DefaultMatchLengths = new(
        6, [1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
            1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1]);

    public static readonly FseDistribution DefaultOffsets = new(
        5, [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1]);

    // Each code begins where the one before it ends.
    private static ulong[] Ladder(uint first, byte[] extraBits)
    {
        ulong[] symbols = new ulong[extraBits.Length];
        for (int code = 0; code < symbols.Length; code++)
        {
            symbols[code] = FseEntry.Symbol(first, extraBits[code]);
            first += 1U << extraBits[code];
        }

        return symbols;
    }

    private static ulong[] MakeOffsets()
    {
        ulong[] symbols = new ulong[MaxOffset + 1];
        for (int code = 0; code <= MaxOffset; code++)
        {
            uint below = code < 2 ? 1U : RepeatedOffsets;
            symbols[code] = FseEntry.Symbol((1U << code) - below, code);
        }

        return symbols;
    }
}
