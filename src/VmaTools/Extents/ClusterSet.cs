using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Extents;

/// <summary>
/// A set of cluster numbers: one bit a cluster, in pages that exist only where something was added, so that a device costs
/// memory for what an archive says of it and not for the size it claims.
/// </summary>
internal sealed class ClusterSet
{
    // Small pages: a hostile archive can make one exist with 8 bytes.
    private const int PageShift = 9;
    private const int PageSize = 1 << PageShift;

    private readonly Dictionary<int, ulong[]> _pages = [];
    private int _lastIndex = -1;
    private ulong[] _lastPage = [];

    // The pages' numbers in order; null where pages were added since.
    private int[]? _order;

    /// <summary>Number of clusters in the set.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a cluster. False where it was there already.</summary>
    public bool Add(uint cluster)
    {
        int index = (int)(cluster >> PageShift);
        if (index != _lastIndex)
        {
            if (!_pages.TryGetValue(index, out ulong[]? page))
            {
                page = new ulong[PageSize / 64];
                _pages.Add(index, page);
                _order = null;
            }

            _lastPage = page;
            _lastIndex = index;
        }

        ulong bit = 1UL << (int)(cluster & 63);
        ref ulong word = ref _lastPage[(cluster & (PageSize - 1)) >> 6];
        if ((word & bit) != 0)
        {
            return false;
        }

        word |= bit;
        Count++;
        return true;
    }

    /// <summary>Safe to call from several threads once nothing is added any more.</summary>
    public bool Contains(long cluster) =>
        _pages.TryGetValue((int)(cluster >> PageShift), out ulong[]? page)
        && (page[(cluster & (PageSize - 1)) >> 6] & (1UL << (int)(cluster & 63))) != 0;

    /// <summary>The ranges of clusters below <paramref name="total"/> that are not in the set, in order.</summary>
    public IEnumerable<(long First, long Count)> Missing(long total)
    {
        for (long at = 0; at < total;)
        {
            long end = Math.Min(total, EndOfRun(at));
            if (!Contains(at))
            {
                yield return (at, end - at);
            }

            at = end;
        }
    }

    /// <summary>
    /// Where the run of clusters ends that are like <paramref name="cluster"/>: all in the set, or none. It takes time for what is
    /// in the set, however far it goes. Safe to call from several threads once nothing is added any more.
    /// </summary>
    public long EndOfRun(long cluster)
    {
        bool isIn = Contains(cluster);
        long at = cluster;
        while (true)
        {
            int index = (int)(at >> PageShift);
            if (!_pages.TryGetValue(index, out ulong[]? page))
            {
                if (isIn)
                {
                    return at;
                }

                int[] order = Order();
                int next = ~Array.BinarySearch(order, index);
                if (next == order.Length)
                {
                    return long.MaxValue;
                }

                at = (long)order[next] << PageShift;
                page = _pages[order[next]];
            }

            for (int i = (int)(at & (PageSize - 1)) >> 6; i < page.Length; i++)
            {
                // A set bit is a cluster that is not like the first one.
                ulong others = (isIn ? ~page[i] : page[i]) & (ulong.MaxValue << (int)(at & 63));
                if (others != 0)
                {
                    return (at & ~63L) + Bits.TrailingZeros(others);
                }

                at = (at | 63) + 1;
            }
        }
    }

    private int[] Order()
    {
        if (_order is { } known)
        {
            return known;
        }

        int[] order = new int[_pages.Count];
        _pages.Keys.CopyTo(order, 0);
        Array.Sort(order);
        return _order = order;
    }
}
