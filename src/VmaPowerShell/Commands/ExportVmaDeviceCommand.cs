using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;
using VmaTools.Digests;
using VmaTools.Exports;
using VmaTools.Files;
using VmaTools.Format;
using VmaTools.Images;
using VmaTools.Indexing;

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
public sealed class ExportVmaDeviceCommand : DeviceCmdlet
{
    private readonly Dictionary<string, HashSet<int>?> _salvage = [];
    private readonly List<(VmaDevice Device, DevicePart? Part)> _batch = [];
    private readonly List<(VmaArchive Archive, List<(VmaDevice Device, DevicePart? Part)> Items)> _held = [];
    private ManifestBuilder? _streamManifest;
    private string _destination = string.Empty;
    private OutputNames? _names;
    private VmaArchive? _batchArchive;
    private bool _yesToAll;
    private bool _noToAll;

    /// <summary>The folder to export to, created where it does not exist; or one file, where it ends in the extension of an image.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("Destination")]
    [ValidateNotNullOrEmpty]
    [NoSource("Export-VmaDevice")]
    public string Path { get; set; } = string.Empty;

    /// <summary>Devices, volumes, partitions, archives, files or paths.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputObjectSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>A readable stream that holds an archive, compressed or not. It is left open.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputStreamSet)]
    [ValidateNotNull]
    public Stream? InputStream { get; set; }

    /// <summary>The kind of image. Follows the extension where Path names one file.</summary>
    [Parameter]
    public ImageFormat Format { get; set; }

    /// <summary>Allocates every block of a VHD or VHDX in advance.</summary>
    [Parameter]
    public SwitchParameter Fixed { get; set; }

    /// <summary>The layout of a VMDK.</summary>
    [Parameter]
    public VmdkSubformat Subformat { get; set; }

    /// <summary>Logical sector size of a VHDX in bytes; that of the disk's GPT where it is not given.</summary>
    [Parameter]
    [ValidateSet("512", "4096")]
    public int LogicalSectorSize { get; set; }

    /// <summary>Template for the files' names, without extension: {archive}, {device}, {id}, {vmid}; '/' makes folders.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string FileName { get; set; } = "{device}";

    /// <summary>Replaces files that exist, once the new ones are whole.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>
    /// Exports devices that came whole although the compressed stream is damaged, or ends badly, and no checksum of it covers them.
    /// </summary>
    [Parameter]
    public SwitchParameter AllowUnproven { get; set; }

    /// <summary>Writes over a file or block device that exists and has the right size, zeros included, in place.</summary>
    [Parameter]
    public SwitchParameter Overwrite { get; set; }

    /// <summary>Gives the files written.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>
    /// Writes a manifest of the archive to this file, made in the same pass; where it is a folder that exists, to a file in it
    /// named after the archive.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? NewManifestPath { get; set; }

    /// <summary>
    /// Gets what is left out of a damaged archive: raw files named <c>&lt;device&gt;.incomplete.raw</c>, with a report beside each.
    /// </summary>
    [Parameter(ParameterSetName = InputObjectSet)]
    public SwitchParameter Salvage { get; set; }

    /// <summary>For Salvage without a header: sizes in bytes by device number.</summary>
    [Parameter(ParameterSetName = InputObjectSet)]
    [ValidateNotNull]
    public Hashtable? DeviceSize { get; set; }

