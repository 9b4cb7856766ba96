using System;

namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>Extents of a fork in order, and the range of its blocks of which they are all that there is.</summary>
internal readonly struct XfsExtentLeaf
{
    private readonly XfsExtent[]? _extents;
    private readonly ulong _start;
    private readonly ulong _end;

    /// <param name="extents">In order.</param>
    /// <param name="start">The first block of the range.</param>
    /// <param name="end">The block behind the last one.</param>
    public XfsExtentLeaf(XfsExtent[] extents, ulong start, ulong end)
    {
        _extents = extents;
        _start = start;
        _end = end;
    }

    /// <summary>Reads records that lie one behind the other.</summary>
    /// <exception cref="VmaFileSystemException">They are out of order, or lead out of the range or the file system.</exception>
    public static XfsExtentLeaf Parse(XfsSuperblock superblock, ReadOnlySpan<byte> records, ulong start, ulong end, long offset)
    {
        XfsExtent[] extents = new XfsExtent[records.Length / XfsExtent.Size];
        ulong next = start;
        for (int i = 0; i < extents.Length; i++)
        {
            XfsExtent extent = XfsExtent.Parse(records.Slice(i * XfsExtent.Size));
            if (extent.Count == 0 || extent.Start < next || extent.End > end)
            {
                throw XfsVolume.Damaged("The extents of a file are out of order.", offset);
            }

            extents[i] = superblock.Features.HasUnwrittenExtents ? extent : extent with { IsUnwritten = false };
            next = extent.End;
        }

        return new XfsExtentLeaf(extents, start, end);
    }

    public bool Covers(ulong block) => _extents is not null && block >= _start && block < _end;

    /// <summary>The extent that a block of the range lies in, or the part of a hole up to the next extent or the range's end.</summary>
    public XfsExtent Find(ulong block)
    {
        XfsExtent[] extents = _extents!;
        int low = 0;
        int high = extents.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (extents[middle].End <= block)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        if (low < extents.Length && extents[low].Start <= block)
        {
            return extents[low];
        }

        return new XfsExtent(block, (low < extents.Length ? extents[low].Start : _end) - block, null);
    }
}
