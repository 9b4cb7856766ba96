using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using VmaTools.Archives;

namespace VmaTools.PowerShell;

/// <summary>A place on a drive: the archive itself, a device, a partition of one, or a config.</summary>
internal sealed class DriveItem
{
    /// <summary>What the view of items goes by.</summary>
    private const string TypeName = "VmaTools.DriveItem";

    private DriveItem(string path, VmaArchive archive, VmaDevice? device = null, VmaPartition? partition = null, VmaConfig? config = null)
    {
        Path = path;
        Archive = archive;
        Device = device;
        Partition = partition;
        Config = config;
    }

    /// <summary>The path as the provider knows it: that of the archive, followed by names.</summary>
    public string Path { get; }

    public VmaArchive Archive { get; }

    /// <summary>The device, also where the place is a partition of it.</summary>
    public VmaDevice? Device { get; }

    public VmaPartition? Partition { get; }

    public VmaConfig? Config { get; }

    /// <summary>True where something may lie below.</summary>
    public bool IsContainer => Config is null && Partition is null;

    /// <summary>What the pipeline gets. What lies below an archive has one view, so that a listing is one table.</summary>
    public PSObject Value
    {
        get
        {
            PSObject value = PSObject.AsPSObject((object?)Partition ?? (object?)Device ?? (object?)Config ?? Archive);
            if (Partition is not null || Device is not null || Config is not null)
            {
                // The object may be seen elsewhere, where it is not to look like an item of a drive.
                value = value.Copy();
                value.TypeNames.Insert(0, TypeName);
            }

            return value;
        }
    }

    /// <summary>The place that names lead to, or null.</summary>
    /// <param name="path">The path as the provider knows it.</param>
    /// <param name="archive">The archive.</param>
    /// <param name="names">The names below the archive.</param>
    /// <exception cref="VmaException">The archive cannot be read at any offset, or changed.</exception>
    public static DriveItem? Find(string path, VmaArchive archive, IReadOnlyList<string> names)
    {
        DriveItem root = new(path, archive);
        if (names.Count == 0)
        {
            return root;
        }

        // A name that fits as it is written comes before one that differs in case.
        DriveItem? item = Pick(root.Children(static _ => { }), names[0]);
        return names.Count == 1 ? item is null ? null : item.At(path)
            : names.Count == 2 && item?.Device is not null ? Pick(item.Children(static _ => { }), names[1])?.At(path)
            : null;
    }

    /// <summary>What lies below, each with its name in front.</summary>
    /// <param name="onUnreadable">Hears why partitions cannot be told.</param>
    public IEnumerable<(string Name, DriveItem Item)> Children(System.Action<VmaException> onUnreadable)
    {
        if (!IsContainer)
        {
            return [];
        }

        if (Device is not null)
        {
            return Partitions(onUnreadable).Select(p => (ItemNames.OfPartition(p.Index), new DriveItem(Path, Archive, Device, p)));
        }

        ItemNames names = new(Archive);
        return Archive.Configs.Select(c => (names[c], new DriveItem(Path, Archive, config: c)))
            .Concat(Archive.Devices.Select(d => (names[d], new DriveItem(Path, Archive, d))));
    }

    /// <summary>Opens the content of a device or a partition: the stream, and which part of it.</summary>
    public (Stream Stream, long Offset, long Length) OpenContent()
    {
        VmaDeviceStream stream = Device!.OpenRead();
        return Partition is null
            ? (stream, 0, stream.Length)
            : (stream, Partition.Offset, System.Math.Max(0, System.Math.Min(Partition.Size, stream.Length - Partition.Offset)));
    }

    private static DriveItem? Pick(IEnumerable<(string Name, DriveItem Item)> children, string name)
    {
        (string Name, DriveItem Item)[] all = [.. children];
        return all.FirstOrDefault(c => c.Name == name).Item
            ?? all.FirstOrDefault(c => string.Equals(c.Name, name, System.StringComparison.OrdinalIgnoreCase)).Item;
    }

    private DriveItem At(string path) => new(path, Archive, Device, Partition, Config);

    private List<VmaPartition> Partitions(System.Action<VmaException> onUnreadable)
    {
        try
        {
            using VmaDeviceStream stream = Device!.OpenRead();
            return [.. DevicePartitions.Read(Device, stream.Length)];
        }
        catch (VmaException exception)
        {
            onUnreadable(exception);
            return [];
        }
    }
}
