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

        bool isZero = _device.Seen.Contains(cluster) || cluster >= _device.AbsentFrom;
        return isZero ? ClusterState.Zero : ClusterState.Missing;
    }

    /// <summary>The stretch of one kind that begins at <paramref name="position"/>, cut to <paramref name="limit"/> bytes and the device's end.</summary>
    public DeviceRange FindRange(long position, long limit)
    {
        long wanted = Math.Min(limit, Math.Max(0, Length - position));
        DeviceRange range = wanted == 0 ? default : FindPieceRange(position, wanted);
        while (range.Length < wanted)
        {
            DeviceRange next = FindPieceRange(position + range.Length, wanted - range.Length);
            if (next.Kind != range.Kind)
            {
                break;
            }

            range = range with { Length = range.Length + next.Length };
        }

        return range;
    }

    /// <summary>
    /// The stretch that begins at <paramref name="position"/>: no further than the end of its cluster, but for clusters that never
    /// came, which are passed at once.
    /// </summary>
    public MapPiece FindPiece(long position, long limit)
    {
        int within = (int)(position % Layout.ClusterSize);
        int left = (int)Math.Min(limit, Layout.ClusterSize - within);
        long cluster = position / Layout.ClusterSize;
        ClusterState state = Find(cluster, out long offset, out ushort mask);
        if (state != ClusterState.Stored)
        {
            return new MapPiece(state, 0, _device.Seen.Contains(cluster) ? left : Math.Min(limit, EndOfAbsent(cluster) - position));
        }

        int first = within / Layout.BlockSize;
        int length = Math.Min(left, (BlockMask.EndOfRun(mask, first) * Layout.BlockSize) - within);
        return BlockMask.IsStored(mask, first)
            ? new MapPiece(
                ClusterState.Stored, offset + ((long)BlockMask.StoredBefore(mask, first) * Layout.BlockSize) + (within % Layout.BlockSize), length)
            : new MapPiece(ClusterState.Zero, 0, length);
    }

    /// <summary>Where, on the device, a run of clusters that never came ends, all missing or all zero.</summary>
    private long EndOfAbsent(long cluster)
    {
        long end = _device.Seen.EndOfRun(cluster);
        end = cluster < _device.AbsentFrom ? Math.Min(end, _device.AbsentFrom) : end;
        return end > long.MaxValue / Layout.ClusterSize ? long.MaxValue : end * Layout.ClusterSize;
    }

    private DeviceRange FindPieceRange(long position, long limit)
    {
        MapPiece piece = FindPiece(position, limit);
        DeviceRangeKind kind = piece.State switch
        {
            ClusterState.Stored => DeviceRangeKind.Data,
            ClusterState.Zero => DeviceRangeKind.Zero,
            _ => DeviceRangeKind.Lost,
        };
        return new DeviceRange(kind, piece.Length);
    }
}
