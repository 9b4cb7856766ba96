using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Archives;

/// <summary>
/// Offsets and masks of the stored clusters of one device, 8 bytes each: the offset in the upper 48 bits, the mask below.
/// They lie in pages by cluster number, in ascending order, found by counting bits.
/// </summary>
internal sealed class StoredClusters
{
    private const int PageShift = 12;
    private const int PageSize = 1 << PageShift;

    private readonly Dictionary<int, Page> _pages = [];

    /// <summary>Memory taken, in bytes, about.</summary>
    public long Footprint { get; private set; }

    public void Add(uint cluster, long offset, ushort mask)
    {
        int index = (int)(cluster >> PageShift);
        if (!_pages.TryGetValue(index, out Page? page))
        {
            page = new Page();
            _pages.Add(index, page);
        }

        page.Insert((int)(cluster & (PageSize - 1)), ((ulong)offset << 16) | mask);
    }

    public bool TryGet(long cluster, out long offset, out ushort mask)
    {
        if (_pages.TryGetValue((int)(cluster >> PageShift), out Page? page)
            && page.TryGet((int)(cluster & (PageSize - 1)), out ulong entry))
        {
            offset = (long)(entry >> 16);
            mask = (ushort)entry;
            return true;
        }

        offset = 0;
        mask = 0;
        return false;
    }

    /// <summary>Gives back memory set aside for more entries. To be called once all are there.</summary>
    public void Trim()
    {
        Footprint = 0;
        foreach (Page page in _pages.Values)
        {
            Footprint += page.Trim();
        }
    }

    private sealed class Page
    {
        private readonly ulong[] _present = new ulong[PageSize / 64];
        private ulong[] _entries = new ulong[16];
        private int _count;

        public void Insert(int cluster, ulong entry)
        {
            int rank = Rank(cluster);
            _present[cluster >> 6] |= 1UL << (cluster & 63);
            if (_count == _entries.Length)
            {
                Array.Resize(ref _entries, Math.Min(PageSize, _count * 2));
            }

            // Clusters mostly come in ascending order, where nothing moves.
            Array.Copy(_entries, rank, _entries, rank + 1, _count - rank);
            _entries[rank] = entry;
            _count++;
        }

        public bool TryGet(int cluster, out ulong entry)
        {
            bool isPresent = (_present[cluster >> 6] & (1UL << (cluster & 63))) != 0;
            entry = isPresent ? _entries[Rank(cluster)] : 0;
            return isPresent;
        }

        public long Trim()
        {
            if (_count < _entries.Length)
            {
                Array.Resize(ref _entries, _count);
            }

            return (_present.Length + _entries.Length) * sizeof(ulong);
        }

        /// <summary>Number of entries below <paramref name="cluster"/>.</summary>
        private int Rank(int cluster)
        {
            int word = cluster >> 6;
            int rank = Bits.Count(_present[word] & ((1UL << (cluster & 63)) - 1));
            for (int i = 0; i < word; i++)
            {
                rank += Bits.Count(_present[i]);
            }

            return rank;
        }
    }
}
