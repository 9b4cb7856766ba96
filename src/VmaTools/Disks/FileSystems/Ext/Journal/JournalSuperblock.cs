using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ext.Journal;

/// <summary>Features of a journal that whoever replays it must know.</summary>
[Flags]
internal enum JournalFeatures : uint
{
    Revoke = 0x1,
    Bit64 = 0x2,
    AsyncCommit = 0x4,
    Checksum2 = 0x8,
    Checksum3 = 0x10,
    FastCommit = 0x20,
    All = 0x3F,
}

/// <summary>The first block of a journal: where the log begins, and how it is written. Big-endian.</summary>
internal sealed class JournalSuperblock
{
    public const uint Magic = 0xC03B3998;

    private const int Size = 1024;
    private const int ChecksumAt = 0xFC;
    private const int MinBlocks = 1024;
    private const int DefaultFastBlocks = 256;
    private const byte Crc32CType = 4;

    private readonly byte[] _bytes;

    private JournalSuperblock(byte[] bytes) => _bytes = bytes;

    public int BlockSize => (int)U32(0x0C);

    /// <summary>Blocks in the journal, those of fast commits too.</summary>
    public uint TotalBlocks => U32(0x10);

    /// <summary>The first block of the log.</summary>
    public uint First => U32(0x14);

    /// <summary>The first transaction that may not be in place.</summary>
    public uint Sequence => U32(0x18);

    /// <summary>The block where that begins; 0 where all is in place.</summary>
    public uint Start => U32(0x1C);

    /// <summary>The block behind the log's last, where it goes on with <see cref="First"/>.</summary>
    public uint End
    {
        get
        {
            uint fast = U32(0x54) == 0 ? DefaultFastBlocks : U32(0x54);
            return Has(JournalFeatures.FastCommit) && TotalBlocks > fast && TotalBlocks - fast >= MinBlocks ? TotalBlocks - fast : TotalBlocks;
        }
    }

    /// <summary>True where a commit carries a checksum of the whole transaction (the first kind).</summary>
    public bool HasTransactionChecksums => IsVersion2 && (U32(0x24) & 1) != 0;

    /// <summary>True where every block carries a checksum (the second and third kind).</summary>
    public bool HasBlockChecksums => Has(JournalFeatures.Checksum2) || Has(JournalFeatures.Checksum3);

    /// <summary>What checksums begin with.</summary>
    public uint ChecksumSeed => Crc32C.Update(uint.MaxValue, _bytes.AsSpan(0x30, 16));

    private bool IsVersion2 => U32(4) == 4;

    public bool Has(JournalFeatures feature) => IsVersion2 && ((JournalFeatures)U32(0x28) & feature) != 0;

    /// <summary>Reads it.</summary>
    /// <param name="block">The first block of the journal.</param>
    /// <param name="blocks">Blocks that the journal has room for.</param>
    /// <param name="problem">Why the journal cannot be read, or null.</param>
    public static JournalSuperblock Read(byte[] block, long blocks, out string? problem)
    {
        JournalSuperblock superblock = new(block.AsSpan(0, Size).ToArray());
        problem = superblock.Problem(block.Length, blocks);
        return superblock;
    }

    private string? Problem(int blockSize, long blocks)
    {
        if (U32(0) != Magic || U32(4) is not (3 or 4))
        {
            return "its superblock is none";
        }

        if (IsVersion2 && ((JournalFeatures)U32(0x28) & ~JournalFeatures.All) is not 0 and JournalFeatures unknown)
        {
            return "it has features that are not understood here: " + Names((uint)unknown);
        }

        if (HasBlockChecksums && !IsChecksumRight())
        {
            return "the checksum of its superblock does not match";
        }

        bool isSound = BlockSize == blockSize && TotalBlocks <= blocks && First > 0 && First < End
            && (Start == 0 || (Start >= First && Start < End))
            && !(Has(JournalFeatures.Checksum2) && Has(JournalFeatures.Checksum3))
            && !(HasBlockChecksums && HasTransactionChecksums);
        return isSound ? null : "numbers in its superblock contradict each other";
    }

    private bool IsChecksumRight()
    {
        byte[] copy = (byte[])_bytes.Clone();
        copy.AsSpan(ChecksumAt, 4).Clear();
        return _bytes[0x50] == Crc32CType && U32(ChecksumAt) == Crc32C.Update(uint.MaxValue, copy);
    }

    private static string Names(uint features)
    {
        List<string> names = [];
        for (int i = 0; i < 32; i++)
        {
            if ((features >> i & 1) != 0)
            {
                names.Add("FEATURE_I" + i.ToString(CultureInfo.InvariantCulture));
            }
        }

        return string.Join(", ", names);
    }

    private uint U32(int offset) => BinaryPrimitives.ReadUInt32BigEndian(_bytes.AsSpan(offset));
}
