using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>Counts the free blocks that the allocation groups tell: the superblock's own count is brought up to date at unmounting only.</summary>
internal static class XfsFreeSpace
{
    private const uint Magic = 0x58414746;
    private const int ChecksumOffset = 216;
    private const int MaxGroups = 100_000;

    /// <summary>Free bytes; the superblock's count where the groups cannot be read.</summary>
    public static long? Count(XfsVolume volume)
    {
        XfsSuperblock superblock = volume.Superblock;
        ulong free = superblock.FreeBlocks;
        if (superblock.Features.HasLazyCounts && superblock.GroupCount <= MaxGroups && CountGroups(volume) is ulong counted)
        {
            free = counted;
        }

        return free <= superblock.BlockCount ? (long)(free << superblock.BlockLog) : null;
    }

    private static ulong? CountGroups(XfsVolume volume)
    {
        XfsSuperblock superblock = volume.Superblock;
        ulong free = 0;
        for (uint group = 0; group < superblock.GroupCount; group++)
        {
            try
            {
                long offset = ((long)((ulong)group * superblock.GroupBlocks) << superblock.BlockLog) + superblock.SectorSize;
                byte[] header = volume.Metadata.Read(offset, superblock.SectorSize);
                if (BigEndian.U32(header, 0) != Magic || (volume.HasChecksums && !XfsHeader.IsChecksumRight(header, ChecksumOffset)))
                {
                    return null;
                }

                // Free extents, the list of blocks kept for the trees, and what the trees over free extents themselves take.
                free += (ulong)BigEndian.U32(header, 52) + BigEndian.U32(header, 48) + BigEndian.U32(header, 60);
            }
            catch (VmaException)
            {
                return null;
            }
        }

        return free;
    }
}
