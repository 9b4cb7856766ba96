using System;
using System.Buffers.Binary;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ext;

/// <summary>The bitmaps of groups: which of their blocks (with bigalloc: clusters) and inodes are taken. A bit is 1 for taken.</summary>
internal sealed class ExtBitmaps
{
    private const int InodesUnused = 1;
    private const int BlocksUnused = 2;

    private readonly ExtVolume _volume;
    private readonly ExtGroups _groups;

    public ExtBitmaps(ExtVolume volume, ExtGroups groups)
    {
        _volume = volume;
        _groups = groups;
    }

    private ExtSuperblock Superblock => _volume.Superblock;

    // Descriptor: 0 block of the block bitmap, 4 of that of inodes   18 flags u16 (1: inodes, 2: blocks never used)
    //   24 checksum of the block bitmap, 26 of that of inodes u16   28 inodes never used u16
    //   second half: 56, 58 upper halves of the checksums   50 upper half of the count

    /// <summary>The blocks of a group that are taken.</summary>
    /// <exception cref="VmaFileSystemException">The descriptor or the bitmap is damaged.</exception>
    public byte[] ReadBlocks(long group)
    {
        byte[] descriptor = _groups.Read(group);
        int bits = (int)(Superblock.BlocksPerGroup / Superblock.ClusterRatio);
        return (FlagsOf(descriptor) & BlocksUnused) != 0
            ? MakeBlocks(group, bits)
            : ReadBitmap(descriptor, ExtGroups.FieldOf(descriptor, 0), 0x18, bits);
    }

    /// <summary>The inodes of a group that are taken, and how many of the first were ever used.</summary>
    /// <exception cref="VmaFileSystemException">The descriptor or the bitmap is damaged.</exception>
    public byte[] ReadInodes(long group, out uint used)
    {
        byte[] descriptor = _groups.Read(group);
        used = Superblock.InodesPerGroup;
        if (!HasFlags)
        {
            return ReadBitmap(descriptor, ExtGroups.FieldOf(descriptor, 4), 0x1A, (int)used);
        }

        uint unused = BinaryPrimitives.ReadUInt16LittleEndian(descriptor.AsSpan(0x1C));
        unused |= descriptor.Length >= 64 ? (uint)BinaryPrimitives.ReadUInt16LittleEndian(descriptor.AsSpan(0x32)) << 16 : 0;
        if ((FlagsOf(descriptor) & InodesUnused) != 0)
        {
            used = 0;
            return [];
        }

        used -= Math.Min(unused, used);
        return ReadBitmap(descriptor, ExtGroups.FieldOf(descriptor, 4), 0x1A, (int)Superblock.InodesPerGroup);
    }

    private bool HasFlags => Superblock.HasChecksums || (Superblock.ReadOnlyCompatible & ExtReadOnlyCompatible.GroupChecksums) != 0;

    private int FlagsOf(byte[] descriptor) => HasFlags ? BinaryPrimitives.ReadUInt16LittleEndian(descriptor.AsSpan(0x12)) : 0;

    private byte[] ReadBitmap(byte[] descriptor, long block, int checksumAt, int bits)
    {
        byte[] bitmap = _volume.ReadBlock(block);
        if (Superblock.HasChecksums)
        {
            uint actual = Crc32C.Update(Superblock.ChecksumSeed, bitmap.AsSpan(0, Math.Min(bitmap.Length, bits / 8)));
            uint stored = BinaryPrimitives.ReadUInt16LittleEndian(descriptor.AsSpan(checksumAt));
            bool isWhole = descriptor.Length >= 64;
            stored |= isWhole ? (uint)BinaryPrimitives.ReadUInt16LittleEndian(descriptor.AsSpan(checksumAt + 0x20)) << 16 : 0;
            if (stored != (isWhole ? actual : actual & 0xffff))
            {
                throw new VmaFileSystemException(
                    VmaCodes.FileSystemChecksumMismatch, "The checksum of a group's bitmap does not match.", volumeOffset: block * _volume.BlockSize);
            }
        }

        return bitmap.Length * 8 >= bits
            ? bitmap
            : throw new VmaFileSystemException(VmaCodes.FileSystemDamaged, "The bitmap of a group is longer than a block.", volumeOffset: block * _volume.BlockSize);
    }

    /// <summary>The bitmap of a group of which no block was ever given away: it has only what the file system itself needs.</summary>
    private byte[] MakeBlocks(long group, int bits)
    {
        byte[] bitmap = new byte[(bits + 7) / 8];
        long first = Superblock.FirstDataBlock + (group * Superblock.BlocksPerGroup);
        for (int bit = 0; bit < bits; bit++)
        {
            if (_volume.IsOwn(first + (bit * Superblock.ClusterRatio), Superblock.ClusterRatio))
            {
                bitmap[bit / 8] |= (byte)(1 << (bit % 8));
            }
        }

        return bitmap;
    }
}
