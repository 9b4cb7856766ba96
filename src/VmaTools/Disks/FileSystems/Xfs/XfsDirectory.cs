using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>A directory: its names in order, or one by its hash.</summary>
internal sealed class XfsDirectory
{
    /// <summary>Where in a directory the index begins; the names lie before.</summary>
    private const long IndexOffset = 1L << 35;

    private const ushort SingleLeafMagic = 0xd2f1;
    private const ushort SingleLeafMagicV5 = 0x3df1;
    private const ushort LeafMagic = 0xd2ff;
    private const ushort LeafMagicV5 = 0x3dff;

    private readonly XfsVolume _volume;
    private readonly XfsInode _inode;

    public XfsDirectory(XfsVolume volume, XfsInode inode)
    {
        _volume = volume;
        _inode = inode;
    }

    private bool Folds => _volume.Superblock.Features.FoldsNames;

    private int BlockSize => _volume.Superblock.DirectoryBlockSize;

    /// <summary>Every name but the two for the directory itself and the one above. Damage is told, and what it hits left out.</summary>
    public IEnumerable<XfsDirectoryEntry> Read(Action<VmaException> report)
    {
        foreach (XfsDirectoryEntry entry in new Guarded(
            _inode.DataFormat == XfsForkFormat.Local ? XfsShortDirectory.Read(_volume, _inode) : ReadBlocks(report), report))
        {
            if (!entry.IsDots)
            {
                yield return entry;
            }
        }
    }

    /// <summary>The names that are the one asked for, or fold to the same, by the directory's own index.</summary>
    /// <exception cref="VmaFileSystemException">The directory is damaged where the name would be.</exception>
    public List<XfsDirectoryEntry> Find(RawName name)
    {
        if (_inode.DataFormat == XfsForkFormat.Local)
        {
            return Select(XfsShortDirectory.Read(_volume, _inode), name, Folds);
        }

        List<XfsDirectoryEntry> found = [];
        XfsFork fork = XfsFork.OfData(_volume, _inode);
        uint hash = XfsNames.Hash(name.Bytes, Folds);
        ulong root = (ulong)IndexOffset >> _volume.Superblock.BlockLog;
        if (fork.Find(root).Block is null)
        {
            XfsDirectoryBlock block = ReadBlock(fork, 0);
            XfsHashLeaf index = block.Index
                ?? throw XfsVolume.Damaged($"Directory {_inode.Number} has no index.", _inode.Offset);
            AddMatches(found, fork, index, hash, name, block);
            return found;
        }

        XfsHashTree tree = new(_volume, _inode, fork, BlockSize);
        byte[] leaf = tree.FindLeaf(root, hash, out long offset);
        HashSet<uint> seen = [];
        while (AddMatches(found, fork, ReadLeaf(tree, leaf, offset), hash, name, null)
            && XfsHashTree.Next(leaf) is not 0 and uint next && seen.Add(next))
        {
            // Names of one hash can go on in the next leaf.
            leaf = tree.ReadBlock(next, out offset);
        }

        return found;
    }

    /// <summary>Those of the names that are the one asked for, or fold to the same.</summary>
    public static List<XfsDirectoryEntry> Select(IEnumerable<XfsDirectoryEntry> entries, RawName name, bool folds)
    {
        List<XfsDirectoryEntry> found = [];
        foreach (XfsDirectoryEntry entry in entries)
        {
            if (IsSame(entry, name, folds))
            {
                found.Add(entry);
            }
        }

        return found;
    }

    private static bool IsSame(XfsDirectoryEntry entry, RawName name, bool folds) =>
        !entry.IsDots && (folds ? XfsNames.AreFolded(entry.Name.Bytes, name.Bytes) : entry.Name == name);

