using System;
using System.Globalization;
using System.IO;
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
    public override string NameOn(VmaDevice device) => Volume.Id.Replace('/', '-');

    public override string Describe(VmaDevice device) => $"volume {Volume.Id}";

    public override Stream OpenRead(VmaDevice device, IProgress<VmaProgress>? progress, CancellationToken cancellationToken)
    {
        // The index, where one is needed, is built where progress is shown.
        device.OpenRead(progress, cancellationToken).Dispose();
        return Volume.OpenRead();
    }

    public override void AddTo(VmaExport export, VmaDevice device, string path) => export.Add(Volume, path);
}
