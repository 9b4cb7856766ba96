using System;
using System.Collections.Generic;
using VmaTools.Bytes;
using VmaTools.Format;

namespace VmaTools.Extents;

/// <summary>
/// Knows every rule for what extents say of devices, and keeps count: each cluster of each device exactly once, within the
/// device, a vmstate's in order. What passes goes on to <see cref="IClusterReceiver"/>; what does not becomes a finding.
/// </summary>
internal sealed class ArchiveChecker
{
    private readonly DeviceProgress?[] _devices = new DeviceProgress?[byte.MaxValue + 1];
    private readonly List<DeviceProgress> _previous = [];
    private readonly FindingLog _log;
    private readonly Action<VmaFinding>? _onFinding;

    /// <param name="header">The archive's header.</param>
    /// <param name="log">Where findings are collected. Those of the header are not repeated in it.</param>
    /// <param name="onFinding">Hears each finding as it is made, those that the log only counts too.</param>
    public ArchiveChecker(ArchiveHeader header, FindingLog log, Action<VmaFinding>? onFinding = null)
    {
        _log = log;
        _onFinding = onFinding;
        foreach (DeviceEntry device in header.Devices)
        {
            DeviceProgress progress = new(device);
            _devices[device.Id] = progress;
            if (!Layout.IsDeviceSize(device.Size))
            {
                // The header's own finding may be one of those that were only counted.
                progress.Touch(new VmaFinding(
                    VmaCodes.DeviceSizeInvalid,
                    VmaSeverity.Error,
                    DeviceEntry.SizeInvalid,
                    device: device.Name,
                    deviceId: device.Id));
            }
        }
    }

    /// <summary>What is known of each device so far, in order of their numbers.</summary>
    public IEnumerable<DeviceProgress> Devices
    {
        get
        {
            foreach (DeviceProgress? device in _devices)
            {
                if (device is not null)
                {
                    yield return device;
                }
            }
        }
    }

    /// <summary>Clusters that came so far, of all devices.</summary>
    public long Clusters { get; private set; }

    /// <summary>Whether a cluster came, or is of a device that there is none of.</summary>
    public bool HasCome(Slot slot) => _devices[slot.DeviceId] is not { } device || device.Seen.Contains(slot.Cluster);

    /// <summary>Checks an extent and hands on its good clusters.</summary>
    public void Examine(ExtentFrame frame, IClusterReceiver? receiver)
    {
        ReportFindings(frame);
        _previous.Clear();
        ExtentHeader header = frame.Header;
        VmaFinding? extentFinding = frame.IsSuspect ? frame.Findings[frame.Findings.Count - 1] : null;
        int dataAt = 0;
        for (int i = 0; i < Layout.SlotsPerExtent; i++)
        {
            Slot slot = header[i];
            if (slot.DeviceId == 0)
            {
                continue;
            }

            int length = slot.BlockCount * Layout.BlockSize;
            DeviceProgress? device = _devices[slot.DeviceId];
            if (device is null)
            {
                Report(VmaCodes.DeviceUnknown, $"The extent stores a cluster of device {slot.DeviceId}, which the header does not have.", frame, null, slot.Cluster);
            }
            else
            {
                if (!_previous.Contains(device))
                {
                    _previous.Add(device);
                }

                if (extentFinding is not null)
                {
                    device.Touch(extentFinding);
                }

                // A cluster whose data is cut off counts as never seen.
                if (dataAt + length <= frame.DataLength && Accept(device, slot, frame))
                {
                    Clusters++;
                    device.Count(slot, frame.Offset + Layout.ExtentHeaderSize + frame.DataLength);
                    if (frame.HasData && device.IsVmstate)
                    {
                        CheckTail(device, slot, frame.Data.Slice(dataAt, length));
                    }

                    receiver?.OnCluster(device, slot, dataAt, isTrusted: !frame.IsSuspect);
                }
            }

            dataAt += length;
        }
    }

    /// <summary>Takes in what was found behind the last extent, and what never came.</summary>
    /// <param name="end">The frame of the read that met the end, or null where reading broke off.</param>
    /// <param name="hasLostExtents">Whether some extent could not be read.</param>
    public void Finish(ExtentFrame? end, bool hasLostExtents)
    {
        if (end is not null)
        {
            ReportFindings(end);
        }

        foreach (DeviceProgress device in Devices)
        {
            if (!Layout.IsDeviceSize(device.Entry.Size))
            {
                continue;
            }

            if (device.IsVmstate)
            {
                // Its size is an estimate, so clusters missing at its end cannot be told from clusters that never were.
                device.MayLackItsEnd = hasLostExtents;
                CountMissing(device, Math.Min(Layout.ClusterCount(device.Length), device.AbsentFrom), device.Length);
                if (hasLostExtents)
                {
                    Report(new VmaFinding(
                        VmaCodes.ClusterMissing,
                        VmaSeverity.Error,
                        "The archive lost extents that may have held the rest of this device.",
                        device: device.Entry.Name,
                        deviceId: device.Entry.Id));
                }

                continue;
            }

            CountMissing(device, Layout.ClusterCount(device.Entry.Size), device.Entry.Size);
            foreach ((long first, long count) in device.Seen.Missing(Layout.ClusterCount(device.Entry.Size)))
            {
                string what = count == 1 ? $"Cluster {first} is" : $"Clusters {first} to {first + count - 1} are";
                Report(new VmaFinding(
                    VmaCodes.ClusterMissing,
                    VmaSeverity.Error,
                    $"{what} missing: the archive has neither data nor zeros for it.",
                    device: device.Entry.Name,
                    deviceId: device.Entry.Id,
                    cluster: first));
            }
        }
    }

