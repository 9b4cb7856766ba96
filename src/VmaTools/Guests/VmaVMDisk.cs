using System;
using System.Collections.Generic;
using System.Linq;
using VmaTools.Guests;

namespace VmaTools;

/// <summary>A drive of a VM: disk, CD-ROM, EFI disk or TPM state, with the device in the archive that holds it.</summary>
public sealed class VmaVMDisk
{
    private static readonly string[] ImageFormats = ["raw", "qcow2", "qcow", "vmdk", "qed", "cloop", "subvol"];

    // Bus and how many drives it takes; the last two have exactly one, numbered 0.
    private static readonly KeyValuePair<string, int>[] Buses =
    [
        new("ide", 4), new("sata", 6), new("scsi", 31), new("virtio", 16), new("efidisk", 1), new("tpmstate", 1),
    ];

    internal VmaVMDisk(
        string key, string bus, int index, string value, IReadOnlyList<QemuConfigMap> maps, bool bootsWithOvmf, IReadOnlyList<VmaDevice>? devices)
    {
        PropertyString properties = PropertyString.Parse(value, "file");
        QemuConfigMap? map = maps.FirstOrDefault(m => m.DiskKey == key);
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
        IsExcluded = PropertyValue.Boolean(properties.GetValue("backup")) == false;
        MappedName = map?.DeviceName;
        IsMapped = map is not null;

        // An archive that vzdump did not write has no map lines; its devices may bear the names that vzdump gives them.
        string usualName = bus == "tpmstate" ? $"drive-{key}-backup" : $"drive-{key}";
        string? deviceName = MappedName ?? (maps.Any(m => m.DeviceName == usualName) ? null : usualName);
        if (devices?.FirstOrDefault(d => d.Name == deviceName) is { } device)
        {
            DeviceName = device.Name;
            DeviceId = device.DeviceId;
            DeviceSize = device.Size;
        }

        WhyAbsent = DeviceName is not null ? null
            : map is null && IsCdRom ? VmaDiskAbsence.CdRom
            : map is null && bus == "efidisk" && !bootsWithOvmf ? VmaDiskAbsence.EfiWithoutOvmf
            : map is null && IsExcluded ? VmaDiskAbsence.Excluded
            : devices is null ? VmaDiskAbsence.NoArchive
            : map is null ? VmaDiskAbsence.NotMapped
            : VmaDiskAbsence.DeviceMissing;
    }

    /// <summary>The key in the configuration, such as <c>scsi0</c>.</summary>
    public string Key { get; }

    /// <summary>The bus: <c>ide</c>, <c>sata</c>, <c>scsi</c>, <c>virtio</c>, <c>efidisk</c> or <c>tpmstate</c>.</summary>
    public string Bus { get; }

    /// <summary>The number on the bus.</summary>
    public int Index { get; }

    /// <summary>The storage that holds the volume, or null for paths and empty drives.</summary>
    public string? Storage { get; }

    /// <summary>The volume as configured: <c>storage:name</c>, a path, or <c>none</c> for an empty CD-ROM drive.</summary>
    public string Volume { get; }

    /// <summary>The size in bytes that the configuration notes; null where it notes none, or none that can be read.</summary>
    public long? Size { get; }

    /// <summary>The image format: by option, by the volume's extension, or by the map line; null where nothing tells.</summary>
    public string? Format { get; }

    /// <summary>True for CD-ROM drives, empty ones and cloud-init drives included.</summary>
    public bool IsCdRom { get; }

    /// <summary>True for a drive that cloud-init reads, which a restore makes anew.</summary>
    public bool IsCloudInit { get; }

    /// <summary>True when <c>backup=0</c> excludes the disk from backups.</summary>
    public bool IsExcluded { get; }

    /// <summary>All options beside the volume, in order.</summary>
    public IReadOnlyDictionary<string, string> Options { get; }

    /// <summary>Name of the archive's device that holds the disk, or null where none does.</summary>
    public string? DeviceName { get; }

    /// <summary>Full path of the archive, or of the configuration file; null where it came from a stream.</summary>
    public string? ArchivePath { get; internal init; }

    /// <summary>Number of that device, or null.</summary>
    public int? DeviceId { get; }

    /// <summary>Size of that device in bytes, or null.</summary>
    public long? DeviceSize { get; }

    /// <summary>
    /// True where a map line of the configuration says which device holds the disk, if any. Without one, a device is told by its name, and
    /// a restore in Proxmox leaves the disk out.
    /// </summary>
    public bool IsMapped { get; }

    /// <summary>Why no device holds the disk: one of the constants of <see cref="VmaDiskAbsence"/>, or null where one does.</summary>
    public string? WhyAbsent { get; }

    /// <summary>The device that the map line names, whether the archive has it or not.</summary>
    internal string? MappedName { get; }

    /// <summary>Key and volume.</summary>
    public override string ToString() => $"{nameof(VmaVMDisk)}: {Key} {Printable.Short(Volume)}";

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

/// <summary>Why a disk of a VM is not in its backup. Text rather than an enumeration, so that it reads the same after serialization.</summary>
public static class VmaDiskAbsence
{
    /// <summary>The option <c>backup=0</c> excludes it.</summary>
    public const string Excluded = "Excluded";

    /// <summary>It is a CD-ROM or cloud-init drive, which backups leave out.</summary>
    public const string CdRom = "CdRom";

    /// <summary>It is the EFI disk of a VM that does not boot with OVMF, which backups leave out.</summary>
    public const string EfiWithoutOvmf = "EfiWithoutOvmf";

    /// <summary>Nothing excludes it, and yet no map line of the configuration names a device for it, and none bears its name.</summary>
    public const string NotMapped = "NotMapped";

    /// <summary>A map line names a device for it that the archive does not have.</summary>
    public const string DeviceMissing = "DeviceMissing";

    /// <summary>The configuration was read without its archive.</summary>
    public const string NoArchive = "NoArchive";
}
