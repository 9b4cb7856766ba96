using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using VmaTools.Bytes;
using VmaTools.Extents;
using VmaTools.Format;
using VmaTools.Indexing;
using VmaTools.Sources;

namespace VmaTools.Archives;

/// <summary>
/// Where each cluster of each device is. Built by hopping from extent header to extent header; 8 bytes a stored cluster and
/// about two bits for one that is zero. Safe to read from several threads.
/// </summary>
internal sealed class ClusterMap
{
    private readonly DeviceMap?[] _devices;

    private ClusterMap(DeviceMap?[] devices, FindingLog findings, bool hasLostExtents)
    {
        _devices = devices;
        Findings = findings;
        HasLostExtents = hasLostExtents;
    }

    /// <summary>What is wrong with the extents and what they say of devices.</summary>
    public FindingLog Findings { get; }

    /// <summary>True where some extent could not be read.</summary>
    public bool HasLostExtents { get; }

    /// <summary>Memory that the map takes, in bytes, about.</summary>
    public long Footprint => _devices.Sum(static d => d?.Footprint ?? 0);

    public DeviceMap this[int deviceId] =>
        _devices[deviceId] ?? throw new ArgumentOutOfRangeException(nameof(deviceId));

    /// <summary>Reads all extent headers of an archive.</summary>
    /// <param name="header">The archive's header.</param>
    /// <param name="source">Where its bytes are.</param>
    /// <param name="progress">Hears how far the hopping has come.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static ClusterMap Build(
        ArchiveHeader header,
        ArchiveSource source,
        IProgress<VmaProgress>? progress,
        CancellationToken cancellationToken)
    {
        FindingLog log = new();
        ArchiveChecker checker = new(header, log);
        Builder builder = new();
        // Not the source's own forward bytes: a pass may be going on, whose tap is not to hear this.
        using ForwardBytes bytes = new PlainForwardBytes(source.OpenRandom());
        bytes.Seek(header.HeaderSize);
        ExtentReader reader = new(bytes, header.Uuid, ExtentData.Skipped);
        ExtentFrame frame = new(withData: false);
        while (reader.Read(frame, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            builder.Begin(frame);
            checker.Examine(frame, builder);
            if (progress is not null && frame.Index % 256 == 0)
            {
                progress.Report(new VmaProgress(frame.StoredPosition, source.StoredLength));
            }
        }

        checker.Finish(frame, reader.HasLostExtents);
        return Make(checker, builder, bytes, log, reader.HasLostExtents);
    }

    /// <summary>Makes the map from what an index keeps of the extents.</summary>
    public static ClusterMap FromIndex(ArchiveHeader header, IndexedArchive archive)
    {
        using ForwardBytes bytes = new PlainForwardBytes(archive.OpenBytes());
        FindingLog log = new();
        ArchiveChecker checker = new(header, log);
        Builder builder = new();
        IndexSummary summary = archive.Summary;
        bool hasLostExtents = summary.HasLostExtents || summary.Damage is not null;
        archive.UseIndex(index =>
        {
            long count = 0;
            index.ReadExtents(frame =>
            {
                builder.Begin(frame);
                checker.Examine(frame, builder);
                count++;
            });
            if (summary.Damage is { } damage)
            {
                checker.ReportDamage(damage.ToException(null), summary.VerifiedLength);
            }

            checker.Finish(index.ReadEndFrame(count), hasLostExtents);
            return count;
        });
        return Make(checker, builder, bytes, log, hasLostExtents);
    }

    private static ClusterMap Make(ArchiveChecker checker, Builder builder, ForwardBytes bytes, FindingLog log, bool hasLostExtents)
    {
        DeviceMap?[] maps = new DeviceMap?[byte.MaxValue + 1];
        foreach (DeviceProgress device in checker.Devices)
        {
            maps[device.Entry.Id] = builder.Finish(device, bytes);
        }

        return new ClusterMap(maps, log, hasLostExtents);
    }

    private sealed class Builder : IClusterReceiver
    {
        private readonly Dictionary<int, StoredClusters> _stored = [];
        private readonly Dictionary<int, ClusterSet> _untrusted = [];

        private readonly List<(int Device, uint Cluster)> _extent = [];
        private long _dataOffset;

        public void Begin(ExtentFrame frame)
        {
            if (frame.IsPreviousSuspect)
            {
                foreach ((int device, uint cluster) in _extent)
                {
                    Of(_untrusted, device).Add(cluster);
                }
            }

            _extent.Clear();
            _dataOffset = frame.Offset + Layout.ExtentHeaderSize;
        }

        public void OnCluster(DeviceProgress device, Slot slot, int dataAt, bool isTrusted)
        {
            int id = device.Entry.Id;
            if (!isTrusted)
            {
                Of(_untrusted, id).Add(slot.Cluster);
            }

            if (slot.Mask != 0)
            {
                Of(_stored, id).Add(slot.Cluster, _dataOffset + dataAt, slot.Mask);
                _extent.Add((id, slot.Cluster));
            }
        }

        public DeviceMap Finish(DeviceProgress device, ForwardBytes bytes)
        {
            StoredClusters stored = Of(_stored, device.Entry.Id);
            stored.Trim();
            if (device.IsVmstate)
            {
                device.TailHasData = TailHasData(device.Entry.Size, stored, bytes);
            }

            return new DeviceMap(device, stored, Of(_untrusted, device.Entry.Id));
        }

        /// <summary>Reads the one block on which a vmstate's length depends.</summary>
        private static bool TailHasData(long size, StoredClusters stored, ForwardBytes bytes)
        {
            int beyond = (int)(size % Layout.BlockSize);
            if (beyond <= 0
                || !stored.TryGet(size / Layout.ClusterSize, out long offset, out ushort mask))
            {
                return false;
            }

            int block = (int)(size % Layout.ClusterSize / Layout.BlockSize);
            if ((mask & (1 << block)) == 0)
            {
                return false;
            }

            Span<byte> tail = new byte[Layout.BlockSize - beyond];
            bytes.Seek(offset + ((long)Bits.Count((ulong)(mask & ((1 << block) - 1))) * Layout.BlockSize) + beyond);
            try
            {
                bytes.Read(tail);
            }
            catch (VmaException)
            {
                // It lies where the archive is damaged, which whoever reads the device meets in any case.
                return false;
            }

            return !Zeros.AreAll(tail);
        }

        private static T Of<T>(Dictionary<int, T> items, int id)
            where T : new()
        {
            if (!items.TryGetValue(id, out T? item))
            {
                item = new T();
                items.Add(id, item);
            }

            return item;
        }
    }
}

