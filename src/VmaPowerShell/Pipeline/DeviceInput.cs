using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>What a pipeline object stands for: a device, a partition of one, or all devices of an archive.</summary>
internal sealed class DeviceInput
{
    private DeviceInput(string? path, VmaArchive? archive, int? deviceId, PartitionRange? partition = null)
    {
        Path = path;
        Archive = archive;
        DeviceId = deviceId;
        Partition = partition;
    }

    /// <summary>Full path of the archive, or null where it came from a stream.</summary>
    public string? Path { get; }

    /// <summary>The archive, where the object brought it along.</summary>
    public VmaArchive? Archive { get; }

    /// <summary>Number of the device, or null for all.</summary>
    public int? DeviceId { get; }

    /// <summary>The partition of the device that is meant, or null for the whole of it.</summary>
    public PartitionRange? Partition { get; }

    /// <summary>The archive, opened where the object did not bring it along.</summary>
    /// <param name="open">Opens a file.</param>
    /// <exception cref="VmaException">It came from a stream, or cannot be opened.</exception>
    public VmaArchive Open(Func<string, VmaArchive> open) =>
        Path is null
            ? throw new VmaException(
                VmaCodes.SourceNotReopenable,
                "The object came from a stream and has no path to reopen; give the stream itself to a command that takes one (-InputStream).")
            : Archive ?? open(Path);

    /// <summary>Reads an object: a device, a partition, an archive, a file, a path, or what is left of one of these after serialization.</summary>
    /// <param name="input">The object.</param>
    /// <param name="session">The session, for paths.</param>
    /// <param name="onError">Hears why an object stands for nothing.</param>
    public static IEnumerable<DeviceInput> From(PSObject input, SessionState session, Action<ErrorRecord> onError)
    {
        switch (input.BaseObject)
        {
            case VmaDevice device:
                return [new DeviceInput(device.Path, device.Archive, device.Id)];
            case VmaPartition partition:
                return
                [
                    new DeviceInput(
                        partition.Path,
                        partition.Owner.Archive,
                        partition.DeviceId,
                        new PartitionRange(partition.Index, partition.Offset, partition.Size)),
                ];
            case VmaArchive archive:
                return [new DeviceInput(archive.Path, archive, null)];
            case FileSystemInfo file:
                return OfFiles(SourcePaths.Files.Literal(session, file.FullName, onError));
            case string path:
                return OfFiles(SourcePaths.Files.Expand(session, path, onError));
        }

        // A device or an archive that came through a job or a remote session has its properties left. One that was on a drive
        // of the provider has a PSPath too, but it is not a file's.
        bool isOurs = input.TypeNames.Any(static t => t.StartsWith("Deserialized.VmaTools.", StringComparison.Ordinal));
        if (!isOurs && input.Properties["PSPath"]?.Value is string psPath)
        {
            return OfFiles(SourcePaths.Files.Literal(session, psPath, onError));
        }

        if (input.Properties["Path"]?.Value is string named)
        {
            if (input.Properties["DeviceId"]?.Value is int deviceId
                && input.Properties["Index"]?.Value is int index
                && input.Properties["Offset"]?.Value is long offset
                && input.Properties["Size"]?.Value is long size)
            {
                return OfFiles(SourcePaths.Files.Literal(session, named, onError), deviceId, new PartitionRange(index, offset, size));
            }

            int? id = input.Properties["Id"]?.Value is int number ? number : null;
            return OfFiles(SourcePaths.Files.Literal(session, named, onError), id);
        }

        onError(Orphans.FileOf(input) is { } orphan ? ErrorRecords.OrphanedFile(orphan) : ErrorRecords.InvalidInput(input.BaseObject));
        return [];
    }

    /// <summary>The devices of this input in its opened archive that a filter lets through.</summary>
    public IReadOnlyList<VmaDevice> Select(VmaArchive archive, DeviceFilter filter, Action<ErrorRecord> onError)
    {
        if (DeviceId is not int id)
        {
            return filter.Select(archive, onError);
        }

        if (archive.FindDevice(id) is not { } device)
        {
            onError(ErrorRecords.DeviceNotFound(archive.Path, id.ToString(CultureInfo.InvariantCulture)));
            return [];
        }

        return filter.Includes(device) ? [device] : [];
    }

    /// <summary>Files, each standing for all devices of its archive or for one.</summary>
    public static List<DeviceInput> OfFiles(IEnumerable<string> files, int? deviceId = null, PartitionRange? partition = null)
    {
        List<DeviceInput> inputs = [];
        foreach (string file in files)
        {
            inputs.Add(new DeviceInput(file, null, deviceId, partition));
        }

        return inputs;
    }
}

/// <summary>Where a partition is on its device.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Offset">First byte on the device.</param>
/// <param name="Size">Number of bytes.</param>
internal sealed record PartitionRange(int Index, long Offset, long Size);
