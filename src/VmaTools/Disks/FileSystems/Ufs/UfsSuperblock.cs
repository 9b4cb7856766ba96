using System;
using System.Globalization;

namespace VmaTools.Disks.FileSystems.Ufs;

/// <summary>The superblock of UFS1 or UFS2: 1376 bytes, in either byte order.</summary>
/// <remarks>
/// Addresses are counted in fragments, of which up to eight make a block. The volume is divided into cylinder groups, each with a copy of
/// the superblock, a header with maps, and inodes.
/// <code>
///    8 first fragment in a group: of the copy of the superblock, 12 of the header, 16 of inodes, 20 of data   24 shift of groups, 28 its mask (UFS1)
///   36 fragments u32 (UFS1)   44 groups   48 bytes a block   52 bytes a fragment   56 fragments a block   104 bytes of the superblock
///  144 identity u32 [2]   160 bytes of a group's header   184 inodes a group   188 fragments a group
///  192 counts u32 (UFS1): directories, free blocks, inodes, fragments   209 unmounted u8   211 flags u8, as they were once   680 name [32]
/// 1000 where the superblock stands i64 (UFS2)   1008 counts i64 (UFS2)   1080 fragments i64 (UFS2)
/// 1304 check hash   1308 what has check hashes   1312 flags   1320 targets of links in inodes are shorter   1324 format of inodes (UFS1)   1372 magic
/// </code>
/// </remarks>
internal sealed class UfsSuperblock
{
    public const int MaxSize = 8192;
    public const uint Magic1 = 0x00011954;
    public const uint Magic2 = 0x19540119;

    private const int Size = 1376;
    private const int HashAt = 1304;
    private const int MinBlockSize = 4096;
    private const int MaxBlockSize = 65536;
    private const int MaxFragments = 8;
    private const int LabelAt = 680;
    private const int LabelSize = 32;

    private readonly UfsFields _fields;

    private UfsSuperblock(byte[] bytes, long offset, bool isLittleEndian)
    {
        _fields = new UfsFields(bytes, isLittleEndian);
        Offset = offset;
        IsLittleEndian = isLittleEndian;
        IsVersion2 = _fields.U32(Size - 4) == Magic2;
    }

    /// <summary>Where it was read.</summary>
    public long Offset { get; }

    public bool IsLittleEndian { get; }

    public bool IsVersion2 { get; }

    public int BlockSize => _fields.I32(48);

    public int FragmentSize => _fields.I32(52);

    public int FragmentsPerBlock => _fields.I32(56);

    /// <summary>Fragments in all.</summary>
    public long FragmentCount => IsVersion2 ? _fields.I64(1080) : _fields.U32(36);

    public long GroupCount => _fields.U32(44);

    public long FragmentsPerGroup => _fields.I32(188);

    public long InodesPerGroup => _fields.U32(184);

    public long InodeCount => GroupCount * InodesPerGroup;

    public int InodeSize => IsVersion2 ? 256 : 128;

    public int InodesPerBlock => BlockSize / InodeSize;

    /// <summary>Bytes of the header of a group, with its maps.</summary>
    public int GroupHeaderSize => _fields.I32(160);

    /// <summary>Numbers of blocks in a block of such.</summary>
    public int NumbersPerBlock => BlockSize / (IsVersion2 ? 8 : 4);

    public bool IsUnmounted => _fields.Bytes[209] != 0;

    /// <summary>Where the flags stand is told by one in their old place.</summary>
    public uint Flags => (_fields.Bytes[211] & 0x80) != 0 ? _fields.U32(1312) : _fields.Bytes[211];

    /// <summary>What has check hashes.</summary>
    public uint Hashes => (Flags & UfsFeatures.CheckHashes) != 0 ? _fields.U32(1308) : 0;

    public int MaxInlineLink => _fields.I32(1320);

    /// <summary>The name of the volume, as blkid tells it: of UFS2 alone.</summary>
    public RawName Label
    {
        get
        {
            ReadOnlySpan<byte> name = _fields.Bytes.Slice(LabelAt, IsVersion2 ? LabelSize : 0);
            int end = name.IndexOf((byte)0);
            return new RawName(end < 0 ? name : name.Slice(0, end));
        }
    }

    public string Uuid => string.Format(CultureInfo.InvariantCulture, "{0:x8}{1:x8}", _fields.U32(144), _fields.U32(148));

