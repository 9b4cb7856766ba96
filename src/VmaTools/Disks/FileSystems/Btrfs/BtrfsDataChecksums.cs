using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>Looks up the checksums of data: those in logs first, then those of the file system.</summary>
internal sealed class BtrfsDataChecksums
{
    private readonly IReadOnlyList<BtrfsTree> _trees;
    private readonly int _sectorSize;
    private readonly int _size;

    /// <param name="trees">The trees that hold some, the newest first.</param>
    /// <param name="sectorSize">Bytes that each one is of.</param>
    /// <param name="size">Bytes of each.</param>
    public BtrfsDataChecksums(IReadOnlyList<BtrfsTree> trees, int sectorSize, int size)
    {
        _trees = trees;
        _sectorSize = sectorSize;
        _size = size;
    }

    /// <summary>The checksums of a row of sectors.</summary>
    /// <param name="address">Logical address of the first.</param>
    /// <param name="checksums">What is filled.</param>
    /// <param name="known">Of each sector, whether there is one; to be all false.</param>
    public void Find(ulong address, Span<byte> checksums, Span<bool> known)
    {
        int missing = known.Length;
        for (int i = 0; i < _trees.Count && missing > 0; i++)
        {
            missing -= Find(_trees[i], address, checksums, known);
        }
    }

    private int Find(BtrfsTree tree, ulong address, Span<byte> checksums, Span<bool> known)
    {
        int found = 0;
        ulong end = address + ((ulong)known.Length * (ulong)_sectorSize);
        BtrfsCursor cursor = tree.SeekBefore(new BtrfsKey(BtrfsNumbers.Checksums, BtrfsItemTypes.Checksums, address));
        while (cursor.MoveNext())
        {
            BtrfsItem item = cursor.Current;
            if (item.Key.Number != BtrfsNumbers.Checksums || item.Key.Type != BtrfsItemTypes.Checksums)
            {
                if (item.Key.CompareTo(new BtrfsKey(BtrfsNumbers.Checksums, BtrfsItemTypes.Checksums, address)) > 0)
                {
                    break;
                }

                continue;
            }

            if (item.Key.Offset >= end)
            {
                break;
            }

            // Of a damaged tree, checksums may be said to be of what lies between sectors: they prove none.
            if ((item.Key.Offset - address) % (ulong)_sectorSize != 0)
            {
                continue;
            }

            ulong count = (ulong)(item.Data.Length / _size);
            ulong first = item.Key.Offset >= address ? 0 : (address - item.Key.Offset) / (ulong)_sectorSize;
            for (ulong i = first; i < count; i++)
            {
                ulong at = item.Key.Offset + (i * (ulong)_sectorSize);
                if (at >= end)
                {
                    break;
                }

                int sector = (int)((at - address) / (ulong)_sectorSize);
                if (!known[sector])
                {
                    known[sector] = true;
                    item.Data.Span.Slice((int)i * _size, _size).CopyTo(checksums.Slice(sector * _size));
                    found++;
                }
            }
        }

        return found;
    }
}
