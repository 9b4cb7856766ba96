using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ext;

/// <summary>The superblock: 1024 bytes at 1024, and copies of it in some of the groups. Little-endian.</summary>
internal sealed class ExtSuperblock
{
    public const int Size = 1024;
    public const int Offset = 1024;

    private const ushort Magic = 0xEF53;
    private const int ChecksumAt = 0x3FC;
    private const int MaxLogBlockSize = 6;

    private readonly byte[] _bytes;

    private ExtSuperblock(byte[] bytes) => _bytes = bytes;

    public uint InodeCount => U32(0);

    public int LogBlockSize => (int)U32(0x18);

    public int BlockSize => 1024 << LogBlockSize;

    public long BlockCount => U32(4) | (Is64Bit ? (long)U32(0x150) << 32 : 0);

    public long FreeBlocks => U32(0x0C) | (Is64Bit ? (long)U32(0x158) << 32 : 0);

    public uint FirstDataBlock => U32(0x14);

    public uint BlocksPerGroup => U32(0x20);

    public uint InodesPerGroup => U32(0x28);

    public int State => U16(0x3A);

    public int InodeSize => Revision == 0 ? 128 : U16(0x58);

    public int GroupNumber => U16(0x5A);

    public uint Revision => U32(0x4C);

    /// <summary>The first inode that is not the file system's own.</summary>
    public uint FirstInode => Revision == 0 ? 11 : U32(0x54);

    public uint Compatible => U32(0x5C);

    public ExtIncompatible Incompatible => (ExtIncompatible)U32(0x60);

    public ExtReadOnlyCompatible ReadOnlyCompatible => (ExtReadOnlyCompatible)U32(0x64);

    public ReadOnlySpan<byte> Uuid => _bytes.AsSpan(0x68, 16);

    public RawName Label => new(GuestField(0x78, 16));

    public uint JournalInode => U32(0xE0);

    public uint[] HashSeed => [U32(0xEC), U32(0xF0), U32(0xF4), U32(0xF8)];

    /// <summary>Which hash orders new directories.</summary>
    public int HashVersion => _bytes[0xFC];

    public int DescriptorSize => Is64Bit ? Math.Max(32, (int)U16(0xFE)) : 32;

    /// <summary>Blocks behind the descriptors that are kept for more of them.</summary>
    public int ReservedDescriptorBlocks => U16(0xCE);

    public uint FirstMetaGroup => U32(0x104);

    /// <summary>True where names were hashed with unsigned bytes.</summary>
    public bool HashesUnsigned => (U32(0x160) & 2) != 0;

    public bool Is64Bit => (Incompatible & ExtIncompatible.Bit64) != 0;

    public bool HasChecksums => (ReadOnlyCompatible & ExtReadOnlyCompatible.MetadataChecksums) != 0;

    /// <summary>What every checksum of metadata begins with.</summary>
    public uint ChecksumSeed => (Incompatible & ExtIncompatible.ChecksumSeed) != 0 ? U32(0x270) : Crc32C.Update(uint.MaxValue, Uuid);

    public bool HasMetaGroups => (Incompatible & ExtIncompatible.MetaBlockGroups) != 0;

    /// <summary>The groups, behind the first, that have a copy of the superblock as far as that is laid down.</summary>
    public IEnumerable<long> CopyGroups
    {
        get
        {
            foreach (long group in HasTwoCopies ? [U32(0x24C), U32(0x250)] : (long[])[1, 3, 5, 7, 9, 25, 27, 49, 81, 125])
            {
                if (group > 0 && group < GroupCount)
                {
                    yield return group;
                }
            }
        }
    }

    private bool HasTwoCopies => (Compatible & ExtFeatures.SparseSuper2) != 0;

    public long GroupCount => (BlockCount - FirstDataBlock + BlocksPerGroup - 1) / BlocksPerGroup;

    public IReadOnlyList<string> Features => ExtFeatures.Names(Compatible, (uint)Incompatible, (uint)ReadOnlyCompatible);

    /// <summary>ext2, ext3 or ext4, by what an older driver would not understand.</summary>
    public string Kind
    {
        get
        {
            const ExtIncompatible Old = ExtIncompatible.FileType | ExtIncompatible.Recover | ExtIncompatible.MetaBlockGroups;
            const ExtReadOnlyCompatible OldReadOnly =
                ExtReadOnlyCompatible.SparseSuper | ExtReadOnlyCompatible.LargeFile | ExtReadOnlyCompatible.BTreeDirectory;
            return (Incompatible & ~Old) != 0 || (ReadOnlyCompatible & ~OldReadOnly) != 0 ? "ext4"
                : (Compatible & ExtFeatures.HasJournal) != 0 ? "ext3" : "ext2";
        }
    }

