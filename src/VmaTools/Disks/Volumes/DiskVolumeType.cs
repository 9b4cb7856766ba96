namespace VmaTools;

/// <summary>What a volume is made of.</summary>
public enum DiskVolumeType
{
    /// <summary>A disk without a partition table.</summary>
    WholeDisk,

    /// <summary>A partition.</summary>
    Partition,

    /// <summary>A logical volume of a volume group (LVM2).</summary>
    LogicalVolume,

    /// <summary>An array of Linux software RAID (MD).</summary>
    Array,
}
