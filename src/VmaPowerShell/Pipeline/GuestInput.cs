using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Security;

namespace VmaTools.PowerShell;

/// <summary>What a pipeline object stands for where files are wanted: an archive, volumes of one, or a file.</summary>
internal sealed class GuestInput
{
    /// <summary>The types whose objects tell of one file each.</summary>
    private static readonly string[] FileRows =
        [nameof(VmaFoundFile), nameof(VmaFileVersion), nameof(VmaFileHash), nameof(VmaFileStreamInfo), nameof(VmaFile), nameof(VmaDeletedFile)];

    private readonly Func<VmaVolume, bool>? _isMeant;
    private readonly string? _volume;
    private readonly Func<VmaGuest, VmaFile>? _findFile;

    private GuestInput(
        string archivePath,
        VmaArchive? archive,
        Func<VmaVolume, bool>? isMeant = null,
        VmaFile? file = null,
        string? volume = null,
        Func<VmaGuest, VmaFile>? findFile = null)
    {
        _findFile = file is null ? findFile : _ => file;
        ArchivePath = archivePath;
        Archive = archive;
        _isMeant = isMeant;
        _volume = volume;
    }

    public string ArchivePath { get; }

    /// <summary>The archive, where the object brought it along.</summary>
    public VmaArchive? Archive { get; }

    /// <summary>True where all of an archive is meant.</summary>
    public bool IsWholeArchive => _isMeant is null && _volume is null && _findFile is null;

    /// <summary>The file that the object stands for; null where it stands for none.</summary>
    /// <exception cref="VmaException">It is not there.</exception>
    public VmaFile? FileIn(VmaGuest guest) => _findFile?.Invoke(guest);

    /// <summary>The ids of the volumes that the object stands for, or null for all.</summary>
    public IReadOnlyList<string>? Volumes(VmaGuest guest)
    {
        if (_volume is not null)
        {
            return [guest.GetVolumeId(_volume)];
        }

        return _isMeant is null ? null : guest.GetVolumes().Where(_isMeant).Select(static v => v.Id).ToArray();
    }

    /// <summary>Files named by paths.</summary>
    public static IEnumerable<GuestInput> OfFiles(IEnumerable<string> files) => files.Select(static f => new GuestInput(f, null));

    /// <summary>Reads an object.</summary>
    /// <param name="input">The object.</param>
    /// <param name="session">The session, for paths.</param>
    /// <param name="archives">Resolves paths and addresses.</param>
    /// <param name="onError">Hears why an object stands for nothing.</param>
    public static IEnumerable<GuestInput> From(PSObject input, SessionState session, SourcePaths archives, Action<ErrorRecord> onError)
    {
        NativeText.ThrowIfByte(input);
        switch (input.BaseObject)
        {
            case VmaFile file:
                return Of(file.ArchivePath, file.GetArchive(), input, onError, file: file);
            case VmaVolume volume:
                return Of(volume.ArchivePath, volume.GetArchive(), input, onError, volume: volume.Id);
            case VmaVolumeGroup group:
                return Of(group.ArchivePath, group.GetArchive(), input, onError, v => group.Volumes.Any(g => g.Id == v.Id));
            case VmaPartition partition:
                string id = partition.Index == 0 ? partition.Device : $"{partition.Device}/{ItemNames.OfPartition(partition.Index)}";
                return Of(partition.ArchivePath, partition.GetDevice().GetArchive(), input, onError, v => v.Id == id);
            case VmaDevice device:
                return Of(device.ArchivePath, device.GetArchive(), input, onError, v => v.Device == device.Name);
            case VmaArchive archive:
                return Of(archive.ArchivePath, archive, input, onError);
            case FileSystemInfo file:
                return OfFiles(archives.Literal(session, file.FullName, onError));
            case string path:
                return OfFiles(archives.Expand(session, path, onError));
            case Uri or SecureString:
                return OfFiles(archives.Address(RemoteArchives.TextOf(input)!, onError));
        }

        if (input.Properties["ArchivePath"]?.Value is string archivePath)
        {
            if (FileRows.Any(kind => IsOf(input, kind)))
            {
                return OfFileRow(input, archivePath, session, archives, onError);
            }

            // A disk of a VM has a volume too: that of the storage it was on.
            bool isDisk = IsOf(input, nameof(VmaVMDisk));
            if (isDisk && DeviceInput.DeviceOf(input) is null)
            {
                return DeviceInput.From(input, session, archives, onError).Select(static i => new GuestInput(i.Path!, null));
            }

            string? volume = (isDisk ? null : input.Properties["Volume"]?.Value as string) ?? (IsOf(input, nameof(VmaVolume)) ? input.Properties["Id"]?.Value as string : null);
            Func<VmaVolume, bool>? isMeant = volume is null ? OfDevice(input) : null;
            return archives.Literal(session, archivePath, onError).Select(f => new GuestInput(f, null, isMeant, volume: volume));
        }

        if (input.Properties["PSPath"]?.Value is string psPath)
        {
            return OfFiles(archives.Literal(session, psPath, onError));
        }

        onError(ErrorRecords.InvalidInput(input));
        return [];
    }

    /// <summary>
    /// The file that a row tells of, as a catalog, a version or a digest does, also where it came through a job or a remote session. A row
    /// without one never stands for more.
    /// </summary>
    private static IEnumerable<GuestInput> OfFileRow(PSObject input, string archivePath, SessionState session, SourcePaths archives, Action<ErrorRecord> onError)
    {
        string? fullName = input.Properties["FullName"]?.Value as string;
        if (fullName is null || input.Properties["Volume"]?.Value is not string volume)
        {
            onError(ErrorRecords.From(
                new VmaFileSystemException(VmaCodes.FileNotFound, "The object tells of no file that is in the archive.", fullName, path: archivePath), input));
            return [];
        }

        ulong? id = input.Properties["FileId"]?.Value is { } known && LanguagePrimitives.TryConvertTo(known, out ulong number) ? number : null;
        return archives.Literal(session, archivePath, onError)
            .Select(f => new GuestInput(f, null, volume: volume, findFile: guest => guest.GetExactFile(volume, fullName, id)));
    }

    private static bool IsOf(PSObject input, string kind) => input.TypeNames.Any(t => t.EndsWith("." + kind, StringComparison.Ordinal));

    /// <summary>The volumes on the device, or in the partition, that an object is of; null where it is of none.</summary>
    private static Func<VmaVolume, bool>? OfDevice(PSObject input) => DeviceInput.DeviceOf(input) is not int id
        ? null
        : IsOf(input, nameof(VmaPartition)) && input.Properties["Index"]?.Value is > 0 and int index
            ? v => v.DeviceId == id && v.Index == index
            : v => v.DeviceId == id;

    private static IEnumerable<GuestInput> Of(
        string? path, VmaArchive archive, PSObject input, Action<ErrorRecord> onError, Func<VmaVolume, bool>? isMeant = null, VmaFile? file = null, string? volume = null)
    {
        if (path is null)
        {
            onError(ErrorRecords.From(
                new VmaException(
                    VmaCodes.SourceNotReopenable, "The object came from a stream and has no path to reopen; files need an archive that is a file."),
                input.BaseObject));
            return [];
        }

        return [new GuestInput(path, archive, isMeant, file, volume)];
    }
}
