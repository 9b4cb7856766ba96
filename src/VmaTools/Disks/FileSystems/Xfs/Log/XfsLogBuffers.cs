using System;
using System.Buffers.Binary;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs.Log;

/// <summary>Changes of blocks: pieces of 128 bytes, as a map of bits says.</summary>
internal static class XfsLogBuffers
{
    private const int MapOffset = 20;
    private const int PieceSize = 128;
    private const int InodesFlag = 1 << 0;
    private const int CancelFlag = 1 << 1;
    private const int QuotaFlags = (1 << 2) | (1 << 3) | (1 << 4);

    /// <summary>Where the buffer of a change begins, in units of 512 bytes, and how many of these it has.</summary>
    public static (long Place, int Count) PlaceOf(XfsLogItem item)
    {
        ReadOnlySpan<byte> description = item.DescriptionOf(MapOffset);
        return (BinaryPrimitives.ReadInt64LittleEndian(description.Slice(8)), BinaryPrimitives.ReadUInt16LittleEndian(description.Slice(6)));
    }

    /// <summary>True where the buffer was given up: what earlier transactions wrote there does not count.</summary>
    public static bool IsCancel(XfsLogItem item) => (FlagsOf(item) & CancelFlag) != 0;

    /// <summary>
    /// True where the change is about what is shown nowhere: the list of inodes without a name, which is in their buffers, and quotas.
    /// </summary>
    public static bool IsPassedOver(XfsLogItem item) => (FlagsOf(item) & (InodesFlag | QuotaFlags)) != 0;

    /// <summary>Makes a change, unless what is on the volume is newer.</summary>
    /// <exception cref="VmaFileSystemException">It contradicts itself.</exception>
    public static void Apply(XfsLogSectors sectors, XfsSuperblock superblock, XfsLogItem item, ulong sequence)
    {
        (long place, int count) = PlaceOf(item);
        long offset = place * XfsLog.BlockSize;
        int length = count * XfsLog.BlockSize;
        if (place < 0 || place > sectors.Length / XfsLog.BlockSize || length == 0 || length > sectors.Length - offset)
        {
            throw XfsVolume.Damaged("The log changes what lies beyond the end of the volume.", offset);
        }

        if (superblock.Features.HasChecksums && XfsLogStructure.SequenceOf(sectors.Read(offset, XfsLog.BlockSize), superblock) >= sequence)
        {
            return;
        }

        ReadOnlySpan<byte> map = item.Description.Slice(MapOffset);
        int bits = Math.Min(map.Length, 4 * (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(item.Description.Slice(16)), 1024)) * 8;
        int region = 1;
        for (int bit = 0; bit < bits;)
        {
            if (!IsSet(map, bit))
            {
                bit++;
                continue;
            }

            int end = bit;
            while (end < bits && IsSet(map, end))
            {
                end++;
            }

            // Pieces that lie together can come in several regions.
            ReadOnlySpan<byte> bytes = item[region++];
            int pieces = Math.Min(end - bit, bytes.Length / PieceSize);
            if (pieces == 0 || (bit + pieces) * PieceSize > length)
            {
                throw XfsVolume.Damaged("A change of a block in the log is larger than the block.", offset);
            }

            sectors.Write(offset + (bit * PieceSize), bytes.Slice(0, pieces * PieceSize));
            bit += pieces;
        }

        sectors.Note(offset, length);
    }

    // The map is one of words of 32 bits, the lowest bit first; in bytes that is the same.
    private static bool IsSet(ReadOnlySpan<byte> map, int bit) => (map[bit / 8] >> (bit % 8) & 1) != 0;

    private static int FlagsOf(XfsLogItem item) => BinaryPrimitives.ReadUInt16LittleEndian(item.DescriptionOf(MapOffset).Slice(4));
}
