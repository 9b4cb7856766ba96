using System;

namespace VmaTools.Disks.FileSystems.Ufs;

/// <summary>An inode: 128 bytes in UFS1, 256 in UFS2.</summary>
/// <remarks>
/// <code>
///              mode u16  links i16  size i64  read      changed   inode's   created   generation  flags  owner, group   blocks
/// UFS1            0         2          8      16, 20    24, 28    32, 36                108       100    112, 116       40, 88: u32
/// UFS2            0         2         16      32, 68    40, 64    48, 72    56, 76       80        88      4, 8        112, 208: i64
/// UFS2 besides: 92 bytes of attributes u32   96 their blocks i64 [2]   244 check hash
/// </code>
/// A time is seconds (32 bits in UFS1, 64 in UFS2) and, elsewhere, nanoseconds. Of blocks, twelve are named, then one of numbers, one of
/// blocks of such, and one of those.
/// </remarks>
internal sealed class UfsInode : IInode
{
    public const int DirectBlocks = 12;
    public const int IndirectBlocks = 3;
    public const int AttributeBlocks = 2;
    public const int HashAt = 244;

    private const uint SnapshotFlag = 0x00200000;

    private readonly UfsFields _fields;
    private readonly bool _isVersion2;

    public UfsInode(uint number, UfsFields fields, bool isVersion2, long volumeOffset)
    {
        Number = number;
        _fields = fields;
        _isVersion2 = isVersion2;
        VolumeOffset = volumeOffset;
    }

    public uint Number { get; }

    /// <summary>Where it stands on the volume.</summary>
    public long VolumeOffset { get; }

    public int Permissions => _fields.U16(0) & 0xFFF;

    public int LinkCount => _fields.U16(2);

    public long Length => _fields.I64(_isVersion2 ? 16 : 8);

    public uint UserId => _fields.U32(_isVersion2 ? 4 : 112);

    public uint GroupId => _fields.U32(_isVersion2 ? 8 : 116);

    public uint Generation => _fields.U32(_isVersion2 ? 80 : 108);

    /// <summary>True for a snapshot of the whole file system: what it has no blocks of its own for is as it is.</summary>
    public bool IsSnapshot => (_fields.U32(_isVersion2 ? 88 : 100) & SnapshotFlag) != 0;

    public FileTime Accessed => _isVersion2 ? Time(_fields.I64(32), 68) : Time(_fields.I32(16), 20);

    public FileTime Modified => _isVersion2 ? Time(_fields.I64(40), 64) : Time(_fields.I32(24), 28);

    public FileTime Changed => _isVersion2 ? Time(_fields.I64(48), 72) : Time(_fields.I32(32), 36);

    public FileTime? Created => _isVersion2 ? Time(_fields.I64(56), 76) : null;

    /// <summary>Bytes of extended attributes.</summary>
    public uint AttributeLength => _isVersion2 ? _fields.U32(92) : 0;

    public FileEntryType? EntryType => (_fields.U16(0) & 0xF000) switch
    {
        0x8000 => FileEntryType.File,
        0x4000 => FileEntryType.Directory,
        0xA000 => FileEntryType.SymbolicLink,
        0x2000 => FileEntryType.CharacterDevice,
        0x6000 => FileEntryType.BlockDevice,
        0x1000 => FileEntryType.Fifo,
        0xC000 => FileEntryType.Socket,
        _ => null,
    };

    /// <summary>Major and minor number of a device, as FreeBSD puts them together.</summary>
    public (uint Major, uint Minor) Device
    {
        get
        {
            ulong device = (ulong)Block(0);
            return ((uint)(device >> 32 & 0xFFFFFF00) | (uint)(device >> 8 & 0xFF), (uint)(device >> 24 & 0xFF00) | (uint)(device & 0xFFFF00FF));
        }
    }

    /// <summary>The bytes of the numbers of blocks, in which a short target of a link stands.</summary>
    public ReadOnlySpan<byte> BlockField => _fields.Bytes.Slice(_isVersion2 ? 112 : 40, (DirectBlocks + IndirectBlocks) * (_isVersion2 ? 8 : 4));

    /// <summary>The first fragment of a block: from 0 the named ones, from 12 those of numbers.</summary>
    public long Block(int index) => _isVersion2 ? _fields.I64(112 + (index * 8)) : _fields.U32(40 + (index * 4));

    /// <summary>The first fragment of a block of extended attributes.</summary>
    public long AttributeBlock(int index) => _fields.I64(96 + (index * 8));

    private FileTime Time(long seconds, int nanosecondsAt) => new(seconds, (int)(_fields.U32(nanosecondsAt) % 1_000_000_000));
}
