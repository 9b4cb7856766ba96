using System.Collections.Generic;

namespace VmaTools;

/// <summary>What the configuration of a VM is made of. What is null or empty is left to Proxmox, or follows the guest.</summary>
public sealed class QemuConfigOptions
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

    /// <summary>The bus of disks (ide, sata, scsi, virtio); null for sata where the guest is a Windows, and scsi else.</summary>
    public string? Bus { get; init; }

    /// <summary>Whether a Windows has drivers for virtio, so that its disks and networks may be of it.</summary>
    public bool HasVirtioDrivers { get; init; }

    /// <summary>The disks, in order; the first is started from.</summary>
    public IReadOnlyList<GuestDisk> Disks { get; init; } = [];

    /// <summary>The storage that disks go to unless the restore says otherwise.</summary>
    public string Storage { get; init; } = "local-lvm";

    /// <summary>The bridge of network adapters.</summary>
    public string Bridge { get; init; } = "vmbr0";

    /// <summary>The addresses of network adapters, one each; an empty one is made up.</summary>
    public IReadOnlyList<string> MacAddresses { get; init; } = [];

    /// <summary>The model of network adapters; null for e1000 where the guest is a Windows, and virtio else.</summary>
    public string? NetworkModel { get; init; }

    /// <summary>The uuid that the guest finds in its firmware, by which some licences are bound.</summary>
    public string? SystemUuid { get; init; }
}
