using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Ufs;

/// <summary>Finds the superblock in force: the one in its own place, or where that is damaged a copy in a cylinder group.</summary>
internal static class UfsSuperblockFinder
{
    private const int RecoveryEnd = 64 << 10;
    private const int RecoverySize = 20;
    private const int MaxCopies = 8;

    // In the order in which systems look.
    private static readonly int[] Places = [64 << 10, 8 << 10, 0, 256 << 10];

    // Where the copy of the first group lies behind them, by the size of blocks.
    private static readonly int[] FirstCopies = [72 << 10, 80 << 10, 96 << 10, 128 << 10, 16 << 10, 32 << 10, 64 << 10, 264 << 10, 272 << 10, 288 << 10, 320 << 10];

    // What newfs of FreeBSD makes of large volumes: the first copy, and from one to the next; blocks of 32 and of 16 KiB.
    private static readonly (long First, long Distance)[] Usual = [(192 * 512L, 1_282_240 * 512L), (160 * 512L, 376_352 * 512L)];

    /// <summary>The superblock in its own place, where it is sound.</summary>
    public static UfsSuperblock? FindFirst(DiskBytes volume)
    {
        foreach (int place in Places)
        {
            if (UfsSuperblock.TryReadSound(volume, place) is { IsFirst: true } superblock)
            {
                return superblock;
            }
        }

        return null;
    }

    /// <summary>What stands where a superblock should, damaged, or null.</summary>
    public static UfsSuperblock? FindDamaged(DiskBytes volume)
    {
        foreach (int place in Places)
        {
            if (UfsSuperblock.TryRead(volume, place) is UfsSuperblock superblock)
            {
                return superblock;
            }
        }

        return null;
    }

    /// <summary>A sound copy, or null.</summary>
    public static UfsSuperblock? FindCopy(DiskBytes volume)
    {
        foreach (long place in CopyPlaces(volume))
        {
            if (UfsSuperblock.TryReadSound(volume, place) is { IsCopy: true } copy)
            {
                return copy;
            }
        }

        return null;
    }

    private static IEnumerable<long> CopyPlaces(DiskBytes volume)
    {
        foreach (int place in FirstCopies)
        {
            yield return place;
        }

        foreach (long place in Recovery(volume))
        {
            yield return place;
        }

        foreach ((long first, long distance) in Usual)
        {
            for (int group = 1; group <= MaxCopies; group++)
            {
                yield return first + (group * distance);
            }
        }
    }

    /// <summary>The places that newfs of FreeBSD writes down in front of the superblock of UFS2.</summary>
    /// <remarks>The last 20 bytes: 0 magic   4 shift from a sector to a fragment   8 first fragment of the copy in a group   12 fragments a group   16 groups.</remarks>
    private static IEnumerable<long> Recovery(DiskBytes volume)
    {
        byte[] bytes;
        try
        {
            bytes = volume.Length < RecoveryEnd ? [] : volume.Read(RecoveryEnd - RecoverySize, RecoverySize);
        }
        catch (VmaException)
        {
            yield break;
        }

        foreach (bool isLittleEndian in (bool[])[true, false])
        {
            UfsFields fields = new(bytes, isLittleEndian);
            if (bytes.Length == 0 || fields.U32(0) != UfsSuperblock.Magic2 || fields.U32(4) > 12 || fields.I32(8) < 0 || fields.I32(12) <= 0)
            {
                continue;
            }

            foreach (int sector in (int[])[512, volume.SectorSize])
            {
                long fragment = (long)sector << fields.I32(4);
                for (long group = 0; group < Math.Min(fields.U32(16), MaxCopies); group++)
                {
                    yield return ((group * fields.I32(12)) + fields.I32(8)) * fragment;
                }
            }
        }
    }
}
