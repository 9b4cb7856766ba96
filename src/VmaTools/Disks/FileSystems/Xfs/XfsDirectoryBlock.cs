using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>A block of a directory's names, checked: names one behind the other, in a directory of one block its index at the end.</summary>
internal sealed class XfsDirectoryBlock
{
    private const uint DataMagic = 0x58443244;
    private const uint DataMagicV5 = 0x58444433;
    private const uint SingleMagic = 0x58443242;
    private const uint SingleMagicV5 = 0x58444233;
    private const ushort FreeTag = 0xffff;
    private const int TailSize = 8;

    private readonly byte[] _bytes;
    private readonly bool _hasTypes;
    private readonly long _offset;
    private readonly int _end;

    /// <param name="volume">The file system's blocks.</param>
    /// <param name="owner">The directory's inode.</param>
    /// <param name="bytes">The block.</param>
    /// <param name="offset">Where its first byte lies on the volume.</param>
    /// <exception cref="VmaFileSystemException">It is none, or damaged.</exception>
    public XfsDirectoryBlock(XfsVolume volume, ulong owner, byte[] bytes, long offset)
    {
        _bytes = bytes;
        _offset = offset;
        _hasTypes = volume.Superblock.Features.HasFileTypes;
        uint magic = BigEndian.U32(bytes, 0);
        bool isSingle = magic == (volume.HasChecksums ? SingleMagicV5 : SingleMagic);
        if (!isSingle && magic != (volume.HasChecksums ? DataMagicV5 : DataMagic))
        {
            throw XfsVolume.Damaged("A block of a directory is none.", offset);
        }

        if (volume.HasChecksums)
        {
            XfsHeader.Names.Check(bytes, volume.Superblock, owner, offset);
        }

        Start = volume.HasChecksums ? 64 : 16;
        _end = bytes.Length;
        if (isSingle)
        {
            uint count = BigEndian.U32(bytes, bytes.Length - TailSize);
            if (count > (bytes.Length - TailSize - Start) / XfsHashLeaf.EntrySize)
            {
                throw XfsVolume.Damaged("The index of a directory is larger than its block.", offset);
            }

            _end = bytes.Length - TailSize - ((int)count * XfsHashLeaf.EntrySize);
            Index = new XfsHashLeaf(bytes.AsSpan(_end, (int)count * XfsHashLeaf.EntrySize));
        }
    }

    /// <summary>The index of a directory of one block; null in a larger one.</summary>
    public XfsHashLeaf? Index { get; }

    private int Start { get; }

    /// <summary>Every name in order.</summary>
    /// <exception cref="VmaFileSystemException">What follows cannot be read.</exception>
    public IEnumerable<XfsDirectoryEntry> Read()
    {
        for (int position = Start; position < _end;)
        {
            if (ReadAt(position, out int length) is XfsDirectoryEntry entry)
            {
                yield return entry;
            }

            position += length;
        }
    }

    /// <summary>The name at an offset in the block, or null where free room is.</summary>
    /// <exception cref="VmaFileSystemException">Neither is there.</exception>
    public XfsDirectoryEntry? ReadAt(int position, out int length)
    {
        if (position < Start || position % 8 != 0 || _end - position < 8)
        {
            throw XfsVolume.Damaged("A name of a directory begins where none can.", _offset + position);
        }

        if (BigEndian.U16(_bytes, position) == FreeTag)
        {
            length = BigEndian.U16(_bytes, position + 2);
            if (length < 8 || length % 8 != 0 || length > _end - position)
            {
                throw XfsVolume.Damaged("The free room of a directory has an impossible length.", _offset + position);
            }

            return null;
        }

        if (_end - position < 16)
        {
            throw XfsVolume.Damaged("A name of a directory leads out of its block.", _offset + position);
        }

        // The number of the inode, the length of the name, the name, its type, and at the end where the entry begins.
        int nameLength = _bytes[position + 8];
        length = (8 + 1 + nameLength + (_hasTypes ? 1 : 0) + 2 + 7) & ~7;
        if (nameLength == 0 || length > _end - position || BigEndian.U16(_bytes, position + length - 2) != position)
        {
            throw XfsVolume.Damaged("A name of a directory leads out of its block.", _offset + position);
        }

        return new XfsDirectoryEntry(
            new RawName(_bytes.AsSpan(position + 9, nameLength)), BigEndian.U64(_bytes, position));
    }
}
