using System;
using System.Buffers.Binary;

namespace VmaTools.Disks.FileSystems.Ext.Journal;

/// <summary>The first kind of checksum in a journal: a CRC-32, highest bit first, of all descriptors and data of a transaction.</summary>
internal sealed class TransactionChecksum
{
    private const uint Polynomial = 0x04C11DB7;
    private const byte Crc32Type = 1;
    private const byte Crc32Size = 4;

    private static readonly uint[] Table = MakeTable();

    private uint _register = uint.MaxValue;

    public void Append(ReadOnlySpan<byte> block)
    {
        uint register = _register;
        foreach (byte value in block)
        {
            register = (register << 8) ^ Table[(register >> 24) ^ value];
        }

        _register = register;
    }

    /// <summary>Whether a commit carries this checksum, or none at all.</summary>
    public bool IsRight(ReadOnlySpan<byte> commit)
    {
        uint stored = BinaryPrimitives.ReadUInt32BigEndian(commit.Slice(16));
        return (commit[12] == Crc32Type && commit[13] == Crc32Size && stored == _register)
            || (commit[12] == 0 && commit[13] == 0 && stored == 0);
    }

    private static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint register = i << 24;
            for (int bit = 0; bit < 8; bit++)
            {
                register = (register << 1) ^ (Polynomial & (0 - (register >> 31)));
            }

            table[i] = register;
        }

        return table;
    }
}
