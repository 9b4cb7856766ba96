using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>The tree over the extents of a fork that has more than its inode can list. The root is in the inode.</summary>
internal sealed class XfsExtentTree
{
    private const uint Magic = 0x424d4150;
    private const uint MagicV5 = 0x424d4133;
    private const int MaxLevels = 12;
    private const int KeySize = 8;

    private readonly XfsVolume _volume;
    private readonly XfsInode _inode;
    private readonly byte[] _root;

    /// <param name="volume">The file system's blocks.</param>
    /// <param name="inode">Whose fork it is.</param>
    /// <param name="root">The fork's bytes in the inode.</param>
    public XfsExtentTree(XfsVolume volume, XfsInode inode, byte[] root)
    {
        _volume = volume;
        _inode = inode;
        _root = root;
    }

    /// <summary>The leaf that a block of the fork is mapped by, or what lies before the first one.</summary>
    /// <exception cref="VmaFileSystemException">The tree is damaged.</exception>
    public XfsExtentLeaf FindLeaf(ulong block)
    {
        if (_root.Length < 4)
        {
            throw XfsVolume.Damaged($"The map of inode {_inode.Number} has no root.", _inode.Offset);
        }

        int level = BigEndian.U16(_root, 0);
        if (level is < 1 or > MaxLevels)
        {
            throw XfsVolume.Damaged($"The map of inode {_inode.Number} has {level} levels.", _inode.Offset);
        }

        ulong start = 0;
        ulong end = ulong.MaxValue;
        Node node = new(_root, 4, BigEndian.U16(_root, 2), _inode.Offset);
        while (node.Descend(block, ref start, ref end) is ulong child)
        {
            level--;
            long offset = _volume.OffsetOf(child);
            byte[] bytes = _volume.Metadata.Read(offset, _volume.Superblock.BlockSize);
            Check(bytes, level, offset);
            int header = _volume.HasChecksums ? 72 : 24;
            int count = BigEndian.U16(bytes, 6);
            if (level == 0)
            {
                if (count == 0 || count > (bytes.Length - header) / XfsExtent.Size)
                {
                    throw XfsVolume.Damaged($"A leaf of the map of inode {_inode.Number} claims {count} extents.", offset);
                }

                return XfsExtentLeaf.Parse(_volume.Superblock, bytes.AsSpan(header, count * XfsExtent.Size), start, end, offset);
            }

            node = new Node(bytes, header, count, offset);
        }

        return new XfsExtentLeaf([], start, end);
    }

    private void Check(byte[] bytes, int level, long offset)
    {
        if (BigEndian.U32(bytes, 0) != (_volume.HasChecksums ? MagicV5 : Magic) || BigEndian.U16(bytes, 4) != level)
        {
            throw XfsVolume.Damaged($"The map of inode {_inode.Number} leads to what is no block of it.", offset);
        }

        if (_volume.HasChecksums)
        {
            XfsHeader.ExtentTree.Check(bytes, _volume.Superblock, _inode.Number, offset);
        }
    }

    /// <summary>Keys, each the first block of the fork that is below it, then as many places for the blocks of the next level.</summary>
    private readonly struct Node
    {
        private readonly byte[] _bytes;
        private readonly int _keys;
        private readonly int _count;
        private readonly int _pointers;
        private readonly long _offset;

        public Node(byte[] bytes, int header, int count, long offset)
        {
            int room = (bytes.Length - header) / (2 * KeySize);
            if (count == 0 || count > room)
            {
                throw XfsVolume.Damaged($"A node of a map of extents claims {count} keys.", offset);
            }

            _bytes = bytes;
            _keys = header;
            _count = count;
            _pointers = header + (room * KeySize);
            _offset = offset;
        }

        /// <summary>
        /// The block of the next level that <paramref name="block"/> is below, and what range that covers; null where the range lies
        /// before the first key.
        /// </summary>
        public ulong? Descend(ulong block, ref ulong start, ref ulong end)
        {
            int low = 0;
            int high = _count;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (Key(middle) <= block)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }

            ulong first = low == 0 ? start : Key(low - 1);
            ulong next = low == _count ? end : Key(low);
            if (first < start || next > end || first >= next)
            {
                throw XfsVolume.Damaged("The keys of a map of extents are out of order.", _offset);
            }

            start = first;
            end = next;
            return low == 0 ? null : BigEndian.U64(_bytes, _pointers + ((low - 1) * KeySize));
        }

        private ulong Key(int index) => BigEndian.U64(_bytes, _keys + (index * KeySize));
    }
}
