using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Ufs;

/// <summary>Where the content of an inode lies: in named blocks, and in blocks that name blocks.</summary>
/// <remarks>The last block may be a few fragments only, unless it is named in another block.</remarks>
internal sealed class UfsContent
{
    // What stands for blocks of a snapshot that were free, or another snapshot's, when it was taken.
    private const long NotCopied = 1;
    private const long OfSnapshot = 2;

    private readonly UfsVolume _volume;
    private readonly UfsInode _inode;
    private readonly ExtentList _extents;
    private readonly HashSet<long> _seen = [];

    private UfsContent(UfsVolume volume, UfsInode inode)
    {
        _volume = volume;
        _inode = inode;
        _extents = new ExtentList(inode.Length);
    }

    /// <summary>The extents of an inode's content, in order and without gaps.</summary>
    public static IReadOnlyList<FileExtent> Read(UfsVolume volume, UfsInode inode)
    {
        UfsContent content = new(volume, inode);
        content.Read();
        return content._extents.Finish();
    }

    private void Read()
    {
        long size = _volume.BlockSize;
        long reach = UfsInode.DirectBlocks * size;
        long each = size;
        for (int level = 1; level <= UfsInode.IndirectBlocks; level++)
        {
            each *= _volume.Superblock.NumbersPerBlock;
            reach += each;
        }

        if (_inode.Length < 0 || _inode.Length > reach)
        {
            throw Damaged($"A size of {_inode.Length} bytes is more than the format can hold.");
        }

        long position = 0;
        for (int i = 0; i < UfsInode.DirectBlocks && position < _inode.Length; i++, position += size)
        {
            Add(position, size, _inode.Block(i), isNamed: true);
        }

        each = size;
        for (int level = 1; level <= UfsInode.IndirectBlocks && position < _inode.Length; level++)
        {
            each *= _volume.Superblock.NumbersPerBlock;
            ReadIndirect(_inode.Block(UfsInode.DirectBlocks + level - 1), level, position, each);
            position += each;
        }
    }

    /// <summary>Adds what a block of numbers leads to.</summary>
    /// <param name="block">Its first fragment; 0 for none.</param>
    /// <param name="level">1 where it names content.</param>
    /// <param name="position">Where that begins in the file.</param>
    /// <param name="length">How much of the file it is.</param>
    private void ReadIndirect(long block, int level, long position, long length)
    {
        if (block == 0 || (_inode.IsSnapshot && block is NotCopied or OfSnapshot))
        {
            Add(position, length, block, isNamed: false);
            return;
        }

        if (!_seen.Add(block))
        {
            throw Damaged($"Fragment {block} stands in the map of the content twice.");
        }

        int count = _volume.Superblock.NumbersPerBlock;
        long each = length / count;
        UfsFields numbers = _volume.FieldsOf(_volume.Read(
            _volume.ContentOffsetOf(_inode, block, _volume.Superblock.FragmentsPerBlock), _volume.BlockSize));
        for (int i = 0; i < count && position < _inode.Length; i++, position += each)
        {
            long number = _volume.Superblock.IsVersion2 ? numbers.I64(i * 8) : numbers.U32(i * 4);
            if (level > 1)
            {
                ReadIndirect(number, level - 1, position, each);
            }
            else
            {
                Add(position, each, number, isNamed: false);
            }
        }
    }

    private void Add(long position, long length, long block, bool isNamed)
    {
        int fragment = _volume.Superblock.FragmentSize;
        if (_inode.IsSnapshot && block == 0)
        {
            // What was not changed since is read where it is.
            long end = Math.Min(position + length, _volume.Superblock.FragmentCount * fragment);
            _extents.Add(position, end - position, position);
        }
        else if (block != 0 && !(_inode.IsSnapshot && block is NotCopied or OfSnapshot))
        {
            long used = isNamed ? Math.Min(length, (_inode.Length - position + fragment - 1) / fragment * fragment) : length;
            _extents.Add(position, used, _volume.ContentOffsetOf(_inode, block, used / fragment));
        }
    }

    private VmaFileSystemException Damaged(string message) =>
        new(VmaCodes.FileSystemDamaged, message, volumeOffset: _inode.VolumeOffset);
}
