using System;

namespace VmaTools.Bytes;

/// <summary>CRC-32C (Castagnoli), which guards the headers and tables of a VHDX.</summary>
internal static class Crc32C
{
    /// <summary>The polynomial 0x1EDC6F41 with its bits in reverse.</summary>
    private const uint Polynomial = 0x82F63B78;

    private static readonly uint[] Table = MakeTable();

    public static uint Compute(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc = Table[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint remainder = i;
            for (int bit = 0; bit < 8; bit++)
            {
                remainder = (remainder & 1) != 0 ? (remainder >> 1) ^ Polynomial : remainder >> 1;
            }

            table[i] = remainder;
        }

        return table;
    }
}