    public bool IsChecksumRight => !HasChecksums || U32(ChecksumAt) == Crc32C.Update(uint.MaxValue, _bytes.AsSpan(0, ChecksumAt));

    /// <summary>Reads a superblock, or gives null where none that makes sense stands there.</summary>
    public static ExtSuperblock? TryRead(DiskBytes volume, long offset)
    {
        if (offset > volume.Length - Size)
        {
            return null;
        }

        byte[] bytes;
        try
        {
            bytes = volume.Read(offset, Size);
        }
        catch (VmaException)
        {
            // What is lost may be in a copy.
            return null;
        }

        ExtSuperblock superblock = new(bytes);
        return superblock.U16(0x38) == Magic ? superblock : null;
    }

    /// <summary>The same, with sizes that fit each other and the checksum that it says.</summary>
    public static ExtSuperblock? TryReadSound(DiskBytes volume, long offset) =>
        TryRead(volume, offset) is ExtSuperblock superblock && superblock.IsChecksumRight && superblock.Problem() is null ? superblock : null;

    /// <summary>Looks for a copy in the groups that have one: by block size and by usual numbers of blocks in a group.</summary>
    /// <param name="volume">The volume.</param>
    /// <param name="offset">Where it was found.</param>
    public static ExtSuperblock? FindCopy(DiskBytes volume, out long offset)
    {
        const int DefaultClusterRatio = 16;
        const int SmallGroup = 8192;
        for (int log = 0; log <= MaxLogBlockSize; log++)
        {
            long size = 1024L << log;
            long first = log == 0 ? 1 : 0;
            foreach (long perGroup in (long[])[8 * size, SmallGroup, 8 * size * DefaultClusterRatio])
            {
                long last = ((volume.Length / size) - first - 1) / perGroup;
                foreach (long group in (long[])[1, 3, 5, 7, 9, 25, 49, last])
                {
                    offset = (first + (group * perGroup)) * size;
                    if (group > 0 && TryReadSound(volume, offset) is ExtSuperblock copy
                        && copy.GroupNumber == (group & 0xffff) && copy.BlockSize == size && copy.BlocksPerGroup == perGroup)
                    {
                        return copy;
                    }
                }
            }
        }

        offset = 0;
        return null;
    }

    /// <summary>Why nothing can be read by this superblock, or null.</summary>
    public string? Problem()
    {
        if (LogBlockSize is < 0 or > MaxLogBlockSize)
        {
            return "the block size is none that there is";
        }

        bool isSound = BlocksPerGroup > 0 && BlocksPerGroup <= 8L * BlockSize * ClusterRatio
            && InodesPerGroup > 0 && InodesPerGroup <= 8L * BlockSize
            && InodeSize >= 128 && InodeSize <= BlockSize && (InodeSize & (InodeSize - 1)) == 0
            && DescriptorSize is >= 32 and <= 1024 && (DescriptorSize & (DescriptorSize - 1)) == 0
            && FirstDataBlock <= 1 && BlockCount > FirstDataBlock
            && BlockCount <= long.MaxValue / BlockSize
            && GroupCount <= uint.MaxValue && GroupCount * InodesPerGroup >= InodeCount;
        return isSound ? null : "sizes in the superblock contradict each other";
    }

    /// <summary>Blocks in a cluster, the unit in which space is given away.</summary>
    public long ClusterRatio => (ReadOnlyCompatible & ExtReadOnlyCompatible.BigAllocation) != 0 && U32(0x1C) is uint log && log >= LogBlockSize && log - LogBlockSize < 24
        ? 1L << (int)(log - LogBlockSize)
        : 1;

    /// <summary>True where a group begins with a superblock.</summary>
    public bool HasCopy(long group)
    {
        if (group == 0)
        {
            return true;
        }

        return HasTwoCopies ? group == U32(0x24C) || group == U32(0x250)
            : (ReadOnlyCompatible & ExtReadOnlyCompatible.SparseSuper) == 0
                || group == 1 || IsPower(group, 3) || IsPower(group, 5) || IsPower(group, 7);
    }

    private static bool IsPower(long value, int factor)
    {
        while (value > 1 && value % factor == 0)
        {
            value /= factor;
        }

        return value == 1;
    }

    private ReadOnlySpan<byte> GuestField(int offset, int length)
    {
        ReadOnlySpan<byte> field = _bytes.AsSpan(offset, length);
        int end = field.IndexOf((byte)0);
        return end < 0 ? field : field.Slice(0, end);
    }

    private uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(offset));

    private ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(offset));
}
