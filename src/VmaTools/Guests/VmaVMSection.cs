using System.Collections.Generic;
using System.Linq;
using VmaTools.Bytes;

namespace VmaTools;

/// <summary>A key of a configuration and its value as written.</summary>
public sealed class VmaVMSetting
{
    private VmaVMSetting(QemuConfigLine line)
    {
        Key = line.Key!;
        Value = line.Value!;
        Line = line.LineNumber;
    }

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>The value without the white space around it.</summary>
    public string Value { get; }

    /// <summary>Number of the line in the file, from 1.</summary>
    public int Line { get; }

    /// <summary>Key and value as the file has them.</summary>
    public override string ToString() => $"{nameof(VmaVMSetting)}: {Printable.Short($"{Key} {Value}")}";

    internal static ReadableList<VmaVMSetting> Of(IEnumerable<QemuConfigLine> lines) =>
        ReadableList<VmaVMSetting>.Of(lines.Select(static l => new VmaVMSetting(l)));
}

/// <summary>A section of a configuration: pending changes, a snapshot, or something Proxmox keeps for itself.</summary>
public sealed class VmaVMSection
{
    internal VmaVMSection(QemuConfigSection section)
    {
        Name = section.Name;
        Kind = section.Kind.ToString();
        Description = section.Description;
        Settings = VmaVMSetting.Of(section.Entries);
    }

    /// <summary>The name between the brackets.</summary>
    public string Name { get; }

    /// <summary>What the section holds: <c>Pending</c>, <c>Snapshot</c>, <c>Special</c> or <c>Unknown</c>.</summary>
    public string Kind { get; }

    /// <summary>The description in plain text, or null.</summary>
    public string? Description { get; }

    /// <summary>The entries, in order, duplicates included.</summary>
    public IReadOnlyList<VmaVMSetting> Settings { get; }

    /// <summary>The name.</summary>
    public override string ToString() => $"{nameof(VmaVMSection)}: {Printable.Short(Name)}";
}
