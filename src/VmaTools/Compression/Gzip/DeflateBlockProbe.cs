using System;

namespace VmaTools.Compression;

/// <summary>
/// Tells where a deflate block with codes of its own may begin: most places are told by the first bits not to be one, hardly any other
/// than a begin has three complete codes there.
/// </summary>
internal sealed class DeflateBlockProbe
{
    /// <summary>The most bytes that the codes of a block take.</summary>
    public const int MostBytes = 400;

    private const int CodeLengthsOffset = 17;
    private const int CodeLengthBits = 3;

    private readonly HuffmanTable _codeLengths = DeflateCodes.NewCodeLengthTable();

    /// <summary>Whether a block that is not the last may begin at a bit; <see cref="MostBytes"/> have to follow.</summary>
    public bool IsBegin(ReadOnlySpan<byte> bytes, int bit)
    {
        // Not the last, with codes of its own; the numbers of symbols.
        uint first = Peek(bytes, bit, CodeLengthsOffset);
        if ((first & 7) != 4)
        {
            return false;
        }

        int lengthSymbols = (int)((first >> 3) & 31) + 257;
        int distanceSymbols = (int)((first >> 8) & 31) + 1;
        int count = (int)(first >> 13) + 4;
        if (lengthSymbols > DeflateCodes.MaxLengthSymbols || distanceSymbols > DeflateCodes.MaxDistanceSymbols)
        {
            return false;
        }

        int share = 0;
        for (int i = 0; i < count; i++)
        {
            uint length = Peek(bytes, bit + CodeLengthsOffset + (i * CodeLengthBits), CodeLengthBits);
            share += length == 0 ? 0 : 128 >> (int)length;
        }

        return share == 128 && HasCodes(bytes, bit + CodeLengthsOffset, count, lengthSymbols, distanceSymbols);
    }

    private bool HasCodes(ReadOnlySpan<byte> bytes, int bit, int count, int lengthSymbols, int distanceSymbols)
    {
        Span<byte> codeLengths = stackalloc byte[DeflateCodes.CodeLengthOrder.Length];
        codeLengths.Clear();
        for (int i = 0; i < count; i++)
        {
            codeLengths[DeflateCodes.CodeLengthOrder[i]] = (byte)Peek(bytes, bit, CodeLengthBits);
            bit += CodeLengthBits;
        }

        if (!_codeLengths.TryBuild(codeLengths))
        {
            return false;
        }

        Span<byte> lengths = stackalloc byte[DeflateCodes.MaxLengthSymbols + DeflateCodes.MaxDistanceSymbols];
        lengths = lengths.Slice(0, lengthSymbols + distanceSymbols);
        int filled = 0;
        while (filled < lengths.Length)
        {
            uint entry = _codeLengths.Entries[Peek(bytes, bit, _codeLengths.RootBits)];
            bit += HuffmanTable.TotalBits(entry);
            int symbol = (int)HuffmanTable.Value(entry);
            if (symbol < 16)
            {
                lengths[filled++] = (byte)symbol;
                continue;
            }

            if (symbol == 16 && filled == 0)
            {
                return false;
            }

            byte value = symbol == 16 ? lengths[filled - 1] : (byte)0;
            int extra = symbol switch { 16 => 2, 17 => 3, _ => 7 };
            int run = (symbol == 18 ? 11 : 3) + (int)Peek(bytes, bit, extra);
            bit += extra;
            if (run > lengths.Length - filled)
            {
                return false;
            }

            lengths.Slice(filled, run).Fill(value);
            filled += run;
        }

        return lengths[DeflateCodes.EndOfBlock] != 0
            && IsCode(lengths.Slice(0, lengthSymbols), out int longest) && longest > 0
            && (IsCode(lengths.Slice(lengthSymbols), out longest) || longest <= 1);
    }

    /// <summary>Whether lengths are those of a complete code.</summary>
    private static bool IsCode(ReadOnlySpan<byte> lengths, out int longest)
    {
        int share = 0;
        longest = 0;
        foreach (byte length in lengths)
        {
            share += length == 0 ? 0 : (1 << HuffmanTable.LongestCode) >> length;
            longest = Math.Max(longest, length);
        }

        return share == 1 << HuffmanTable.LongestCode;
    }

    private static uint Peek(ReadOnlySpan<byte> bytes, int bit, int count)
    {
        int at = bit >> 3;
        uint word = (uint)(bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24));
        return (word >> (bit & 7)) & ((1U << count) - 1);
    }
}
