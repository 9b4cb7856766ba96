using System;
#if !NETSTANDARD2_0
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace VmaTools.Bytes;

/// <summary>Adler-32: the sum of the bytes and the sum of those sums, both modulo 65521.</summary>
internal static class Adler32
{
    /// <summary>The checksum of no bytes.</summary>
    public const uint Initial = 1;

    private const uint Modulus = 65521;

    // The most bytes (a multiple of 32) after which the second sum, starting below the modulus, still fits 32 bits.
    private const int BetweenReductions = 5536;

    /// <summary>The checksum of the bytes behind <paramref name="adler"/> followed by <paramref name="data"/>.</summary>
    public static uint Append(uint adler, ReadOnlySpan<byte> data)
    {
        uint sum = adler & 0xFFFF;
        uint sums = adler >> 16;
        while (!data.IsEmpty)
        {
            ReadOnlySpan<byte> part = data.Slice(0, Math.Min(data.Length, BetweenReductions));
            data = data.Slice(part.Length);
#if !NETSTANDARD2_0
            if (Avx2.IsSupported)
            {
                int vectored = part.Length & ~(Vector256<byte>.Count - 1);
                AppendVectors(ref sum, ref sums, part.Slice(0, vectored));
                part = part.Slice(vectored);
            }
#endif
            AppendScalars(ref sum, ref sums, part);
            sum %= Modulus;
            sums %= Modulus;
        }

        return (sums << 16) | sum;
    }

    private static void AppendScalars(ref uint sum, ref uint sums, ReadOnlySpan<byte> data)
    {
        uint s1 = sum;
        uint s2 = sums;
        while (data.Length >= 8)
        {
            // Eight bytes at once: each counts in the second sum as often as it and those after it are.
            s2 += (8 * s1) + (8u * data[0]) + (7u * data[1]) + (6u * data[2]) + (5u * data[3])
                + (4u * data[4]) + (3u * data[5]) + (2u * data[6]) + data[7];
            s1 += (uint)data[0] + data[1] + data[2] + data[3] + data[4] + data[5] + data[6] + data[7];
            data = data.Slice(8);
        }

        foreach (byte value in data)
        {
            s1 += value;
            s2 += s1;
        }

        sum = s1;
        sums = s2;
    }

#if !NETSTANDARD2_0
    private static void AppendVectors(ref uint sum, ref uint sums, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<Vector256<byte>> vectors = MemoryMarshal.Cast<byte, Vector256<byte>>(data);
        Vector256<sbyte> weights = Vector256.Create(
            32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
        Vector256<short> ones = Vector256.Create((short)1);

        // Sums of bytes, of bytes weighted within their vector, and of the byte sums before each vector.
        Vector256<uint> bytes = Vector256<uint>.Zero;
        Vector256<int> weighted = Vector256<int>.Zero;
        Vector256<uint> before = Vector256<uint>.Zero;
        foreach (Vector256<byte> vector in vectors)
        {
            before += bytes;
            bytes += Avx2.SumAbsoluteDifferences(vector, Vector256<byte>.Zero).AsUInt32();
            weighted += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(vector, weights), ones);
        }

        sums += (sum * (uint)data.Length) + (Vector256.Sum(before) * 32) + (uint)Vector256.Sum(weighted);
        sum += Vector256.Sum(bytes);
    }
#endif
}
