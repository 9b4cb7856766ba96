using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using VmaTools.Archives;

namespace VmaTools;

/// <summary>A partition of a device in an archive, or the whole of an unpartitioned one (<see cref="Index"/> 0).</summary>
public sealed class VmaPartition
{
    private readonly Partition _partition;

    private VmaPartition(VmaDevice device, Partition partition)
    {
        Owner = device;
        _partition = partition;
    }

    /// <summary>Full path of the archive, or null where it came from a stream.</summary>
    public string? ArchivePath => Owner.ArchivePath;

    /// <summary>Name of the device.</summary>
    public string Device => Owner.Name;

    /// <summary>Number of the device in the archive.</summary>
    public int DeviceId => Owner.DeviceId;

    /// <inheritdoc cref="Partition.Index"/>
    public int Index => _partition.Index;

    /// <inheritdoc cref="Partition.Name"/>
    public string? Name => _partition.Name;

    /// <inheritdoc cref="Partition.Type"/>
    public string Type => _partition.Type;

    /// <inheritdoc cref="Partition.TypeId"/>
    public string? TypeId => _partition.TypeId;

    /// <inheritdoc cref="Partition.FileSystem"/>
    public string? FileSystem => _partition.FileSystem;

    /// <inheritdoc cref="Partition.Label"/>
    public string? Label => _partition.Label;

    /// <inheritdoc cref="Partition.Uuid"/>
    public string? Uuid => _partition.Uuid;

    /// <inheritdoc cref="Partition.PartitionUuid"/>
    public string? PartitionUuid => _partition.PartitionUuid;

    /// <inheritdoc cref="Partition.Offset"/>
    public long Offset => _partition.Offset;

    /// <inheritdoc cref="Partition.Size"/>
    public long Size => _partition.Size;

    /// <inheritdoc cref="Partition.IsBootable"/>
    public bool IsBootable => _partition.IsBootable;

    internal VmaDevice Owner { get; }

    /// <summary>The device that it is on.</summary>
    public VmaDevice GetDevice() => Owner;

    /// <summary>Reads the partitions of a device and recognises what they hold.</summary>
    /// <param name="device">The device.</param>
    /// <param name="warnings">Sentences about what is odd with the partition table.</param>
    /// <param name="progress">Hears how far the hopping from extent to extent has come, where the map must be built first.</param>
    /// <param name="cancellationToken">Ends the building of the map early.</param>
    /// <exception cref="VmaException">The archive cannot be read at any offset, or has lost what is needed here.</exception>
    /// <exception cref="IOException">The archive cannot be read.</exception>
    public static IReadOnlyList<VmaPartition> Read(
        VmaDevice device,
        out IReadOnlyList<string> warnings,
        IProgress<VmaProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        if (device is null)
        {
            throw new ArgumentNullException(nameof(device));
        }

        using VmaDeviceStream stream = device.OpenRead(progress, cancellationToken);
        PartitionTable table = PartitionTable.Read(stream, stream.Length);
        warnings = table.Warnings.Select(static w => w.Message).ToArray();
        return table.Partitions.Select(p => new VmaPartition(device, p)).ToArray();
    }

    /// <summary>Opens the partition's content for reading at any offset.</summary>
    /// <exception cref="VmaException">The archive cannot be read at any offset, or has changed.</exception>
    /// <exception cref="IOException">The archive cannot be read.</exception>
    public Stream OpenRead() => new RangeStream(Owner.OpenRead(), Offset, Size);

    /// <summary>Device, index and what the partition holds.</summary>
    public override string ToString() => $"{nameof(VmaPartition)}: {Printable.Short(Device)} {Index}, {FileSystem ?? Type}";
}
