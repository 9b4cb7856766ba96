using System;
using System.Runtime.InteropServices;
#if !NETSTANDARD2_0
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace VmaTools.Bytes;

/// <summary>CRC-32 as gzip and lzop use it: polynomial 0x04C11DB7, bits reflected, inverted before and after.</summary>
internal static class Crc32
{
    /// <summary>The checksum of no bytes.</summary>
    public const uint Initial = 0;

    private const uint ReflectedPolynomial = 0xEDB88320;

    private static readonly CrcTables Tables = new(ReflectedPolynomial);

    /// <summary>The checksum of the bytes behind <paramref name="crc"/> followed by <paramref name="data"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        uint register = ~crc;
#if !NETSTANDARD2_0
        if (Pclmulqdq.IsSupported && data.Length >= FoldedAtOnce)
        {
            int folded = data.Length & ~(Vector128<byte>.Count - 1);
            register = Fold(register, data.Slice(0, folded));
            data = data.Slice(folded);
        }
#endif
        return ~AppendByTables(register, data);
    }

    /// <summary>The same for one more byte.</summary>
    public static uint Append(uint crc, byte value) => ~Tables.Update(~crc, value);

    /// <summary>The plain way, on any processor; takes and gives the register, not the inverted checksum.</summary>
    internal static uint AppendByTables(uint register, ReadOnlySpan<byte> data) => Tables.Update(register, data);

#if !NETSTANDARD2_0
    private const int FoldedAtOnce = 4 * 16;

    // What 128 bits of data become when they move on by 64 or by 16 bytes: one factor for each of their halves.
    private static readonly Vector128<ulong> FoldBy64Bytes = FoldFactors(64 * 8);
    private static readonly Vector128<ulong> FoldBy16Bytes = FoldFactors(16 * 8);

    /// <summary>
    /// The carry-less way: four lanes of 128 bits run over the data, each replaced by its remainder moved on by 64 bytes,
    /// then become one lane, whose 16 bytes have the same checksum as all that went into it.
    /// </summary>
    private static uint Fold(uint register, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<Vector128<ulong>> lanes = MemoryMarshal.Cast<byte, Vector128<ulong>>(data);
        Vector128<ulong> lane0 = lanes[0] ^ Vector128.CreateScalar((ulong)register);
        Vector128<ulong> lane1 = lanes[1];
        Vector128<ulong> lane2 = lanes[2];
        Vector128<ulong> lane3 = lanes[3];
        lanes = lanes.Slice(4);
        while (lanes.Length >= 4)
        {
            lane0 = MoveOn(lane0, FoldBy64Bytes) ^ lanes[0];
            lane1 = MoveOn(lane1, FoldBy64Bytes) ^ lanes[1];
            lane2 = MoveOn(lane2, FoldBy64Bytes) ^ lanes[2];
            lane3 = MoveOn(lane3, FoldBy64Bytes) ^ lanes[3];
            lanes = lanes.Slice(4);
        }

        lane1 ^= MoveOn(lane0, FoldBy16Bytes);
        lane2 ^= MoveOn(lane1, FoldBy16Bytes);
        lane3 ^= MoveOn(lane2, FoldBy16Bytes);
        foreach (Vector128<ulong> lane in lanes)
        {
            lane3 = MoveOn(lane3, FoldBy16Bytes) ^ lane;
        }

        Span<byte> rest = stackalloc byte[16];
        lane3.AsByte().CopyTo(rest);
        return AppendByTables(0, rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> MoveOn(Vector128<ulong> lane, Vector128<ulong> factors) =>
        Pclmulqdq.CarrylessMultiply(lane, factors, 0x00) ^ Pclmulqdq.CarrylessMultiply(lane, factors, 0x11);

    // The product of two reflected numbers comes out one bit too low, hence the shift; and the lower 64 bits are the
    // earlier ones of a lane, hence 64 bits further to move. The 32 are those that the checksum itself is wide.
    private static Vector128<ulong> FoldFactors(int bits) =>
        Vector128.Create((ulong)PowerOfX(bits + 32) << 1, (ulong)PowerOfX(bits - 32) << 1);

    /// <summary>x to the <paramref name="power"/> modulo the polynomial, reflected.</summary>
    private static uint PowerOfX(int power)
    {
        uint value = 0x80000000;
        for (int i = 0; i < power; i++)
        {
            value = (value >> 1) ^ (ReflectedPolynomial & (0 - (value & 1)));
        }

        return value;
    }
#endif
}
