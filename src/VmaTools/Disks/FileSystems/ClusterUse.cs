using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems;

/// <summary>Which clusters of a volume are in use, by the file system's own map of them.</summary>
internal abstract class ClusterUse
{
    private readonly object _gate = new();
    private readonly long _start;
    private readonly long _clusterSize;
    private readonly long _count;

    /// <param name="start">First byte of the first cluster.</param>
    /// <param name="clusterSize">Bytes in a cluster.</param>
    /// <param name="count">How many clusters there are; what lies before and behind them is the file system's own.</param>
    protected ClusterUse(long start, long clusterSize, long count)
    {
        _start = start;
        _clusterSize = clusterSize;
        _count = count;
    }

    /// <summary>How many of the bytes from a place on lie in clusters that are all in use, or all free.</summary>
    /// <exception cref="VmaException">The map cannot be read.</exception>
    public long Stretch(long place, long length, out bool isUsed)
    {
        lock (_gate)
        {
            long cluster = NumberOf(place);
            isUsed = IsUsed(cluster);
            long next = EndOf(cluster);
            while (next - place < length && IsUsed(NumberOf(next)) == isUsed)
            {
                next = EndOf(NumberOf(next));
            }

            return Math.Min(next - place, length);
        }
    }

    /// <summary>The ranges of the volume that are free, in order, none touching the next.</summary>
    /// <exception cref="VmaException">The map cannot be read.</exception>
    public IEnumerable<(long Offset, long Length)> Free()
    {
        long end = _start + (_count * _clusterSize);
        for (long place = _start; place < end;)
        {
            long length = Stretch(place, end - place, out bool isUsed);
            if (!isUsed)
            {
                yield return (place, length);
            }

            place += length;
        }
    }

    /// <summary>What the map says of a cluster, counted from 0; asked by one thread at a time.</summary>
    protected abstract bool Read(long cluster);

    private bool IsUsed(long cluster) => cluster < 0 || cluster >= _count || Read(cluster);

    private long NumberOf(long place) => place < _start ? -1 : (place - _start) / _clusterSize;

    private long EndOf(long cluster) => cluster < 0 ? _start : cluster >= _count ? long.MaxValue : _start + ((cluster + 1) * _clusterSize);
}
