using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Ext;

/// <summary>The blocks that the file system itself needs: superblocks, descriptors, bitmaps, inodes. No file's content lies there.</summary>
internal sealed class ExtSystemZone
{
    private readonly List<(long First, long End)> _ranges = [];

    /// <summary>Adds blocks; those that lie beside others that were added last become one range with them.</summary>
    public void Add(long first, long count)
    {
        int last = _ranges.Count - 1;
        if (last >= 0 && _ranges[last].End == first)
        {
            _ranges[last] = (_ranges[last].First, first + count);
        }
        else
        {
            _ranges.Add((first, first + count));
        }
    }

    /// <summary>Puts the ranges in order, so that they can be looked up.</summary>
    public void Finish()
    {
        _ranges.Sort();
        int kept = 0;
        for (int i = 1; i < _ranges.Count; i++)
        {
            if (_ranges[i].First <= _ranges[kept].End)
            {
                _ranges[kept] = (_ranges[kept].First, Math.Max(_ranges[kept].End, _ranges[i].End));
            }
            else
            {
                _ranges[++kept] = _ranges[i];
            }
        }

        _ranges.RemoveRange(Math.Min(kept + 1, _ranges.Count), Math.Max(0, _ranges.Count - kept - 1));
    }

    /// <summary>True where one of the blocks is the file system's own.</summary>
    public bool Touches(long first, long count)
    {
        int low = 0;
        int high = _ranges.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_ranges[middle].End <= first)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low < _ranges.Count && _ranges[low].First < first + count;
    }
}
