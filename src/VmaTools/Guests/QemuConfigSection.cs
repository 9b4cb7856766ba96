using System.Collections.Generic;

namespace VmaTools;

/// <summary>What a section of a VM configuration holds.</summary>
public enum QemuConfigSectionKind
{
    /// <summary>The VM as it is: everything before the first header.</summary>
    Main,

    /// <summary>Changes that wait for the next start.</summary>
    Pending,

    /// <summary>The VM as it was when a snapshot was taken.</summary>
    Snapshot,

    /// <summary>Something that Proxmox keeps for itself, such as <c>[special:cloudinit]</c>.</summary>
    Special,

    /// <summary>A header that Proxmox does not understand; it skips what follows.</summary>
    Unknown,
}

/// <summary>A section of a VM configuration.</summary>
public sealed class QemuConfigSection
{
    internal QemuConfigSection(
        string name, QemuConfigSectionKind kind, int lineNumber, string? description, IReadOnlyList<QemuConfigLine> entries)
    {
        Name = name;
        Kind = kind;
        LineNumber = lineNumber;
        Description = description;
        Entries = entries;
    }

    /// <summary>The name between the brackets; empty for the main section.</summary>
    public string Name { get; }

    /// <summary>What the section holds.</summary>
    public QemuConfigSectionKind Kind { get; }

    /// <summary>Number of the header's line, from 1; 0 for the main section.</summary>
    public int LineNumber { get; }

    /// <summary>The description in plain text, or null without one.</summary>
    public string? Description { get; }

    /// <summary>The lines of kind <see cref="QemuConfigLineKind.Entry"/>, in order, duplicates included.</summary>
    public IReadOnlyList<QemuConfigLine> Entries { get; }

    /// <summary>The value of a key, or null. Of several lines the last counts, as for Proxmox.</summary>
    /// <param name="key">The key, in the case it is written in.</param>
    public string? GetValue(string key)
    {
        for (int i = Entries.Count - 1; i >= 0; i--)
        {
            if (string.Equals(Entries[i].Key, key, System.StringComparison.Ordinal))
            {
                return Entries[i].Value;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
