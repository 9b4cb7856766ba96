using System;

namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>Reads structures that take several blocks of a fork, which need not lie together.</summary>
internal static class XfsBlocks
{
    /// <summary>Reads a structure of a fork.</summary>
    /// <param name="volume">The file system's blocks.</param>
    /// <param name="fork">The fork.</param>
    /// <param name="block">The number of its first block in the fork.</param>
    /// <param name="size">Its bytes: a multiple of a block's.</param>
    /// <param name="offset">Where its first byte lies.</param>
    /// <exception cref="VmaFileSystemException">A part is not there, or cannot be read.</exception>
    public static byte[] Read(XfsVolume volume, XfsFork fork, ulong block, int size, out long offset)
    {
        offset = -1;
        byte[] bytes = new byte[size];
        for (int done = 0; done < size;)
        {
            ulong number = block + (ulong)(done >> volume.Superblock.BlockLog);
            XfsExtent extent = fork.Find(number);
            if (extent.Block is not ulong start || extent.IsUnwritten)
            {
                throw XfsVolume.Damaged("A structure lies where nothing is stored.", offset < 0 ? null : offset);
            }

            ulong wanted = (ulong)(size - done) >> volume.Superblock.BlockLog;
            ulong count = Math.Min(wanted, extent.End - number);
            long from = volume.OffsetOf(start + (number - extent.Start), count);
            int length = (int)count << volume.Superblock.BlockLog;
            volume.Metadata.Read(from, bytes.AsSpan(done, length));
            offset = offset < 0 ? from : offset;
            done += length;
        }

        return bytes;
    }
}
