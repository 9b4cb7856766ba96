using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using VmaTools.Audits;
using VmaTools.Exports;
using VmaTools.Images;

namespace VmaTools.PowerShell;

/// <summary>Exports devices to files: all of one archive in one pass, each whole or not at all.</summary>
[Cmdlet(
    VerbsData.Export,
    "VmaDevice",
    DefaultParameterSetName = InputObjectSet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Medium,
    HelpUri = HelpLinks.Base + "Export-VmaDevice.md")]
[OutputType(typeof(FileInfo))]
public sealed class ExportVmaDeviceCommand : VmaCmdlet
{
    private const string InputObjectSet = "InputObject";
    private const string InputStreamSet = "InputStream";

    private readonly List<(VmaDevice Device, PartitionRange? Partition)> _batch = [];
    private ManifestBuilder? _streamManifest;
    private OutputNames? _names;
    private VmaArchive? _batchArchive;
    private bool _yesToAll;
    private bool _noToAll;

    /// <summary>The folder to export to, created where it does not exist; or one file, where it ends in the extension of an image.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("Destination")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>Devices, partitions, archives, files or paths.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputObjectSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>A readable stream that holds an archive, compressed or not. It is left open.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputStreamSet)]
    [ValidateNotNull]
    public Stream? InputStream { get; set; }

    /// <summary>Names of devices; wildcards are allowed.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DeviceNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Numbers of devices.</summary>
    [Parameter]
    [ValidateRange(1, 254)]
    [ArgumentCompleter(typeof(DeviceIdCompleter))]
    public int[]? Id { get; set; }

    /// <summary>The kind of image. Follows the extension where Path names one file.</summary>
    [Parameter]
    public ImageFormat Format { get; set; }

    /// <summary>Template for the files' names, without extension: {archive}, {device}, {id}, {vmid}; '/' makes folders.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string FileName { get; set; } = "{device}";

    /// <summary>Replaces files that exist, once the new ones are whole.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Writes over a file or block device that exists and has the right size, zeros included, in place.</summary>
    [Parameter]
    public SwitchParameter Overwrite { get; set; }

