using System;

namespace VmaTools.Disks.Volumes.Raid;

/// <summary>Bytes as the field in which RAID 6 computes its second parity: of 2^8 elements, modulo x^8 + x^4 + x^3 + x^2 + 1.</summary>
internal static class GaloisField
{
    private const int Polynomial = 0x11D;
    private const int Order = 255;

    private static readonly byte[] Powers = MakePowers();
    private static readonly byte[] Logarithms = MakeLogarithms();

    /// <summary>2 to a power, which may be negative.</summary>
    public static byte Power(int exponent) => Powers[((exponent % Order) + Order) % Order];

    /// <summary>One divided by an element other than 0.</summary>
    public static byte Inverse(byte value) => Powers[(Order - Logarithms[value]) % Order];

    public static byte Multiply(byte left, byte right) => left == 0 || right == 0 ? (byte)0 : Powers[(Logarithms[left] + Logarithms[right]) % Order];

    /// <summary>Adds a multiple of some bytes to others.</summary>
    public static void AddMultiple(ReadOnlySpan<byte> bytes, byte factor, Span<byte> to)
    {
        if (factor == 1)
        {
            for (int i = 0; i < to.Length; i++)
            {
                to[i] ^= bytes[i];
            }

            return;
        }

        Span<byte> table = stackalloc byte[256];
        for (int i = 1; i < table.Length; i++)
        {
            table[i] = Multiply((byte)i, factor);
        }

        for (int i = 0; i < to.Length; i++)
        {
            to[i] ^= table[bytes[i]];
        }
    }

    private static byte[] MakePowers()
    {
        byte[] powers = new byte[Order];
        int value = 1;
        for (int i = 0; i < Order; i++)
        {
            powers[i] = (byte)value;
            value <<= 1;
            value ^= value > 0xFF ? Polynomial : 0;
        }

        return powers;
    }

    private static byte[] MakeLogarithms()
    {
        byte[] logarithms = new byte[Order + 1];
        for (int i = 0; i < Order; i++)
        {
            logarithms[Powers[i]] = (byte)i;
        }

        return logarithms;
    }
}
