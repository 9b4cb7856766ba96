using System;
using System.IO;
using System.Runtime.CompilerServices;

namespace VmaTools.Compression;

/// <summary>Decodes Huffman-coded literals, from one stream or from four that are read side by side.</summary>
/// <remarks>
/// The fast path runs while every stream has a whole word to read and stops at a symbol's end; the checked path, which
/// could do it all, does the rest and judges the streams' ends.
/// </remarks>
internal static class HuffmanDecoder
{
    private const int WordSize = 8;

    // What a word is sure to hold after a refill: 57 bits.
    private const int SymbolsPerRefill = 5;

    // The most that a refill moves a stream: 7 bits left over from the one before and 5 codes.
    private const int BytesPerRefill = (7 + (SymbolsPerRefill * LiteralTable.MaxBits)) / 8;

    private const int TableShift = 64 - LiteralTable.MaxBits;

    /// <summary>Decodes one stream that must hold exactly the symbols asked for.</summary>
    public static void DecodeOne(ushort[] table, ReadOnlySpan<byte> stream, Span<byte> literals, bool fast)
    {
        int bits = BackwardBitReader.CountBits(stream);
        int done = 0;
        if (fast && stream.Length >= WordSize)
        {
            done = RunOne(table, stream, ref bits, literals);
        }

        Finish(table, stream, bits, literals.Slice(done));
    }

    /// <summary>Decodes four streams, each a quarter of the literals, the last one what remains.</summary>
    /// <remarks>
    /// <code>
    /// 6 bytes   sizes of the first three streams, 2 bytes each, little-endian
    /// variable  the four streams
    /// </code>
    /// </remarks>
    public static void DecodeFour(ushort[] table, ReadOnlySpan<byte> section, Span<byte> literals, bool fast)
    {
        const int JumpTable = 6;
        int quarter = (literals.Length + 3) / 4;
        if (section.Length < JumpTable || literals.Length < JumpTable)
        {
            throw new InvalidDataException("Literals are too short for four streams.");
        }

        int size1 = section[0] | (section[1] << 8);
        int size2 = section[2] | (section[3] << 8);
        int size3 = section[4] | (section[5] << 8);
        int start4 = JumpTable + size1 + size2 + size3;
        if (start4 > section.Length)
        {
            throw new InvalidDataException("The streams of literals are longer than their section.");
        }

        ReadOnlySpan<byte> stream1 = section.Slice(JumpTable, size1);
        ReadOnlySpan<byte> stream2 = section.Slice(JumpTable + size1, size2);
        ReadOnlySpan<byte> stream3 = section.Slice(JumpTable + size1 + size2, size3);
        ReadOnlySpan<byte> stream4 = section.Slice(start4);
        int bits1 = BackwardBitReader.CountBits(stream1);
        int bits2 = BackwardBitReader.CountBits(stream2);
        int bits3 = BackwardBitReader.CountBits(stream3);
        int bits4 = BackwardBitReader.CountBits(stream4);
        int done = 0;
        if (fast && Math.Min(Math.Min(size1, size2), Math.Min(size3, stream4.Length)) >= WordSize)
        {
            done = RunFour(
                table, stream1, stream2, stream3, stream4, ref bits1, ref bits2, ref bits3, ref bits4, literals, quarter);
        }

        Finish(table, stream1, bits1, literals.Slice(done, quarter - done));
        Finish(table, stream2, bits2, literals.Slice(quarter + done, quarter - done));
        Finish(table, stream3, bits3, literals.Slice((2 * quarter) + done, quarter - done));
        Finish(table, stream4, bits4, literals.Slice((3 * quarter) + done));
    }

    private static void Finish(ushort[] table, ReadOnlySpan<byte> stream, int bits, Span<byte> literals)
    {
        var reader = new BackwardBitReader(stream, bits);
        for (int i = 0; i < literals.Length; i++)
        {
            int entry = table[reader.Peek(LiteralTable.MaxBits)];
            reader.Skip(entry & 0xFF);
            literals[i] = (byte)(entry >> 8);
        }

        if (reader.BitsLeft != 0)
        {
            throw new InvalidDataException("A stream of literals does not end where its symbols do.");
        }
    }

