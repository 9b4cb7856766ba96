using System;
using System.Globalization;
using System.Text;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>The superblock: sizes, features and identity of the file system, and how its addresses become offsets.</summary>
internal sealed class XfsSuperblock
{
    /// <summary>Bytes that are read of a superblock; its checksum covers the whole sector.</summary>
    public const int Size = 512;

    public const uint Magic = 0x58465342;

    private const ulong NoInode = ulong.MaxValue;

    private XfsSuperblock(ReadOnlySpan<byte> sector)
    {
        BlockSize = (int)BigEndian.U32(sector, 4);
        BlockCount = BigEndian.U64(sector, 8);
        RealtimeBlockCount = BigEndian.U64(sector, 16);
        UserUuid = sector.Slice(32, 16).ToArray();
        LogStart = BigEndian.U64(sector, 48);
        RootInode = BigEndian.U64(sector, 56);
        GroupBlocks = BigEndian.U32(sector, 84);
        GroupCount = BigEndian.U32(sector, 88);
        LogBlocks = BigEndian.U32(sector, 96);
        Features = new XfsFeatures(sector);
        SectorSize = BigEndian.U16(sector, 102);
        InodeSize = BigEndian.U16(sector, 104);
        Label = Text(sector.Slice(108, 12));
        BlockLog = sector[120];
        InodesPerBlockLog = sector[123];
        GroupBlocksLog = sector[124];
        IsInProgress = sector[126] != 0;
        FreeBlocks = BigEndian.U64(sector, 144);
        DirectoryBlockLog = sector[192];
        LogSectorSize = BigEndian.U16(sector, 194);
        MetaUuid = sector.Slice(Features.HasMetaUuid ? 248 : 32, 16).ToArray();
    }

    public int BlockSize { get; }

    public int BlockLog { get; }

    /// <summary>Blocks of the data section.</summary>
    public ulong BlockCount { get; }

    /// <summary>Blocks of the realtime section, on another device as a rule.</summary>
    public ulong RealtimeBlockCount { get; }

    /// <summary>The identity as people see it.</summary>
    public byte[] UserUuid { get; }

    /// <summary>The same as tools write it.</summary>
    public string Uuid => FormatUuid(UserUuid);

    /// <summary>The identity that structures of version 5 carry.</summary>
    public byte[] MetaUuid { get; }

    /// <summary>The block where the log begins; 0 where it is on another device.</summary>
    public ulong LogStart { get; }

    public uint LogBlocks { get; }

    public int LogSectorSize { get; }

    public ulong RootInode { get; }

    /// <summary>Blocks of each allocation group but the last.</summary>
    public uint GroupBlocks { get; }

    public uint GroupCount { get; }

    /// <summary>The bits that a block's number within its group takes.</summary>
    public int GroupBlocksLog { get; }

    public int SectorSize { get; }

    public int InodeSize { get; }

    public int InodesPerBlockLog { get; }

    public string? Label { get; }

    /// <summary>True where making the file system was never finished. Only the first superblock tells it.</summary>
    public bool IsInProgress { get; }

    public ulong FreeBlocks { get; }

    /// <summary>The logarithm of a directory block's blocks.</summary>
    public int DirectoryBlockLog { get; }

    public XfsFeatures Features { get; }

    public bool HasRootInode => RootInode != NoInode && RootInode != 0;

    public int DirectoryBlockSize => BlockSize << DirectoryBlockLog;

    public long ByteSize => (long)BlockCount << BlockLog;

    /// <summary>The superblock in a sector, or null where its magic is not there, or a checksum or value is wrong.</summary>
    /// <param name="sector">The sector, up to the largest that there is.</param>
    /// <param name="fault">What is wrong; null where nothing is, or the magic is absent.</param>
    public static XfsSuperblock? Parse(ReadOnlySpan<byte> sector, out string? fault)
    {
        fault = null;
        if (sector.Length < Size || BigEndian.U32(sector, 0) != Magic)
        {
            return null;
        }

        XfsSuperblock superblock = new(sector);
        if (superblock.FindFault() is string wrong)
        {
            fault = wrong;
            return null;
        }

        if (superblock.Features.HasChecksums)
        {
            if (sector.Length < superblock.SectorSize
                || !XfsHeader.IsChecksumRight(sector.Slice(0, superblock.SectorSize), XfsFeatures.ChecksumOffset))
            {
                fault = "the checksum does not match";
                return null;
            }
        }

        return superblock;
    }

    /// <summary>Blocks of an allocation group.</summary>
    public uint BlocksOf(uint group) => group + 1 < GroupCount ? GroupBlocks : (uint)(BlockCount - ((ulong)group * GroupBlocks));

    /// <summary>The byte offset of blocks that lie within one group; null where they do not lie within the file system.</summary>
    public long? OffsetOf(ulong block, ulong count)
    {
        ulong group = block >> GroupBlocksLog;
        ulong within = block & ((1ul << GroupBlocksLog) - 1);
        if (group >= GroupCount || within >= BlocksOf((uint)group) || count > BlocksOf((uint)group) - within)
        {
            return null;
        }

        return (long)((group * GroupBlocks) + within) << BlockLog;
    }

    /// <summary>The byte offset of an inode; null where there is none of that number.</summary>
    public long? OffsetOfInode(ulong inode)
    {
        if (OffsetOf(inode >> InodesPerBlockLog, 1) is not long block)
        {
            return null;
        }

        return block + ((long)(inode & ((1ul << InodesPerBlockLog) - 1)) * InodeSize);
    }

    /// <summary>A UUID as tools write it.</summary>
    private static string FormatUuid(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new(36);
        for (int i = 0; i < bytes.Length; i++)
        {
            text.Append(i is 4 or 6 or 8 or 10 ? "-" : string.Empty).Append(bytes[i].ToString("x2", CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    private static string? Text(ReadOnlySpan<byte> bytes)
    {
        int length = bytes.IndexOf((byte)0);
        bytes = length < 0 ? bytes : bytes.Slice(0, length);
        return bytes.IsEmpty ? null : new RawName(bytes).ToString();
    }

    private static bool IsPower(long value, int log) => log is >= 0 and < 31 && value == 1L << log;

    private string? FindFault()
    {
        if (Features.Version is not (4 or 5))
        {
            // Older ones have directories of another kind, and are refused by name.
            return Features.Version is >= 1 and <= 3 ? null : "the version is none that exists";
        }

        if (!IsPower(BlockSize, BlockLog) || BlockLog is < 9 or > 16)
        {
            return "the size of a block is wrong";
        }

        if (SectorSize is < 512 or > 32768 || (SectorSize & (SectorSize - 1)) != 0
            || InodeSize is < 256 or > 2048 || (InodeSize & (InodeSize - 1)) != 0
            || InodeSize > BlockSize || InodeSize << InodesPerBlockLog != BlockSize
            || InodesPerBlockLog > 8 || BlockLog + DirectoryBlockLog > 16)
        {
            return "the size of a sector, an inode or a directory block is wrong";
        }

        if (GroupCount == 0 || GroupBlocks < 2 || GroupBlocksLog is < 1 or > 31 || GroupBlocks > 1u << GroupBlocksLog
            || (ulong)GroupCount * GroupBlocks < BlockCount || (ulong)(GroupCount - 1) * GroupBlocks >= BlockCount
            || BlockCount > (ulong)long.MaxValue >> BlockLog)
        {
            return "the sizes of the allocation groups do not add up";
        }

        return null;
    }
}
