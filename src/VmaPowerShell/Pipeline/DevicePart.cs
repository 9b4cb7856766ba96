using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;

namespace VmaTools.PowerShell;

/// <summary>What is meant where a device is not meant as a whole.</summary>
/// <param name="Size">Bytes.</param>
internal abstract record DevicePart(long Size)
{
    /// <summary>Its name, in place of the device's.</summary>
    public abstract string NameOn(VmaDevice device);

    /// <summary>What it is, for people.</summary>
    public abstract string Describe(VmaDevice device);

    /// <summary>Opens its bytes.</summary>
    /// <exception cref="VmaException">The archive cannot be read at any offset, or has changed.</exception>
    public abstract Stream OpenRead(VmaDevice device, IProgress<VmaProgress>? progress, CancellationToken cancellationToken);

    /// <summary>Adds it to an export.</summary>
    /// <exception cref="VmaException">The file exists, or the format cannot hold it.</exception>
    public abstract void AddTo(VmaExport export, VmaDevice device, string path);
}

/// <summary>A partition of the device.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Offset">First byte on the device.</param>
/// <param name="Size">Bytes.</param>
internal sealed record PartitionPart(int Index, long Offset, long Size) : DevicePart(Size)
{
    public override string NameOn(VmaDevice device) => device.Name + "-p" + Index.ToString(CultureInfo.InvariantCulture);

    public override string Describe(VmaDevice device) => $"partition {Index} of {device.Name}";

    public override Stream OpenRead(VmaDevice device, IProgress<VmaProgress>? progress, CancellationToken cancellationToken) =>
        device.OpenRead(Offset, Size, progress, cancellationToken);

    public override void AddTo(VmaExport export, VmaDevice device, string path) => export.Add(device, path, Offset, Size);
}

/// <summary>A volume that is put together, from the device and perhaps others.</summary>
/// <param name="Volume">The volume.</param>
internal sealed record AssembledPart(VmaVolume Volume) : DevicePart(Volume.Size)
{
    /// <summary>How it is opened; null for the usual way.</summary>
    public FileSystemOptions? Options { get; init; }

    public override string NameOn(VmaDevice device) => Volume.Id.Replace('/', '-');

    public override string Describe(VmaDevice device) => $"volume {Volume.Id}";

    public override Stream OpenRead(VmaDevice device, IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        // The index, where one is needed, is built where progress is shown.
        device.OpenRead(progress, cancellationToken).Dispose();
        return Volume.OpenRead(Options);
    }

    public override void AddTo(VmaExport export, VmaDevice device, string path) => export.Add(Volume, path, Options);
}

/// <summary>What is free on a volume.</summary>
/// <param name="Volume">The volume.</param>
/// <param name="Name">What the volume is called, as a part of the device.</param>
internal sealed record UnallocatedPart(VmaVolume Volume, string Name) : DevicePart(Volume.FreeBytes ?? Volume.Size)
{
    /// <summary>How it is opened.</summary>
    public FileSystemOptions? Options { get; init; }

    /// <summary>That of the volume that a part of a device is, or a device as a whole.</summary>
    /// <exception cref="VmaException">It is no volume, or the archive cannot be read at any offset.</exception>
    public static UnallocatedPart Of(
        VmaDevice device, DevicePart? part, FileSystemOptions options, IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        if (part is AssembledPart assembled)
        {
            return new UnallocatedPart(assembled.Volume, part.NameOn(device)) { Options = options };
        }

        using VmaGuest guest = VmaGuest.Open(device.GetArchive(), options, progress, cancellationToken);
        int? index = (part as PartitionPart)?.Index;
        VmaVolume? volume = guest.GetVolumes().FirstOrDefault(v => v.Device == guest.GetDiskName(device) && (v.Index ?? 0) == (index ?? 0));
        return volume is null
            ? throw new VmaException(
                VmaCodes.VolumeNotFound, $"{part?.Describe(device) ?? device.Name} holds no file system itself; pipe its volumes (Get-VmaVolume).", device.ArchivePath, null, device.Name)
            : new UnallocatedPart(volume, part?.NameOn(device) ?? device.Name) { Options = options };
    }

    public override string NameOn(VmaDevice device) => Name + "-unallocated";

    public override string Describe(VmaDevice device) => $"what is free on volume {Volume.Id}";

    public override Stream OpenRead(VmaDevice device, IProgress<VmaProgress>? progress, CancellationToken cancellationToken) => Volume.OpenUnallocated(Options);

    public override void AddTo(VmaExport export, VmaDevice device, string path) => export.AddUnallocated(Volume, path, Options);
}
