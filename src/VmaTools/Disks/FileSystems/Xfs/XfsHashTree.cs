using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>The tree over the hashes of names, which directories and attributes have in common: nodes above leaves.</summary>
internal sealed class XfsHashTree
{
    private const ushort NodeMagic = 0xfebe;
    private const ushort NodeMagicV5 = 0x3ebe;
    private const int MaxLevels = 6;

    private readonly XfsVolume _volume;
    private readonly XfsInode _inode;
    private readonly XfsFork _fork;
    private readonly int _blockSize;

    /// <param name="volume">The file system's blocks.</param>
    /// <param name="inode">Whose it is.</param>
    /// <param name="fork">The fork it lies in.</param>
    /// <param name="blockSize">Bytes of one of its blocks, which may be several of the file system's.</param>
    public XfsHashTree(XfsVolume volume, XfsInode inode, XfsFork fork, int blockSize)
    {
        _volume = volume;
        _inode = inode;
        _fork = fork;
        _blockSize = blockSize;
    }

    /// <summary>Bytes of the header that leaves and nodes begin with, as far as all have it.</summary>
    public int InfoSize => _volume.HasChecksums ? 56 : 12;

    /// <summary>Reads a block of the tree and checks it.</summary>
    /// <param name="block">Its number in the fork.</param>
    /// <param name="offset">Where it lies.</param>
    /// <exception cref="VmaFileSystemException">It is damaged, or not there.</exception>
    public byte[] ReadBlock(ulong block, out long offset)
    {
        byte[] bytes = XfsBlocks.Read(_volume, _fork, block, _blockSize, out offset);
        if (_volume.HasChecksums)
        {
            XfsHeader.HashTree.Check(bytes, _volume.Superblock, _inode.Number, offset);
        }

        return bytes;
    }

    /// <summary>True where a block that was read is a node, and not a leaf.</summary>
    public bool IsNode(byte[] block) => MagicOf(block) == (_volume.HasChecksums ? NodeMagicV5 : NodeMagic);

    /// <summary>What kind of leaf a block that was read says it is.</summary>
    public static ushort MagicOf(byte[] block) => BigEndian.U16(block, 8);

    /// <summary>The number of the leaf behind one, in the order of hashes; 0 at the end.</summary>
    public static uint Next(byte[] leaf) => BigEndian.U32(leaf, 0);

    /// <summary>The leaf where entries of a hash begin, and its number.</summary>
    /// <exception cref="VmaFileSystemException">The tree is damaged.</exception>
    public byte[] FindLeaf(ulong root, uint hash, out long offset)
    {
        byte[] bytes = ReadBlock(root, out offset);
        for (int level = int.MaxValue; IsNode(bytes);)
        {
            XfsHashLeaf node = ReadNode(bytes, ref level, offset);
            int index = node.Search(hash);
            if (index == node.Count)
            {
                // Hashes above all that are there: the last leaf is where one would be.
                index--;
            }

            bytes = ReadBlock(node.Place(index), out offset);
        }

        return bytes;
    }

    /// <summary>Every leaf in the order of hashes. A part that is damaged is told and left out.</summary>
    public IEnumerable<byte[]> ReadLeaves(ulong root, Action<VmaException> report)
    {
        // The tree is shallow, and each block is in it once: what comes again is damage.
        HashSet<ulong> seen = [];
        Stack<(ulong Block, int Level)> pending = new();
        pending.Push((root, int.MaxValue));
        while (pending.Count > 0)
        {
            (ulong block, int level) = pending.Pop();
            byte[]? leaf = null;
            try
            {
                if (!seen.Add(block) || (ulong)seen.Count > _volume.Superblock.BlockCount)
                {
                    throw XfsVolume.Damaged($"The index of names of inode {_inode.Number} leads round in a circle.", _inode.Offset);
                }

                byte[] bytes = ReadBlock(block, out long offset);
                if (IsNode(bytes))
                {
                    XfsHashLeaf node = ReadNode(bytes, ref level, offset);
                    for (int i = node.Count - 1; i >= 0; i--)
                    {
                        pending.Push((node.Place(i), level));
                    }
                }
                else
                {
                    leaf = bytes;
                }
            }
            catch (VmaException exception)
            {
                report(exception);
            }

            if (leaf is not null)
            {
                yield return leaf;
            }
        }
    }

    private XfsHashLeaf ReadNode(byte[] bytes, ref int level, long offset)
    {
        int header = InfoSize + (_volume.HasChecksums ? 8 : 4);
        int count = BigEndian.U16(bytes, InfoSize);
        int itsLevel = BigEndian.U16(bytes, InfoSize + 2);
        if (count == 0 || count > (bytes.Length - header) / XfsHashLeaf.EntrySize || itsLevel is 0 or >= MaxLevels || itsLevel >= level)
        {
            throw XfsVolume.Damaged($"A node of the index of names of inode {_inode.Number} contradicts itself.", offset);
        }

        level = itsLevel;
        return new XfsHashLeaf(bytes.AsSpan(header, count * XfsHashLeaf.EntrySize));
    }
}
