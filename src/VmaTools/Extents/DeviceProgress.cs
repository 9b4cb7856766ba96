using System;
using VmaTools.Format;

namespace VmaTools.Extents;

/// <summary>What has come of one device so far.</summary>
internal sealed class DeviceProgress
{
    private long _storedEnd;

    public DeviceProgress(DeviceEntry entry)
    {
        Entry = entry;
        IsVmstate = entry.Name == Layout.VmstateName;
    }

    public DeviceEntry Entry { get; }

    public bool IsVmstate { get; }

    /// <summary>Clusters that came, as data or as zeros.</summary>
    public ClusterSet Seen { get; } = new();

    /// <summary>Clusters that came more than once.</summary>
    public ClusterSet Duplicates { get; } = new();

    /// <summary>The first error that concerns the device, or null where none does.</summary>
    public VmaFinding? FirstError { get; private set; }

    /// <summary>Bytes of the device that the archive stores, clipped to its size.</summary>
    public long StoredBytes { get; private set; }

    /// <summary>Bytes of the device that came as zeros.</summary>
    public long ZeroBytes { get; private set; }

    /// <summary>Clusters that came with no block stored.</summary>
    public long ZeroClusters { get; private set; }

    /// <summary>Bytes of the device that never came. Known at the end.</summary>
    public long MissingBytes { get; set; }

    /// <summary>The cluster that must come next, for a vmstate.</summary>
    public long NextVmstateCluster { get; set; }

    /// <summary>Byte offset in the archive behind the last extent that held clusters of the device.</summary>
    public long LastExtentEnd { get; private set; }

    /// <summary>
    /// Number of bytes the device has: its size, or for a vmstate more where more is stored. A stored block that straddles
    /// the size is padded with zeros by writers; it counts as more only where it holds anything else.
    /// </summary>
    public long Length
    {
        get
        {
            bool straddles = _storedEnd > Entry.Size && _storedEnd - Entry.Size < Layout.BlockSize;
            return straddles && !TailHasData ? Entry.Size : Math.Max(Entry.Size, _storedEnd);
        }
    }

    /// <summary>True where the stored block that straddles a vmstate's size holds more than zeros beyond it.</summary>
    public bool TailHasData { get; set; }

    /// <summary>Notes an error that concerns the device.</summary>
    public void Touch(VmaFinding finding) => FirstError ??= finding;

    /// <summary>Takes a cluster into account.</summary>
    public void Count(Slot slot, long extentEnd)
    {
        LastExtentEnd = extentEnd;
        ZeroClusters += slot.Mask == 0 ? 1 : 0;
        long start = (long)slot.Cluster * Layout.ClusterSize;
        long end = start + Layout.ClusterSize;
        if (IsVmstate && slot.Mask != 0)
        {
            _storedEnd = Math.Max(_storedEnd, start + ((long)BlockMask.End(slot.Mask) * Layout.BlockSize));
        }

        if (end <= Entry.Size || IsVmstate)
        {
            long stored = (long)slot.BlockCount * Layout.BlockSize;
            StoredBytes += stored;
            ZeroBytes += Layout.ClusterSize - stored;
            return;
        }

        for (int block = 0; block < Layout.BlocksPerCluster; block++)
        {
            long there = Math.Min(Layout.BlockSize, Entry.Size - (start + (block * Layout.BlockSize)));
            if (there <= 0)
            {
                break;
            }

            if (BlockMask.IsStored(slot.Mask, block))
            {
                StoredBytes += there;
            }
            else
            {
                ZeroBytes += there;
            }
        }
    }
}
