using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>The devices that are exported in one run: those of one archive that follow each other in one pass.</summary>
/// <param name="cmdlet">Says how, asks, and hears what comes of it.</param>
/// <param name="names">The files.</param>
/// <param name="destination">Where they go, for advice.</param>
internal sealed class ExportBatch(ExportVmaDeviceCommand cmdlet, OutputNames names, string destination)
{
    private readonly ExportVmaDeviceCommand _cmdlet = cmdlet;
    private readonly OutputNames _names = names;
    private readonly string _destination = destination;
    private readonly List<(VmaDevice Device, DevicePart? Part)> _items = [];
    private readonly List<(VmaArchive Archive, List<(VmaDevice Device, DevicePart? Part)> Items)> _held = [];
    private VmaManifestBuilder? _streamManifest;
    private VmaArchive? _archive;
    private bool _yesToAll;
    private bool _noToAll;

    /// <summary>Takes devices, and exports those of the archive before, if this is another.</summary>
    /// <exception cref="VmaException">The archive cannot be opened.</exception>
    public void Add(DeviceInput input)
    {
        if (_archive is not null && (input.Path is null || input.Path != _archive.ArchivePath))
        {
            Flush();
        }

        VmaArchive archive = _archive ?? input.Open(OpenOrHint);
        IReadOnlyList<VmaDevice> devices = input.Select(archive, _cmdlet.Filter, _cmdlet.WriteError);
        if (!_cmdlet.Unallocated)
        {
            Collect(archive, devices, input.PartWith(_cmdlet.ReadOptions));
            return;
        }

        FileSystemOptions options = _cmdlet.ReadOptions;
        foreach (VmaDevice device in devices)
        {
            Collect(archive, [device], _cmdlet.RunWithProgress(
                $"Opening {archive.ArchivePath}", (progress, token) => UnallocatedPart.Of(device, input.PartWith(options), options, progress, token)));
        }
    }

    /// <summary>Exports from a stream, which is read once.</summary>
    /// <exception cref="VmaException">It is no archive, or something else ended all of it.</exception>
    public void Export(Stream stream)
    {
        using VmaManifestBuilder? manifest = NewManifest();
        using VmaArchive archive = manifest is null
            ? VmaArchive.Open(stream, leaveOpen: true, _cmdlet.OpenOptions)
            : manifest.Open(stream, _cmdlet.OpenOptions);
        _streamManifest = manifest;
        _cmdlet.TellOpened(archive);
        Collect(archive, _cmdlet.Filter.Select(archive, _cmdlet.WriteError), null);
        Flush();
    }

    /// <summary>Exports what was taken and not exported yet.</summary>
    public void Complete()
    {
        Flush();
        _cmdlet.Attempt(_cmdlet.Path, ExportHeld);
    }

    /// <summary>Opens an archive; the error of one that is damaged tells how to salvage it.</summary>
    private VmaArchive OpenOrHint(string path)
    {
        try
        {
            return _cmdlet.OpenArchive(path);
        }
        catch (VmaException exception) when (VmaSalvage.MayHelp(exception))
        {
            throw SalvageHint.Add(exception, _destination, path, null);
        }
    }

    /// <summary>Adds devices to the batch. What has no place of its own is told now, before anything is read.</summary>
    private void Collect(VmaArchive archive, IReadOnlyList<VmaDevice> devices, DevicePart? part)
    {
        if (_archive is null)
        {
            _cmdlet.WriteHeaderFindings(archive);
            _archive = archive;
        }

        _items.AddRange(devices.Where(d => !_items.Any(b => b.Device.DeviceId == d.DeviceId && b.Part == part)).Select(d => (d, part)));
    }

    /// <summary>Exports the batch, in one pass over its archive.</summary>
    private void Flush()
    {
        if (_archive is not { } archive)
        {
            return;
        }

        List<(VmaDevice Device, DevicePart? Part)> items = [.. _items];
        _items.Clear();
        _archive = null;
        if (_names.AreOne && _cmdlet.InputStream is null)
        {
            _held.Add((archive, items));
            return;
        }

        _cmdlet.Attempt(archive.ArchivePath, () => Export(archive, items));
    }

