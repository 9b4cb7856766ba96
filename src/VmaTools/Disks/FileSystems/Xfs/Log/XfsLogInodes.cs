using System;
using System.Buffers.Binary;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs.Log;

/// <summary>Changes of inodes, and new ones. In the log an inode's own fields are in the order of the machine, its forks as on the disk.</summary>
internal static class XfsLogInodes
{
    private const int CoreFlag = 0x001;
    private const int DataFlags = 0x002 | 0x004;
    private const int DataRootFlag = 0x008;
    private const int DeviceFlag = 0x010;
    private const int AttributeFlags = 0x040 | 0x080;
    private const int AttributeRootFlag = 0x100;
    private const int OwnerFlags = 0x200 | 0x400;
    private const ushort Magic = 0x494e;
    private const int DescriptionSize = 56;
    private const int DescriptionSize32 = 52;
    private const uint ChunkSize = 64;
    private const ulong BigTimeFlag = 1 << 3;
    private const ulong ManyExtentsFlag = 1 << 4;
    private const ulong MetadataFlag = 1 << 5;

    /// <summary>Where the buffer of a change begins, in units of 512 bytes, and how many of these it has.</summary>
    public static (long Place, int Count) PlaceOf(XfsLogItem item)
    {
        ReadOnlySpan<byte> tail = TailOf(item);
        return (BinaryPrimitives.ReadInt64LittleEndian(tail.Slice(16)), BinaryPrimitives.ReadInt32LittleEndian(tail.Slice(24)));
    }

