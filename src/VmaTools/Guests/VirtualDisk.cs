using System;
using System.Collections.Generic;

namespace VmaTools.Guests;

/// <summary>A drive of a VM: disk, CD-ROM, EFI disk or TPM state.</summary>
internal sealed class VirtualDisk
{
    private static readonly string[] ImageFormats = ["raw", "qcow2", "qcow", "vmdk", "qed", "cloop", "subvol"];

    // Bus and how many drives it takes; the last two have exactly one, numbered 0.
    private static readonly KeyValuePair<string, int>[] Buses =
    [
        new("ide", 4), new("sata", 6), new("scsi", 31), new("virtio", 16), new("efidisk", 1), new("tpmstate", 1),
    ];

    private VirtualDisk(string key, string bus, int index, PropertyString properties, QemuConfigMap? map, bool bootsWithOvmf)
    {
        Key = key;
        Bus = bus;
        Index = index;
        Volume = properties.GetValue("file") ?? properties.GetValue("volume") ?? string.Empty;
        int colon = Volume.IndexOf(':');
        bool isPath = Volume.Length > 0 && Volume[0] == '/';
        Storage = colon > 0 && !isPath ? Volume.Substring(0, colon) : null;
        Size = PropertyValue.Size(properties.GetValue("size"));
        Format = properties.GetValue("format") ?? FormatOf(Volume) ?? (string.IsNullOrEmpty(map?.Format) ? null : map!.Format);
        Options = properties.Without("file", "volume");
        IsCloudInit = IsCloudInitVolume(Volume);
        IsCdRom = properties.GetValue("media") == "cdrom" || Volume is "none" or "cdrom" || IsCloudInit;
        BackupExcluded = PropertyValue.Boolean(properties.GetValue("backup")) == false;
        DeviceName = map?.DeviceName;
        WhyAbsent = map is not null ? DiskAbsence.None
            : IsCdRom ? DiskAbsence.CdRom
            : bus == "efidisk" && !bootsWithOvmf ? DiskAbsence.EfiWithoutOvmf
            : BackupExcluded ? DiskAbsence.ExcludedByOption
            : DiskAbsence.NotMapped;
    }

    /// <summary>The key in the configuration, such as <c>scsi0</c>.</summary>
    public string Key { get; }

    /// <summary>The bus: <c>ide</c>, <c>sata</c>, <c>scsi</c>, <c>virtio</c>, <c>efidisk</c> or <c>tpmstate</c>.</summary>
    public string Bus { get; }

    /// <summary>The number on the bus.</summary>
    public int Index { get; }

    /// <summary>The volume as configured: <c>storage:name</c>, a path, or <c>none</c> for an empty CD-ROM drive.</summary>
    public string Volume { get; }

    /// <summary>The storage that holds the volume, or null for paths and empty drives.</summary>
    public string? Storage { get; }

    /// <summary>The size in bytes that the configuration notes; null where it notes none, or none that can be read.</summary>
    public long? Size { get; }

    /// <summary>The image format: by option, by the volume's extension, or by the map line; null where nothing tells.</summary>
    public string? Format { get; }

    /// <summary>All options beside the volume, in order.</summary>
    public IReadOnlyDictionary<string, string> Options { get; }

    /// <summary>True for CD-ROM drives, empty ones and cloud-init drives included.</summary>
    public bool IsCdRom { get; }

    /// <summary>True for a drive that cloud-init reads, which a restore makes anew.</summary>
    public bool IsCloudInit { get; }

    /// <summary>True when <c>backup=0</c> excludes the disk from backups.</summary>
    public bool BackupExcluded { get; }

    /// <summary>The name of the device in the archive that the disk's map line names, or null.</summary>
    public string? DeviceName { get; }

    /// <summary>Why the disk is not in the backup.</summary>
    public DiskAbsence WhyAbsent { get; }

    /// <inheritdoc/>
    public override string ToString() => Key + ": " + Volume;

    /// <summary>Splits the key of a drive; other keys, and numbers that the bus does not have, are none.</summary>
    internal static bool TryParseKey(string key, out string bus, out int index)
    {
        foreach (KeyValuePair<string, int> pair in Buses)
        {
            if (key.StartsWith(pair.Key, StringComparison.Ordinal)
                && PropertyValue.Integer(key.Substring(pair.Key.Length)) is int number
                && number < pair.Value
                && key.Length == pair.Key.Length + (number < 10 ? 1 : 2))
            {
                bus = pair.Key;
                index = number;
                return true;
            }
        }

        bus = string.Empty;
        index = 0;
        return false;
    }

    internal static VirtualDisk Create(string key, string bus, int index, string value, QemuConfigMap? map, bool bootsWithOvmf) =>
        new(key, bus, index, PropertyString.Parse(value, "file"), map, bootsWithOvmf);

    private static string? FormatOf(string volume)
    {
        int dot = volume.LastIndexOf('.');
        string extension = dot < 0 ? string.Empty : volume.Substring(dot + 1);
        return Array.IndexOf(ImageFormats, extension) < 0 ? null : extension;
    }

    // …[:/](vm-<id>-)cloudinit(.<format>)
    private static bool IsCloudInitVolume(string volume)
    {
        string name = FormatOf(volume) is string format ? volume.Substring(0, volume.Length - format.Length - 1) : volume;
        const string Tail = "cloudinit";
        if (!name.EndsWith(Tail, StringComparison.Ordinal))
        {
            return false;
        }

        name = name.Substring(0, name.Length - Tail.Length);
        int start = name.LastIndexOfAny([':', '/']) + 1;
        string owner = name.Substring(start);
        return start > 0 && (owner.Length == 0
            || (owner.StartsWith("vm-", StringComparison.Ordinal) && owner.Length > 4 && owner[owner.Length - 1] == '-'
                && PropertyValue.Long(owner.Substring(3, owner.Length - 4)) is not null));
    }
}
