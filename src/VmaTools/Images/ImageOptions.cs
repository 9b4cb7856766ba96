using System;

namespace VmaTools.Images;

/// <summary>The disk controller that a VMDK's descriptor names, and whose geometry it carries.</summary>
internal enum VmdkAdapter
{
    /// <summary>SCSI; VMware lets such a disk be attached to its paravirtual and SATA controllers, too.</summary>
    LsiLogic,

    /// <summary>IDE.</summary>
    Ide,
}

/// <summary>What a caller may choose about an image. Every source of chance or time is here, so that a test can fix it.</summary>
internal sealed class ImageOptions
{
    /// <summary>Allocates every block of the disk in advance (VHD and VHDX).</summary>
    public bool Fixed { get; init; }

    /// <summary>
    /// Logical sector size of a VHDX: 512, or 4096 for guests installed on a disk with sectors of 4 KiB; null for what the disk's GPT says,
    /// and 512 without one.
    /// </summary>
    public int? LogicalSectorSize { get; init; }

    /// <summary>The layout of a VMDK.</summary>
    public VmdkSubformat VmdkSubformat { get; init; }

    /// <summary>The controller a VMDK is meant for.</summary>
    public VmdkAdapter VmdkAdapter { get; init; }

    /// <summary>The name the finished file will have, without folder: a VMDK names itself in its descriptor.</summary>
    public string FileName { get; init; } = "disk.vmdk";

    /// <summary>Creation time, for the formats that record one.</summary>
    public DateTimeOffset Created { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>Where the identifiers inside an image come from.</summary>
    public Func<Guid> NewGuid { get; init; } = Guid.NewGuid;
}