    /// <summary>Makes a change, unless what is on the volume is newer.</summary>
    /// <exception cref="VmaFileSystemException">It contradicts itself, or there is no inode to be changed.</exception>
    public static void Apply(XfsLogSectors sectors, XfsSuperblock superblock, XfsLogItem item, ulong sequence)
    {
        ReadOnlySpan<byte> description = item.DescriptionOf(DescriptionSize32);
        ReadOnlySpan<byte> tail = TailOf(item);
        int fields = BinaryPrimitives.ReadInt32LittleEndian(description.Slice(4));
        ulong number = BinaryPrimitives.ReadUInt64LittleEndian(description.Slice(description.Length >= DescriptionSize ? 16 : 12));
        (long place, int count) = PlaceOf(item);
        int within = BinaryPrimitives.ReadInt32LittleEndian(tail.Slice(28));
        int size = superblock.InodeSize;
        if (place < 0 || place > sectors.Length / XfsLog.BlockSize || count <= 0 || within < 0
            || within > ((long)count * XfsLog.BlockSize) - size || (place * XfsLog.BlockSize) + within > sectors.Length - size)
        {
            throw XfsVolume.Damaged($"The log changes inode {number}, which does not lie within the volume.");
        }

        if ((fields & OwnerFlags) != 0)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemFeatureUnknown, $"The log has inode {number} exchange its extents with another, in the old way.");
        }

        long offset = (place * XfsLog.BlockSize) + within;
        byte[] inode = sectors.Read(offset, size);
        ReadOnlySpan<byte> core = item[1];
        bool isV3 = superblock.Features.HasChecksums;
        if (BigEndian.U16(inode, 0) != Magic || (fields & CoreFlag) == 0 || core.Length < (isV3 ? 176 : 96)
            || BinaryPrimitives.ReadUInt16LittleEndian(core) != Magic || (core[4] == 3) != isV3)
        {
            throw XfsVolume.Damaged($"The log changes inode {number} where none is.", offset);
        }

        if (isV3 ? IsNewer(BigEndian.U64(inode, 112), sequence) : IsFlushedLater(inode, core))
        {
            return;
        }

        WriteCore(inode, core, sequence);
        WriteForks(inode, item, fields, number);
        sectors.Write(offset, inode);
        sectors.Note(offset, size);
    }

    /// <summary>Makes the inodes of a new chunk: none of them is in use yet.</summary>
    /// <exception cref="VmaFileSystemException">The description contradicts itself.</exception>
    public static void Create(XfsLogSectors sectors, XfsSuperblock superblock, XfsLogItem item, Func<long, bool> isCancelled)
    {
        ReadOnlySpan<byte> description = item.DescriptionOf(28);
        uint group = BigEndian.U32(description, 4);
        uint block = BigEndian.U32(description, 8);
        uint count = BigEndian.U32(description, 12);
        uint blocks = BigEndian.U32(description, 20);
        ulong start = ((ulong)group << superblock.GroupBlocksLog) | block;
        if (group >= superblock.GroupCount || block >= superblock.GroupBlocks
            || BigEndian.U32(description, 16) != superblock.InodeSize || count == 0 || count > Math.Max(ChunkSize, 1u << superblock.InodesPerBlockLog)
            || blocks is 0 || (ulong)count * (uint)superblock.InodeSize != (ulong)blocks << superblock.BlockLog
            || superblock.OffsetOf(start, blocks) is not long offset)
        {
            throw XfsVolume.Damaged("The log makes inodes where none can be.");
        }

        for (uint i = 0; i < blocks; i++)
        {
            if (isCancelled((offset + ((long)i << superblock.BlockLog)) / XfsLog.BlockSize))
            {
                return;
            }
        }

        byte[] inode = new byte[superblock.InodeSize];
        BinaryPrimitives.WriteUInt16BigEndian(inode, Magic);
        inode[4] = (byte)(superblock.Features.HasChecksums ? 3 : 2);
        BinaryPrimitives.WriteUInt32BigEndian(inode.AsSpan(92), BigEndian.U32(description, 24));
        BinaryPrimitives.WriteUInt32BigEndian(inode.AsSpan(96), uint.MaxValue);
        for (uint i = 0; i < count; i++)
        {
            if (superblock.Features.HasChecksums)
            {
                BinaryPrimitives.WriteUInt64BigEndian(inode.AsSpan(152), (start << superblock.InodesPerBlockLog) + i);
                superblock.MetaUuid.CopyTo(inode, 160);
            }

            sectors.Write(offset + (i * superblock.InodeSize), inode);
        }

        sectors.Note(offset, (int)count * superblock.InodeSize);
    }

    /// <summary>What of the description follows the number: device, place, length and offset of the buffer.</summary>
    private static ReadOnlySpan<byte> TailOf(XfsLogItem item)
    {
        ReadOnlySpan<byte> description = item.DescriptionOf(DescriptionSize32);
        return description.Slice(description.Length >= DescriptionSize ? 24 : 20);
    }

    private static bool IsNewer(ulong there, ulong sequence) => there is not (0 or ulong.MaxValue) && there > sequence;

    /// <summary>Before version 5 a count of times of writing tells which is newer; it begins anew behind its largest number.</summary>
    private static bool IsFlushedLater(byte[] inode, ReadOnlySpan<byte> core)
    {
        int there = BigEndian.U16(inode, 30);
        int logged = BinaryPrimitives.ReadUInt16LittleEndian(core.Slice(30));
        return logged < there && !(there == ushort.MaxValue && logged < ushort.MaxValue / 2);
    }

    private static void WriteCore(byte[] inode, ReadOnlySpan<byte> core, ulong sequence)
    {
        bool isV3 = core[4] == 3;
        ulong flags = isV3 ? BinaryPrimitives.ReadUInt64LittleEndian(core.Slice(120)) : 0;
        bool hasBigTimes = (flags & BigTimeFlag) != 0;
        bool hasManyExtents = (flags & ManyExtentsFlag) != 0;

        // Fields that are numbers, by their sizes; those of one byte are copied.
        Turn(inode, core, 2, 0, 2);
        inode[4] = core[4];
        inode[5] = core[5];
        BinaryPrimitives.WriteUInt16BigEndian(
            inode.AsSpan(6), (flags & MetadataFlag) != 0 ? BinaryPrimitives.ReadUInt16LittleEndian(core.Slice(6)) : (ushort)0);
        Turn(inode, core, 4, 8, 12, 16);
        Turn(inode, core, 2, 20, 22);
        Turn(inode, core, hasBigTimes ? 8 : 4, hasBigTimes ? [32, 40, 48] : [32, 36, 40, 44, 48, 52]);
        Turn(inode, core, 8, 56, 64);
        Turn(inode, core, 4, 72, 76);
        inode[82] = core[82];
        inode[83] = core[83];
        Turn(inode, core, 4, 84, 92);
        Turn(inode, core, 2, 80, 88, 90);
        inode.AsSpan(24, 8).Clear();
        if (hasManyExtents)
        {
            Turn(inode, core, 8, 24);
        }

        if (isV3)
        {
            Turn(inode, core, 8, 104, 120, 152);
            BinaryPrimitives.WriteUInt64BigEndian(inode.AsSpan(112), sequence);
            Turn(inode, core, 4, 128);
            inode.AsSpan(132, 12).Clear();
            Turn(inode, core, hasBigTimes ? 8 : 4, hasBigTimes ? [144] : [144, 148]);
            core.Slice(160, 16).CopyTo(inode.AsSpan(160));
        }
    }

    private static void WriteForks(byte[] inode, XfsLogItem item, int fields, ulong number)
    {
        int literal = inode[4] == 3 ? 176 : 100;
        int attributes = literal + (inode[82] * 8);
        if (attributes > inode.Length)
        {
            throw XfsVolume.Damaged($"In the log the attributes of inode {number} begin beyond its end.");
        }

        Span<byte> dataFork = inode.AsSpan(literal, (inode[82] == 0 ? inode.Length : attributes) - literal);
        if ((fields & DeviceFlag) != 0)
        {
            BinaryPrimitives.WriteUInt32BigEndian(dataFork, BinaryPrimitives.ReadUInt32LittleEndian(TailOf(item)));
        }

        int region = 2;
        bool hasData = (fields & (DataFlags | DataRootFlag)) != 0;
        if (hasData && item.RegionCount > region)
        {
            WriteFork(dataFork, item[region++], (fields & DataRootFlag) != 0, inode[4] == 3, number);
        }

        if ((fields & (AttributeFlags | AttributeRootFlag)) != 0 && inode[82] != 0 && item.RegionCount > region)
        {
            WriteFork(inode.AsSpan(attributes), item[region], (fields & AttributeRootFlag) != 0, inode[4] == 3, number);
        }
    }

    private static void WriteFork(Span<byte> fork, ReadOnlySpan<byte> logged, bool isRoot, bool isV3, ulong number)
    {
        if (!isRoot)
        {
            // The log rounds lengths up.
            if (logged.Length > fork.Length)
            {
                throw XfsVolume.Damaged($"In the log a fork of inode {number} is longer than its room.");
            }

            logged.CopyTo(fork);
            return;
        }

        // A root in memory has the header of a block, which the inode has no room for.
        int header = isV3 ? 72 : 24;
        int count = logged.Length < header ? 0 : BigEndian.U16(logged, 6);
        int loggedRoom = (logged.Length - header) / 16;
        int room = (fork.Length - 4) / 16;
        if (count == 0 || count > loggedRoom || count > room)
        {
            throw XfsVolume.Damaged($"In the log the map of inode {number} contradicts itself.");
        }

        logged.Slice(4, 4).CopyTo(fork);
        logged.Slice(header, count * 8).CopyTo(fork.Slice(4));
        logged.Slice(header + (loggedRoom * 8), count * 8).CopyTo(fork.Slice(4 + (room * 8)));
    }

    private static void Turn(byte[] inode, ReadOnlySpan<byte> core, int size, params int[] offsets)
    {
        foreach (int offset in offsets)
        {
            Span<byte> target = inode.AsSpan(offset, size);
            core.Slice(offset, size).CopyTo(target);
            target.Reverse();
        }
    }
}
