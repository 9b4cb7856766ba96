using System.Collections.Generic;
using System.Linq;

namespace VmaTools.Audits;

/// <summary>
/// Holds an archive's devices against the VM's configuration: whether the backup has every disk that it was meant to have.
/// What it finds are warnings, for the archive itself is as it was written.
/// </summary>
internal static class ConfigAudit
{
    private static readonly string[] MissingCodes =
    [
        VmaCodes.DiskNotInBackup, VmaCodes.EfiDiskMissing, VmaCodes.TpmStateMissing, VmaCodes.VMConfigMissing,
    ];

    /// <summary>Whether findings leave an archive complete: it is valid, and nothing it was meant to have is missing.</summary>
    public static bool IsComplete(IEnumerable<VmaFinding> findings) =>
        !findings.Any(static f => f.IsError || IsMissing(f.Code));

    /// <summary>Whether a code says that something is missing.</summary>
    public static bool IsMissing(string code) => MissingCodes.Contains(code);

    /// <summary>The warnings about an archive.</summary>
    public static IEnumerable<VmaFinding> Check(VmaArchive archive)
    {
        if (VmaVM.From(archive) is not { } machine)
        {
            yield return Warning(
                VmaCodes.VMConfigMissing, $"The archive has no {VmaVM.ConfigName}: it does not tell which disks the VM has, and a restore refuses it.");
            yield break;
        }

        foreach (VmaVMDisk disk in machine.Disks)
        {
            if (CheckDisk(disk) is { } finding)
            {
                yield return finding;
            }
        }

        foreach (VmaDevice device in archive.Devices)
        {
            if (!device.IsVmstate && !machine.Disks.Any(d => d.DeviceId == device.DeviceId))
            {
                yield return Warning(
                    VmaCodes.DeviceNotInConfig, $"No disk of the configuration belongs to the device '{Printable.Text(device.Name)}'.", device);
            }
        }
    }

    private static VmaFinding? CheckDisk(VmaVMDisk disk)
    {
        string name = $"{disk.Key} ({Printable.Text(disk.Volume)})";
        switch (disk.WhyAbsent)
        {
            case VmaDiskAbsence.Excluded:
                return Warning(VmaCodes.DiskExcluded, $"The disk {name} is excluded from backups by backup=0.");
            case VmaDiskAbsence.DeviceMissing:
                return Warning(CodeOf(disk), $"The disk {name} is not in the backup: there is no device '{Printable.Text(disk.MappedName!)}'.");
            case VmaDiskAbsence.NotMapped:
                return Warning(CodeOf(disk), $"The disk {name} is not in the backup, though nothing excludes it.");
            case null when !disk.IsMapped:
                return new VmaFinding(
                    VmaCodes.MapLineMissing,
                    VmaSeverity.Warning,
                    $"No line '{QemuConfigMap.Prefix}' of the configuration ties the disk {name} to the device '{Printable.Text(disk.DeviceName!)}', which bears its name: a restore in Proxmox leaves it out.",
                    device: disk.DeviceName,
                    deviceId: disk.DeviceId);
        }

        // A volume of an EFI disk is as large as its storage makes it; the backup holds what the firmware uses of it.
        bool hasOwnSize = disk.Bus == "efidisk" || disk.Size is null;
        return disk.DeviceSize is long stored && !hasOwnSize && stored != disk.Size
            ? new VmaFinding(
                VmaCodes.DeviceSizeDiffers,
                VmaSeverity.Warning,
                $"The disk {name} has {disk.Size} bytes by the configuration and {stored} in the backup.",
                device: disk.DeviceName,
                deviceId: disk.DeviceId)
            : null;
    }

    private static string CodeOf(VmaVMDisk disk) => disk.Bus switch
    {
        "efidisk" => VmaCodes.EfiDiskMissing,
        "tpmstate" => VmaCodes.TpmStateMissing,
        _ => VmaCodes.DiskNotInBackup,
    };

    private static VmaFinding Warning(string code, string message, VmaDevice? device = null) =>
        new(code, VmaSeverity.Warning, message, device: device?.Name, deviceId: device?.DeviceId);
}
