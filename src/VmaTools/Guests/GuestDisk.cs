using System;

namespace VmaTools;

/// <summary>A disk of a VM whose configuration is made.</summary>
public sealed class GuestDisk
{
    /// <summary>Describes a disk.</summary>
    /// <param name="size">Its size in bytes.</param>
    /// <param name="key">The drive that it becomes, such as <c>scsi0</c>; null for the next one of the bus that suits the guest.</param>
    /// <param name="bus">The bus that it was on elsewhere (ide, sata, scsi); null where that is not known.</param>
    public GuestDisk(long size, string? key = null, string? bus = null)
    {
        Size = size > 0 ? size : throw new ArgumentOutOfRangeException(nameof(size));
        Key = key;
        Bus = bus;
    }

    /// <summary>Its size in bytes.</summary>
    public long Size { get; }

    /// <summary>The drive that it becomes; null for the next one.</summary>
    public string? Key { get; }

    /// <summary>The bus that it was on elsewhere; null where that is not known. Of ide and sata the guest has the drivers.</summary>
    public string? Bus { get; }
}
