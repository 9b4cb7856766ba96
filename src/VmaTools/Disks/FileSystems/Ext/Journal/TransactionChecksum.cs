using System;
using System.Buffers.Binary;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ext.Journal;

/// <summary>The first kind of checksum in a journal: a CRC-32, highest bit first and not inverted at the end, of all descriptors and data of a transaction.</summary>
internal sealed class TransactionChecksum
{
    private const byte Crc32Type = 1;
    private const byte Crc32Size = 4;

    private uint _checksum = Crc32Forward.Initial;

    public void Append(ReadOnlySpan<byte> block) => _checksum = Crc32Forward.Append(_checksum, block);

    /// <summary>Whether a commit carries this checksum, or none at all.</summary>
    public bool IsRight(ReadOnlySpan<byte> commit)
    {
        uint stored = BinaryPrimitives.ReadUInt32BigEndian(commit.Slice(16));
        return (commit[12] == Crc32Type && commit[13] == Crc32Size && stored == ~_checksum)
            || (commit[12] == 0 && commit[13] == 0 && stored == 0);
    }
}
