using System;

namespace VmaTools;

/// <summary>Something that a UEFI firmware can start.</summary>
public sealed class VmaBootEntry
{
    internal VmaBootEntry(string id, string description, bool isActive, string devicePath)
    {
        Id = id;
        Description = description;
        IsActive = isActive;
        DevicePath = devicePath;
    }

    /// <summary>The name of its variable, such as <c>Boot0001</c>.</summary>
    public string Id { get; }

    /// <summary>What the firmware's menu shows.</summary>
    public string Description { get; }

    /// <summary>Whether the firmware tries it by itself.</summary>
    public bool IsActive { get; }

    /// <summary>Where it is, as the specification of UEFI writes it, such as <c>HD(1,GPT,…)/\EFI\debian\shimx64.efi</c>.</summary>
    public string DevicePath { get; }

    /// <summary>The kind, the name and the description.</summary>
    public override string ToString() => $"{nameof(VmaBootEntry)}: {Id} {Printable.Short(Description)}";
}
