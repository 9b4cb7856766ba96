using System.Collections.Generic;

namespace VmaTools;

/// <summary>What the configuration of a VM is made of. What is null or empty is left to Proxmox, or follows the guest.</summary>
public sealed record QemuConfigOptions
{
    /// <summary>The VM's number, which only names volumes here: a restore gives its own.</summary>
    public int VMId { get; init; } = 100;

    /// <summary>The VM's name, as a host is named.</summary>
    public string? Name { get; init; }

    /// <summary>The description: any text.</summary>
    public string? Description { get; init; }

    /// <summary>Cores a socket.</summary>
    public int Cores { get; init; } = 1;

    /// <summary>Sockets.</summary>
    public int Sockets { get; init; } = 1;

    /// <summary>Memory in bytes, whole MiB.</summary>
    public long Memory { get; init; } = 2L << 30;

    /// <summary>The processor, such as <c>host</c> or <c>x86-64-v2-AES</c>.</summary>
    public string? Cpu { get; init; }

    /// <summary>The kind of guest, such as <c>l26</c> (Linux) or <c>win11</c>.</summary>
    public string OSType { get; init; } = "other";

    /// <summary>Whether the guest starts by UEFI; it then gets a disk for its variables.</summary>
    public bool IsUefi { get; init; }

    /// <summary>The machine, such as <c>q35</c>; null for the one that suits.</summary>
    public string? Machine { get; init; }

    /// <summary>
    /// The bus of disks (ide, sata, scsi, virtio); null for what suits: ide and sata where a disk was on it elsewhere; else sata where the
    /// guest is a Windows (ide where it is older than Vista, which has no driver for sata), and scsi where it is not.
    /// </summary>
    public string? Bus { get; init; }

    /// <summary>The SCSI controller, such as <c>pvscsi</c>; null for virtio-scsi-single.</summary>
    public string? ScsiController { get; init; }

    /// <summary>Whether a Windows has drivers for virtio, so that its disks and networks are of it.</summary>
    public bool HasVirtioDrivers { get; init; }

    /// <summary>The disks, in order; the first is started from.</summary>
    public IReadOnlyList<GuestDisk> Disks { get; init; } = [];

    /// <summary>The storage that disks go to unless the restore says otherwise.</summary>
    public string Storage { get; init; } = "local-lvm";

    /// <summary>The bridge of network adapters.</summary>
    public string Bridge { get; init; } = "vmbr0";

    /// <summary>The network adapters, in order.</summary>
    public IReadOnlyList<GuestNetwork> Networks { get; init; } = [];

    /// <summary>
    /// The model of all network adapters; null for what suits: the one that the guest knows, unless a Windows has no driver for it; else e1000
    /// where the guest is a Windows, and virtio where it is not.
    /// </summary>
    public string? NetworkModel { get; init; }

    /// <summary>The uuid that the guest finds in its firmware, by which some licences are bound.</summary>
    public string? SystemUuid { get; init; }
}
