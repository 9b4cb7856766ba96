using VmaTools.Network;

namespace VmaTools;

/// <summary>A device, a partition of one, or a volume that is put together from several, as a server offers it.</summary>
public sealed class VmaNbdExport
{
    internal VmaNbdExport(NbdSource source, string uri)
    {
        Source = source;
        Uri = uri;
    }

    /// <summary>
    /// The name that clients ask for: that of the device, or of the device and partition, such as <c>drive-scsi0/p1</c>, or of the
    /// volume, such as <c>debian-vg/root</c>.
    /// </summary>
    public string Name => Source.Name;

    /// <summary>Where clients find it, such as <c>nbd://127.0.0.1:10809/drive-scsi0</c>.</summary>
    public string Uri { get; }

    /// <summary>What it is, in a few words.</summary>
    public string Description => Source.Description;

    /// <summary>Name of the device as the archive has it; null for a volume that does not lie on one alone.</summary>
    public string? Device => Source.Device?.Name;

    /// <summary>Number of the device in the archive, or null.</summary>
    public int? DeviceId => Source.Device?.DeviceId;

    /// <summary>Number of the partition, or null for anything else.</summary>
    public int? Partition => Source.Partition;

    /// <summary>The id of a volume that is neither a device nor a partition of one, such as <c>debian-vg/root</c>; null else.</summary>
    public string? Volume => Source.Volume;

    /// <summary>First byte on the device, or of the volume.</summary>
    public long Offset => Source.Offset;

    /// <summary>Number of bytes.</summary>
    public long Size => Source.Size;

    internal NbdSource Source { get; }

    /// <summary>The export's URI.</summary>
    public override string ToString() => $"{nameof(VmaNbdExport)}: {Uri}";

    /// <summary>Opens the content for one client.</summary>
    /// <exception cref="VmaException">The archive changed.</exception>
    internal NbdContent Open() => new(Source);
}
