using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>Items of a tree that a log puts in, changes or takes out, in the order of their keys.</summary>
internal sealed class BtrfsOverlay
{
    private const int MaxRun = 512;

    // Logs hold what was written in half a minute; what is larger is no log.
    private const int MaxBytes = 256 << 20;

    // Runs of entries, each in order; so that none that is put in moves many.
    private readonly List<List<(BtrfsKey Key, byte[]? Data)>> _runs = [];
    private long _bytes;

    /// <summary>How many items it has.</summary>
    public int Count { get; private set; }

    /// <summary>What became of an item: its bytes, null where it was taken out. False where it is as it was.</summary>
    public bool TryGet(in BtrfsKey key, out byte[]? data)
    {
        (int run, int index) = LowerBound(key);
        bool isThere = run < _runs.Count && _runs[run][index].Key == key;
        data = isThere ? _runs[run][index].Data : null;
        return isThere;
    }

    /// <summary>Puts an item in or changes it; with null, takes it out.</summary>
    public void Set(in BtrfsKey key, byte[]? data)
    {
        const int EntryBytes = 64;
        _bytes += EntryBytes + (data?.Length ?? 0);
        if (_bytes > MaxBytes)
        {
            throw BtrfsErrors.Damaged("The log of the Btrfs is larger than any log.");
        }

        (int run, int index) = LowerBound(key);
        if (run < _runs.Count && _runs[run][index].Key == key)
        {
            _runs[run][index] = (key, data);
            return;
        }

        Count++;
        if (_runs.Count == 0)
        {
            _runs.Add([(key, data)]);
            return;
        }

        if (run == _runs.Count || (index == 0 && run > 0))
        {
            // Behind everything, or between two runs: at the end of the one before.
            run = run == _runs.Count ? _runs.Count - 1 : run - 1;
            index = _runs[run].Count;
        }

        List<(BtrfsKey Key, byte[]? Data)> entries = _runs[run];
        entries.Insert(index, (key, data));
        if (entries.Count > MaxRun)
        {
            int half = entries.Count / 2;
            _runs.Insert(run + 1, entries.GetRange(half, entries.Count - half));
            entries.RemoveRange(half, entries.Count - half);
        }
    }

    /// <summary>The first entry behind a key, or at it.</summary>
    public bool TryNext(in BtrfsKey key, bool orAt, out BtrfsKey found, out byte[]? data)
    {
        (int run, int index) = LowerBound(key);
        if (!orAt && run < _runs.Count && _runs[run][index].Key == key && ++index == _runs[run].Count)
        {
            run++;
            index = 0;
        }

        bool isThere = run < _runs.Count;
        (found, data) = isThere ? _runs[run][index] : default;
        return isThere;
    }

    /// <summary>The last entry at a key or before it.</summary>
    public bool TryBefore(in BtrfsKey key, out BtrfsKey found, out byte[]? data)
    {
        (int run, int index) = LowerBound(key);
        bool isExact = run < _runs.Count && _runs[run][index].Key == key;
        if (!isExact && --index < 0)
        {
            run--;
            index = run < 0 ? -1 : _runs[run].Count - 1;
        }

        (found, data) = index >= 0 ? _runs[run][index] : default;
        return index >= 0;
    }

    /// <summary>The place of the first entry that is not below the key; the run behind the last where all are.</summary>
    private (int Run, int Index) LowerBound(in BtrfsKey key)
    {
        int low = 0;
        int high = _runs.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_runs[middle][_runs[middle].Count - 1].Key.CompareTo(key) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        if (low == _runs.Count)
        {
            return (low, 0);
        }

        List<(BtrfsKey Key, byte[]? Data)> entries = _runs[low];
        int first = 0;
        int end = entries.Count;
        while (first < end)
        {
            int middle = (first + end) / 2;
            if (entries[middle].Key.CompareTo(key) < 0)
            {
                first = middle + 1;
            }
            else
            {
                end = middle;
            }
        }

        return (low, first);
    }
}
