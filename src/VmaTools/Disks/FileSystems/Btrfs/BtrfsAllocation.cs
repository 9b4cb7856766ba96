using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>Tells where content lies, and what proves it.</summary>
internal static class BtrfsAllocation
{
    /// <summary>An extent as ranges of the file, each in one place on the device.</summary>
    public static IEnumerable<FileExtent> Of(BtrfsExtent extent, long fileLength, BtrfsChunkMap map)
    {
        long length = Math.Min(extent.Length, fileLength - extent.Offset);
        if (extent.IsHole)
        {
            yield return new FileExtent(extent.Offset, length, FileExtentKind.Hole);
        }
        else if (extent.IsInline)
        {
            yield return new FileExtent(extent.Offset, length, FileExtentKind.Inline, StoredLength: extent.Inline.Length);
        }
        else if (extent.Compression != BtrfsCompression.None)
        {
            yield return new FileExtent(
                extent.Offset, length, FileExtentKind.Encoded, map.Place(extent.Address, out _), (long)extent.StoredLength);
        }
        else
        {
            FileExtentKind kind = extent.IsUnwritten ? FileExtentKind.Unwritten : FileExtentKind.Data;
            for (long done = 0; done < length;)
            {
                long? place = map.Place(extent.Address + extent.StoredOffset + (ulong)done, out ulong together);

                // What is in no known place need not be cut.
                long piece = place is null ? length - done : (long)Math.Min(together, (ulong)(length - done));
                yield return new FileExtent(extent.Offset + done, piece, kind, place, piece);
                done += piece;
            }
        }
    }

    /// <summary>Whether all stored data of a file has checksums.</summary>
    public static FileDataProof ProofOf(IEnumerable<BtrfsExtent> extents, bool hasChecksums, BtrfsVolume volume)
    {
        const int AtOnce = 1024;
        int sectorSize = volume.Superblock.SectorSize;
        bool isAny = false;
        bool isAll = true;
        foreach (BtrfsExtent extent in extents)
        {
            if (extent.IsHole || extent.IsUnwritten || extent.IsInline)
            {
                continue;
            }

            if (!hasChecksums)
            {
                return FileDataProof.None;
            }

            bool isWhole = extent.Compression != BtrfsCompression.None;
            ulong start = extent.Address + (isWhole ? 0 : extent.StoredOffset);
            ulong left = (isWhole ? extent.StoredLength : (ulong)extent.Length) / (ulong)sectorSize;
            while (left > 0)
            {
                int count = (int)Math.Min(left, AtOnce);
                bool[] known = new bool[count];
                volume.Checksums.Find(start, new byte[count * volume.Superblock.Checksum.Size], known);
                isAny |= Array.IndexOf(known, true) >= 0;
                isAll &= Array.IndexOf(known, false) < 0;
                left -= (ulong)count;
                start += (ulong)count * (ulong)sectorSize;
            }
        }

        return isAll ? FileDataProof.Full : isAny ? FileDataProof.Partial : FileDataProof.None;
    }
}
