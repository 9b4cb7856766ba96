using System.Collections.Generic;
using System.Linq;
using VmaTools.Bytes;
using VmaTools.Extents;
using VmaTools.Format;

namespace VmaTools;

/// <summary>The facts about one extent: where it is and which clusters it holds.</summary>
public sealed class VmaExtent
{
    private VmaExtent(string? path, long index, long offset, string uuid, int blockCount, IReadOnlyList<VmaCluster> clusters)
    {
        ArchivePath = path;
        Index = index;
        Offset = offset;
        Uuid = uuid;
        BlockCount = blockCount;
        Clusters = ReadableList<VmaCluster>.Of(clusters);
    }

    /// <summary>Number of the extent in the archive, counted from 0.</summary>
    public long Index { get; }

    /// <summary>Byte offset of the extent's header in the (decompressed) archive.</summary>
    public long Offset { get; }

    /// <summary>Byte offset of the first stored block.</summary>
    public long DataOffset => Offset + Layout.ExtentHeaderSize;

    /// <summary>Bytes of the extent, header and stored blocks.</summary>
    public long Size => Layout.ExtentHeaderSize + ((long)BlockCount * Layout.BlockSize);

    /// <summary>The uuid, which is the archive's.</summary>
    public string Uuid { get; }

    /// <summary>Number of 4 KiB blocks stored.</summary>
    public int BlockCount { get; }

    /// <summary>The clusters, in slot order; empty slots are left out.</summary>
    public IReadOnlyList<VmaCluster> Clusters { get; }

    /// <summary>Number of clusters in it.</summary>
    public int ClusterCount => Clusters.Count;

    /// <summary>Numbers of the devices that have clusters in it, each once, in order.</summary>
    public IReadOnlyList<int> DeviceIds => ReadableList<int>.Of(Clusters.Select(static c => c.DeviceId).Distinct().OrderBy(static id => id));

    /// <summary>Full path of the archive, or null where it came from a stream.</summary>
    public string? ArchivePath { get; }

    /// <summary>Number and offset.</summary>
    public override string ToString() => $"{nameof(VmaExtent)}: {Index} at {Offset}";

    internal static VmaExtent From(string? path, ExtentFrame frame)
    {
        ExtentHeader header = frame.Header;
        List<VmaCluster> clusters = [];
        long dataOffset = frame.Offset + Layout.ExtentHeaderSize;
        for (int i = 0; i < Layout.SlotsPerExtent; i++)
        {
            Slot slot = header[i];
            if (slot.DeviceId != 0)
            {
                clusters.Add(new VmaCluster(i, slot.DeviceId, slot.Cluster, slot.Mask, slot.Mask == 0 ? null : dataOffset));
                dataOffset += (long)slot.BlockCount * Layout.BlockSize;
            }
        }

        return new VmaExtent(path, frame.Index, frame.Offset, UuidText.Of(header.Uuid), header.BlockCount, clusters);
    }
}

/// <summary>What an extent says of one cluster: 64 KiB of a device, in 16 blocks.</summary>
public sealed class VmaCluster
{
    internal VmaCluster(int slot, int deviceId, long number, int mask, long? dataOffset)
    {
        Slot = slot;
        DeviceId = deviceId;
        ClusterNumber = number;
        Mask = mask;
        DataOffset = dataOffset;
    }

    /// <summary>Number of the slot in the extent header, 0 to 58.</summary>
    public int Slot { get; }

    /// <summary>Number of the device.</summary>
    public int DeviceId { get; }

    /// <summary>Number of the cluster; its offset on the device is this times 65,536.</summary>
    public long ClusterNumber { get; }

    /// <summary>Bit <c>i</c> set: block <c>i</c> is stored; clear: it is zero.</summary>
    public int Mask { get; }

    /// <summary>Byte offset of its first stored block in the archive, or null where none is.</summary>
    public long? DataOffset { get; }

    /// <summary>Device and number.</summary>
    public override string ToString() => $"{nameof(VmaCluster)}: {ClusterNumber} of device {DeviceId}";
}
