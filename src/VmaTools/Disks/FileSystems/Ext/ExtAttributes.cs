using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ext;

/// <summary>Extended attributes: behind the fields of the inode, and in a block that several inodes may share.</summary>
/// <remarks>An entry is 16 bytes and its name, padded to four; values are named by offset, or stand in an inode of their own.</remarks>
internal sealed class ExtAttributes
{
    private const uint Magic = 0xEA020000;
    private const int BlockHeader = 32;
    private const int EntryHeader = 16;
    private const int SystemIndex = 7;

    // What Linux hands out at the most, and what all values of an inode may come to.
    private const int MaxValue = 65536;
    private const int MaxTotal = 16 << 20;

    private static readonly string?[] Prefixes =
    [
        null, "user.", "system.posix_acl_access", "system.posix_acl_default", "trusted.", null, "security.", "system.", "system.richacl", null, "gnu.",
    ];

    private readonly ExtVolume _volume;
    private readonly Func<ExtInode, byte[]> _readAll;

    /// <param name="volume">The volume.</param>
    /// <param name="readAll">Reads the whole content of an inode that holds a value.</param>
    public ExtAttributes(ExtVolume volume, Func<ExtInode, byte[]> readAll)
    {
        _volume = volume;
        _readAll = readAll;
    }

    /// <summary>The attributes as Linux lists them.</summary>
    public IReadOnlyList<ExtendedAttributeValue> Read(ExtInode inode)
    {
        List<ExtendedAttributeValue> attributes = [];
        int total = 0;
        foreach ((int index, byte[] name, byte[] value) in ReadRaw(inode))
        {
            total += value.Length;
            if (total > MaxTotal)
            {
                throw Damaged("The extended attributes hold more than any inode can have.", inode.VolumeOffset);
            }

            string? prefix = index < Prefixes.Length ? Prefixes[index] : null;

            // What belongs to the file system itself (inline data, keys) is listed by no system.
            if (prefix is null || index == SystemIndex)
            {
                continue;
            }

            byte[] full = [.. Encoding.ASCII.GetBytes(prefix), .. name];
            byte[]? shown = index is 2 or 3 ? PosixAcl.FromExt(value) : value;
            attributes.Add(new ExtendedAttributeValue(new RawName(full), shown ?? value));
        }

        return attributes;
    }

    /// <summary>The part of inline data that did not fit the inode; empty where there is none.</summary>
    public byte[] ReadInlineRest(ExtInode inode)
    {
        foreach ((int index, byte[] name, byte[] value) in ReadRaw(inode))
        {
            if (index == SystemIndex && name.AsSpan().SequenceEqual("data"u8))
            {
                return value;
            }
        }

        return [];
    }

    private IEnumerable<(int Index, byte[] Name, byte[] Value)> ReadRaw(ExtInode inode)
    {
        int start = 128 + inode.ExtraSize;
        byte[] bytes = inode.Bytes.ToArray();
        if (bytes.Length > 128 && start + 4 <= bytes.Length && BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(start)) == Magic)
        {
            foreach ((int, byte[], byte[]) entry in ReadEntries(bytes, start + 4, start + 4, inode.VolumeOffset))
            {
                yield return entry;
            }
        }

        if (inode.AttributeBlock == 0)
        {
            yield break;
        }

        long offset = _volume.OffsetOf(inode.AttributeBlock, 1);
        byte[] block = _volume.ReadBlock(inode.AttributeBlock);
        if (BinaryPrimitives.ReadUInt32LittleEndian(block) != Magic)
        {
            throw Damaged("The block of extended attributes is none.", offset);
        }

        CheckBlock(inode.AttributeBlock, block, offset);
        foreach ((int, byte[], byte[]) entry in ReadEntries(block, BlockHeader, 0, offset))
        {
            yield return entry;
        }
    }

    private IEnumerable<(int Index, byte[] Name, byte[] Value)> ReadEntries(byte[] bytes, int first, int origin, long offset)
    {
        for (int at = first; at + 4 <= bytes.Length && BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at)) != 0;)
        {
            int nameLength = bytes[at];
            if (at + EntryHeader + nameLength > bytes.Length)
            {
                throw Damaged("An extended attribute reaches beyond its place.", offset + at);
            }

            int valueOffset = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at + 2));
            uint valueInode = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 4));
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8));
            byte[] value;
            if (valueInode != 0)
            {
                value = ReadValue(valueInode, size, offset + at);
            }
            else if (size > bytes.Length - origin || origin + valueOffset > bytes.Length - size)
            {
                throw Damaged("The value of an extended attribute lies beyond its place.", offset + at);
            }
            else
            {
                value = bytes.AsSpan(origin + valueOffset, (int)size).ToArray();
            }

            yield return (bytes[at + 1], bytes.AsSpan(at + EntryHeader, nameLength).ToArray(), value);
            at += (EntryHeader + nameLength + 3) & ~3;
        }
    }

    private byte[] ReadValue(uint number, uint size, long offset)
    {
        ExtInode inode = _volume.ReadInode(number);
        if (!inode.HasFlag(ExtFlags.AttributeValue) || inode.Length != size || size > MaxValue)
        {
            throw Damaged("The inode that holds the value of an extended attribute is none of this kind.", offset);
        }

        return _readAll(inode);
    }

    private void CheckBlock(long number, byte[] block, long offset)
    {
        const int ChecksumAt = 16;
        if (!_volume.Superblock.HasChecksums)
        {
            return;
        }

        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(block.AsSpan(ChecksumAt));
        byte[] copy = (byte[])block.Clone();
        copy.AsSpan(ChecksumAt, 4).Clear();
        byte[] prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, number);
        if (stored != Crc32C.Update(Crc32C.Update(_volume.Superblock.ChecksumSeed, prefix), copy))
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemChecksumMismatch, "The checksum of a block of extended attributes does not match.", volumeOffset: offset);
        }
    }

    private static VmaFileSystemException Damaged(string message, long offset) =>
        new(VmaCodes.FileSystemDamaged, message, volumeOffset: offset);
}
