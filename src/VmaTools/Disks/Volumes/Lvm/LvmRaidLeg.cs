using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.Volumes.Lvm;

/// <summary>What the metadata volume of one leg of a RAID of LVM says.</summary>
/// <remarks>
/// <code>
/// little-endian: 0 "DmRd"   4 compatible features u32 (1: what stands from 60 on counts)   8 legs u32   12 own place u32
///  16 events u64   24 legs that failed u64, bit by bit   32 rebuilt so far u64   40 in sync so far u64   60 flags u32 (1 reshaping)
///  96 sectors before the data u64
/// </code>
/// </remarks>
/// <param name="Events">Counts the changes of the state: who has less is out of date.</param>
/// <param name="Failed">The legs that had failed, bit by bit.</param>
/// <param name="IsRebuilding">True where the leg holds only a part of its data.</param>
/// <param name="IsInSync">True where all legs hold what they should.</param>
/// <param name="IsReshaped">True where the data do not begin at the start of the leg, or are being moved.</param>
internal sealed record LvmRaidLeg(ulong Events, ulong Failed, bool IsRebuilding, bool IsInSync, bool IsReshaped)
{
    private const int Size = 104;

    /// <summary>What the leg says, or null where it says nothing that can be read.</summary>
    public static LvmRaidLeg? Read(DiskBytes metadata)
    {
        try
        {
            byte[] block = metadata.Read(0, Size);
            if (!block.AsSpan().StartsWith("DmRd"u8))
            {
                return null;
            }

            bool hasMore = (LittleEndian.U32(block, 4) & 1) != 0;
            return new LvmRaidLeg(
                LittleEndian.U64(block, 16),
                LittleEndian.U64(block, 24),
                LittleEndian.U64(block, 32) != ulong.MaxValue,
                LittleEndian.U64(block, 40) == ulong.MaxValue,
                hasMore && ((LittleEndian.U32(block, 60) & 1) != 0 || LittleEndian.U64(block, 96) != 0));
        }
        catch (VmaException)
        {
            // The leg is not there, or what it says is lost.
            return null;
        }
    }
}
