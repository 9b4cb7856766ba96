using System.Collections.Generic;

namespace VmaTools.Archives;

/// <summary>
/// Offsets and masks of the stored clusters of one device, 8 bytes each: the offset in the upper 48 bits, the mask below.
/// </summary>
internal sealed class StoredClusters
{
    private readonly Dictionary<int, ClusterPage> _byNumber = [];
    private readonly ClusterPages _pages;

    /// <param name="pages">Where the pages of the map are.</param>
    public StoredClusters(ClusterPages pages) => _pages = pages;

    /// <summary>Memory taken beside the entries, in bytes, about.</summary>
    public long Footprint => (long)_byNumber.Count * ClusterPage.FixedBytes;

    public void Add(uint cluster, long offset, ushort mask)
    {
        int index = (int)(cluster >> ClusterPage.Shift);
        if (!_byNumber.TryGetValue(index, out ClusterPage? page))
        {
            page = new ClusterPage();
            _byNumber.Add(index, page);
        }

        page.Insert((int)(cluster & (ClusterPage.Size - 1)), ((ulong)offset << 16) | mask, _pages);
    }

    /// <summary>Looks a cluster up. Safe from several threads once all are there.</summary>
    /// <exception cref="VmaException">What was set aside of the map cannot be read back.</exception>
    public bool TryGet(long cluster, out long offset, out ushort mask)
    {
        if (_byNumber.TryGetValue((int)(cluster >> ClusterPage.Shift), out ClusterPage? page)
            && page.TryGet((int)(cluster & (ClusterPage.Size - 1)), _pages, out ulong entry))
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
        foreach (ClusterPage page in _byNumber.Values)
        {
            page.Trim(_pages);
        }
    }
}
