using VmaTools.Format;

namespace VmaTools.Extents;

/// <summary>
/// The rest of the block that straddles a vmstate's size. Writers pad it with zeros; where anything else is in it, the vmstate is
/// longer than its size, which is an estimate.
/// </summary>
/// <param name="Offset">Where it begins, counted from the cluster's first stored block.</param>
/// <param name="Length">Number of bytes.</param>
internal readonly record struct VmstateTail(int Offset, int Length)
{
    /// <summary>The cluster that the straddling block is in.</summary>
    public static long ClusterOf(long size) => size / Layout.ClusterSize;

    /// <summary>Finds it, or null where no block straddles the size or the block is not stored.</summary>
    /// <param name="size">Bytes of the vmstate by the header.</param>
    /// <param name="mask">The mask of <see cref="ClusterOf"/>.</param>
    public static VmstateTail? Find(long size, ushort mask)
    {
        int block = (int)(size % Layout.ClusterSize / Layout.BlockSize);
        int used = (int)(size % Layout.BlockSize);
        return used > 0 && BlockMask.IsStored(mask, block)
            ? new VmstateTail((BlockMask.StoredBefore(mask, block) * Layout.BlockSize) + used, Layout.BlockSize - used)
            : null;
    }
}
