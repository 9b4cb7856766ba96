using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>A place on a drive.</summary>
internal abstract class DriveItem
{
    /// <summary>What the view of items goes by, other than files.</summary>
    private const string TypeName = "VmaTools.DriveItem";

    /// <summary>True where something may lie below.</summary>
    public virtual bool IsContainer => false;

    /// <summary>What the pipeline gets.</summary>
    public abstract PSObject Value { get; }

    /// <summary>What lies below, each with its name in front.</summary>
    /// <param name="listing">What is listed, and who hears of what cannot be read.</param>
    public virtual IEnumerable<(string Name, DriveItem Item)> Children(DriveListing listing) => [];

    /// <summary>What lies below under a name. One that fits as it is written comes before one that differs in case.</summary>
    /// <exception cref="VmaException">What lies below cannot be read.</exception>
    public virtual DriveItem? Find(string name)
    {
        (string Name, DriveItem Item)[] all = [.. Children(DriveListing.Everything)];
        return all.FirstOrDefault(c => c.Name == name).Item
            ?? all.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase)).Item;
    }

    /// <summary>The directory that it is, or leads to; null where its children are no files.</summary>
    public virtual FileItem? AsDirectory() => null;

    /// <summary>Opens what Get-Content reads; null where there is nothing of the kind.</summary>
    /// <param name="stream">A named stream (NTFS) instead of the content, or null.</param>
    /// <exception cref="VmaException">It cannot be read.</exception>
    public virtual DriveContent? OpenContent(string? stream) => null;

    /// <summary>The object as an item of a drive: what lies above files has one view, so that a listing is one table.</summary>
    protected static PSObject AsItem(object value)
    {
        // The object may be seen elsewhere, where it is not to look like an item of a drive.
        PSObject item = PSObject.AsPSObject(value).Copy();
        if (item.TypeNames[0] != TypeName)
        {
            item.TypeNames.Insert(0, TypeName);
        }

        // What the view has columns for, scripts find as well.
        Add(item, "Kind", value switch { VmaConfig => "config", VmaPartition => "partition", VmaVolumeGroup => "group", _ => null });
        Add(item, "Holds", HoldingOf(value));
        return item;
    }

    private static void Add(PSObject item, string name, string? value)
    {
        if (item.Properties[name] is null)
        {
            item.Properties.Add(new PSNoteProperty(name, value));
        }
    }

    private static string? HoldingOf(object value) => value switch
    {
        VmaPartition partition => Joined(partition.FileSystem, partition.Label, partition.Type),
        VmaVolume volume => Joined(volume.FileSystem, volume.Label, volume.MountPoint),
        VmaVolumeGroup group => $"{group.Volumes.Count} volumes",
        _ => null,
    };

    private static string Joined(params string?[] facts) =>
        string.Join(", ", facts.Where(static f => !string.IsNullOrEmpty(f)).Select(static f => Printable.Text(f!)));
}