    /// <summary>Gives the files written.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        string destination = GetUnresolvedProviderPathFromPSPath(Path);
        NewManifestPath = NewManifestPath is null ? null : GetUnresolvedProviderPathFromPSPath(NewManifestPath);
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(Format)) && OutputNames.IsSingleFile(destination))
        {
            Format = ImageFormats.FromExtension(System.IO.Path.GetExtension(destination))!.Format;
        }

        if (Overwrite && Format != ImageFormat.Raw)
        {
            ThrowTerminatingError(ErrorRecords.InvalidRange("Only raw data can be written over what exists.", nameof(Overwrite)));
        }

        try
        {
            _names = new OutputNames(destination, FileName, Format, isSingleFile: Overwrite || OutputNames.IsSingleFile(destination));
        }
        catch (FormatException exception)
        {
            ThrowTerminatingError(ErrorRecords.InvalidTemplate(FileName, exception.Message));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        DeviceFilter filter = new(Name, Id);
        if (InputStream is { } stream)
        {
            Attempt(stream, () =>
            {
                using VmaArchive archive = VmaArchive.Open(stream, leaveOpen: true);
                Collect(archive, filter.Select(archive, WriteError), null);
                Flush();
            });
            return;
        }

        foreach (DeviceInput input in ArchiveInputs.Of(this, SessionState, null, false, InputObject))
        {
            if (_batchArchive is not null && (input.Path is null || input.Path != _batchArchive.Path))
            {
                Flush();
            }

            Attempt(input.Path, () =>
            {
                VmaArchive archive = _batchArchive ?? ReopenableArchive(input);
                Collect(archive, input.Select(archive, filter, WriteError), input.Partition);
            });
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Flush();

    private static VmaArchive ReopenableArchive(DeviceInput input) =>
        input.Path is null
            ? throw new VmaException(
                VmaCodes.SourceNotReopenable,
                "The object came from a stream and has no path to reopen; give the stream itself to this command (-InputStream).")
            : input.Archive ?? VmaArchive.Open(input.Path);

    /// <summary>Adds devices to the batch. What has no place of its own is told now, before anything is read.</summary>
    private void Collect(VmaArchive archive, IReadOnlyList<VmaDevice> devices, PartitionRange? partition)
    {
        if (_batchArchive is null)
        {
            foreach (VmaFinding finding in archive.HeaderFindings)
            {
                WriteFinding(finding, archive.Path);
            }

            _batchArchive = archive;
        }

        _batch.AddRange(devices.Where(d => !_batch.Any(b => b.Device.Id == d.Id && b.Partition == partition)).Select(d => (d, partition)));
    }

    /// <summary>Exports the batch, in one pass over its archive.</summary>
    private void Flush()
    {
        if (_batchArchive is not { } archive)
        {
            return;
        }

        List<(VmaDevice Device, PartitionRange? Partition)> items = [.. _batch];
        _batch.Clear();
        _batchArchive = null;
        Attempt(archive.Path, () => Export(archive, items));
    }

    private void Export(VmaArchive archive, List<(VmaDevice Device, PartitionRange? Partition)> items)
    {
        VmaExport export = new(archive, new VmaExportOptions { Format = Format, Force = Force });
        foreach ((VmaDevice device, PartitionRange? partition) in items)
        {
            Attempt(device, () => Add(export, device, partition));
        }

        if (export.Count == 0)
        {
            return;
        }

        string? manifestPath = ManifestNames.Resolve(NewManifestPath, archive.Path);
        if (manifestPath is not null)
        {
            VmaManifest.CheckTarget(manifestPath, Force);
        }

        foreach (string warning in export.CheckRoom())
        {
            WriteWarning(warning);
        }

        using ManifestBuilder? own = _streamManifest is null ? NewManifest() : null;
        ManifestBuilder? manifest = _streamManifest ?? own;
        VmaSink[] sinks = manifest is null ? [] : [manifest.Begin(archive)];
        VmaExportResult result = RunWithProgress(
            $"Exporting {export.Count} device(s) of {archive.Path ?? "stream"}", (progress, token) => export.Run(progress, sinks, token));
        WriteOutcome(archive, result);
        if (manifest is not null)
        {
            manifest.Conclude(result.Pass).Save(manifestPath!, Force);
        }
    }

    private ManifestBuilder? NewManifest() => NewManifestPath is null ? null : new ManifestBuilder(null, CancellationToken);

    private void Add(VmaExport export, VmaDevice device, PartitionRange? partition)
    {
        string path = _names!.Claim(device, partition);
        string what = partition is null ? device.Name : $"partition {partition.Index} of {device.Name}";
        string action = $"Export {what} ({(IsAsked ? Sizes(device) : BinarySize.Format(device.Size))})";
        if (!ShouldProcess(path, action))
        {
            return;
        }

        if (partition is not null)
        {
            AddPartition(export, device, partition, path);
        }
        else if (!Overwrite)
        {
            export.Add(device, path);
        }
        else if (Force || ShouldContinue($"All data in '{path}' will be replaced.", "Write over an existing target?", ref _yesToAll, ref _noToAll))
        {
            export.AddExisting(device, path);
        }
    }

    private void AddPartition(VmaExport export, VmaDevice device, PartitionRange partition, string path)
    {
        if (Overwrite)
        {
            WriteError(ErrorRecords.InvalidRange("A partition cannot be written over an existing target; export it to a new file.", nameof(Overwrite)));
            return;
        }

        export.Add(device, path, new DiskRange(partition.Offset, partition.Size));
    }

    /// <summary>True where somebody will read what ShouldProcess says, so that it may cost a look at the archive.</summary>
    private bool IsAsked =>
        MyInvocation.BoundParameters.ContainsKey("WhatIf")
        || MyInvocation.BoundParameters.ContainsKey("Confirm")
        || LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    private static string Sizes(VmaDevice device) =>
        device.StoredBytes is long stored
            ? $"{BinarySize.Format(device.Size)}, {BinarySize.Format(stored)} stored"
            : $"{BinarySize.Format(device.Size)}, stored size unknown";

    private void WriteOutcome(VmaArchive archive, VmaExportResult result)
    {
        bool isTold = false;
        foreach (VmaExportOutput output in result.Outputs)
        {
            foreach (string note in output.Notes)
            {
                WriteWarning($"{output.Path}: {note}");
            }

            if (output.Error is { } error)
            {
                isTold = true;
                WriteError(ErrorRecords.From(error, output.Result.Device));
            }
            else if (PassThru)
            {
                WriteObject(new FileInfo(output.Path));
            }
        }

        // Damage that left every exported device whole must not go unheard all the same.
        VmaFinding? damage = result.Pass.Findings.Except(archive.HeaderFindings).FirstOrDefault(static f => f.Severity == VmaSeverity.Error);
        if (!isTold && damage is not null)
        {
            WriteFinding(damage, archive.Path);
        }
    }
}
