using System;
using System.Buffers.Binary;
using System.Collections.Generic;

namespace VmaTools.Disks.Volumes.Md;

/// <summary>A volume that is a member of an array, and its superblock.</summary>
internal sealed record MdMember(DiskVolume Volume, MdSuperblock Superblock)
{
    private const int MaxBadBlockSectors = 128;

    /// <summary>
    /// Its data, at most <paramref name="length"/> bytes. What its list of bad blocks names was not written there, and is lost.
    /// </summary>
    public DiskBytes Data(long length)
    {
        long wanted = Math.Min(length, Superblock.DataSize);
        string beyond = $"The member {Volume.Id} of an array is shorter than its superblock says.";
        DiskBytes data = JoinedDiskBytes.Part(Volume.Bytes, Superblock.DataOffset, wanted, beyond);
        if (Superblock.BadBlockSectors == 0)
        {
            return data;
        }

        List<DiskBytes> parts = [];
        long done = 0;
        foreach ((long offset, long bad) in ReadBadBlocks())
        {
            long start = Math.Min(Math.Max(offset - Superblock.DataOffset, done), wanted);
            long end = Math.Min(Math.Max(offset - Superblock.DataOffset + bad, start), wanted);
            if (end > start)
            {
                parts.Add(new RangeDiskBytes(data, done, start - done));
                parts.Add(new LostDiskBytes(end - start, VmaCodes.VolumeMemberMissing, $"The list of bad blocks of {Volume.Id} names the range."));
                done = end;
            }
        }

        parts.Add(new RangeDiskBytes(data, done, wanted - done));
        return parts.Count == 1 ? data : new JoinedDiskBytes(parts, data.SectorSize);
    }

    /// <summary>The ranges of the member, in bytes and order, that its list of bad blocks names.</summary>
    private List<(long Offset, long Length)> ReadBadBlocks()
    {
        int size = Math.Min(Superblock.BadBlockSectors, MaxBadBlockSectors) * 512;
        int shift = Math.Min(Superblock.BadBlockShift, 40) + 9;
        byte[] list = Volume.Bytes.Read(Superblock.BadBlockOffset, size);
        List<(long Offset, long Length)> ranges = [];
        for (int at = 0; at < size; at += 8)
        {
            ulong entry = BinaryPrimitives.ReadUInt64LittleEndian(list.AsSpan(at));
            if (entry == ulong.MaxValue)
            {
                break;
            }

            ulong first = entry >> 10;
            if (first <= (ulong)(Volume.Size >> shift))
            {
                ranges.Add(((long)first << shift, (long)(entry & 0x3FF) << shift));
            }
        }

        ranges.Sort();
        return ranges;
    }
}
