using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Security;

namespace VmaTools.PowerShell;

/// <summary>What a pipeline object stands for: a device, a volume, or all devices of an archive.</summary>
internal sealed class DeviceInput
{
    private readonly bool _isStream;
    private VmaVolume? _volume;

    private DeviceInput(string? path, VmaArchive? archive, int? deviceId, DevicePart? part = null, bool isStream = false)
    {
        _isStream = isStream;
        Path = path;
        Archive = archive;
        DeviceId = deviceId;
        Part = part;
    }

    /// <summary>Full path of the archive, or null where it came from a stream.</summary>
    public string? Path { get; }

    /// <summary>The archive, where the object brought it along.</summary>
    public VmaArchive? Archive { get; }

    /// <summary>Number of the device, or null for all.</summary>
    public int? DeviceId { get; }

    /// <summary>What is meant of the device, or null for the whole of it.</summary>
    public DevicePart? Part { get; }

    /// <summary>What is meant of the device where locked volumes may be opened: of a volume that was given what is in it.</summary>
    public DevicePart? PartWith(FileSystemOptions options) => Part is AssembledPart assembled ? assembled with { Options = options }
        : _volume is not null && options.Secrets is not null ? new AssembledPart(_volume) { Options = options }
        : Part;

    /// <summary>The archive, opened where the object did not bring it along.</summary>
    /// <param name="open">Opens a file.</param>
    /// <exception cref="VmaException">It came from a stream, or cannot be opened.</exception>
    public VmaArchive Open(Func<string, VmaArchive> open) =>
        Path is null && !_isStream
            ? throw new VmaException(
                VmaCodes.SourceNotReopenable,
                "The object came from a stream and has no path to reopen; give the stream itself to a command that takes one (-InputStream).")
            : Archive ?? open(Path!);

    /// <summary>All devices of an archive that was opened from the stream that was given.</summary>
    public static DeviceInput OfStream(VmaArchive archive) => new(null, archive, null, isStream: true);

    /// <summary>Reads an object: a device, a partition, a volume, an archive, a file, a path, or what is left of one of these after serialization.</summary>
    /// <param name="input">The object.</param>
    /// <param name="session">The session, for paths.</param>
    /// <param name="archives">Resolves paths and addresses.</param>
    /// <param name="onError">Hears why an object stands for nothing.</param>
    public static IEnumerable<DeviceInput> From(PSObject input, SessionState session, SourcePaths archives, Action<ErrorRecord> onError)
    {
        NativeText.ThrowIfByte(input);
        switch (input.BaseObject)
        {
            case VmaDevice device:
                return [new DeviceInput(device.ArchivePath, device.GetArchive(), device.DeviceId)];
            case VmaPartition partition:
                return
                [
                    new DeviceInput(
                        partition.ArchivePath,
                        partition.GetDevice().GetArchive(),
                        partition.DeviceId,
                        new PartitionPart(partition.Index, partition.Offset, partition.Size)),
                ];
            case VmaVolume volume:
                return OfVolume(volume, onError);
            case VmaArchive archive:
                return [new DeviceInput(archive.ArchivePath, archive, null)];
            case FileSystemInfo file:
                return OfFiles(archives.Literal(session, file.FullName, onError));
            case VmaVMDisk disk:
                return disk is { ArchivePath: { } ofDisk, DeviceId: int of }
                    ? OfFiles(archives.Literal(session, ofDisk, onError), of)
                    : Absent(disk.Key, disk.WhyAbsent, onError);
            case string path:
                return OfPaths(session, archives, [path], areLiteral: false, onError);
            case Uri or SecureString:
                return OfFiles(archives.Address(RemoteArchives.TextOf(input)!, onError));
        }

        // A device or an archive that came through a job or a remote session has its properties left. One that was on a drive
        // of the provider has a PSPath too, but it is not a file's.
        bool isOurs = input.TypeNames.Any(static t => t.StartsWith("Deserialized.VmaTools.", StringComparison.Ordinal));
        if (!isOurs && input.Properties["PSPath"]?.Value is string psPath)
        {
            return OfFiles(archives.Literal(session, psPath, onError));
        }

        if (input.Properties["ArchivePath"]?.Value is string archivePath
            && input.Properties["Id"]?.Value is string volumeId
            && input.TypeNames.Any(static t => t.EndsWith(".VmaVolume", StringComparison.Ordinal)))
        {
            return archives.Literal(session, archivePath, onError).SelectMany(f => OfVolume(f, volumeId, onError));
        }

        PSPropertyInfo? place = input.Properties["ArchivePath"] ?? (isOurs ? null : input.Properties["Path"] ?? input.Properties["LiteralPath"]);
        if (place?.Value is string named)
        {
            if (input.Properties["DeviceId"]?.Value is int deviceId
                && input.Properties["Index"]?.Value is int index
                && input.Properties["Offset"]?.Value is long offset
                && input.Properties["Size"]?.Value is long size)
            {
                return OfFiles(archives.Literal(session, named, onError), deviceId, new PartitionPart(index, offset, size));
            }

            if (input.TypeNames.Any(static t => t.EndsWith(".VmaVMDisk", StringComparison.Ordinal)) && input.Properties["DeviceId"]?.Value is not int)
            {
                return Absent(input.Properties["Key"]?.Value as string ?? string.Empty, input.Properties["WhyAbsent"]?.Value as string, onError);
            }

            return OfFiles(archives.Literal(session, named, onError), DeviceOf(input));
        }

        onError(Orphans.FileOf(input) is { } orphan ? ErrorRecords.OrphanedFile(orphan) : ErrorRecords.InvalidInput(input));
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
            onError(ErrorRecords.DeviceNotFound(archive.ArchivePath, id.ToString(CultureInfo.InvariantCulture)));
            return [];
        }

