using System.Collections.Generic;
using VmaTools.Extents;
using VmaTools.Format;

namespace VmaTools.Salvage;

/// <summary>Keeps for each cluster that was salvaged whether anything proves it.</summary>
internal sealed class SalvageRecorder : IClusterReceiver
{
    private readonly Dictionary<int, ClusterSet> _verified = [];
    private readonly Dictionary<int, ClusterSet> _suspect = [];

    // Clusters of extents that no checksum has covered yet, with the end of their extent.
    private readonly Queue<(long End, List<Run> Runs)> _pending = new();
    private List<Run> _current = [];
    private List<Run> _previous = [];

    /// <summary>Begins an extent; what is wrong with the one before is known now.</summary>
    public void Begin(ExtentFrame frame)
    {
        if (frame.IsPreviousSuspect)
        {
            Mark(_suspect, _previous);
        }

        _current = [];
    }

    public void OnCluster(DeviceProgress device, Slot slot, int dataAt, bool isTrusted)
    {
        int id = device.Entry.Id;
        if (!isTrusted)
        {
            Of(_suspect, id).Add(slot.Cluster);
        }

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
    /// <param name="hasFailed">Whether a checksum over what they had not covered did not match.</param>
    public void EndStretch(ExtentFrame end, long verifiedPosition, bool hasFailed)
    {
        if (end.IsPreviousSuspect)
        {
            Mark(_suspect, _previous);
        }

        Advance(verifiedPosition);
        foreach ((_, List<Run> runs) in _pending)
        {
            if (hasFailed)
            {
                Mark(_suspect, runs);
            }
        }

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
