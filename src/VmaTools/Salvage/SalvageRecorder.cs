using System;
using System.Collections.Generic;
using System.Linq;
using VmaTools.Extents;
using VmaTools.Format;

namespace VmaTools.Salvage;

/// <summary>Keeps for each cluster that was salvaged whether anything proves it.</summary>
/// <param name="areBytesConverted">Whether bytes were converted as text: data may have grown then, or be still compressed.</param>
internal sealed class SalvageRecorder(bool areBytesConverted) : IClusterReceiver
{
    private const int MostRecent = 64;

    private readonly Dictionary<int, ClusterSet> _verified = [];
    private readonly Dictionary<int, ClusterSet> _suspect = [];
    private readonly Dictionary<int, ClusterSet> _recovered = [];

    // Clusters of extents that no checksum has covered yet, with the end of their extent.
    private readonly Queue<(long End, List<Run> Runs)> _pending = new();
    private List<Run> _current = [];
    private List<Run> _previous = [];

    // The clusters of the last extents one by one, with the end of the data of each.
    private readonly Queue<List<(Run One, long End)>> _recent = new();
    private bool _isBlind;
    private long _dataStart;

    /// <summary>Begins an extent; what is wrong with the one before is known now.</summary>
    /// <param name="frame">The extent.</param>
    /// <param name="isBlind">Whether it comes from behind damage within a frame or member.</param>
    public void Begin(ExtentFrame frame, bool isBlind)
    {
        _isBlind = isBlind;
        _dataStart = frame.Offset + Layout.ExtentHeaderSize;
        _recent.Enqueue([]);
        if (_recent.Count > MostRecent)
        {
            _recent.Dequeue();
        }

        if (frame.IsPreviousSuspect)
        {
            Mark(_suspect, _previous);
        }

        _current = [];
    }

    public void OnCluster(DeviceProgress device, Slot slot, int dataAt, bool isTrusted)
    {
        int id = device.Entry.Id;
        if (!isTrusted || (areBytesConverted && slot.BlockCount > 0))
        {
            Of(_suspect, id).Add(slot.Cluster);
        }

        if (_isBlind)
        {
            Of(_recovered, id).Add(slot.Cluster);
        }

        _recent.Last().Add((new Run(id, slot.Cluster, 1), _dataStart + dataAt + (slot.BlockCount * Layout.BlockSize)));
        int last = _current.Count - 1;
        if (last >= 0 && _current[last] is { } run && run.Device == id && run.First + run.Count == slot.Cluster)
        {
            _current[last] = run with { Count = run.Count + 1 };
        }
        else
        {
            _current.Add(new Run(id, slot.Cluster, 1));
        }
    }

    /// <summary>Ends an extent.</summary>
    /// <param name="end">Where it ended in the bytes of its stretch.</param>
    /// <param name="verifiedPosition">What checksums have covered of the stretch so far.</param>
    public void End(long end, long verifiedPosition)
    {
        _previous = _current;
        _pending.Enqueue((end, _current));
        Advance(verifiedPosition);
    }

    /// <summary>Ends a stretch: what no checksum has covered, none will.</summary>
    /// <param name="end">What came instead of a further extent.</param>
    /// <param name="verifiedPosition">What checksums have covered of the stretch.</param>
    /// <param name="trustedPosition">What is to be trusted of it, where damage ended it or a checksum over it did not match.</param>
    public void EndStretch(ExtentFrame end, long verifiedPosition, long trustedPosition)
    {
        if (end.IsPreviousSuspect)
        {
            Mark(_suspect, _previous);
        }

        Advance(verifiedPosition);
        List<(Run One, long End)>[] recent = [.. _recent];
        int older = Math.Max(0, _pending.Count - recent.Length);
        foreach ((long extentEnd, List<Run> runs) in _pending)
        {
            if (older-- > 0 && extentEnd > trustedPosition)
            {
                Mark(_suspect, runs);
            }
        }

        foreach (List<(Run One, long End)> extent in recent)
        {
            Mark(_suspect, [.. extent.Where(c => c.End > trustedPosition).Select(static c => c.One)]);
        }

        _recent.Clear();
        _pending.Clear();
        _previous = [];
    }

    /// <summary>What can be said of a cluster that came.</summary>
    public string StateOf(DeviceProgress device, long cluster)
    {
        int id = device.Entry.Id;
        if (Of(_suspect, id).Contains(cluster) || device.Duplicates.Contains(cluster))
        {
            return VmaRangeState.Suspect;
        }

        if (Of(_recovered, id).Contains(cluster))
        {
            return VmaRangeState.Recovered;
        }

        return Of(_verified, id).Contains(cluster) ? VmaRangeState.Verified : VmaRangeState.Unverified;
    }

    private void Advance(long verifiedPosition)
    {
        while (_pending.Count > 0 && _pending.Peek().End <= verifiedPosition)
        {
            Mark(_verified, _pending.Dequeue().Runs);
        }
    }

    private static void Mark(Dictionary<int, ClusterSet> sets, List<Run> runs)
    {
        foreach (Run run in runs)
        {
            ClusterSet set = Of(sets, run.Device);
            for (uint i = 0; i < run.Count; i++)
            {
                set.Add(run.First + i);
            }
        }
    }

    private static ClusterSet Of(Dictionary<int, ClusterSet> sets, int id)
    {
        if (!sets.TryGetValue(id, out ClusterSet? set))
        {
            set = new ClusterSet();
            sets.Add(id, set);
        }

        return set;
    }

    private sealed record Run(int Device, uint First, uint Count);
}