    /// <summary>For Salvage: a manifest made when the archive was sound, to prove what came through whole.</summary>
    [Parameter(ParameterSetName = InputObjectSet)]
    [ValidateNotNullOrEmpty]
    public string? ManifestPath { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        string destination = ResolveFile(Path);
        _destination = destination;
        NewManifestPath = NewManifestPath is null ? null : ResolveFile(NewManifestPath);
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(Format)) && OutputNames.IsSingleFile(destination))
        {
            Format = ImageFormats.FromExtension(System.IO.Path.GetExtension(destination))!.Format;
        }

        if (Overwrite && Format != ImageFormat.Raw)
        {
            ThrowTerminatingError(ErrorRecords.InvalidRange("Only raw data can be written over what exists.", nameof(Overwrite)));
        }

        ManifestPath = ManifestPath is null ? null : ResolveFile(ManifestPath);
        if (Salvage && (Overwrite || Format != ImageFormat.Raw || NewManifestPath is not null))
        {
            ThrowTerminatingError(ErrorRecords.InvalidRange("Salvage writes raw files and no manifest; Overwrite, Format and NewManifestPath do not go with it.", nameof(Salvage)));
        }

        if (!Salvage && (DeviceSize is not null || ManifestPath is not null))
        {
            ThrowTerminatingError(ErrorRecords.InvalidRange("DeviceSize and ManifestPath go with Salvage only.", nameof(Salvage)));
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
        DeviceFilter filter = Filter;
        if (InputStream is { } stream)
        {
            Attempt(stream, () =>
            {
                using ManifestBuilder? manifest = NewManifest();
                using VmaArchive archive = manifest is null
                    ? VmaArchive.Open(stream, leaveOpen: true, OpenOptions)
                    : manifest.Open(stream, OpenOptions);
                _streamManifest = manifest;
                Collect(archive, filter.Select(archive, WriteError), null);
                Flush();
            });
            return;
        }

        foreach (DeviceInput input in InputsOf(InputObject))
        {
            if (Salvage)
            {
                Attempt(input.Path, () => CollectForSalvage(input));
                continue;
            }

            if (_batchArchive is not null && (input.Path is null || input.Path != _batchArchive.ArchivePath))
            {
                Flush();
            }

            Attempt(input.Path, () =>
            {
                VmaArchive archive = _batchArchive ?? input.Open(OpenOrHint);
                Collect(archive, input.Select(archive, filter, WriteError), input.Part);
            });
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Flush();
        Attempt(Path, ExportHeld);
        foreach (KeyValuePair<string, HashSet<int>?> item in _salvage)
        {
            Attempt(item.Key, () => SalvageFrom(item.Key, item.Value));
        }
    }

    /// <summary>Opens an archive; the error of one that is damaged tells how to salvage it.</summary>
    private VmaArchive OpenOrHint(string path)
    {
        try
        {
            return OpenArchive(path);
        }
        catch (VmaException exception) when (VmaSalvage.MayHelp(exception))
        {
            throw WithHint(exception, path, null);
        }
    }

    /// <summary>The same error, with the command that salvages what is left.</summary>
    private VmaException WithHint(VmaException error, string? archive, string? device)
    {
        if (archive is null)
        {
            return error;
        }

        string name = device is null ? string.Empty : $" -Name {CommandText.Quoted(WildcardPattern.Escape(device))}";
        return new VmaException(
            error.Code,
            $"{error.Sentence} To salvage what is left: Export-VmaDevice -Path {CommandText.Quoted(_destination)} -InputObject {CommandText.Quoted(archive)}{name} -Salvage\n",
            error.Path,
            error.Offset,
            error.Device,
            error);
    }

    private void CollectForSalvage(DeviceInput input)
    {
        string path = input.Path ?? throw new VmaException(
            VmaCodes.SourceNotReopenable, "The object came from a stream and has no path to reopen; only a file can be salvaged.");
        bool isKnown = _salvage.TryGetValue(path, out HashSet<int>? ids);
        if (input.DeviceId is int id && (!isKnown || ids is not null))
        {
            (ids ??= []).Add(id);
            _salvage[path] = ids;
        }
        else
        {
            _salvage[path] = null;
        }
    }

    /// <summary>Salvages devices of one archive, in one pass.</summary>
    private void SalvageFrom(string path, HashSet<int>? ids)
    {
        VmaSalvageOptions options = new()
        {
            Force = Force,
            DeviceSizes = Sizes(),
            Manifest = ManifestPath is null ? null : VmaManifest.Load(ManifestPath),
            Open = OpenOptions,
        };
        using VmaSalvage salvage = RunWithProgress($"Searching {path}", (_, token) => VmaSalvage.Open(path, options, token));
        Dictionary<int, string> targets = [];
        VmaDevice[] devices = [.. Filter.Select(salvage.Archive, WriteError).Where(d => ids is null || ids.Contains(d.Id))];
        _names!.MustFit([.. devices.Select(static d => (d, (DevicePart?)null))]);
        foreach (VmaDevice device in devices)
        {
            Attempt(device, () =>
            {
                string target = VmaSalvage.FileFor(_names!.Claim(device));
                if (ShouldProcess(target, $"Salvage {device.Name} ({BinarySize.Format(device.Size)})"))
                {
                    targets.Add(device.Id, target);
                }
            });
        }

        if (targets.Count == 0)
        {
            return;
        }

        foreach (VmaSalvageReport report in RunWithProgress($"Salvaging {path}", (progress, token) => salvage.Run(targets, progress, token)))
        {
            if (report.Error is { } error)
            {
                WriteError(ErrorRecords.From(error, report.Name));
                continue;
            }

            WriteWarning($"{report.Summary}. Report: {report.TextPath}");
            if (PassThru)
            {
                WriteObject(new FileInfo(report.File));
            }
        }
    }

    private Dictionary<int, long>? Sizes()
    {
        if (DeviceSize is null)
        {
            return null;
        }

        Dictionary<int, long> sizes = [];
        foreach (DictionaryEntry entry in DeviceSize)
        {
            bool isUsable = LanguagePrimitives.TryConvertTo(entry.Key, CultureInfo.InvariantCulture, out int id)
                & LanguagePrimitives.TryConvertTo(entry.Value, CultureInfo.InvariantCulture, out long size)
                && id is >= 1 and <= 254
                && size > 0 && Layout.IsDeviceSize(size);
            if (!isUsable)
            {
                ThrowTerminatingError(ErrorRecords.InvalidRange($"DeviceSize maps device numbers to bytes, as in @{{ 1 = 32GB }}; '{entry.Key} = {entry.Value}' does not.", nameof(DeviceSize)));
            }

            sizes[id] = size;
        }

        return sizes;
    }

    /// <summary>Adds devices to the batch. What has no place of its own is told now, before anything is read.</summary>
    private void Collect(VmaArchive archive, IReadOnlyList<VmaDevice> devices, DevicePart? part)
    {
        if (_batchArchive is null)
        {
            WriteHeaderFindings(archive);
            _batchArchive = archive;
        }

        _batch.AddRange(devices.Where(d => !_batch.Any(b => b.Device.Id == d.Id && b.Part == part)).Select(d => (d, part)));
    }

    /// <summary>Exports the batch, in one pass over its archive.</summary>
    private void Flush()
    {
        if (_batchArchive is not { } archive)
        {
            return;
        }

        List<(VmaDevice Device, DevicePart? Part)> items = [.. _batch];
        _batch.Clear();
        _batchArchive = null;
        if (_names!.AreOne && InputStream is null)
        {
            _held.Add((archive, items));
            return;
        }

        Attempt(archive.ArchivePath, () => Export(archive, items));
    }

    /// <summary>Exports what goes to one file, once it is known that it is one.</summary>
    private void ExportHeld()
    {
        _names!.MustFit([.. _held.SelectMany(static h => h.Items)]);
        foreach ((VmaArchive archive, List<(VmaDevice Device, DevicePart? Part)> items) in _held)
        {
            Attempt(archive.ArchivePath, () => Export(archive, items));
        }
    }

    private VmaExportOptions Options => new()
    {
        Format = Format,
        IsFixed = Fixed,
        LogicalSectorSize = MyInvocation.BoundParameters.ContainsKey(nameof(LogicalSectorSize)) ? LogicalSectorSize : null,
        VmdkSubformat = Subformat,
        Force = Force,
        AllowUnproven = AllowUnproven,
    };

    private void Export(VmaArchive archive, List<(VmaDevice Device, DevicePart? Part)> items)
    {
        _names!.MustFit(items);
        VmaExport export = new(archive, Options);
        foreach ((VmaDevice device, DevicePart? part) in items)
        {
            Attempt(device, () => Add(export, device, part));
        }

        if (export.Count == 0)
        {
            return;
        }

        string? manifestPath = ManifestNames.Resolve(NewManifestPath, archive.ArchivePath);
        if (manifestPath is not null)
        {
            TargetCheck.MustBeFree(manifestPath, Force);
        }

        foreach (string warning in export.CheckRoom())
        {
            WriteWarning(warning);
        }

        using ManifestBuilder? own = _streamManifest is null ? NewManifest() : null;
        ManifestBuilder? manifest = _streamManifest ?? own;
        VmaSink[] sinks = manifest is null ? [] : [manifest.Begin(archive)];
        VmaExportResult result = RunWithProgress(
            $"Exporting {export.Count} device(s) of {archive.ArchivePath ?? "stream"}", (progress, token) => export.Run(progress, sinks, token));
        WriteOutcome(archive, result);
        if (manifest is not null)
        {
            manifest.Conclude(result.Pass).Save(manifestPath!, Force);
        }
    }

    private ManifestBuilder? NewManifest() => NewManifestPath is null ? null : new ManifestBuilder(null, CancellationToken);

    private void Add(VmaExport export, VmaDevice device, DevicePart? part)
    {
        string path = _names!.Claim(device, part);
        string what = part?.Describe(device) ?? device.Name;
        string action = $"Export {what} ({(part is not null ? BinarySize.Format(part.Size) : IsAsked ? Sizes(device) : BinarySize.Format(device.Size))})";
        if (!ShouldProcess(path, action))
        {
            return;
        }

        if (part is not null)
        {
            AddPart(export, device, part, path);
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

    private void AddPart(VmaExport export, VmaDevice device, DevicePart part, string path)
    {
        if (Overwrite)
        {
            WriteError(ErrorRecords.InvalidRange("A partition or volume cannot be written over an existing target; export it to a new file.", nameof(Overwrite)));
            return;
        }

        part.AddTo(export, device, path);
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
                WriteError(ErrorRecords.From(WithHint(error, archive.ArchivePath, output.Result.Device.Name), output.Result.Device));
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
            WriteFinding(damage, archive.ArchivePath);
        }
    }
}
