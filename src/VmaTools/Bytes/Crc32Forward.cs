using System;
using System.Buffers.Binary;

namespace VmaTools.Bytes;

/// <summary>CRC-32 as bzip2 uses it: polynomial 0x04C11DB7, the highest bit first, inverted before and after.</summary>
internal static class Crc32Forward
{
    /// <summary>The checksum of no bytes.</summary>
    public const uint Initial = 0;

    private const uint Polynomial = 0x04C11DB7;

    // Eight tables of 256: table t holds the effect of a byte that t further bytes follow.
    private static readonly uint[] Tables = MakeTables();

    /// <summary>The checksum of the bytes behind <paramref name="crc"/> followed by <paramref name="data"/>.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        uint[] tables = Tables;
        uint register = ~crc;
        while (data.Length >= 8)
        {
            uint high = BinaryPrimitives.ReadUInt32BigEndian(data) ^ register;
            uint low = BinaryPrimitives.ReadUInt32BigEndian(data.Slice(4));
            register = tables[(7 * 256) + (int)(high >> 24)]
                ^ tables[(6 * 256) + (byte)(high >> 16)]
                ^ tables[(5 * 256) + (byte)(high >> 8)]
                ^ tables[(4 * 256) + (byte)high]
                ^ tables[(3 * 256) + (int)(low >> 24)]
                ^ tables[(2 * 256) + (byte)(low >> 16)]
                ^ tables[(1 * 256) + (byte)(low >> 8)]
                ^ tables[(byte)low];
            data = data.Slice(8);
        }

        foreach (byte value in data)
        {
            register = (register << 8) ^ tables[(byte)(register >> 24) ^ value];
        }

        return ~register;
    }

    private static uint[] MakeTables()
    {
        uint[] tables = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint register = i << 24;
            for (int bit = 0; bit < 8; bit++)
            {
                register = (register << 1) ^ (Polynomial & (0 - (register >> 31)));
            }

            tables[i] = register;
        }

        for (int i = 256; i < tables.Length; i++)
        {
            uint before = tables[i - 256];
            tables[i] = (before << 8) ^ tables[before >> 24];
        }

        return tables;
    }
}
