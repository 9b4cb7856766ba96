using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Files;
using VmaTools.Format;

namespace VmaTools.Writing;

/// <summary>What is worth saying of an archive before it is written, and does not forbid it.</summary>
internal static class CreationWarnings
{
    /// <summary>The name of the config that a restore reads.</summary>
    public const string ConfigName = "qemu-server.conf";

    public static IReadOnlyList<string> Of(string path, IReadOnlyList<CreationEntry> devices, IReadOnlyList<ConfigEntry> configs, bool isCompressed)
    {
        List<string> warnings = [];
        BackupFileName name = BackupFileName.Parse(Path.GetFileName(path));
        if (!name.IsRestorable)
        {
            warnings.Add(
                $"A restore in Proxmox refuses a file named '{name.FileName}': it wants vzdump-qemu-<vmid>-YYYY_MM_DD-HH_MM_SS.vma, with .zst or .gz where it is compressed.");
        }

        foreach (string device in devices.Select(static d => d.Name).Concat(configs.Select(static c => c.Name)).Where(static n => !SafeFileName.IsFit(n)))
        {
            warnings.Add($"The name '{Printable.Short(device)}' cannot be a file name as it stands; extracting will rename or refuse it.");
        }

        AddUnmapped(warnings, devices, configs);
        TargetVolume volume = TargetVolume.Of(path);
        long most = devices.Sum(static d => d.Size);
        if (!isCompressed && volume.FreeBytes < most)
        {
            warnings.Add($"The sources have {most} bytes together, more than the {volume.FreeBytes} that are free on {volume.Root}; zeros take no room.");
        }

        if (!isCompressed && volume.MaxFileSize < most)
        {
            warnings.Add($"The file system of {volume.Root} holds no file larger than {volume.MaxFileSize} bytes; the sources have {most} together, and zeros take no room.");
        }

        return warnings;
    }

    /// <summary>A restore takes the devices that lines of the config map to a drive, and leaves out the others.</summary>
    private static void AddUnmapped(List<string> warnings, IReadOnlyList<CreationEntry> devices, IReadOnlyList<ConfigEntry> configs)
    {
        if (configs.FirstOrDefault(static c => c.Name == ConfigName) is not { } config)
        {
            warnings.Add($"The archive has no {ConfigName}: a restore in Proxmox needs one.");
            return;
        }

        HashSet<string> mapped = [.. QemuConfig.Parse(config.Data.Span).Maps.Select(static m => m.DeviceName)];
        foreach (string missing in mapped.Where(m => devices.All(d => d.Name != m)))
        {
            warnings.Add($"{ConfigName} maps a drive to '{Printable.Short(missing)}', and there is no such device: a restore in Proxmox ends at that.");
        }

        foreach (CreationEntry device in devices.Where(d => d.Name != Layout.VmstateName && !mapped.Contains(d.Name)))
        {
            warnings.Add(
                $"No line '{QemuConfigMap.Prefix}<drive>:{Printable.Short(device.Name)}:<storage>:<format>:' of {ConfigName} names the device: a restore in Proxmox leaves it out.");
        }
    }
}
