using System;
using System.Threading;
using VmaTools.Bytes;

namespace VmaTools.Archives;

/// <summary>Entries for some of the 4096 clusters of a stretch, in ascending order of these, found by counting bits.</summary>
internal sealed class ClusterPage
{
    public const int Shift = 12;

    /// <summary>Clusters of a page.</summary>
    public const int Size = 1 << Shift;

    /// <summary>Bytes that its entries take at most.</summary>
    public const int MaxBytes = Size * sizeof(ulong);

    /// <summary>Bytes that it takes without its entries, about.</summary>
    public const int FixedBytes = Size / 8;

    private readonly ulong[] _present = new ulong[Size / 64];
    private ulong[]? _entries;
    private bool _isRecent;

    /// <summary>Number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>The entries, or null where they are not in memory.</summary>
    public ulong[]? Entries
    {
        get => Volatile.Read(ref _entries);
        set => Volatile.Write(ref _entries, value);
    }

    /// <summary>Where it is in the scratch file; negative where it never was there.</summary>
    public long Place { get; set; } = -1;

    /// <summary>Whether the scratch file has it as it is.</summary>
    public bool IsKept { get; set; }

    /// <summary>Whether it was looked at lately.</summary>
    public bool IsRecent
    {
        get => Volatile.Read(ref _isRecent);
        set
        {
            // Most times it is so already, and what is written is taken from other processors.
            if (_isRecent != value)
            {
                Volatile.Write(ref _isRecent, value);
            }
        }
    }

    /// <summary>Adds the entry of a cluster that has none.</summary>
    /// <param name="cluster">The cluster, counted from the page's first.</param>
    /// <param name="entry">Its entry.</param>
    /// <param name="pages">Where the page is.</param>
    public void Insert(int cluster, ulong entry, ClusterPages pages)
    {
        ulong[] entries = Count == 0 ? [] : pages.Get(this);
        int rank = Rank(cluster);
        if (Count == entries.Length)
        {
            Array.Resize(ref entries, Math.Min(Size, Math.Max(16, Count * 2)));
            pages.Set(this, entries);
        }

        // Clusters mostly come in ascending order, where nothing moves.
        Array.Copy(entries, rank, entries, rank + 1, Count - rank);
        entries[rank] = entry;
        _present[cluster >> 6] |= 1UL << (cluster & 63);
        Count++;
        IsKept = false;
    }

    public bool TryGet(int cluster, ClusterPages pages, out ulong entry)
    {
        bool isPresent = (_present[cluster >> 6] & (1UL << (cluster & 63))) != 0;
        entry = isPresent ? pages.Get(this)[Rank(cluster)] : 0;
        return isPresent;
    }

    /// <summary>Gives back memory set aside for more entries.</summary>
    public void Trim(ClusterPages pages)
    {
        if (Entries is { } entries && Count < entries.Length)
        {
            Array.Resize(ref entries, Count);
            pages.Trim(this, entries);
        }
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
