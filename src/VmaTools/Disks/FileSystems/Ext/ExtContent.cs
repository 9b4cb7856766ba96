using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ext;

/// <summary>Where the content of an inode lies: by its tree of extents, or by blocks that name blocks.</summary>
/// <remarks>
/// A node of the tree is a header (magic, entries, room, depth) and entries of 12 bytes; the root stands in the inode. Blocks of
/// the older kind: twelve in the inode, then one of numbers, one of such, and one of those.
/// </remarks>
internal sealed class ExtContent
{
    private const ushort Magic = 0xF30A;
    private const int HeaderSize = 12;
    private const int EntrySize = 12;
    private const int MaxDepth = 5;
    private const int Unwritten = 32768;
    private const int Direct = 12;

    private readonly ExtVolume _volume;
    private readonly ExtInode _inode;
    private readonly ExtentList _extents;
    private readonly HashSet<long> _seen = [];

    private ExtContent(ExtVolume volume, ExtInode inode, ExtentList extents)
    {
        _volume = volume;
        _inode = inode;
        _extents = extents;
    }

    /// <summary>The extents of an inode's content, in order and without gaps.</summary>
    public static IReadOnlyList<FileExtent> Read(ExtVolume volume, ExtInode inode)
    {
        long size = volume.BlockSize;
        long length = inode.Length;
        if (length < 0 || length > (long)uint.MaxValue * size)
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemDamaged, $"A size of {length} bytes is more than the format can hold.", volumeOffset: inode.VolumeOffset);
        }

        ExtContent content = new(volume, inode, new ExtentList(length));
        if (inode.HasFlag(ExtFlags.Extents))
        {
            content.ReadNode(inode.BlockField, -1, inode.VolumeOffset);
        }
        else
        {
            content.ReadBlocks();
        }

        IReadOnlyList<FileExtent> extents = content._extents.Finish();
        return volume.Fast?.Change(volume, inode, extents) ?? extents;
    }

    private void ReadNode(ReadOnlySpan<byte> node, int depth, long offset)
    {
        int entries = BinaryPrimitives.ReadUInt16LittleEndian(node.Slice(2));
        int room = BinaryPrimitives.ReadUInt16LittleEndian(node.Slice(4));
        int level = BinaryPrimitives.ReadUInt16LittleEndian(node.Slice(6));
        bool isSound = BinaryPrimitives.ReadUInt16LittleEndian(node) == Magic
            && entries <= room
            && HeaderSize + (room * EntrySize) <= node.Length
            && (depth < 0 ? level <= MaxDepth : level == depth);
        if (!isSound)
        {
            throw Damaged("The tree of extents is damaged.", offset);
        }

        for (int i = 0; i < entries; i++)
        {
            ReadOnlySpan<byte> entry = node.Slice(HeaderSize + (i * EntrySize), EntrySize);
            long logical = BinaryPrimitives.ReadUInt32LittleEndian(entry) * (long)_volume.BlockSize;
            if (level > 0)
            {
                long block = BinaryPrimitives.ReadUInt32LittleEndian(entry.Slice(4)) | ((long)BinaryPrimitives.ReadUInt16LittleEndian(entry.Slice(8)) << 32);
                byte[] child = ReadBlock(block);
                CheckNode(child, block * _volume.BlockSize);
                ReadNode(child, level - 1, block * _volume.BlockSize);
                continue;
            }

            int count = BinaryPrimitives.ReadUInt16LittleEndian(entry.Slice(4));
            bool isUnwritten = count > Unwritten;
            count = isUnwritten ? count - Unwritten : count;
            long start = BinaryPrimitives.ReadUInt32LittleEndian(entry.Slice(8)) | ((long)BinaryPrimitives.ReadUInt16LittleEndian(entry.Slice(6)) << 32);
            if (count == 0 || logical < _extents.End)
            {
                // Behind the end extents may lie that were allocated ahead; there they overlap nothing that is read.
                if (count > 0 && logical >= _inode.Length)
                {
                    continue;
                }

                throw Damaged("Extents of the content overlap, or have no length.", offset);
            }

            _extents.Add(
                logical,
                (long)count * _volume.BlockSize,
                _volume.ContentOffsetOf(_inode, start, count),
                isUnwritten ? FileExtentKind.Unwritten : FileExtentKind.Data);
        }
    }

    private void CheckNode(ReadOnlySpan<byte> node, long offset)
    {
        if (!_volume.Superblock.HasChecksums)
        {
            return;
        }

        int tail = HeaderSize + (BinaryPrimitives.ReadUInt16LittleEndian(node.Slice(4)) * EntrySize);
        if (tail > node.Length - 4
            || BinaryPrimitives.ReadUInt32LittleEndian(node.Slice(tail)) != Crc32C.Update(_volume.SeedOf(_inode), node.Slice(0, tail)))
        {
            throw new VmaFileSystemException(
                VmaCodes.FileSystemChecksumMismatch, "The checksum of a block of the tree of extents does not match.", volumeOffset: offset);
        }
    }

    private void ReadBlocks()
    {
        long position = 0;
        for (int i = 0; i < Direct; i++, position += _volume.BlockSize)
        {
            Add(position, BinaryPrimitives.ReadUInt32LittleEndian(_inode.BlockField.Slice(i * 4)));
        }

        for (int level = 1; level <= 3 && position < _inode.Length; level++)
        {
            position = ReadIndirect(BinaryPrimitives.ReadUInt32LittleEndian(_inode.BlockField.Slice((Direct + level - 1) * 4)), level, position);
        }
    }

    /// <summary>Reads what a block of numbers leads to.</summary>
    /// <returns>Where the content goes on behind it.</returns>
    private long ReadIndirect(uint block, int level, long position)
    {
        int count = _volume.BlockSize / 4;
        long each = _volume.BlockSize;
        for (int i = 1; i < level; i++)
        {
            each *= count;
        }

        if (block == 0)
        {
            return position + (each * count);
        }

        byte[] numbers = ReadBlock(block);
        for (int i = 0; i < count && position < _inode.Length; i++, position += each)
        {
            uint number = BinaryPrimitives.ReadUInt32LittleEndian(numbers.AsSpan(i * 4));
            if (level == 1)
            {
                Add(position, number);
            }
            else if (number != 0)
            {
                ReadIndirect(number, level - 1, position);
            }
        }

        return position;
    }

    private void Add(long position, uint block)
    {
        if (block != 0)
        {
            _extents.Add(position, _volume.BlockSize, _volume.ContentOffsetOf(_inode, block, 1));
        }
    }

    /// <summary>Reads a block of the map itself: each leads to others once, or a loop would have no end.</summary>
    private byte[] ReadBlock(long block) => _seen.Add(block)
        ? _volume.ReadBlock(block)
        : throw Damaged($"Block {block} stands in the map of the content twice.", _inode.VolumeOffset);

    private static VmaFileSystemException Damaged(string message, long offset) =>
        new(VmaCodes.FileSystemDamaged, message, volumeOffset: offset);
}
