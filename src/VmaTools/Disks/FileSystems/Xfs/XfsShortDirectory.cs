using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>A directory so small that it is in its inode.</summary>
internal static class XfsShortDirectory
{
    /// <summary>Its names in order.</summary>
    /// <exception cref="VmaFileSystemException">What follows cannot be read.</exception>
    public static IEnumerable<XfsDirectoryEntry> Read(XfsVolume volume, XfsInode inode)
    {
        int size = (int)inode.Size;
        bool hasTypes = volume.Superblock.Features.HasFileTypes;
        if (size < 6)
        {
            throw Damaged(inode);
        }

        int count = inode.DataFork[0];
        int numberSize = inode.DataFork[1] == 0 ? 4 : 8;
        int position = 2 + numberSize;
        for (int i = 0; i < count; i++)
        {
            // The length of the name, where it would stand in a block, the name, its type, and the number of the inode.
            int length = position < size ? inode.DataFork[position] : 0;
            int number = position + 3 + length + (hasTypes ? 1 : 0);
            if (length == 0 || number + numberSize > size)
            {
                throw Damaged(inode);
            }

            ReadOnlySpan<byte> fork = inode.DataFork;
            XfsDirectoryEntry entry = new(
                new RawName(fork.Slice(position + 3, length)),
                numberSize == 4 ? BigEndian.U32(fork, number) : BigEndian.U64(fork, number));
            position = number + numberSize;
            yield return entry;
        }
    }

    private static VmaFileSystemException Damaged(XfsInode inode) =>
        XfsVolume.Damaged($"The names in inode {inode.Number} do not fit into it.", inode.Offset);
}
