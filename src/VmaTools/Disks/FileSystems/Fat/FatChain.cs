using System.Collections;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Fat;

/// <summary>Clusters that are neighbours and follow each other in a file.</summary>
/// <param name="Index">Which cluster of the file the first is.</param>
/// <param name="First">The first cluster.</param>
/// <param name="Count">How many.</param>
internal readonly record struct FatRun(uint Index, uint First, uint Count);

/// <summary>The clusters of a file or directory, in order.</summary>
internal sealed class FatChain
{
    // Some 50 MB; a file of 4 GiB has no more pieces on volumes as they are made.
    private const int MaxRuns = 4 * 1024 * 1024;

    private readonly List<FatRun> _runs = [];

    public IReadOnlyList<FatRun> Runs => _runs;

    public uint Clusters { get; private set; }

    /// <summary>Why the chain ends before its time, as the end of a sentence; null for one that is whole, or as long as was asked for.</summary>
    public string? Problem { get; private set; }

    /// <summary>Where on the volume the entry stands that is wrong; null for the first cluster, which a directory names.</summary>
    public long? ProblemOffset { get; private set; }

    /// <summary>Clusters that lie one behind the other, as exFAT has them without a chain.</summary>
    public static FatChain Straight(FatTable table, uint first, uint count)
    {
        FatChain chain = new();
        uint last = table.Clusters + FatTable.FirstCluster;
        if (count > 0 && !table.IsCluster(first))
        {
            chain.Problem = Describe(first);
            return chain;
        }

        chain.Clusters = count <= last - first ? count : last - first;
        chain.Problem = chain.Clusters < count ? "leads out of the volume" : null;
        if (chain.Clusters > 0)
        {
            chain._runs.Add(new FatRun(0, first, chain.Clusters));
        }

        return chain;
    }

    /// <summary>Follows a chain to its end, or for as many clusters as are wanted. It may lead anywhere, and round in a circle.</summary>
    public static FatChain Follow(FatTable table, uint first, long wanted)
    {
        FatChain chain = new();
        FatTable.Reader reader = table.NewReader();
        BitArray? seen = null;
        uint before = 0;
        uint cluster = first;
        while (chain.Clusters < wanted)
        {
            if (!table.IsCluster(cluster))
            {
                if (cluster < FatTable.End || before == 0)
                {
                    chain.EndAt(Describe(cluster), before == 0 ? null : table.OffsetOf(before));
                }

                return chain;
            }

            // A circle needs a step back: a chain that only goes forward ends by itself.
            seen ??= cluster <= before ? chain.MarkAll(table.Clusters) : null;
            if (seen is not null)
            {
                if (!TryMark(seen, cluster))
                {
                    chain.EndAt("leads back into itself", table.OffsetOf(before));
                    return chain;
                }
            }

            if (chain._runs.Count == MaxRuns)
            {
                chain.EndAt("has more pieces than are followed", table.OffsetOf(before));
                return chain;
            }

            chain.Add(cluster, isNeighbour: before != 0 && cluster == before + 1);
            before = cluster;
            cluster = chain.Clusters < wanted ? reader.Next(cluster) : cluster;
        }

        return chain;
    }

    /// <summary>The run that a cluster of the file lies in; there must be one.</summary>
    public FatRun RunOf(uint index)
    {
        int low = 0;
        int high = _runs.Count - 1;
        while (low < high)
        {
            int middle = low + ((high - low + 1) / 2);
            if (_runs[middle].Index <= index)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return _runs[low];
    }

    private void Add(uint cluster, bool isNeighbour)
    {
        if (isNeighbour)
        {
            FatRun last = _runs[_runs.Count - 1];
            _runs[_runs.Count - 1] = last with { Count = last.Count + 1 };
        }
        else
        {
            _runs.Add(new FatRun(Clusters, cluster, 1));
        }

        Clusters++;
    }

    private BitArray MarkAll(uint clusters)
    {
        BitArray seen = new((int)clusters);
        foreach (FatRun run in _runs)
        {
            for (uint i = 0; i < run.Count; i++)
            {
                TryMark(seen, run.First + i);
            }
        }

        return seen;
    }

    /// <summary>Marks a cluster; false where it is marked already.</summary>
    private static bool TryMark(BitArray seen, uint cluster)
    {
        int index = (int)(cluster - FatTable.FirstCluster);
        bool isNew = !seen[index];
        seen[index] = true;
        return isNew;
    }

    private void EndAt(string problem, long? offset)
    {
        Problem = problem;
        ProblemOffset = offset;
    }

    private static string Describe(uint cluster) => cluster switch
    {
        0 => "leads to a free cluster",
        FatTable.Bad => "leads to a bad cluster",
        >= FatTable.End => "is empty",
        _ => $"leads out of the volume (cluster {cluster})",
    };
}