    private IEnumerable<XfsDirectoryEntry> ReadBlocks(Action<VmaException> report)
    {
        XfsFork fork = XfsFork.OfData(_volume, _inode);
        ulong perBlock = 1ul << _volume.Superblock.DirectoryBlockLog;
        ulong end = (ulong)IndexOffset >> _volume.Superblock.BlockLog;

        // No directory is larger than the file system.
        ulong left = _volume.Superblock.BlockCount / perBlock;
        for (ulong number = 0; number < end && left > 0;)
        {
            XfsExtent extent = fork.Find(number);
            if (extent.Block is null && extent.End / perBlock * perBlock is ulong next && next > number)
            {
                number = next;
                continue;
            }

            left--;
            XfsDirectoryBlock? block = null;
            try
            {
                block = ReadBlock(fork, number);
            }
            catch (VmaException exception)
            {
                report(exception);
            }

            number += perBlock;
            if (block is null)
            {
                continue;
            }

            foreach (XfsDirectoryEntry entry in new Guarded(block.Read(), report))
            {
                yield return entry;
            }
        }
    }

    private XfsDirectoryBlock ReadBlock(XfsFork fork, ulong number)
    {
        byte[] bytes = XfsBlocks.Read(_volume, fork, number, BlockSize, out long offset);
        return new XfsDirectoryBlock(_volume, _inode.Number, bytes, offset);
    }

    private XfsHashLeaf ReadLeaf(XfsHashTree tree, byte[] leaf, long offset)
    {
        ushort magic = XfsHashTree.MagicOf(leaf);
        bool isLeaf = _volume.HasChecksums ? magic is SingleLeafMagicV5 or LeafMagicV5 : magic is SingleLeafMagic or LeafMagic;
        int header = tree.InfoSize + (_volume.HasChecksums ? 8 : 4);
        int count = BigEndian.U16(leaf, tree.InfoSize);
        if (!isLeaf || count > (leaf.Length - header) / XfsHashLeaf.EntrySize)
        {
            throw XfsVolume.Damaged($"A leaf of the index of directory {_inode.Number} contradicts itself.", offset);
        }

        return new XfsHashLeaf(leaf.AsSpan(header, count * XfsHashLeaf.EntrySize));
    }

    /// <summary>Adds what a leaf has of a hash; true where the next leaf may have more.</summary>
    private bool AddMatches(
        List<XfsDirectoryEntry> found, XfsFork fork, XfsHashLeaf leaf, uint hash, RawName name, XfsDirectoryBlock? only)
    {
        int index = leaf.Search(hash);
        for (; index < leaf.Count && leaf.Hash(index) == hash; index++)
        {
            if (leaf.Place(index) is 0)
            {
                continue;
            }

            long place = (long)leaf.Place(index) * 8;
            if (place >= IndexOffset || (only is not null && place >= BlockSize))
            {
                throw XfsVolume.Damaged($"The index of directory {_inode.Number} leads out of it.", _inode.Offset);
            }

            ulong number = (ulong)(place / BlockSize) << _volume.Superblock.DirectoryBlockLog;
            XfsDirectoryEntry? entry = (only ?? ReadBlock(fork, number)).ReadAt((int)(place % BlockSize), out _);
            if (entry is XfsDirectoryEntry there && IsSame(there, name, Folds))
            {
                found.Add(there);
            }
        }

        return index == leaf.Count;
    }

    /// <summary>What a sequence gives until it throws; that is told.</summary>
    private readonly struct Guarded
    {
        private readonly IEnumerable<XfsDirectoryEntry> _entries;
        private readonly Action<VmaException> _report;

        public Guarded(IEnumerable<XfsDirectoryEntry> entries, Action<VmaException> report)
        {
            _entries = entries;
            _report = report;
        }

        public IEnumerator<XfsDirectoryEntry> GetEnumerator()
        {
            using IEnumerator<XfsDirectoryEntry> enumerator = _entries.GetEnumerator();
            while (true)
            {
                try
                {
                    if (!enumerator.MoveNext())
                    {
                        yield break;
                    }
                }
                catch (VmaException exception)
                {
                    _report(exception);
                    yield break;
                }

                yield return enumerator.Current;
            }
        }
    }
}