    public long FreeBytes
    {
        get
        {
            long blocks = IsVersion2 ? _fields.I64(1016) : _fields.I32(196);
            long fragments = IsVersion2 ? _fields.I64(1032) : _fields.I32(204);
            long bound = FragmentCount * FragmentSize;
            return blocks < 0 || fragments < 0 || blocks > bound / BlockSize || fragments > bound / FragmentSize
                ? bound
                : Math.Min(bound, (blocks * BlockSize) + (fragments * FragmentSize));
        }
    }

    public bool IsHashRight => (Hashes & UfsFeatures.SuperblockHash) == 0 || _fields.IsHashRight(HashAt, _fields.I32(104));

    /// <summary>True where it stands in the place that is its own, and is no copy.</summary>
    public bool IsFirst => IsVersion2 ? _fields.I64(1000) == Offset : Offset is 0 or 8192;

    /// <summary>True where it stands at a copy's place in some group.</summary>
    public bool IsCopy
    {
        get
        {
            long group = FragmentsPerGroup == 0 ? -1 : Offset / FragmentSize / FragmentsPerGroup;
            return group >= 0 && group < GroupCount && CopyOf(group) * FragmentSize == Offset;
        }
    }

    /// <summary>Reads a superblock, or gives null where none stands there.</summary>
    public static UfsSuperblock? TryRead(DiskBytes volume, long offset)
    {
        if (offset < 0 || offset > volume.Length - MaxSize)
        {
            return null;
        }

        byte[] bytes;
        try
        {
            bytes = volume.Read(offset, MaxSize);
        }
        catch (VmaException)
        {
            // What is lost may be in a copy.
            return null;
        }

        foreach (bool isLittleEndian in (bool[])[true, false])
        {
            if (new UfsFields(bytes, isLittleEndian).U32(Size - 4) is Magic1 or Magic2)
            {
                return new UfsSuperblock(bytes, offset, isLittleEndian);
            }
        }

        return null;
    }

    /// <summary>The same, with sizes that fit each other and the check hash that it says.</summary>
    public static UfsSuperblock? TryReadSound(DiskBytes volume, long offset) =>
        TryRead(volume, offset) is UfsSuperblock superblock && superblock.Problem() is null && superblock.IsHashRight ? superblock : null;

    /// <summary>Why nothing can be read by this superblock, or null.</summary>
    public string? Problem()
    {
        int block = BlockSize;
        int fragment = FragmentSize;
        int size = _fields.I32(104);
        if (block is < MinBlockSize or > MaxBlockSize || (block & (block - 1)) != 0
            || fragment < 512 || fragment > block || (fragment & (fragment - 1)) != 0 || block / fragment > MaxFragments)
        {
            return "the sizes of blocks and fragments are none that there are";
        }

        long header = _fields.I32(12);
        long inodes = _fields.I32(16);
        long data = _fields.I32(20);
        bool isSound = FragmentsPerBlock == block / fragment
            && size is >= Size and <= MaxSize
            && GroupHeaderSize >= 168 && GroupHeaderSize <= block
            && FragmentsPerGroup > 0 && InodesPerGroup > 0 && GroupCount > 0
            && FragmentCount > 0 && FragmentCount <= long.MaxValue / fragment / 2
            && (FragmentCount + FragmentsPerGroup - 1) / FragmentsPerGroup == GroupCount
            && InodeCount <= uint.MaxValue
            && _fields.I32(8) >= 0 && header > _fields.I32(8) && inodes > header && data <= FragmentsPerGroup
            && inodes + ((InodesPerGroup + InodesPerBlock - 1) / InodesPerBlock * FragmentsPerBlock) <= data;
        return isSound ? null : "sizes in the superblock contradict each other";
    }

    /// <summary>True for an old kind of inodes and directories.</summary>
    public bool IsOldFormat => !IsVersion2 && _fields.I32(1324) != 2;

    /// <summary>The fragment of the copy of the superblock in a group, from which on the group's own fragments lie.</summary>
    public long CopyOf(long group) => StartOf(group) + _fields.I32(8);

    /// <summary>The fragment of a group's header.</summary>
    public long HeaderOf(long group) => StartOf(group) + _fields.I32(12);

    /// <summary>The first fragment of a group's inodes.</summary>
    public long InodesOf(long group) => StartOf(group) + _fields.I32(16);

    /// <summary>The first fragment behind what is a group's own.</summary>
    public long DataOf(long group) => StartOf(group) + _fields.I32(20);

    // On old disks the groups of UFS1 were shifted against each other, so that not all copies lay on one platter.
    private long StartOf(long group) => (group * FragmentsPerGroup) + (IsVersion2 ? 0 : _fields.I32(24) * (group & ~(long)_fields.I32(28)));
}