    // A word holds unread bits at its top; below them the lowest bit set marks how many were taken: it starts as bit 0,
    // where a bit of data is never needed, and moves up with every shift.
    private static unsafe ulong Open(byte* at, int bits, int length) =>
        (ZstdBits.Load64(at) | 1) << ((length * 8) - bits);

    private static unsafe int BitsLeft(byte* at, ulong word, byte* start) =>
        ((int)(at - start) * 8) + 64 - ZstdBits.TrailingZeros(word);

#if !NETSTANDARD2_0
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
#endif
    private static unsafe int RunOne(ushort[] entries, ReadOnlySpan<byte> stream, ref int bits, Span<byte> literals)
    {
        fixed (ushort* table = entries)
        fixed (byte* start = stream)
        fixed (byte* target = literals)
        {
            byte* at = start + stream.Length - WordSize;
            byte* output = target;
            ulong word = Open(at, bits, stream.Length);
            while (true)
            {
                long rounds = Math.Min((at - start) / BytesPerRefill, (target + literals.Length - output) / SymbolsPerRefill);
                if (rounds <= 0)
                {
                    break;
                }

                byte* end = output + (rounds * SymbolsPerRefill);
                do
                {
                    int entry = table[word >> TableShift];
                    word <<= entry;
                    output[0] = (byte)(entry >> 8);
                    entry = table[word >> TableShift];
                    word <<= entry;
                    output[1] = (byte)(entry >> 8);
                    entry = table[word >> TableShift];
                    word <<= entry;
                    output[2] = (byte)(entry >> 8);
                    entry = table[word >> TableShift];
                    word <<= entry;
                    output[3] = (byte)(entry >> 8);
                    entry = table[word >> TableShift];
                    word <<= entry;
                    output[4] = (byte)(entry >> 8);

                    int taken = ZstdBits.TrailingZeros(word);
                    at -= taken >> 3;
                    word = (ZstdBits.Load64(at) | 1) << (taken & 7);
                    output += SymbolsPerRefill;
                }
                while (output < end);
            }

            bits = BitsLeft(at, word, start);
            return (int)(output - target);
        }
    }

#if !NETSTANDARD2_0
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
#endif
    private static unsafe int RunFour(
        ushort[] entries,
        ReadOnlySpan<byte> stream1,
        ReadOnlySpan<byte> stream2,
        ReadOnlySpan<byte> stream3,
        ReadOnlySpan<byte> stream4,
        ref int bits1,
        ref int bits2,
        ref int bits3,
        ref int bits4,
        Span<byte> literals,
        int quarter)
    {
        fixed (ushort* table = entries)
        fixed (byte* start1 = stream1, start2 = stream2, start3 = stream3, start4 = stream4)
        fixed (byte* target = literals)
        {
            byte* at1 = start1 + stream1.Length - WordSize;
            byte* at2 = start2 + stream2.Length - WordSize;
            byte* at3 = start3 + stream3.Length - WordSize;
            byte* at4 = start4 + stream4.Length - WordSize;
            ulong word1 = Open(at1, bits1, stream1.Length);
            ulong word2 = Open(at2, bits2, stream2.Length);
            ulong word3 = Open(at3, bits3, stream3.Length);
            ulong word4 = Open(at4, bits4, stream4.Length);
            byte* output = target;
            nint second = quarter;
            nint fourth = 3 * second;
            byte* outputEnd = target + (literals.Length - (3 * quarter));
            while (true)
            {
                // Rounds that no stream can run short in, however long its codes are.
                long rounds = Math.Min(
                    Math.Min(Math.Min(at1 - start1, at2 - start2), Math.Min(at3 - start3, at4 - start4)) / BytesPerRefill,
                    (outputEnd - output) / SymbolsPerRefill);
                if (rounds <= 0)
                {
                    break;
                }

                byte* end = output + (rounds * SymbolsPerRefill);
                do
                {
                    int entry1 = table[word1 >> TableShift];
                    int entry2 = table[word2 >> TableShift];
                    int entry3 = table[word3 >> TableShift];
                    int entry4 = table[word4 >> TableShift];
                    word1 <<= entry1;
                    word2 <<= entry2;
                    word3 <<= entry3;
                    word4 <<= entry4;
                    output[0] = (byte)(entry1 >> 8);
                    output[second] = (byte)(entry2 >> 8);
                    output[2 * second] = (byte)(entry3 >> 8);
                    output[fourth] = (byte)(entry4 >> 8);

                    entry1 = table[word1 >> TableShift];
                    entry2 = table[word2 >> TableShift];
                    entry3 = table[word3 >> TableShift];
                    entry4 = table[word4 >> TableShift];
                    word1 <<= entry1;
                    word2 <<= entry2;
                    word3 <<= entry3;
                    word4 <<= entry4;
                    output[1] = (byte)(entry1 >> 8);
                    output[second + 1] = (byte)(entry2 >> 8);
                    output[(2 * second) + 1] = (byte)(entry3 >> 8);
                    output[fourth + 1] = (byte)(entry4 >> 8);

                    entry1 = table[word1 >> TableShift];
                    entry2 = table[word2 >> TableShift];
                    entry3 = table[word3 >> TableShift];
                    entry4 = table[word4 >> TableShift];
                    word1 <<= entry1;
                    word2 <<= entry2;
                    word3 <<= entry3;
                    word4 <<= entry4;
                    output[2] = (byte)(entry1 >> 8);
                    output[second + 2] = (byte)(entry2 >> 8);
                    output[(2 * second) + 2] = (byte)(entry3 >> 8);
                    output[fourth + 2] = (byte)(entry4 >> 8);

                    entry1 = table[word1 >> TableShift];
                    entry2 = table[word2 >> TableShift];
                    entry3 = table[word3 >> TableShift];
                    entry4 = table[word4 >> TableShift];
                    word1 <<= entry1;
                    word2 <<= entry2;
                    word3 <<= entry3;
                    word4 <<= entry4;
                    output[3] = (byte)(entry1 >> 8);
                    output[second + 3] = (byte)(entry2 >> 8);
                    output[(2 * second) + 3] = (byte)(entry3 >> 8);
                    output[fourth + 3] = (byte)(entry4 >> 8);

                    entry1 = table[word1 >> TableShift];
                    entry2 = table[word2 >> TableShift];
                    entry3 = table[word3 >> TableShift];
                    entry4 = table[word4 >> TableShift];
                    word1 <<= entry1;
                    word2 <<= entry2;
                    word3 <<= entry3;
                    word4 <<= entry4;
                    output[4] = (byte)(entry1 >> 8);
                    output[second + 4] = (byte)(entry2 >> 8);
                    output[(2 * second) + 4] = (byte)(entry3 >> 8);
                    output[fourth + 4] = (byte)(entry4 >> 8);

                    int taken1 = ZstdBits.TrailingZeros(word1);
                    int taken2 = ZstdBits.TrailingZeros(word2);
                    int taken3 = ZstdBits.TrailingZeros(word3);
                    int taken4 = ZstdBits.TrailingZeros(word4);
                    at1 -= taken1 >> 3;
                    at2 -= taken2 >> 3;
                    at3 -= taken3 >> 3;
                    at4 -= taken4 >> 3;
                    word1 = (ZstdBits.Load64(at1) | 1) << (taken1 & 7);
                    word2 = (ZstdBits.Load64(at2) | 1) << (taken2 & 7);
                    word3 = (ZstdBits.Load64(at3) | 1) << (taken3 & 7);
                    word4 = (ZstdBits.Load64(at4) | 1) << (taken4 & 7);
                    output += SymbolsPerRefill;
                }
                while (output < end);
            }

            bits1 = BitsLeft(at1, word1, start1);
            bits2 = BitsLeft(at2, word2, start2);
            bits3 = BitsLeft(at3, word3, start3);
            bits4 = BitsLeft(at4, word4, start4);
            return (int)(output - target);
        }
    }
}
