using System;
using VmaTools.Format;

namespace VmaTools.Extents;

/// <summary>What has come of one device so far.</summary>
internal sealed class DeviceProgress
{
    private long _storedEnd;
    private long _stored;
    private long _zero;
    private VmaFinding? _firstError;
    private VmaFinding? _whyUnproven;

    public DeviceProgress(DeviceEntry entry)
    {
        Entry = entry;
        IsVmstate = entry.IsVmstate;
    }

    public DeviceEntry Entry { get; }

    public bool IsVmstate { get; }

    /// <summary>Clusters that came, as data or as zeros.</summary>
    public ClusterSet Seen { get; } = new();

    /// <summary>Clusters that came more than once.</summary>
    public ClusterSet Duplicates { get; } = new();

    /// <summary>The first error that concerns the device, or null where none does.</summary>
    public VmaFinding? FirstError => _firstError ?? _whyUnproven;

    /// <summary>True where all that is wrong is that no checksum covers the device in a compressed stream that is damaged.</summary>
    public bool IsOnlyUnproven => _firstError is null && _whyUnproven is not null;

    /// <summary>Bytes of the device that the archive stores, clipped to its length.</summary>
    public long StoredBytes => _stored - Math.Max(0, _storedEnd - Length);

    /// <summary>Bytes of the device that are zero without being stored; known at the end for a vmstate.</summary>
    public long ZeroBytes => IsVmstate ? Length - StoredBytes - MissingBytes : _zero;

    /// <summary>Bytes of the blocks that came as zeros; of a vmstate those behind its end, too.</summary>
    public long ZeroBlockBytes => _zero;

    /// <summary>Clusters that came with no block stored.</summary>
    public long ZeroClusters { get; private set; }

    /// <summary>Bytes of the device that never came. Known at the end.</summary>
    public long MissingBytes { get; set; }

    /// <summary>The cluster that must come next, for a vmstate.</summary>
    public long NextVmstateCluster { get; set; }

    /// <summary>True where extents were lost that may have held the end of a vmstate.</summary>
    public bool MayLackItsEnd { get; set; }

    /// <summary>
    /// The cluster from which on a vmstate's clusters are zero because they never came: its size is an estimate. None of any other
    /// device, nor where extents were lost.
    /// </summary>
    public long AbsentFrom => IsVmstate && !MayLackItsEnd ? EndOfSeen : long.MaxValue;

    /// <summary>The cluster behind the last one that came.</summary>
    public long EndOfSeen { get; private set; }

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
    public void Touch(VmaFinding finding) => _firstError ??= finding;

    /// <summary>Notes damage behind which no checksum proves what came of the device.</summary>
    public void TouchUnproven(VmaFinding finding) => _whyUnproven ??= finding;

    /// <summary>Takes a cluster into account.</summary>
    public void Count(Slot slot, long extentEnd)
    {
        LastExtentEnd = extentEnd;
        ZeroClusters += slot.Mask == 0 ? 1 : 0;
        long start = (long)slot.Cluster * Layout.ClusterSize;
        long end = start + Layout.ClusterSize;
        EndOfSeen = Math.Max(EndOfSeen, slot.Cluster + 1L);
        if (IsVmstate && slot.Mask != 0)
        {
            _storedEnd = Math.Max(_storedEnd, start + ((long)BlockMask.End(slot.Mask) * Layout.BlockSize));
        }

        int there = end <= Entry.Size || IsVmstate ? Layout.ClusterSize : (int)Math.Max(0, Entry.Size - start);
        int stored = BlockMask.StoredWithin(slot.Mask, there);
        _stored += stored;
        _zero += there - stored;
    }
}
