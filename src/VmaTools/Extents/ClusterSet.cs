using System.Collections.Generic;
using System.Linq;
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
        long first = 0;
        foreach (int index in _pages.Keys.OrderBy(static i => i))
        {
            ulong[] page = _pages[index];
            long at = (long)index << PageShift;
            for (int i = 0; i < page.Length && at < total; i++, at += 64)
            {
                ulong word = page[i];
                if (word == ulong.MaxValue && first == at)
                {
                    first += 64;
                    continue;
                }

                while (word != 0)
                {
                    int bit = Bits.TrailingZeros(word);
                    word &= word - 1;
                    if (at + bit > first && first < total)
                    {
                        yield return (first, System.Math.Min(at + bit, total) - first);
                    }

                    first = at + bit + 1;
                }
            }
        }

        if (first < total)
        {
            yield return (first, total - first);
        }
    }
}
