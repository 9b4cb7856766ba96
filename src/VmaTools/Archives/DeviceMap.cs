using System;
using VmaTools.Extents;
using VmaTools.Format;

namespace VmaTools.Archives;

/// <summary>Where the clusters of one device are.</summary>
internal sealed class DeviceMap
{
    private readonly DeviceProgress _device;
    private readonly StoredClusters _stored;
    private readonly ClusterSet _untrusted;

    public DeviceMap(DeviceProgress device, StoredClusters stored, ClusterSet untrusted)
    {
        _device = device;
        _stored = stored;
        _untrusted = untrusted;
    }

    public long Length => _device.Length;

    public long StoredBytes => _device.StoredBytes;

    public long ZeroBytes => _device.ZeroBytes;

    public long MissingBytes => _device.MissingBytes;

    /// <summary>The first error that concerns the device, or null.</summary>
    public VmaFinding? FirstError => _device.FirstError;

    public long Footprint => _stored.Footprint + (_device.Seen.Count / 8);

    /// <summary>Looks a cluster up.</summary>
    /// <param name="cluster">Its number.</param>
    /// <param name="offset">Where its first stored block is in the archive.</param>
    /// <param name="mask">Which of its blocks are stored.</param>
    private ClusterState Find(long cluster, out long offset, out ushort mask)
    {
        bool isStored = _stored.TryGet(cluster, out offset, out mask);
        if (_untrusted.Count + _device.Duplicates.Count > 0
            && (_untrusted.Contains(cluster) || _device.Duplicates.Contains(cluster)))
        {
            return ClusterState.Untrusted;
        }

        if (isStored)
        {
            return ClusterState.Stored;
        }

        // The clusters that a vmstate lacks at its end are no loss: its size is an estimate.
        bool isZero = _device.Seen.Contains(cluster) || (_device.IsVmstate && cluster >= _device.NextVmstateCluster);
        return isZero ? ClusterState.Zero : ClusterState.Missing;
    }

    /// <summary>The stretch of one kind that begins at <paramref name="position"/>, cut to <paramref name="limit"/> bytes and the device's end.</summary>
    public DeviceRange FindRange(long position, long limit)
    {
        long wanted = Math.Min(limit, Math.Max(0, Length - position));
        DeviceRange range = wanted == 0 ? default : FindRangeInCluster(position, wanted);
        while (range.Length < wanted)
        {
            DeviceRange next = FindRangeInCluster(position + range.Length, wanted - range.Length);
            if (next.Kind != range.Kind)
            {
                break;
            }

            range = range with { Length = range.Length + next.Length };
        }

        return range;
    }

    /// <summary>The stretch that begins at <paramref name="position"/>, no further than the end of its cluster.</summary>
    public MapPiece FindInCluster(long position, long limit)
    {
        int within = (int)(position % Layout.ClusterSize);
        int left = (int)Math.Min(limit, Layout.ClusterSize - within);
        ClusterState state = Find(position / Layout.ClusterSize, out long offset, out ushort mask);
        if (state != ClusterState.Stored)
        {
            return new MapPiece(state, 0, left);
        }

        int first = within / Layout.BlockSize;
        int length = Math.Min(left, (BlockMask.EndOfRun(mask, first) * Layout.BlockSize) - within);
        return BlockMask.IsStored(mask, first)
            ? new MapPiece(
                ClusterState.Stored, offset + ((long)BlockMask.StoredBefore(mask, first) * Layout.BlockSize) + (within % Layout.BlockSize), length)
            : new MapPiece(ClusterState.Zero, 0, length);
    }

    private DeviceRange FindRangeInCluster(long position, long limit)
    {
        MapPiece piece = FindInCluster(position, limit);
        DeviceRangeKind kind = piece.State switch
        {
            ClusterState.Stored => DeviceRangeKind.Data,
            ClusterState.Zero => DeviceRangeKind.Zero,
            _ => DeviceRangeKind.Lost,
        };
        return new DeviceRange(kind, piece.Length);
    }
}
