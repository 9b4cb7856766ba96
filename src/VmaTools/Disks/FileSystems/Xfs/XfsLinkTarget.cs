using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>The target of a symbolic link, in its inode or in blocks of its own.</summary>
internal static class XfsLinkTarget
{
    private const int MaxLength = 1024;
    private const uint Magic = 0x58534c4d;
    private const int HeaderSize = 56;

    /// <exception cref="VmaFileSystemException">It is damaged.</exception>
    public static RawName Read(XfsVolume volume, XfsInode inode)
    {
        if (inode.Size is 0 or > MaxLength)
        {
            throw XfsVolume.Damaged($"The target of link {inode.Number} has an impossible length.", inode.Offset);
        }

        byte[] target = new byte[(int)inode.Size];
        if (inode.DataFormat == XfsForkFormat.Local)
        {
            return new RawName(inode.DataFork.Slice(0, target.Length));
        }

        int header = volume.HasChecksums ? HeaderSize : 0;
        int blockLog = volume.Superblock.BlockLog;
        int room = volume.Superblock.BlockSize - header;
        ulong blocks = (ulong)((target.Length + room - 1) / room);
        XfsFork fork = XfsFork.OfData(volume, inode);
        ulong number = 0;
        for (int done = 0; done < target.Length;)
        {
            // Each extent is one piece, with one header.
            XfsExtent extent = fork.Find(number);
            ulong count = Math.Min(extent.Count, blocks - Math.Min(blocks, number));
            if (extent.Block is null || count == 0)
            {
                throw XfsVolume.Damaged($"A part of the target of link {inode.Number} is missing.", inode.Offset);
            }

            byte[] bytes = XfsBlocks.Read(volume, fork, number, (int)count << blockLog, out long offset);
            int length = Math.Min(target.Length - done, bytes.Length - header);
            if (header != 0)
            {
                XfsHeader.Remote.Check(bytes, volume.Superblock, inode.Number, offset);
                if (BigEndian.U32(bytes, 0) != Magic || BigEndian.U32(bytes, 4) != done || BigEndian.U32(bytes, 8) != length)
                {
                    throw XfsVolume.Damaged($"A part of the target of link {inode.Number} belongs elsewhere.", offset);
                }
            }

            bytes.AsSpan(header, length).CopyTo(target.AsSpan(done));
            done += length;
            number += count;
        }

        return new RawName(target);
    }
}
