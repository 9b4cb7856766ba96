using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Disks;
using VmaTools.Images;
using VmaTools.Images.Reading;

namespace VmaTools.Writing;

/// <summary>What is worth saying of the disks that become devices.</summary>
internal static class SourceWarnings
{
    private const int SmallSector = 512;
    private const int LargeSector = 4096;

    private static readonly byte[] TableSignature = "EFI PART"u8.ToArray();

    public static IReadOnlyList<string> Of(IEnumerable<CreationEntry> devices)
    {
        List<string> warnings = [];
        foreach (CreationEntry device in devices)
        {
            if (device.Source is ImageDeviceSource source)
            {
                string name = $"The disk of '{Printable.Short(device.Name)}'";
                Add(warnings, name, source.Image);
            }
        }

        return warnings;
    }

    private static void Add(List<string> warnings, string name, VmaImage image)
    {
        warnings.AddRange(image.Findings.Select(f => $"{name}: {f.Message}"));
        if (image.Format != ImageFormat.Raw && string.Equals(Path.GetExtension(image.ImagePath), ".raw", StringComparison.OrdinalIgnoreCase))
        {
            warnings.Add(
                $"{name} is in a file named as raw that begins as a {ImageFormats.Get(image.Format).Name} image, and is read as one; say that its format is raw if the guest wrote that itself.");
        }

        if (HasLargeSectors(image))
        {
            warnings.Add(
                $"{name} has sectors of {LargeSector} bytes; Proxmox shows its guests sectors of {SmallSector}, with which a guest that was installed on such a disk finds no partitions.");
        }
    }

    /// <summary>The image says so, or its partition table lies where it does with such sectors.</summary>
    private static bool HasLargeSectors(VmaImage image)
    {
        if (image.SectorSize == LargeSector)
        {
            return true;
        }

        if (image.Size < 2 * LargeSector)
        {
            return false;
        }

        using OpenedImage opened = image.OpenDisk();
        return Begins(opened.Disk, LargeSector) && !Begins(opened.Disk, SmallSector);
    }

    private static bool Begins(DiskBytes disk, long offset) => disk.Read(offset, TableSignature.Length).AsSpan().SequenceEqual(TableSignature);
}
