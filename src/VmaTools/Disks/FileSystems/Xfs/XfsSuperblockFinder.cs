using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>
/// Finds the superblock in force: the first, or where that is damaged the copy of another allocation group, whose place the
/// other headers of the first group tell, or the sizes that are usual.
/// </summary>
internal static class XfsSuperblockFinder
{
    private const int MaxSectorSize = 32 * 1024;
    private const uint FreeSpaceMagic = 0x58414746;
    private const uint InodesMagic = 0x58414749;

    /// <summary>The superblock in force on a volume that begins as the file system does.</summary>
    /// <param name="volume">The volume.</param>
    /// <param name="fault">Why the first one is not used; null where it is.</param>
    /// <returns>Null where the volume begins with something else.</returns>
    /// <exception cref="VmaFileSystemException">No superblock is usable.</exception>
    public static XfsSuperblock? Find(DiskBytes volume, out string? fault)
    {
        byte[] head = ReadHead(volume, 0);
        XfsSuperblock? first = XfsSuperblock.Parse(head, out fault);
        if (first is { IsInProgress: true })
        {
            throw new VmaFileSystemException(VmaCodes.FileSystemDamaged, "Making the XFS file system was never finished.", volumeOffset: 0);
        }

        if (first is not null || fault is null)
        {
            return first;
        }

        return FindCopy(volume, head) ?? throw new VmaFileSystemException(
            VmaCodes.FileSystemDamaged, $"The superblock of an XFS file system is damaged ({fault}), and no copy was found.", volumeOffset: 0);
    }

    /// <summary>A copy of the superblock, where the first one is not there; null for none.</summary>
    public static XfsSuperblock? FindCopy(DiskBytes volume) => FindCopy(volume, ReadHead(volume, 0));

    private static XfsSuperblock? FindCopy(DiskBytes volume, byte[] head)
    {
        XfsSuperblock? found = null;
        foreach (long distance in Distances(head, volume.Length))
        {
            if (FindCopy(volume, distance) is XfsSuperblock copy)
            {
                if (copy.HasRootInode)
                {
                    return copy;
                }

                found ??= copy;
            }
        }

        return found;
    }

    private static byte[] ReadHead(DiskBytes volume, long offset)
    {
        // Where a part is lost, the first sector may still be there.
        for (int size = MaxSectorSize; size >= XfsSuperblock.Size; size /= 8)
        {
            try
            {
                return volume.Read(offset, (int)Math.Min(size, Math.Max(0, volume.Length - offset)));
            }
            catch (VmaException)
            {
            }
        }

        return [];
    }

    /// <summary>How many bytes may lie between one group and the next, the likeliest first.</summary>
    private static IEnumerable<long> Distances(byte[] head, long length)
    {
        HashSet<long> given = [];
        foreach (long distance in AllDistances(head, length))
        {
            if (distance >= MaxSectorSize && distance < length && given.Add(distance))
            {
                yield return distance;
            }
        }
    }

    private static IEnumerable<long> AllDistances(byte[] head, long length)
    {
        if (head.Length >= XfsSuperblock.Size && BigEndian.U32(head, 0) == XfsSuperblock.Magic)
        {
            yield return (long)BigEndian.U32(head, 4) * BigEndian.U32(head, 84);
        }

        // The headers behind the superblock tell how many blocks their group has.
        for (int sector = 512; sector <= MaxSectorSize; sector *= 2)
        {
            foreach (int offset in new[] { sector, 2 * sector })
            {
                if (offset + 16 <= head.Length && BigEndian.U32(head, offset) is FreeSpaceMagic or InodesMagic)
                {
                    for (int blockLog = 9; blockLog <= 16; blockLog++)
                    {
                        yield return (long)BigEndian.U32(head, offset + 12) << blockLog;
                    }
                }
            }
        }

        // Four groups are usual up to 4 TiB, then groups of 1 TiB.
        for (int blockLog = 12; blockLog >= 9; blockLog--)
        {
            long blocks = length >> blockLog;
            yield return (blocks + 3) / 4 << blockLog;
        }

        yield return 1L << 40;
    }

    /// <summary>A copy at a distance, one that knows the root directory before others: not every copy does.</summary>
    private static XfsSuperblock? FindCopy(DiskBytes volume, long distance)
    {
        XfsSuperblock? first = null;
        for (long group = 1; group <= 4 && (first is null || group < first.GroupCount); group++)
        {
            if (group <= (volume.Length - XfsSuperblock.Size) / distance && ReadCopy(volume, group * distance) is XfsSuperblock copy)
            {
                first ??= copy;
                if (copy.HasRootInode)
                {
                    return copy;
                }
            }
        }

        if (first is null)
        {
            return null;
        }

        foreach (long group in new long[] { first.GroupCount - 1, first.GroupCount / 2 })
        {
            if (ReadCopy(volume, group * distance) is { HasRootInode: true } copy)
            {
                return copy;
            }
        }

        return first;

        XfsSuperblock? ReadCopy(DiskBytes volume, long offset) =>
            XfsSuperblock.Parse(ReadHead(volume, offset), out _) is XfsSuperblock copy
            && (long)copy.GroupBlocks << copy.BlockLog == distance ? copy : null;
    }
}
