using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
#if !NETSTANDARD2_0
using System.Numerics;
using System.Runtime.Intrinsics.X86;
#endif

namespace VmaTools.Compression;

/// <summary>The few operations on bits and unaligned words that Zstandard decoding is made of.</summary>
internal static class ZstdBits
{
    /// <summary>Position of the highest set bit; <paramref name="value"/> must not be 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Log2(uint value)
    {
#if NETSTANDARD2_0
        int log = 0;
        for (; value > 1; value >>= 1)
        {
            log++;
        }

        return log;
#else
        return BitOperations.Log2(value);
#endif
    }

    /// <summary>Number of clear bits below the lowest set one; <paramref name="value"/> must not be 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int TrailingZeros(ulong value)
    {
#if NETSTANDARD2_0
        // Multiplying a de Bruijn sequence by the lowest bit shifts a pattern to the top that is unique to the shift.
        return DeBruijnShifts[(int)(unchecked((value & (0 - value)) * DeBruijn) >> 58)];
#else
        return BitOperations.TrailingZeroCount(value);
#endif
    }

    /// <summary>The lowest <paramref name="count"/> bits, 0 to 63.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Low(ulong value, int count)
    {
#if !NETSTANDARD2_0
        if (Bmi2.X64.IsSupported)
        {
            return Bmi2.X64.ZeroHighBits(value, (ulong)count);
        }
#endif
        return value & ((1UL << count) - 1);
    }

    /// <summary>Eight bytes at any address, the first one lowest; for little-endian machines alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe ulong Load64(byte* at) => Unsafe.ReadUnaligned<ulong>(at);

    /// <summary>Up to eight bytes from <paramref name="offset"/> on, the first one lowest, zeros past the end.</summary>
    public static ulong LoadUpTo64(ReadOnlySpan<byte> bytes, int offset)
    {
        if (bytes.Length - offset >= 8)
        {
            return BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice(offset));
        }

        ulong value = 0;
        for (int i = bytes.Length - 1; i >= offset; i--)
        {
            value = (value << 8) | bytes[i];
        }

        return value;
    }

#if NETSTANDARD2_0
    private const ulong DeBruijn = 0x03F79D71B4CB0A89;

    private static readonly byte[] DeBruijnShifts = MakeDeBruijnShifts();

    private static byte[] MakeDeBruijnShifts()
    {
        byte[] shifts = new byte[64];
        for (int i = 0; i < 64; i++)
        {
            shifts[(int)(unchecked(DeBruijn << i) >> 58)] = (byte)i;
        }

        return shifts;
    }
#endif
}
