using System;
using System.Buffers.Binary;
using VmaTools.Disks.Partitions;

namespace VmaTools.Disks.Volumes.Md;

/// <summary>Metadata 1.0 (near the end), 1.1 (at the start) and 1.2 (at 4 KiB). Sizes and offsets count sectors of 512 bytes.</summary>
/// <remarks>
/// <code>
/// little-endian:
///   0 magic u32   4 major u32 (1)   8 features u32   16 array UUID   32 name [32]   72 level s32   76 layout u32   80 used size u64
///  88 chunk u32   92 members u32   104 reshape position u64   128 data offset u64   136 data size u64   144 own offset u64
/// 152 rebuilt so far u64   160 number u32   168 member UUID   185 bad-block shift u8   186 bad-block sectors u16
/// 188 bad-block offset s32, from the superblock   200 events u64   208 in sync so far u64   216 checksum u32   220 numbers u32
/// 256 roles u16 …
/// </code>
/// </remarks>
internal static class MdSuperblock1
{
    private const int HeaderSize = 256;
    private const int MaxNumbers = 1920;

    private const uint RecoveryOffset = 0x2;
    private const uint BadBlocks = 0x8;
    private const uint Replacement = 0x10;
    private const uint Raid0Layout = 0x1000;

    // 1 a bitmap, 2 rebuilding, 8 bad blocks, 0x10 a replacement, 0x40 a new offset is set, 0x80 the bitmap tells what to rebuild,
    // 0x100 clustered, 0x400 and 0x800 partial parity log, 0x1000 layout of RAID 0
    private const uint Understood = 0x1 | RecoveryOffset | BadBlocks | Replacement | 0x80 | 0x100 | 0x400 | 0x800 | Raid0Layout;

    private static readonly (uint Bit, string Text)[] NotUnderstoodTexts =
    [
        (0x4, "a change of its shape that was under way"),
        (0x200, "a journal on another device"),
    ];

    public static MdSuperblock? Read(DiskBytes member, long offset)
    {
        if (offset > member.Length - HeaderSize)
        {
            return null;
        }

        byte[] header = member.Read(offset, HeaderSize);
        uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(at));
        ulong U64(int at) => BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(at));
        uint numbers = U32(220);
        if (U32(0) != MdSuperblock.Magic || U32(4) != 1 || U64(144) != (ulong)offset / 512
            || numbers > MaxNumbers || offset > member.Length - HeaderSize - (2 * numbers))
        {
            return null;
        }

        byte[] roleBytes = member.Read(offset + HeaderSize, (int)numbers * 2);
        int[] roles = new int[numbers];
        for (int i = 0; i < roles.Length; i++)
        {
            roles[i] = BinaryPrimitives.ReadUInt16LittleEndian(roleBytes.AsSpan(i * 2));
        }

        uint features = U32(8);
        int level = (int)U32(72);
        return new MdSuperblock(FieldText.Uuid(header.AsSpan(16)) ?? "none", roles)
        {
            MemberUuid = FieldText.Uuid(header.AsSpan(168)),
            Name = FieldText.Utf8(header.AsSpan(32, 32)),
            Level = level,
            Layout = level == 0 && (features & Raid0Layout) == 0 ? 0 : (int)U32(76),
            ChunkSize = U32(88) * 512L,
            RaidDisks = (int)Math.Min(U32(92), MaxNumbers),
            UsedSize = Bytes(U64(80)),
            DataOffset = Bytes(U64(128)),
            DataSize = Bytes(U64(136)),
            Events = U64(200),
            Number = (int)Math.Min(U32(160), int.MaxValue),
            NotUnderstood = Unknown(features),
            IsRebuilding = (features & RecoveryOffset) != 0,
            IsInSync = U64(208) == ulong.MaxValue,
            IsChecksumRight = Checksum(header, roleBytes) == U32(216),
            BadBlockSectors = (features & BadBlocks) != 0 ? BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(186)) : 0,
            BadBlockOffset = offset + ((int)U32(188) * 512L),
            BadBlockShift = header[185],
        };
    }

    private static string? Unknown(uint features)
    {
        foreach ((uint bit, string text) in NotUnderstoodTexts)
        {
            if ((features & bit) != 0)
            {
                return text;
            }
        }

        uint unknown = features & ~Understood;
        return unknown == 0 ? null : $"unknown features (0x{unknown:x})";
    }

    private static uint Checksum(byte[] header, byte[] roles)
    {
        ulong sum = 0;
        for (int i = 0; i < header.Length; i += 4)
        {
            sum += i == 216 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(i));
        }

        int at = 0;
        for (; at <= roles.Length - 4; at += 4)
        {
            sum += BinaryPrimitives.ReadUInt32LittleEndian(roles.AsSpan(at));
        }

        sum += at < roles.Length ? BinaryPrimitives.ReadUInt16LittleEndian(roles.AsSpan(at)) : 0u;
        return (uint)((sum & uint.MaxValue) + (sum >> 32));
    }

    /// <summary>Bytes of so many sectors; what no disk can have is more than any disk has.</summary>
    private static long Bytes(ulong sectors) => sectors > long.MaxValue / 1024 ? long.MaxValue / 2 : (long)sectors * 512;
}