/// <summary>What an archive says of a cluster.</summary>
internal enum ClusterState
{
    /// <summary>Nothing: it is missing.</summary>
    Missing,

    /// <summary>It is zero.</summary>
    Zero,

    /// <summary>Some or all of its blocks are stored.</summary>
    Stored,

    /// <summary>Something, but not to be trusted: it came twice, or in an extent that contradicts itself.</summary>
    Untrusted,
}

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
    public ClusterState Find(long cluster, out long offset, out ushort mask)
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

    private DeviceRange FindRangeInCluster(long position, long limit)
    {
        int within = (int)(position % Layout.ClusterSize);
        ClusterState state = Find(position / Layout.ClusterSize, out _, out ushort mask);
        if (state != ClusterState.Stored)
        {
            DeviceRangeKind kind = state == ClusterState.Zero ? DeviceRangeKind.Zero : DeviceRangeKind.Lost;
            return new DeviceRange(kind, Math.Min(limit, Layout.ClusterSize - within));
        }

        int first = within / Layout.BlockSize;
        bool isStored = (mask & (1 << first)) != 0;
        int end = first + 1;
        while (end < Layout.BlocksPerCluster && ((mask & (1 << end)) != 0) == isStored)
        {
            end++;
        }

        return new DeviceRange(
            isStored ? DeviceRangeKind.Data : DeviceRangeKind.Zero,
            Math.Min(limit, (end * Layout.BlockSize) - within));
    }
}
