using VmaTools.Network;

namespace VmaTools;

/// <summary>A device, or a partition of one, as a server offers it.</summary>
public sealed class VmaNbdExport
{
    internal VmaNbdExport(VmaDevice device, string name, string uri, string description, int? partition, long offset, long size)
    {
        Source = device;
        Name = name;
        Uri = uri;
        Description = description;
        Partition = partition;
        Offset = offset;
        Size = size;
    }

    /// <summary>The name that clients ask for: that of the device, or of the device and partition, such as <c>drive-scsi0/p1</c>.</summary>
    public string Name { get; }

    /// <summary>Where clients find it, such as <c>nbd://127.0.0.1:10809/drive-scsi0</c>.</summary>
    public string Uri { get; }

    /// <summary>What it is, in a few words.</summary>
    public string Description { get; }

    /// <summary>Name of the device as the archive has it.</summary>
    public string Device => Source.Name;

    /// <summary>Number of the device in the archive.</summary>
    public int DeviceId => Source.Id;

    /// <summary>Number of the partition, or null for the whole device.</summary>
    public int? Partition { get; }

    /// <summary>First byte on the device.</summary>
    public long Offset { get; }

    /// <summary>Number of bytes.</summary>
    public long Size { get; }

    internal VmaDevice Source { get; }

    /// <summary>The export's URI.</summary>
    public override string ToString() => Uri;

    /// <summary>Opens the content for one client.</summary>
    /// <exception cref="VmaException">The archive changed.</exception>
    internal NbdContent Open() => new(this);
}
