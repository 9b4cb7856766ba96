using System.Collections.Generic;

namespace VmaTools.Archives;

/// <summary>The partitions of a device that can be read as disks of their own.</summary>
internal static class DevicePartitions
{
    /// <summary>Reads the table; a device whose table is lost has none. A file system without a table is the device itself.</summary>
    /// <param name="device">The device.</param>
    /// <param name="length">Bytes of its content.</param>
    /// <exception cref="VmaException">The archive cannot be read at any offset, or changed.</exception>
    public static IEnumerable<VmaPartition> Read(VmaDevice device, long length)
    {
        if (device.IsVmstate)
        {
            yield break;
        }

        IReadOnlyList<VmaPartition> table;
        try
        {
            table = VmaPartition.Read(device, out _);
        }
        catch (VmaException exception) when (exception is VmaFormatException or VmaCompressionException)
        {
            yield break;
        }

        HashSet<int> seen = [];
        foreach (VmaPartition partition in table)
        {
            if (partition.Index > 0 && partition.Size > 0 && partition.Offset < length && seen.Add(partition.Index))
            {
                yield return partition;
            }
        }
    }
}
