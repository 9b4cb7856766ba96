using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
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

    private readonly List<VmaDevice> _batch = [];
    private OutputNames? _names;
    private VmaArchive? _batchArchive;
    private bool _yesToAll;
    private bool _noToAll;

    /// <summary>The folder to export to, created where it does not exist; or one file, where it ends in the extension of an image.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("Destination")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>Devices, archives, files or paths.</summary>
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
                Collect(archive, filter.Select(archive, WriteError));
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
                VmaArchive archive = _batchArchive ?? input.Open();
                Collect(archive, input.Select(archive, filter, WriteError));
            });
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Flush();

    /// <summary>Adds devices to the batch. What has no place of its own is told now, before anything is read.</summary>
    private void Collect(VmaArchive archive, IReadOnlyList<VmaDevice> devices)
    {
        if (_batchArchive is null)
        {
            foreach (VmaFinding finding in archive.HeaderFindings)
            {
                WriteFinding(finding, archive.Path);
            }

            _batchArchive = archive;
        }

        _batch.AddRange(devices.Where(d => !_batch.Any(b => b.Id == d.Id)));
    }

    /// <summary>Exports the batch, in one pass over its archive.</summary>
    private void Flush()
    {
        if (_batchArchive is not { } archive)
        {
            return;
        }

        List<VmaDevice> devices = [.. _batch];
        _batch.Clear();
        _batchArchive = null;
        Attempt(archive.Path, () => Export(archive, devices));
    }

    private void Export(VmaArchive archive, List<VmaDevice> devices)
    {
        VmaExport export = new(archive, new VmaExportOptions { Format = Format, Force = Force });
        foreach (VmaDevice device in devices)
        {
            Attempt(device, () => Add(export, device));
        }

        if (export.Count == 0)
        {
            return;
        }

        foreach (string warning in export.CheckRoom())
        {
            WriteWarning(warning);
        }

        VmaExportResult result = RunWithProgress(
            $"Exporting {export.Count} device(s) of {archive.Path ?? "stream"}", (progress, token) => export.Run(progress, null, token));
        WriteOutcome(archive, result);
    }

    private void Add(VmaExport export, VmaDevice device)
    {
        string path = _names!.Claim(device);
        string action = $"Export {device.Name} ({(IsAsked ? Sizes(device) : BinarySize.Format(device.Size))})";
        if (!ShouldProcess(path, action))
        {
            return;
        }

        if (!Overwrite)
        {
            export.Add(device, path);
        }
        else if (Force || ShouldContinue($"All data in '{path}' will be replaced.", "Write over an existing target?", ref _yesToAll, ref _noToAll))
        {
            export.AddExisting(device, path);
        }
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