    /// <summary>Adds a finding that was made elsewhere, and marks the device it names.</summary>
    public void Report(VmaFinding finding)
    {
        if (finding.IsError && finding.DeviceId is int id)
        {
            _devices[id]?.Touch(finding);
        }

        _log.Add(finding);
        _onFinding?.Invoke(finding);
    }

    /// <summary>Adds damage to the compressed stream, which concerns every device with data that no checksum has proven.</summary>
    public void ReportDamage(VmaCompressionException damage, long verifiedLength)
    {
        VmaFinding finding = new(
            damage.Code,
            VmaSeverity.Error,
            $"{damage.Sentence} Compressed offset: {damage.CompressedOffset}.",
            damage.Offset);
        Report(finding);
        MarkUnproven(finding, verifiedLength);
    }

    /// <summary>
    /// Marks the devices with data that no checksum has proven, where the last extent is cut or something follows it: whatever did
    /// that to the stream may have changed more.
    /// </summary>
    /// <param name="end">The frame of the read that met the end.</param>
    /// <param name="verifiedLength">Bytes of the archive that checksums cover.</param>
    public void MarkUnprovenAtBadEnd(ExtentFrame end, long verifiedLength)
    {
        foreach (VmaFinding finding in end.Findings)
        {
            if (finding.Code is VmaCodes.TrailingData or VmaCodes.ExtentTruncated)
            {
                MarkUnproven(finding, verifiedLength);
            }
        }
    }

    private void MarkUnproven(VmaFinding finding, long verifiedLength)
    {
        foreach (DeviceProgress device in Devices)
        {
            if (device.LastExtentEnd > verifiedLength)
            {
                device.TouchUnproven(finding);
            }
        }
    }

    private static void CountMissing(DeviceProgress device, long clusters, long length)
    {
        foreach ((long first, long count) in device.Seen.Missing(clusters))
        {
            long start = first * Layout.ClusterSize;
            device.MissingBytes += Math.Min(count * Layout.ClusterSize, length - start);
        }
    }

    private void ReportFindings(ExtentFrame frame)
    {
        foreach (VmaFinding finding in frame.Findings)
        {
            Report(finding);
            if (frame.IsPreviousSuspect && finding.Code == VmaCodes.ExtentDataDisplaced)
            {
                foreach (DeviceProgress device in _previous)
                {
                    device.Touch(finding);
                }
            }
        }
    }

    private bool Accept(DeviceProgress device, Slot slot, ExtentFrame frame)
    {
        long clusters = Layout.ClusterCount(device.Entry.Size);
        if (device.IsVmstate)
        {
            if (slot.Cluster != device.NextVmstateCluster)
            {
                Report(
                    VmaCodes.VmstateOutOfOrder,
                    $"Cluster {slot.Cluster} of the vmstate comes where {device.NextVmstateCluster} should.",
                    frame,
                    device.Entry,
                    slot.Cluster);
            }

            device.NextVmstateCluster = slot.Cluster + 1L;
        }
        else if (slot.Cluster >= clusters)
        {
            Report(
                VmaCodes.ClusterOutOfRange,
                $"Cluster {slot.Cluster} lies beyond the device's end: it has {clusters}.",
                frame,
                device.Entry,
                slot.Cluster);
            return false;
        }
        else if (slot.Cluster == clusters - 1 && HasBlockBeyondEnd(slot.Mask, device.Entry.Size))
        {
            Report(
                VmaCodes.BlockOutOfRange,
                $"Cluster {slot.Cluster} stores a block beyond the device's end.",
                frame,
                device.Entry,
                slot.Cluster);
        }

        if (!device.Seen.Add(slot.Cluster))
        {
            device.Duplicates.Add(slot.Cluster);
            Report(VmaCodes.ClusterDuplicate, $"Cluster {slot.Cluster} comes more than once.", frame, device.Entry, slot.Cluster);
            return false;
        }

        return true;
    }

    /// <summary>Looks whether a vmstate goes on within the block that straddles its size.</summary>
    private static void CheckTail(DeviceProgress device, Slot slot, ReadOnlySpan<byte> blocks)
    {
        if (slot.Cluster == VmstateTail.ClusterOf(device.Entry.Size) && VmstateTail.Find(device.Entry.Size, slot.Mask) is { } tail)
        {
            device.TailHasData = !Zeros.AreAll(blocks.Slice(tail.Offset, tail.Length));
        }
    }

    /// <summary>
    /// A whole last cluster is fine, as readers clip it. A writer that tells blocks apart has no reason to store one that
    /// begins beyond the end, and Proxmox's reader refuses it.
    /// </summary>
    private static bool HasBlockBeyondEnd(ushort mask, long size)
    {
        int blocks = (int)((((size - 1) % Layout.ClusterSize) / Layout.BlockSize) + 1);
        return mask != Layout.FullMask && BlockMask.End(mask) > blocks;
    }

    private void Report(string code, string message, ExtentFrame frame, DeviceEntry? device, uint cluster) =>
        Report(new VmaFinding(code, VmaSeverity.Error, message, frame.Offset, frame.Index, device?.Name, cluster, device?.Id));
}

/// <summary>Takes the clusters that pass the checks.</summary>
internal interface IClusterReceiver
{
    /// <param name="device">The device.</param>
    /// <param name="slot">The cluster's number and mask.</param>
    /// <param name="dataAt">Where its blocks begin, counted from the start of the extent's data.</param>
    /// <param name="isTrusted">False where something is wrong with the extent as a whole.</param>
    void OnCluster(DeviceProgress device, Slot slot, int dataAt, bool isTrusted);
}
