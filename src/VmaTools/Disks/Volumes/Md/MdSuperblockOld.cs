using System;
using System.Buffers.Binary;
using VmaTools.Disks.Partitions;

namespace VmaTools.Disks.Volumes.Md;

/// <summary>Metadata 0.90: 4 KiB in the last whole 64 KiB, words in the byte order of the machine that wrote them.</summary>
/// <remarks>
/// <code>
/// words of 32 bits:
///   0 magic   1 major (0)   2 minor (90, 91 while reshaping)   5, 13, 14, 15 UUID   7 level   8 used size in KiB
///   10 members   11 number of the device   33 state   38 checksum   39, 40 events (low word first on little-endian machines)
///   43 sectors in sync   64 layout   65 chunk in bytes
///   128 + 32 × number: 0 number   3 role   4 state (0 faulty, 1 active, 2 in sync, 3 removed)       992 the same of this member
/// </code>
/// </remarks>
internal static class MdSuperblockOld
{
    /// <summary>What is kept free for the superblock at the end.</summary>
    public const int Reserved = 0x10000;

    private const int Size = 4096;
    private const int MaxMembers = 27;
    private const int Descriptors = 128;
    private const int ThisMember = 992;

    public static MdSuperblock? Read(DiskBytes member, long offset)
    {
        byte[] block = member.Read(offset, Size);
        bool isBig = BinaryPrimitives.ReadUInt32BigEndian(block) == MdSuperblock.Magic;
        uint Word(int index) => isBig
            ? BinaryPrimitives.ReadUInt32BigEndian(block.AsSpan(index * 4))
            : BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(index * 4));
        if (Word(0) != MdSuperblock.Magic || Word(1) != 0 || Word(8) * 1024L > offset)
        {
            return null;
        }

        int[] roles = new int[MaxMembers];
        for (int i = 0; i < MaxMembers; i++)
        {
            int at = Descriptors + (i * 32);
            uint state = Word(at + 4);
            bool isActive = (state & 0b1111) == 0b0110;
            roles[i] = isActive ? (int)Math.Min(Word(at + 3), MdSuperblock.Spare) : (state & 1) != 0 ? MdSuperblock.Faulty : MdSuperblock.Spare;
        }

        ulong sum = 0;
        for (int i = 0; i < Size / 4; i++)
        {
            sum += i == 38 ? 0 : Word(i);
        }

        byte[] uuid = new byte[16];
        int[] uuidWords = [5, 13, 14, 15];
        for (int i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(uuid.AsSpan(i * 4), Word(uuidWords[i]));
        }

        ulong events = isBig ? ((ulong)Word(39) << 32) | Word(40) : ((ulong)Word(40) << 32) | Word(39);
        int level = (int)Word(7);
        return new MdSuperblock(FieldText.Uuid(uuid) ?? "none", roles)
        {
            Minor = Word(11) <= int.MaxValue ? (int)Word(11) : null,
            Level = level,

            // What the word says of RAID 0 was never written on purpose.
            Layout = level == 0 ? 0 : (int)Word(64),
            ChunkSize = Word(65),
            RaidDisks = (int)Math.Min(Word(10), MaxMembers),
            UsedSize = Word(8) * 1024L,
            DataSize = offset,
            Events = events,
            Number = (int)Math.Min(Word(ThisMember), MaxMembers),
            NotUnderstood = Word(2) > 90 ? "a change of its shape that was under way" : null,
            IsInSync = Word(43) == uint.MaxValue || (Word(33) & 1) != 0,
            IsChecksumRight = (uint)((sum & uint.MaxValue) + (sum >> 32)) == Word(38),
        };
    }
}
