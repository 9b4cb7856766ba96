using System.Collections.Generic;
using System.Linq;
using VmaTools.Guests;

namespace VmaTools;

/// <summary>A drive of a VM: disk, CD-ROM, EFI disk or TPM state, with the device in the archive that holds it.</summary>
public sealed class VmaVMDisk
{
    internal VmaVMDisk(VirtualDisk disk, IReadOnlyList<VmaDevice>? devices)
    {
        Key = disk.Key;
        Bus = disk.Bus;
        Index = disk.Index;
        Volume = disk.Volume;
        Storage = disk.Storage;
        Size = disk.Size;
        Format = disk.Format;
        IsCdRom = disk.IsCdRom;
        IsCloudInit = disk.IsCloudInit;
        IsExcluded = disk.BackupExcluded;
        Options = disk.Options;
        MappedName = disk.DeviceName;
        if (disk.DeviceName is string name && devices?.FirstOrDefault(d => d.Name == name) is { } device)
        {
            DeviceName = device.Name;
            DeviceId = device.Id;
            DeviceSize = device.Size;
        }

        WhyAbsent = DeviceName is not null ? null : disk.WhyAbsent switch
        {
            DiskAbsence.CdRom => VmaDiskAbsence.CdRom,
            DiskAbsence.EfiWithoutOvmf => VmaDiskAbsence.EfiWithoutOvmf,
            DiskAbsence.ExcludedByOption => VmaDiskAbsence.Excluded,
            _ when devices is null => VmaDiskAbsence.NoArchive,
            DiskAbsence.None => VmaDiskAbsence.DeviceMissing,
            _ => VmaDiskAbsence.NotMapped,
        };
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

    /// <summary>The size in bytes that the configuration notes, or null.</summary>
    public long? Size { get; }

    /// <summary>The image format, or null where nothing tells.</summary>
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

    /// <summary>Number of that device, or null.</summary>
    public int? DeviceId { get; }

    /// <summary>Size of that device in bytes, or null.</summary>
    public long? DeviceSize { get; }

    /// <summary>Why no device holds the disk: one of the constants of <see cref="VmaDiskAbsence"/>, or null where one does.</summary>
    public string? WhyAbsent { get; }

    /// <summary>The device that the map line names, whether the archive has it or not.</summary>
    internal string? MappedName { get; }

    /// <summary>Key and volume.</summary>
    public override string ToString() => $"{Key}: {Volume}";
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

    /// <summary>Nothing excludes it, and yet no map line of the configuration names a device for it.</summary>
    public const string NotMapped = "NotMapped";

    /// <summary>A map line names a device for it that the archive does not have.</summary>
    public const string DeviceMissing = "DeviceMissing";

    /// <summary>The configuration was read without its archive.</summary>
    public const string NoArchive = "NoArchive";
}
