using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ext;

/// <summary>A name in a directory and the inode that it leads to.</summary>
internal readonly record struct ExtName(uint Inode, RawName Name);

/// <summary>A block of a directory: entries of inode, length, length of the name, type, name.</summary>
internal static class ExtDirectoryBlock
{
    private const int EntryHeader = 8;
    private const int TailSize = 12;
    private const byte TailType = 0xDE;

    /// <summary>The entries of a block, without those that are not in use. What is behind damage is not told.</summary>
    /// <param name="volume">The volume.</param>
    /// <param name="block">The entries.</param>
    /// <param name="offset">Where they stand on the volume, for errors.</param>
    /// <param name="onDamage">Hears what is wrong.</param>
    /// <param name="isEncrypted">True where names may be of any bytes.</param>
    public static IEnumerable<ExtName> Read(
        ExtVolume volume, byte[] block, long offset, Action<VmaFileSystemException> onDamage, bool isEncrypted = false)
    {
        int at = 0;
        void Tell(bool isOdd, string message)
        {
            if (isOdd)
            {
                onDamage(new VmaFileSystemException(VmaCodes.FileSystemDamaged, message, volumeOffset: offset + at));
            }
        }

        bool hasTypes = (volume.Superblock.Incompatible & ExtIncompatible.FileType) != 0;
        for (; at <= block.Length - EntryHeader;)
        {
            uint inode = BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(at));
            int length = EntryLength(BinaryPrimitives.ReadUInt16LittleEndian(block.AsSpan(at + 4)), volume.BlockSize);
            int nameLength = hasTypes ? block[at + 6] : BinaryPrimitives.ReadUInt16LittleEndian(block.AsSpan(at + 6));
            if (length < EntryHeader + (inode == 0 ? 0 : nameLength) || length % 4 != 0 || length > block.Length - at || nameLength > 255)
            {
                Tell(isOdd: true, "An entry of a directory is damaged; those behind it in its block are lost.");
                yield break;
            }

            if (inode != 0)
            {
                ReadOnlySpan<byte> name = block.AsSpan(at + EntryHeader, nameLength);
                if (name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
                {
                    Tell(isOdd: offset != 0 && at > 2 * (EntryHeader + 4), "An entry has a name that only the directory itself and the one above may have.");
                }
                else
                {
                    Tell(isOdd: nameLength == 0, "An entry has no name.");
                    Tell(isOdd: !isEncrypted && name.IndexOfAny((byte)'/', (byte)0) >= 0, "An entry has a name that no name can be.");
                    if (nameLength > 0)
                    {
                        yield return new ExtName(inode, new RawName(name));
                    }
                }
            }

            at += length;
        }
    }

    /// <summary>Names that still stand between the entries of a block: removing one only makes the entry before it longer.</summary>
    public static IEnumerable<ExtName> ReadRemoved(ExtVolume volume, byte[] block)
    {
        for (int at = 0; at <= block.Length - EntryHeader;)
        {
            int length = EntryLength(BinaryPrimitives.ReadUInt16LittleEndian(block.AsSpan(at + 4)), volume.BlockSize);
            if (length < EntryHeader || length % 4 != 0 || length > block.Length - at)
            {
                yield break;
            }

            int end = at + length;
            for (int place = at + Needed(block[at + 6]); place <= end - EntryHeader;)
            {
                int nameLength = block[place + 6];
                if (IsName(volume, block.AsSpan(place, end - place)))
                {
                    yield return new ExtName(
                        BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(place)), new RawName(block.AsSpan(place + EntryHeader, nameLength)));
                    place += Needed(nameLength);
                }
                else
                {
                    place += 4;
                }
            }

            at = end;
        }
    }

    /// <summary>Whether the checksum of a block is right: that of entries stands in a tail, that of an index behind its limit.</summary>
    public static bool IsChecksumRight(ExtVolume volume, ExtInode directory, byte[] block)
    {
        if (!volume.Superblock.HasChecksums)
        {
            return true;
        }

        // A root of an index may still end in the tail that it had as a block of entries, so it is asked for first.
        uint seed = volume.SeedOf(directory);
        int counts = ExtIndex.CountsAt(block, volume.BlockSize);
        if (counts < 0)
        {
            int tail = block.Length - TailSize;
            return BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(tail)) == 0
                && BinaryPrimitives.ReadUInt16LittleEndian(block.AsSpan(tail + 4)) == TailSize
                && block[tail + 6] == 0
                && block[tail + 7] == TailType
                && BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(tail + 8)) == Crc32C.Update(seed, block.AsSpan(0, tail));
        }

        int limit = BinaryPrimitives.ReadUInt16LittleEndian(block.AsSpan(counts));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(block.AsSpan(counts + 2));
        int end = counts + (limit * 8);
        if (count > limit || end > block.Length - 8)
        {
            return false;
        }

        Span<byte> zeroed = stackalloc byte[8];
        block.AsSpan(end, 4).CopyTo(zeroed);
        uint actual = Crc32C.Update(Crc32C.Update(seed, block.AsSpan(0, counts + (count * 8))), zeroed);
        return actual == BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(end + 4));
    }

    /// <summary>A length of 16 bits; of blocks of 64 KiB its two lowest bits stand for the highest.</summary>
    public static int EntryLength(ushort stored, int blockSize) => blockSize < 65536
        ? stored
        : stored is 0 or 65535 ? blockSize : (stored & 65532) | ((stored & 3) << 16);

    private static int Needed(int nameLength) => EntryHeader + ((nameLength + 3) & ~3);

    private static bool IsName(ExtVolume volume, ReadOnlySpan<byte> entry)
    {
        uint inode = BinaryPrimitives.ReadUInt32LittleEndian(entry);
        int length = EntryLength(BinaryPrimitives.ReadUInt16LittleEndian(entry.Slice(4)), volume.BlockSize);
        int nameLength = entry[6];
        return inode != 0 && inode <= volume.Superblock.InodeCount && length % 4 == 0
            && nameLength > 0 && Needed(nameLength) <= Math.Min(length, entry.Length) && length <= entry.Length
            && entry.Slice(EntryHeader, nameLength).IndexOfAny((byte)'/', (byte)0) < 0;
    }
}
