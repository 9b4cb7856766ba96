using System;
using System.IO;
using System.Threading;
using VmaTools.Archives;
using VmaTools.Format;

namespace VmaTools;

/// <summary>A disk image in an archive, or a guest's memory (<c>vmstate</c>).</summary>
public sealed class VmaDevice
{
    internal VmaDevice(VmaArchive archive, DeviceEntry entry)
    {
        Archive = archive;
        Id = entry.Id;
        Name = entry.Name;
        Size = entry.Size;
        IsVmstate = entry.Name == Layout.VmstateName;
    }

    /// <summary>Number of the device in the archive, 1 to 254.</summary>
    public int Id { get; }

    /// <summary>Name of the device, such as <c>drive-scsi0</c>, as the archive has it: it may be no fit file name.</summary>
    public string Name { get; }

    /// <summary>Bytes that the device has, as the header says. For a vmstate this is an estimate.</summary>
    public long Size { get; }

    /// <summary>True for a guest's memory: its clusters come in order and its size is an estimate.</summary>
    public bool IsVmstate { get; }

    /// <summary>What it is: <c>disk</c>, or <c>memory</c> of a guest.</summary>
    public string Kind => IsVmstate ? "memory" : "disk";

    /// <summary>Full path of the archive, or null where it came from a stream.</summary>
    public string? ArchivePath => Archive.ArchivePath;

    internal VmaArchive Archive { get; }

    /// <summary>
    /// Bytes of the device that the archive stores; null where only reading all of it would tell. Hops over the extents of
    /// the archive the first time.
    /// </summary>
    internal long? StoredBytes => Archive.Source.CanReadAnywhere ? Archive.GetMap()[Id].StoredBytes : null;

    /// <summary>
    /// Opens the device's content for reading at any offset. Any number may be open at once, each used by one thread.
    /// </summary>
    /// <remarks>
    /// A compressed file is read through its index. Where it has none, this builds one in the user's cache folder, which reads
    /// the archive once.
    /// </remarks>
    /// <param name="progress">Hears how far the hopping from extent to extent has come, where the map or the index must be built first.</param>
    /// <param name="cancellationToken">Ends the building early.</param>
    /// <exception cref="VmaException">
    /// The archive cannot be read at any offset, has changed, or claims a size for the device that none can have.
    /// </exception>
    /// <exception cref="IOException">The archive cannot be read.</exception>
    public VmaDeviceStream OpenRead(IProgress<VmaProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ThrowIfSizeInvalid();
        ClusterMap map = Archive.GetMap(progress, cancellationToken);
        return new VmaDeviceStream(this, map, Archive.OpenRandom());
    }

    /// <exception cref="VmaFormatException">The device claims a size that none can have.</exception>
    internal void ThrowIfSizeInvalid()
    {
        if (!Layout.IsDeviceSize(Size))
        {
            throw new VmaFormatException(VmaCodes.DeviceSizeInvalid, "The device claims a size that no device can have.", ArchivePath, null, Name);
        }
    }

    /// <summary>The device's name.</summary>
    public override string ToString() => $"{nameof(VmaDevice)}: {Printable.Short(Name)}";
}
