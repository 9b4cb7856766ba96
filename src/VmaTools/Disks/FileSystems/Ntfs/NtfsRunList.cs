using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>The map of a piece of an attribute: which of its clusters lie where.</summary>
internal sealed class NtfsRunList
{
    private readonly List<NtfsRun> _runs;

    private NtfsRunList(List<NtfsRun> runs, long start, long end)
    {
        _runs = runs;
        Start = start;
        End = end;
    }

    /// <summary>The first cluster that it tells of.</summary>
    public long Start { get; }

    /// <summary>Behind the last cluster that it tells of.</summary>
    public long End { get; private set; }

    // Pairs: a byte with two halves, the lower the bytes of the count, the upper the bytes of the distance (signed, from the
    // cluster of the run before; none for a hole); then these. A byte of 0 ends them.

    /// <summary>Reads the map of a piece that is not resident.</summary>
    /// <exception cref="VmaFileSystemException">It is damaged.</exception>
    public static NtfsRunList Parse(NtfsAttribute piece)
    {
        ReadOnlySpan<byte> pairs = piece.MappingPairs;
        List<NtfsRun> runs = [];
        long start = piece.LowestCluster;
        long next = start;
        long cluster = 0;
        while (!pairs.IsEmpty && pairs[0] != 0)
        {
            int countSize = pairs[0] & 15;
            int distanceSize = pairs[0] >> 4;
            if (countSize is 0 or > 8 || distanceSize > 8 || 1 + countSize + distanceSize > pairs.Length)
            {
                throw piece.Record.Damaged("The map of an attribute breaks its own form.");
            }

            long count = Signed(pairs.Slice(1, countSize));
            if (count <= 0 || count > NtfsAttribute.MaxClusters - next)
            {
                throw piece.Record.Damaged("The map of an attribute counts clusters that cannot be.");
            }

            bool isHole = distanceSize == 0;
            if (!isHole)
            {
                cluster = unchecked(cluster + Signed(pairs.Slice(1 + countSize, distanceSize)));
                isHole = cluster == NtfsRun.Hole;
            }

            runs.Add(new NtfsRun(next, count, isHole ? NtfsRun.Hole : cluster < 0 ? long.MaxValue : cluster));
            next += count;
            pairs = pairs.Slice(1 + countSize + distanceSize);
        }

        // Some writers leave the last cluster's number at 0 where there is one piece only.
        if (piece.HighestCluster > 0 && piece.HighestCluster != next - 1)
        {
            throw piece.Record.Damaged($"The map of an attribute ends at cluster {next - 1}, not {piece.HighestCluster}.");
        }

        return new NtfsRunList(runs, start, next);
    }

    /// <summary>Adds the map of the piece that follows.</summary>
    public void Append(NtfsRunList next)
    {
        _runs.AddRange(next._runs);
        End = next.End;
    }

    /// <summary>The run that a cluster lies in. The caller knows that it lies between start and end.</summary>
    public NtfsRun Find(long cluster)
    {
        int low = 0;
        int high = _runs.Count - 1;
        while (low < high)
        {
            int middle = (int)(((uint)low + (uint)high + 1) / 2);
            if (_runs[middle].Start <= cluster)
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

    private static long Signed(ReadOnlySpan<byte> bytes)
    {
        long value = (sbyte)bytes[bytes.Length - 1];
        for (int i = bytes.Length - 2; i >= 0; i--)
        {
            value = (value << 8) | bytes[i];
        }

        return value;
    }
}