    /// <summary>Exports what goes to one file, once it is known that it is one.</summary>
    private void ExportHeld()
    {
        _names.MustFit([.. _held.SelectMany(static h => h.Items)]);
        foreach ((VmaArchive archive, List<(VmaDevice Device, DevicePart? Part)> items) in _held)
        {
            _cmdlet.Attempt(archive.ArchivePath, () => Export(archive, items));
        }
    }

    private VmaExportOptions OptionsFor(VmaArchive archive) => new()
    {
        NewIndexPath = CompanionNames.Resolve(_cmdlet.NewIndexPath, archive.ArchivePath, CompanionNames.Index),
        Format = _cmdlet.Format,
        IsFixed = _cmdlet.Fixed,
        LogicalSectorSize = _cmdlet.MyInvocation.BoundParameters.ContainsKey(nameof(ExportVmaDeviceCommand.LogicalSectorSize)) ? _cmdlet.LogicalSectorSize : null,
        VmdkSubformat = _cmdlet.Subformat,
        Force = _cmdlet.Force,
        AllowUnproven = _cmdlet.AllowUnproven,
    };

    private void Export(VmaArchive archive, List<(VmaDevice Device, DevicePart? Part)> items)
    {
        _names.MustFit(items);
        VmaExport export = new(archive, OptionsFor(archive));
        foreach ((VmaDevice device, DevicePart? part) in items)
        {
            _cmdlet.Attempt(device, () => Add(export, device, part));
        }

        if (export.Count == 0)
        {
            return;
        }

        string? manifestPath = CompanionNames.Resolve(_cmdlet.NewManifestPath, archive.ArchivePath, CompanionNames.Manifest);
        if (manifestPath is not null)
        {
            OutputFile.MustBeFree(manifestPath, _cmdlet.Force, archive.ArchivePath);
        }

        foreach (string warning in export.CheckRoom())
        {
            _cmdlet.WriteWarning(warning);
        }

        if (_cmdlet.IsWhatIf)
        {
            foreach (string note in export.Foresee(_cmdlet.CancellationToken))
            {
                _cmdlet.WriteWarning(note);
            }

            return;
        }

        using VmaManifestBuilder? own = _streamManifest is null ? NewManifest() : null;
        VmaManifestBuilder? manifest = _streamManifest ?? own;
        VmaSink[] sinks = manifest is null ? [] : [manifest.Begin(archive)];
        VmaExportResult result = _cmdlet.RunWithProgress(
            $"Exporting {export.Count} device(s) of {archive.ArchivePath ?? "stream"}", (progress, token) => export.Run(progress, sinks, token));
        _cmdlet.TellOfIndex(archive);
        _cmdlet.TellNewIndex(result.Pass.NewIndex, result.Pass.NewIndexError);
        WriteOutcome(archive, result);
        if (manifest is not null)
        {
            manifest.Conclude(result.Pass).Save(manifestPath!, _cmdlet.Force);
            _cmdlet.TellWritten(manifestPath!);
        }
    }

    private VmaManifestBuilder? NewManifest() => _cmdlet.NewManifestPath is null ? null : new VmaManifestBuilder(null, _cmdlet.CancellationToken);

