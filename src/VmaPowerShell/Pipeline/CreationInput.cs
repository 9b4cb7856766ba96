using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace VmaTools.PowerShell;

/// <summary>
/// Puts what a user gives into an archive that is to be written. Whatever cannot be put in ends the command: an archive without one of
/// its disks is worse than none.
/// </summary>
internal sealed class CreationInput
{
    private static readonly Regex DeviceStem = new(
        @"^(?:disk-)?(drive-(?:ide|sata|scsi|virtio)\d+|drive-efidisk0|drive-tpmstate0-backup|vmstate)$", RegexOptions.CultureInvariant);

    private const string EfiVariables = "drive-efidisk0";
    private const string TpmState = "drive-tpmstate0-backup";
    private const string Vmstate = "vmstate";

    private readonly VmaCreation _creation;
    private readonly SessionState _session;
    private readonly SourcePaths _paths;
    private readonly Action<ErrorRecord> _fail;
    private readonly VmaOpenOptions _open;
    private readonly Queue<string> _names;

    /// <param name="creation">The archive.</param>
    /// <param name="session">The session, for paths.</param>
    /// <param name="archives">Resolves paths and addresses of archives.</param>
    /// <param name="names">Names for the devices, in their order; where these end, names are made up.</param>
    /// <param name="open">How archives are opened.</param>
    /// <param name="fail">Ends the command.</param>
    public CreationInput(VmaCreation creation, SessionState session, SourcePaths archives, string[]? names, VmaOpenOptions open, Action<ErrorRecord> fail)
    {
        _creation = creation;
        _session = session;
        _paths = archives;
        _names = new Queue<string>(names ?? []);
        _open = open;
        _fail = fail;
    }

    /// <summary>The archives that devices are taken from.</summary>
    public HashSet<VmaArchive> Archives { get; } = [];

    /// <summary>The format of files; null to tell it by their bytes.</summary>
    public ImageFormat? Format { get; init; }

    /// <summary>
    /// Adds disks: a raw file, an image, a block device, the images that an OVF or a VMX names, a stream, a device, a partition, a volume,
    /// all devices of an archive.
    /// </summary>
    public void AddDisk(PSObject input)
    {
        switch (input.BaseObject)
        {
            case Stream stream:
                _creation.AddStream(NextName(null), stream, length: null, leaveOpen: true);
                break;
            case FileSystemInfo file:
                AddFiles(SourcePaths.Files.Literal(_session, file.FullName, _fail));
                break;
            case string path:
                AddFiles(SourcePaths.Files.Expand(_session, path, _fail));
                break;
            case VmaImage image:
                _creation.AddImage(NextName(null), image);
                break;
            case VmaVolume volume:
                _creation.AddVolume(volume, NextName(null));
                break;
            default:
                foreach (DeviceInput device in DeviceInput.From(input, _session, _paths, _fail))
                {
                    AddDevices(device);
                }

                break;
        }
    }

    /// <summary>Adds configs: files, paths, configs of archives.</summary>
    public void AddConfig(PSObject input)
    {
        switch (input.BaseObject)
        {
            case VmaConfig config:
                _creation.AddConfig(config.Name, config.GetBytes());
                break;
            case FileSystemInfo file:
                AddConfigs(SourcePaths.Files.Literal(_session, file.FullName, _fail));
                break;
            case string path:
                AddConfigs(SourcePaths.Files.Expand(_session, path, _fail));
                break;
            default:
                _fail(ErrorRecords.InvalidConfig(input.BaseObject));
                break;
        }
    }

    /// <summary>Puts in what the firmware of a UEFI guest needs, where the config maps it to a drive and no disk stands for it.</summary>
    /// <returns>Whether that was needed.</returns>
    /// <exception cref="VmaException">A name was given that no disk came for.</exception>
    public bool Complete()
    {
        if (_names.Count > 0)
        {
            throw new VmaException(VmaCodes.ItemNotFound, $"No disk was given for the name '{Printable.Short(_names.Peek())}'.");
        }

        bool isMissing = _creation.MappedNames.Contains(EfiVariables) && !_creation.DeviceNames.Contains(EfiVariables);
        if (isMissing)
        {
            _creation.AddEfiVariables(EfiVariables);
        }

        return isMissing;
    }

    private void AddConfigs(IEnumerable<string> files)
    {
        foreach (string file in files)
        {
            _creation.AddConfigFile(file);
        }
    }

    private void AddFiles(IEnumerable<string> files)
    {
        foreach (string file in files)
        {
            if (BackupFileName.Parse(Path.GetFileName(file)).Kind == BackupFileKind.Archive)
            {
                _fail(ErrorRecords.NotADisk(file));
            }

            foreach (string disk in Format is null ? DiskFiles.Of(file) : [file])
            {
                Match match = DeviceStem.Match(Path.GetFileNameWithoutExtension(disk));
                VmaImage image = VmaImage.Open(disk, Format);
                _creation.AddImage(NextName(match.Success ? match.Groups[1].Value : null), image);
            }
        }
    }

    private void AddDevices(DeviceInput input)
    {
        VmaArchive archive = input.Open(path => VmaArchive.Open(path, _open));
        Archives.Add(archive);
        foreach (VmaDevice device in input.Select(archive, new DeviceFilter(null, null), _fail))
        {
            if (input.Part is PartitionPart partition)
            {
                _creation.AddRange(device, partition.Offset, partition.Size, NextName(null));
            }
            else
            {
                _creation.AddDevice(device, NextName(device.Name));
            }
        }
    }

    /// <summary>
    /// The next name given; else the one that suits, where it is free; else the next one that the config maps to a drive; else the next
    /// free SCSI disk.
    /// </summary>
    private string NextName(string? suited)
    {
        if (_names.Count > 0)
        {
            return _names.Dequeue();
        }

        IReadOnlyList<string> taken = _creation.DeviceNames;
        if (suited is null && _creation.MappedNames.FirstOrDefault(n => n is not (EfiVariables or TpmState or Vmstate) && !taken.Contains(n)) is { } mapped)
        {
            return mapped;
        }

        return suited is not null && !taken.Contains(suited)
            ? suited
            : Enumerable.Range(0, VmaCreation.MaxDeviceCount + 1)
                .Select(static n => "drive-scsi" + n.ToString(CultureInfo.InvariantCulture))
                .First(n => !taken.Contains(n));
    }
}
