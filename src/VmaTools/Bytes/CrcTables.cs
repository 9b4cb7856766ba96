using System;
using System.Buffers.Binary;

namespace VmaTools.Bytes;

/// <summary>A reflected CRC of up to 32 bits the plain way, on any processor: eight bytes at a time by tables.</summary>
internal sealed class CrcTables
{
    // Eight tables of 256: table t holds the effect of a byte that t further bytes follow.
    private readonly uint[] _tables = new uint[8 * 256];

    /// <param name="reflectedPolynomial">The polynomial with its bits in reverse.</param>
    public CrcTables(uint reflectedPolynomial)
    {
        for (uint i = 0; i < 256; i++)
        {
            uint register = i;
            for (int bit = 0; bit < 8; bit++)
            {
                register = (register >> 1) ^ (reflectedPolynomial & (0 - (register & 1)));
            }

            _tables[i] = register;
        }

        for (int i = 256; i < _tables.Length; i++)
        {
            uint before = _tables[i - 256];
            _tables[i] = (before >> 8) ^ _tables[(byte)before];
        }
    }

    /// <summary>The register behind the data; neither what goes in nor what comes out is inverted.</summary>
    public uint Update(uint register, ReadOnlySpan<byte> data)
    {
        uint[] tables = _tables;
        while (data.Length >= 8)
        {
            uint low = BinaryPrimitives.ReadUInt32LittleEndian(data) ^ register;
            uint high = BinaryPrimitives.ReadUInt32LittleEndian(data.Slice(4));
            register = tables[(7 * 256) + (byte)low]
                ^ tables[(6 * 256) + (byte)(low >> 8)]
                ^ tables[(5 * 256) + (byte)(low >> 16)]
                ^ tables[(4 * 256) + (int)(low >> 24)]
                ^ tables[(3 * 256) + (byte)high]
                ^ tables[(2 * 256) + (byte)(high >> 8)]
                ^ tables[(1 * 256) + (byte)(high >> 16)]
                ^ tables[(int)(high >> 24)];
            data = data.Slice(8);
        }

        foreach (byte value in data)
        {
            register = (register >> 8) ^ tables[(byte)(register ^ value)];
        }

        return register;
    }

    /// <summary>The same for one more byte.</summary>
    public uint Update(uint register, byte value) => (register >> 8) ^ _tables[(byte)(register ^ value)];
}