    private void Add(VmaExport export, VmaDevice device, DevicePart? part)
    {
        string path = _names.Claim(device, part);
        string what = part?.Describe(device) ?? device.Name;
        if (part is not null && _cmdlet.Overwrite)
        {
            _cmdlet.WriteError(ErrorRecords.InvalidRange("A partition or volume cannot be written over an existing target; export it to a new file.", nameof(ExportVmaDeviceCommand.Overwrite)));
            return;
        }

        string size = part is not null ? BinarySize.Format(part.Size) : IsAsked ? Sizes(device) : BinarySize.Format(device.Size);
        string action = $"Export {what} as {(device.IsVmstate ? ImageFormat.Raw : _cmdlet.Format)} ({size})";
        if (_cmdlet.IsWhatIf)
        {
            // What the run would refuse is refused now; this export never runs.
            AddTo(export, device, part, path);
        }

        if (!_cmdlet.ShouldProcess(path, action))
        {
            return;
        }

        if (!_cmdlet.Overwrite
            || _cmdlet.Force
            || _cmdlet.ShouldContinue($"All data in '{path}' will be replaced.", "Write over an existing target?", ref _yesToAll, ref _noToAll))
        {
            AddTo(export, device, part, path);
        }
    }

    private void AddTo(VmaExport export, VmaDevice device, DevicePart? part, string path)
    {
        if (part is AssembledPart or UnallocatedPart && _cmdlet.IsWhatIf)
        {
            // Where it lies would take an index, which is not made for a question.
            OutputFile.MustBeFree(path, _cmdlet.Force, device.ArchivePath);
        }
        else if (part is not null)
        {
            part.AddTo(export, device, path);
        }
        else if (_cmdlet.Overwrite)
        {
            export.AddExisting(device, path);
        }
        else
        {
            export.Add(device, path);
        }
    }

    /// <summary>True where somebody will read what ShouldProcess says, so that it may cost a look at the archive.</summary>
    private bool IsAsked =>
        _cmdlet.IsWhatIf || _cmdlet.MyInvocation.BoundParameters.ContainsKey("Confirm");

    /// <summary>What is known of a device's size without decompressing the archive.</summary>
    private string Sizes(VmaDevice device)
    {
        VmaArchive archive = device.GetArchive();
        if (device.GetStoredBytes() is null && archive.Compression != VmaCompression.None && !archive.MustBuildIndex())
        {
            _ = _cmdlet.RunWithProgress<object?>($"Looking at {archive.ArchivePath}", (progress, token) =>
            {
                archive.LoadMap(progress, token);
                return null;
            });
        }

        string size = BinarySize.Format(device.Size);
        return device.GetStoredBytes() is long stored
            ? $"{size}, {BinarySize.Format(stored)} stored"
            : archive.StoredLength is long length
                ? $"{size}; how much of it is stored takes an index or the run to tell; the archive has {BinarySize.Format(length)} by {archive.Compression}"
                : $"{size}, how much of it is stored is known when the stream ends";
    }

    private void WriteOutcome(VmaArchive archive, VmaExportResult result)
    {
        bool isTold = false;
        foreach (VmaExportOutput output in result.Outputs)
        {
            foreach (string note in output.Notes)
            {
                _cmdlet.WriteWarning($"{output.Path}: {note}");
            }

            if (output.Error is { } error)
            {
                isTold = true;

                // Of a target's trouble nothing is to be salvaged.
                VmaException told = output.Result.IsWhole ? error : SalvageHint.Add(error, _destination, archive.ArchivePath, output.Result.Device.Name);
                _cmdlet.WriteError(ErrorRecords.From(told, output.Result.Device));
            }
            else
            {
                _cmdlet.TellWritten(output.Path);
                if (_cmdlet.PassThru)
                {
                    _cmdlet.WriteFile(output.Path);
                }
            }
        }

        if (!_cmdlet.AllowUnproven && result.Outputs.Any(static o => o.Error is not null && o.Result.IsOnlyUnproven))
        {
            _cmdlet.WriteWarning("-AllowUnproven takes unproven devices as they are.");
        }

        // Damage that left every exported device whole must not go unheard all the same.
        VmaFinding? damage = result.Pass.Findings.Except(archive.HeaderFindings).FirstOrDefault(static f => f.Severity == VmaSeverity.Error);
        if (!isTold && damage is not null)
        {
            _cmdlet.WriteFinding(damage, archive.ArchivePath);
        }
    }
}
