namespace VmaTools;

/// <summary>The two layouts of a VMDK that stay in one file.</summary>
public enum VmdkSubformat
{
    /// <summary>Grains stored as they are, in any order: what a virtual machine runs on.</summary>
    MonolithicSparse,

    /// <summary>Compressed grains in ascending order: what OVF packages and uploads to vSphere want.</summary>
    StreamOptimized,
}
