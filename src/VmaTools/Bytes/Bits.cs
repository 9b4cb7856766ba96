namespace VmaTools.Bytes;

/// <summary>Counting bits on every framework.</summary>
internal static class Bits
{
    public static int Count(ulong value)
    {
#if NETSTANDARD2_0
        value -= (value >> 1) & 0x5555555555555555;
        value = (value & 0x3333333333333333) + ((value >> 2) & 0x3333333333333333);
        value = (value + (value >> 4)) & 0x0f0f0f0f0f0f0f0f;
        return (int)((value * 0x0101010101010101) >> 56);
#else
        return System.Numerics.BitOperations.PopCount(value);
#endif
    }

    /// <summary>Number of zero bits below the lowest set one; 64 for 0.</summary>
    public static int TrailingZeros(ulong value)
    {
#if NETSTANDARD2_0
        return value == 0 ? 64 : Count((value & (0 - value)) - 1);
#else
        return System.Numerics.BitOperations.TrailingZeroCount(value);
#endif
    }
}
