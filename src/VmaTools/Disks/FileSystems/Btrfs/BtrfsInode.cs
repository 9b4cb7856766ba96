using System;
using System.Buffers.Binary;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>An inode.</summary>
/// <remarks>
/// <code>
///  0 generation u64   16 size u64   24 bytes taken u64   40 links u32   44 uid u32   48 gid u32   52 mode u32   56 device u64
/// 64 flags u64   112 read   124 inode changed   136 content changed   148 created: seconds i64, nanoseconds u32 each
/// </code>
/// </remarks>
internal readonly struct BtrfsInode
{
    public const int Size = 160;
    public const int GenerationOffset = 0;
    public const int LengthOffset = 16;
    public const int LinksOffset = 40;

    private const ulong NoDataChecksumsFlag = 1;
    private const int MinorBits = 20;

    private readonly ReadOnlyMemory<byte> _bytes;

    public BtrfsInode(ReadOnlyMemory<byte> bytes) => _bytes = bytes.Length >= Size ? bytes : throw BtrfsErrors.TooShort("an inode");

    public ulong Generation => U64(GenerationOffset);

    public ulong Length => U64(LengthOffset);

    public uint Links => U32(LinksOffset);

    public uint UserId => U32(44);

    public uint GroupId => U32(48);

    public uint Mode => U32(52);

    public uint DeviceMajor => (uint)(U64(56) >> MinorBits);

    public uint DeviceMinor => (uint)(U64(56) & ((1 << MinorBits) - 1));

    /// <summary>True where the data has no checksums.</summary>
    public bool HasNoDataChecksums => (U64(64) & NoDataChecksumsFlag) != 0;

    public FileTime? Accessed => Time(112);

    public FileTime? Changed => Time(124);

    public FileTime? Modified => Time(136);

    public FileTime? Created => Time(148) is { Seconds: not 0 } time ? time : null;

    public bool IsDirectory => (Mode & 0xF000) == 0x4000;

    public bool IsFile => (Mode & 0xF000) == 0x8000;

    /// <summary>What it is; null for what no inode is.</summary>
    public FileEntryType? Type => (Mode >> 12) switch
    {
        0x1 => FileEntryType.Fifo,
        0x2 => FileEntryType.CharacterDevice,
        0x4 => FileEntryType.Directory,
        0x6 => FileEntryType.BlockDevice,
        0x8 => FileEntryType.File,
        0xA => FileEntryType.SymbolicLink,
        0xC => FileEntryType.Socket,
        _ => null,
    };

    private FileTime? Time(int offset)
    {
        uint nanoseconds = U32(offset + 8);
        return nanoseconds < 1_000_000_000 ? new FileTime((long)U64(offset), (int)nanoseconds) : null;
    }

    private ulong U64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes.Span.Slice(offset));

    private uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.Span.Slice(offset));
}
