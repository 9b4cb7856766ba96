using System;

namespace VmaTools;

/// <summary>A disk of a VM whose configuration is made.</summary>
public sealed class GuestDisk
{
    /// <summary>Describes a disk.</summary>
    /// <param name="size">Its size in bytes.</param>
    /// <param name="key">The drive that it becomes, such as <c>scsi0</c>; null for the next one of the bus that suits the guest.</param>
    public GuestDisk(long size, string? key = null)
    {
        Size = size > 0 ? size : throw new ArgumentOutOfRangeException(nameof(size));
        Key = key;
    }

    /// <summary>Its size in bytes.</summary>
    public long Size { get; }

    /// <summary>The drive that it becomes; null for the next one.</summary>
    public string? Key { get; }
}
