namespace VmaTools.Format;

/// <summary>The fixed numbers of the VMA format. Sizes are in bytes.</summary>
internal static class Layout
{
    public const int BlockSize = 4096;
    public const int BlocksPerCluster = 16;
    public const int ClusterSize = BlockSize * BlocksPerCluster;
    public const ushort FullMask = 0xFFFF;

    public const int ExtentHeaderSize = 512;
    public const int SlotsPerExtent = 59;

    /// <summary>Slots of an extent that writers fill: one less than there are, as Proxmox's does.</summary>
    public const int SlotsWritten = SlotsPerExtent - 1;

    public const int MaxBlocksPerExtent = SlotsPerExtent * BlocksPerCluster;
    public const int MaxExtentSize = ExtentHeaderSize + (MaxBlocksPerExtent * BlockSize);

    public const int UuidSize = 16;
    public const int Md5Size = 16;

    /// <summary>The header up to the blob buffer.</summary>
    public const int FixedHeaderSize = 12288;

    public const int MaxConfigs = 256;
    public const int FirstDeviceId = 1;
    public const int LastDeviceId = 254;

    /// <summary>A blob's length is a 16-bit number.</summary>
    public const int MaxBlobSize = ushort.MaxValue;

    /// <summary>
    /// The largest header that is read. Writers stop at 512 KiB; this leaves room for others, and bounds the memory that a
    /// claimed size can cost.
    /// </summary>
    public const int MaxHeaderSize = 32 << 20;

    /// <summary>The largest header that is written: as many bytes as Proxmox's writer has for it.</summary>
    public const int MaxWrittenHeaderSize = 512 << 10;

    /// <summary>Proxmox has sizes of devices in units of this.</summary>
    public const int SectorSize = 512;

    /// <summary>Cluster numbers have 32 bits, so no device is larger than 256 TiB.</summary>
    public const long MaxDeviceSize = (1L << 32) * ClusterSize;

    /// <summary>The name by which a device is known to be a guest's memory: clusters in order, size an estimate.</summary>
    public const string VmstateName = "vmstate";

    /// <summary>Whether a device can have that size. A header may claim any.</summary>
    public static bool IsDeviceSize(long size) => size is >= 0 and <= MaxDeviceSize;

    /// <summary>Number of clusters that a device of <paramref name="size"/> bytes has.</summary>
    public static long ClusterCount(long size) => size <= 0 ? 0 : ((size - 1) / ClusterSize) + 1;
}
