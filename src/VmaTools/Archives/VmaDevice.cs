using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using VmaTools.Archives;
using VmaTools.Format;

namespace VmaTools;

/// <summary>A disk image in an archive, or a guest's memory (<c>vmstate</c>).</summary>
public sealed class VmaDevice
{
    /// <summary>Bytes of a device, at most: clusters are numbered by 32 bits.</summary>
    public const long MaxSize = Layout.MaxDeviceSize;

    internal VmaDevice(VmaArchive archive, DeviceEntry entry)
    {
        Archive = archive;
        DeviceId = entry.Id;
        Name = entry.Name;
        Size = entry.Size;
        IsVmstate = entry.IsVmstate;
    }

    /// <summary>Number of the device in the archive, 1 to 254.</summary>
    public int DeviceId { get; }

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

    /// <summary>The archive that it is in.</summary>
    public VmaArchive GetArchive() => Archive;

    /// <summary>
    /// Bytes of the device that the archive stores; null where only reading all of it, or making its map, would tell. Hops over the
    /// extents of a plain archive the first time.
    /// </summary>
    public long? GetStoredBytes() => Archive.CanTellStored ? Archive.GetMap()[DeviceId].StoredBytes : null;

    /// <summary>
    /// The partitions that can be read as disks of their own: none where the table is lost, and what has a file system and no table is
    /// the device itself. <see cref="VmaPartition.Read"/> tells what is odd with a table.
    /// </summary>
    /// <exception cref="VmaException">The archive cannot be read at any offset, or has changed.</exception>
    /// <exception cref="IOException">The archive cannot be read.</exception>
    public IReadOnlyList<VmaPartition> GetPartitions()
    {
        using VmaDeviceStream stream = OpenRead();
        return [.. DevicePartitions.Read(this, stream.Length)];
    }

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

    /// <summary>The same for a range of the device, as a stream of its own.</summary>
    /// <param name="offset">First byte on the device.</param>
    /// <param name="length">Its length; what lies beyond the end of the device is cut off.</param>
    /// <param name="progress">As for <see cref="OpenRead(IProgress{VmaProgress}?, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">Ends the building of the map or the index early.</param>
    /// <exception cref="VmaException">As for <see cref="OpenRead(IProgress{VmaProgress}?, CancellationToken)"/>.</exception>
    /// <exception cref="IOException">The archive cannot be read.</exception>
    public Stream OpenRead(long offset, long length, IProgress<VmaProgress>? progress = null, CancellationToken cancellationToken = default) =>
        offset >= 0 ? new RangeStream(OpenRead(progress, cancellationToken), offset, length) : throw new ArgumentOutOfRangeException(nameof(offset));

    /// <exception cref="VmaFormatException">The device claims a size that none can have.</exception>
    internal void ThrowIfSizeInvalid()
    {
        if (!Layout.IsDeviceSize(Size))
        {
            throw new VmaFormatException(VmaCodes.DeviceSizeInvalid, DeviceEntry.SizeInvalid, ArchivePath, null, Name);
        }
    }

    /// <summary>The device's name.</summary>
    public override string ToString() => $"{nameof(VmaDevice)}: {Printable.Short(Name)}";
}
