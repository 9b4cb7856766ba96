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
/// Where each cluster of each device is. Built by hopping from extent header to extent header; 8 bytes a stored cluster, of
/// which a bounded part is in memory, and about two bits for one that is zero. Safe to read from several threads.
/// </summary>
internal sealed class ClusterMap
{
    private readonly DeviceMap?[] _devices;
    private readonly ClusterPages _pages;

    private ClusterMap(DeviceMap?[] devices, ClusterPages pages, FindingLog findings, bool hasLostExtents)
    {
        _devices = devices;
        _pages = pages;
        Findings = findings;
        HasLostExtents = hasLostExtents;
    }

    /// <summary>What is wrong with the extents and what they say of devices.</summary>
    public FindingLog Findings { get; }

    /// <summary>True where some extent could not be read.</summary>
    public bool HasLostExtents { get; }

    /// <summary>Memory that the map takes, in bytes, about.</summary>
    public long Footprint => _pages.Resident + _devices.Sum(static d => d?.Footprint ?? 0);

    public DeviceMap this[int deviceId] =>
        _devices[deviceId] ?? throw new ArgumentOutOfRangeException(nameof(deviceId));

    /// <summary>Reads all extent headers of an archive.</summary>
    /// <param name="header">The archive's header.</param>
    /// <param name="random">Its bytes, which are closed here.</param>
    /// <param name="storedLength">How many these are, for the progress.</param>
    /// <param name="progress">Hears how far the hopping has come.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static ClusterMap Build(
        ArchiveHeader header,
        RandomBytes random,
        long? storedLength,
        IProgress<VmaProgress>? progress,
        CancellationToken cancellationToken)
    {
        FindingLog log = new();
        ArchiveChecker checker = new(header, log);
        Builder builder = new();
        // Not the source's own forward bytes: a pass may be going on, whose tap is not to hear this.
        using ForwardBytes bytes = new PlainForwardBytes(random);
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
                progress.Report(new VmaProgress(frame.StoredPosition, storedLength));
            }
        }

        checker.Finish(frame, reader.HasLostExtents);
        return Make(checker, builder, bytes, log, reader.HasLostExtents);
    }

    /// <summary>Makes the map from what an index keeps of the extents.</summary>
    /// <param name="header">The archive's header.</param>
    /// <param name="archive">The archive with its index.</param>
    /// <param name="random">Its bytes, which are closed here.</param>
    public static ClusterMap FromIndex(ArchiveHeader header, IndexedArchive archive, RandomBytes random)
    {
        using ForwardBytes bytes = new PlainForwardBytes(random);
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

        return new ClusterMap(maps, builder.Pages, log, hasLostExtents);
    }

    private sealed class Builder : IClusterReceiver
    {
        private readonly Dictionary<int, StoredClusters> _stored = [];
        private readonly Dictionary<int, ClusterSet> _untrusted = [];

        private readonly List<(int Device, uint Cluster)> _extent = [];
        private long _dataOffset;

        /// <summary>Where the pages of all devices are.</summary>
        public ClusterPages Pages { get; } = new();

        public void Begin(ExtentFrame frame)
        {
            if (frame.IsPreviousSuspect)
            {
                foreach ((int device, uint cluster) in _extent)
                {
                    UntrustedOf(device).Add(cluster);
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
                UntrustedOf(id).Add(slot.Cluster);
            }

            if (slot.Mask != 0)
            {
                StoredOf(id).Add(slot.Cluster, _dataOffset + dataAt, slot.Mask);
                _extent.Add((id, slot.Cluster));
            }
        }

        public DeviceMap Finish(DeviceProgress device, ForwardBytes bytes)
        {
            StoredClusters stored = StoredOf(device.Entry.Id);
            stored.Trim();
            if (device.IsVmstate)
            {
                device.TailHasData = TailHasData(device.Entry.Size, stored, bytes);
            }

            return new DeviceMap(device, stored, UntrustedOf(device.Entry.Id));
        }

        /// <summary>Reads the one block on which a vmstate's length depends.</summary>
        private static bool TailHasData(long size, StoredClusters stored, ForwardBytes bytes)
        {
            if (!stored.TryGet(VmstateTail.ClusterOf(size), out long offset, out ushort mask) || VmstateTail.Find(size, mask) is not { } tail)
            {
                return false;
            }

            Span<byte> data = new byte[tail.Length];
            bytes.Seek(offset + tail.Offset);
            try
            {
                bytes.Read(data);
            }
            catch (VmaException)
            {
                // It lies where the archive is damaged, which whoever reads the device meets in any case.
                return false;
            }

            return !Zeros.AreAll(data);
        }

        private StoredClusters StoredOf(int id) => _stored.TryGetValue(id, out StoredClusters? known) ? known : _stored[id] = new StoredClusters(Pages);

        private ClusterSet UntrustedOf(int id) => _untrusted.TryGetValue(id, out ClusterSet? known) ? known : _untrusted[id] = new ClusterSet();
    }
}
