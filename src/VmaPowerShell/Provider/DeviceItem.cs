using System.Collections.Generic;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>A device: its partitions lie below it, or its files where it has none.</summary>
internal sealed class DeviceItem(DriveSession session, VmaDevice device) : DriveItem
{
    public override bool IsContainer => !device.IsVmstate;

    public override PSObject Value => AsItem(device);

    public override IEnumerable<(string Name, DriveItem Item)> Children(DriveListing listing)
    {
        if (device.IsVmstate)
        {
            yield break;
        }

        bool hasPartitions = false;
        foreach (VmaPartition partition in Partitions(listing))
        {
            hasPartitions = true;
            yield return (
                ItemNames.OfPartition(partition.Index),
                new VolumeItem(session, partition, () => session.VolumeOf(device, partition.Index), () => OpenPartition(partition)));
        }

        if (!hasPartitions && Whole(listing) is VolumeItem whole)
        {
            foreach ((string Name, DriveItem Item) child in whole.Children(listing))
            {
                yield return child;
            }
        }
    }

    public override DriveItem? Find(string name) =>
        device.IsVmstate ? null
        : Whole(DriveListing.Everything) is VolumeItem whole ? whole.Find(name)
        : base.Find(name);

    public override FileItem? AsDirectory() => device.IsVmstate ? null : Whole(DriveListing.Everything)?.AsDirectory();

    public override DriveContent? OpenContent(string? stream)
    {
        if (stream is not null)
        {
            return null;
        }

        VmaDeviceStream content = device.OpenRead();
        return new DriveContent(content, 0, content.Length, MayBeText: false);
    }

    private IEnumerable<VmaPartition> Partitions(DriveListing listing)
    {
        try
        {
            return device.GetPartitions();
        }
        catch (VmaException exception)
        {
            listing.OnError(exception);
            return [];
        }
    }

    /// <summary>The device as a volume, where it has no partitions.</summary>
    private VolumeItem? Whole(DriveListing listing)
    {
        try
        {
            DiskVolume? volume = session.VolumeOf(device, 0);
            return volume is null ? null : new VolumeItem(session, device, () => volume, static () => null);
        }
        catch (VmaException exception)
        {
            listing.OnError(exception);
            return null;
        }
    }

    private DriveContent OpenPartition(VmaPartition partition)
    {
        VmaDeviceStream content = device.OpenRead();
        long length = System.Math.Max(0, System.Math.Min(partition.Size, content.Length - partition.Offset));
        return new DriveContent(content, partition.Offset, length, MayBeText: false);
    }
}