        return filter.Includes(device) ? [device] : [];
    }

    /// <summary>Paths: of archives, or of what is on drives over archives.</summary>
    public static IEnumerable<DeviceInput> OfPaths(SessionState session, SourcePaths archives, IEnumerable<string> paths, bool areLiteral, Action<ErrorRecord> onError)
    {
        foreach (string path in paths)
        {
            IEnumerable<DeviceInput> found = !VmaAddresses.IsAddress(path) && IsOnDrive(session, path)
                ? OfDrive(session, archives, path, areLiteral, onError)
                : OfFiles(archives.Resolve(session, [path], areLiteral, onError));
            foreach (DeviceInput input in found)
            {
                yield return input;
            }
        }
    }

    /// <summary>The number of the device that an object is of, or null.</summary>
    public static int? DeviceOf(PSObject input) => input.Properties["DeviceId"]?.Value as int?;

    private static DeviceInput[] OfDrive(SessionState session, SourcePaths archives, string path, bool areLiteral, Action<ErrorRecord> onError)
    {
        try
        {
            return [.. session.InvokeProvider.Item.Get([path], force: true, areLiteral).SelectMany(i => From(i, session, archives, onError))];
        }
        catch (RuntimeException exception)
        {
            onError(exception is ItemNotFoundException ? ErrorRecords.DriveItemNotFound(path) : exception.ErrorRecord);
            return [];
        }
    }

    private static bool IsOnDrive(SessionState session, string path)
    {
        try
        {
            session.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            return provider.ImplementingType == typeof(VmaProvider);
        }
        catch (Exception exception) when (SourcePaths.IsNowhere(exception))
        {
            return false;
        }
    }

    private static IEnumerable<DeviceInput> Absent(string disk, string? why, Action<ErrorRecord> onError)
    {
        onError(ErrorRecords.InvalidInput($"disk {ErrorRecords.Shown(disk)}", $"is not in the archive{(why is null ? string.Empty : $" ({why})")}"));
        return [];
    }

    private static IEnumerable<DeviceInput> OfVolume(VmaVolume volume, Action<ErrorRecord> onError)
    {
        if (volume.Kind == VmaVolume.SubvolumeKind)
        {
            onError(ErrorRecords.InvalidInput($"subvolume {volume.Id}", "is files on a volume, and no disk; Export-VmaFile copies them"));
            return [];
        }

        if (volume.DeviceId is int id)
        {
            return [new DeviceInput(
                volume.ArchivePath,
                volume.GetArchive(),
                id,
                volume.Index is int index ? new PartitionPart(index, volume.Offset ?? 0, volume.Size) : null) { _volume = volume }];
        }

        if (volume.GetDevices() is { Count: > 0 } devices)
        {
            return [new DeviceInput(volume.ArchivePath, volume.GetArchive(), devices[0].DeviceId, new AssembledPart(volume))];
        }

        onError(ErrorRecords.From(
            new VmaException(VmaCodes.VolumeMemberMissing, $"Nothing of the volume {Printable.Short(volume.Id)} is in the archive.", volume.ArchivePath), volume));
        return [];
    }

    /// <summary>A volume that came through a job or a remote session: its facts alone do not tell where it lies.</summary>
    private static IEnumerable<DeviceInput> OfVolume(string archivePath, string id, Action<ErrorRecord> onError)
    {
        try
        {
            using VmaGuest guest = VmaGuest.Open(VmaArchive.Open(archivePath, RemoteArchives.Options));
            VmaVolume? volume = guest.GetVolumes().FirstOrDefault(v => v.Id == id);
            return volume is null
                ? throw new VmaException(VmaCodes.VolumeNotFound, $"The archive has no volume {Printable.Short(id)}.", archivePath)
                : OfVolume(volume, onError);
        }
        catch (Exception exception) when (ErrorRecords.IsExpected(exception))
        {
            onError(ErrorRecords.From(exception, archivePath));
            return [];
        }
    }

    /// <summary>Files, each standing for all devices of its archive or for one.</summary>
    public static List<DeviceInput> OfFiles(IEnumerable<string> files, int? deviceId = null, DevicePart? part = null)
    {
        List<DeviceInput> inputs = [];
        foreach (string file in files)
        {
            inputs.Add(new DeviceInput(file, null, deviceId, part));
        }

        return inputs;
    }
}
