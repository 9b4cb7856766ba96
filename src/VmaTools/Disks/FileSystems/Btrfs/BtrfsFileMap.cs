using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>Finds the extents of a file. For one thread at a time.</summary>
internal sealed class BtrfsFileMap
{
    private readonly BtrfsTree _tree;
    private readonly ulong _inode;
    private readonly int _sectorSize;
    private readonly long _length;
    private BtrfsCursor? _cursor;
    private BtrfsExtent _current;
    private BtrfsExtent? _following;

    public BtrfsFileMap(BtrfsTree tree, ulong inode, int sectorSize, long length)
    {
        _tree = tree;
        _inode = inode;
        _sectorSize = sectorSize;
        _length = length;
    }

    /// <summary>The extent that a byte before the end of the file lies in; what lies in none is a hole.</summary>
    public BtrfsExtent Find(long offset)
    {
        if (offset >= _current.Offset && offset < _current.End)
        {
            return _current;
        }

        // Reading on from one extent to the next goes along the leaves.
        bool goesOn = _cursor is not null && offset == _current.End;
        if (!goesOn)
        {
            _current = default;
            _cursor = _tree.SeekBefore(new BtrfsKey(_inode, BtrfsItemTypes.FileExtent, (ulong)offset));
            _following = Next();
        }

        while (_following is BtrfsExtent next && next.Offset <= offset)
        {
            _following = null;
            _following = Next();
            if (offset < next.End)
            {
                // Where two overlap, which none should, the second begins where it says.
                long end = _following is BtrfsExtent after ? Math.Min(next.End, Math.Max(after.Offset, offset + 1)) : next.End;
                return _current = end == next.End ? next : next.CutTo(end - next.Offset);
            }
        }

        long holeEnd = Math.Min(_length, _following?.Offset ?? _length);
        return _current = BtrfsExtent.Hole(offset, Math.Max(holeEnd, offset + 1) - offset);
    }

    /// <summary>All of them, in order, without gaps, up to the file's length.</summary>
    public IEnumerable<BtrfsExtent> All()
    {
        for (long offset = 0; offset < _length;)
        {
            BtrfsExtent extent = Find(offset);
            yield return extent;
            offset = extent.End;
        }
    }

    private BtrfsExtent? Next()
    {
        BtrfsCursor cursor = _cursor!;
        try
        {
            while (cursor.MoveNext())
            {
                BtrfsKey key = cursor.Current.Key;
                if (key.Number == _inode && key.Type == BtrfsItemTypes.FileExtent)
                {
                    return BtrfsExtent.Parse(cursor.Current, _sectorSize);
                }

                if (key.Number > _inode || (key.Number == _inode && key.Type > BtrfsItemTypes.FileExtent))
                {
                    break;
                }
            }

            return null;
        }
        catch (VmaException)
        {
            // What is found out again where it is looked for again.
            _cursor = null;
            throw;
        }
    }
}
