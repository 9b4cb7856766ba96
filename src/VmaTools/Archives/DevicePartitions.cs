using System.Collections.Generic;
using VmaTools.Guests.Partitions;

namespace VmaTools.Archives;

/// <summary>The partitions of a device that can be read as disks of their own.</summary>
internal static class DevicePartitions
{
    /// <summary>Reads the table; a device whose table is lost has none. A file system without a table is the device itself.</summary>
    /// <param name="device">The device.</param>
    /// <param name="stream">Its content.</param>
    public static IEnumerable<Partition> Read(VmaDevice device, VmaDeviceStream stream)
    {
        if (device.IsVmstate)
        {
            yield break;
        }

        PartitionTable table;
        try
        {
            table = PartitionTable.Read(stream, stream.Length);
        }
        catch (VmaException exception) when (exception is VmaFormatException or VmaCompressionException)
        {
            yield break;
        }

        HashSet<int> seen = [];
        foreach (Partition partition in table.Partitions)
        {
            if (partition.Index > 0 && partition.Size > 0 && partition.Offset < stream.Length && seen.Add(partition.Index))
            {
                yield return partition;
            }
        }
    }
}
