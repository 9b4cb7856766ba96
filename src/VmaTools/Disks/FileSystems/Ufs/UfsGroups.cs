using System;

namespace VmaTools.Disks.FileSystems.Ufs;

/// <summary>The headers of cylinder groups, with their counts and the map of their free fragments: a bit is 1 for free.</summary>
/// <remarks>4 magic   12 number of the group u32   28 free blocks, 36 free fragments i32   96 where the map is u32   132 check hash</remarks>
internal sealed class UfsGroups(UfsVolume volume)
{
    private const uint Magic = 0x00090255;
    private const int HashAt = 132;
    private const int MaxCounted = 1 << 16;

    private UfsSuperblock Superblock => volume.Superblock;

    /// <summary>Bytes that are free by the headers of all groups; null where one is damaged, or there are very many.</summary>
    public long? CountFree()
    {
        long free = 0;
        for (long group = 0; group < Superblock.GroupCount; group++)
        {
            try
            {
                UfsFields header = ReadHeader(group);
                free += ((long)header.U32(28) * Superblock.BlockSize) + ((long)header.U32(36) * Superblock.FragmentSize);
            }
            catch (VmaException)
            {
                return null;
            }

            if (group == MaxCounted)
            {
                return null;
            }
        }

        return Math.Min(free, Superblock.FragmentCount * Superblock.FragmentSize);
    }

    /// <summary>The map of a group's free fragments, from its first on.</summary>
    /// <exception cref="VmaFileSystemException">The header is damaged.</exception>
    public byte[] ReadFree(long group)
    {
        UfsFields header = ReadHeader(group);
        uint at = header.U32(96);
        long length = (Superblock.FragmentsPerGroup + 7) / 8;
        return at <= Superblock.GroupHeaderSize && length <= Superblock.GroupHeaderSize - at
            ? header.Bytes.Slice((int)at, (int)length).ToArray()
            : throw Damaged(VmaCodes.FileSystemDamaged, $"The map of cylinder group {group} lies beyond its header.", group);
    }

    private UfsFields ReadHeader(long group)
    {
        long offset = volume.OffsetOf(Superblock.HeaderOf(group), (Superblock.GroupHeaderSize + Superblock.FragmentSize - 1) / Superblock.FragmentSize);
        UfsFields header = volume.FieldsOf(volume.Read(offset, Superblock.GroupHeaderSize));
        if (header.U32(4) != Magic || header.U32(12) != group)
        {
            throw Damaged(VmaCodes.FileSystemDamaged, $"The header of cylinder group {group} is damaged.", group);
        }

        return (Superblock.Hashes & UfsFeatures.GroupHash) == 0 || header.IsHashRight(HashAt, Superblock.GroupHeaderSize)
            ? header
            : throw Damaged(VmaCodes.FileSystemChecksumMismatch, $"The check hash of cylinder group {group} does not match.", group);
    }

    private VmaFileSystemException Damaged(string code, string message, long group) =>
        new(code, message, volumeOffset: Superblock.HeaderOf(group) * Superblock.FragmentSize);
}
