using System;

namespace VmaTools.Images;

/// <summary>Adler-32, which ends a zlib stream.</summary>
internal static class Adler32
{
    private const uint Modulus = 65521;

    /// <summary>So many bytes can be added up before the second sum could overflow 32 bits.</summary>
    private const int MaxUnreduced = 5552;

    public static uint Compute(ReadOnlySpan<byte> data)
    {
        uint low = 1;
        uint high = 0;
        while (!data.IsEmpty)
        {
            int length = Math.Min(MaxUnreduced, data.Length);
            foreach (byte value in data.Slice(0, length))
            {
                low += value;
                high += low;
            }

            low %= Modulus;
            high %= Modulus;
            data = data.Slice(length);
        }

        return (high << 16) | low;
    }
}
