using System;
using System.Collections;
using System.IO;
using System.Management.Automation;
using System.Security;

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
    private const string SalvageSet = "Salvage";

    private ExportBatch? _batch;
    private SalvageBatch? _salvage;
    private VolumeSecrets? _secrets;

    /// <summary>The folder to export to, created where it does not exist; or one file, where it ends in the extension of an image.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("Destination")]
    [ValidateNotNullOrEmpty]
    [NoSource("Export-VmaDevice")]
    public string Path { get; set; } = string.Empty;

    /// <summary>Devices, volumes, partitions, archives, files or paths.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputObjectSet, ValueFromPipeline = true)]
    [Parameter(Mandatory = true, ParameterSetName = SalvageSet, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>The kind of image. Follows the extension where Path names one file.</summary>
    [Parameter(ParameterSetName = InputObjectSet)]
    [Parameter(ParameterSetName = InputStreamSet)]
    [Parameter(ParameterSetName = InputUriSet)]
    public ImageFormat Format { get; set; }

    /// <summary>Allocates every block of a VHD or VHDX in advance.</summary>
    [Parameter(ParameterSetName = InputObjectSet)]
    [Parameter(ParameterSetName = InputStreamSet)]
    [Parameter(ParameterSetName = InputUriSet)]
    public SwitchParameter Fixed { get; set; }

    /// <summary>The layout of a VMDK.</summary>
    [Parameter(ParameterSetName = InputObjectSet)]
    [Parameter(ParameterSetName = InputStreamSet)]
    [Parameter(ParameterSetName = InputUriSet)]
    public VmdkSubformat Subformat { get; set; }

    /// <summary>Logical sector size of a VHDX in bytes; that of the disk's GPT where it is not given.</summary>
    [Parameter(ParameterSetName = InputObjectSet)]
    [Parameter(ParameterSetName = InputStreamSet)]
    [Parameter(ParameterSetName = InputUriSet)]
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
    [Parameter(ParameterSetName = InputObjectSet)]
    [Parameter(ParameterSetName = InputStreamSet)]
    [Parameter(ParameterSetName = InputUriSet)]
    public SwitchParameter AllowUnproven { get; set; }

    /// <summary>Writes over a file or block device that exists and has the right size, zeros included, in place.</summary>
    [Parameter(ParameterSetName = InputObjectSet)]
    [Parameter(ParameterSetName = InputStreamSet)]
    [Parameter(ParameterSetName = InputUriSet)]
    public SwitchParameter Overwrite { get; set; }

    /// <summary>
    /// Exports what no file and no structure of a volume's file system has, joined: of NTFS, FAT, ext and UFS, as raw data.
    /// </summary>
    [Parameter(ParameterSetName = InputObjectSet)]
    public SwitchParameter Unallocated { get; set; }

    /// <summary>Passphrases of encrypted volumes, of which what they open to is exported.</summary>
    [Parameter(ParameterSetName = InputObjectSet)]
    [ValidateNotNull]
    public SecureString[]? Passphrase { get; set; }

    /// <summary>Recovery keys of encrypted volumes: BitLocker's 48 digits, or what systemd printed for LUKS.</summary>
    [Parameter(ParameterSetName = InputObjectSet)]
    [ValidateNotNull]
    public SecureString[]? RecoveryKey { get; set; }

    /// <summary>Files with keys of encrypted volumes: LUKS's key files, BitLocker's startup keys (.BEK).</summary>
    [Parameter(ParameterSetName = InputObjectSet)]
    [ValidateNotNullOrEmpty]
    public string[]? KeyFile { get; set; }

    /// <summary>Gives the files written.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>
    /// Writes a manifest of the archive to this file, made in the same pass; where it is a folder that exists, to a file in it
    /// named after the archive.
    /// </summary>
    [Parameter(ParameterSetName = InputObjectSet)]
    [Parameter(ParameterSetName = InputStreamSet)]
    [Parameter(ParameterSetName = InputUriSet)]
    [ValidateNotNullOrEmpty]
    public string? NewManifestPath { get; set; }

    /// <summary>
    /// Leaves the index of a compressed archive in this file, made in the same pass, unless there is one that fits; where it is a folder
    /// that exists, in a file in it named after the archive. In the archive's own folder it is found again.
    /// </summary>
    [Parameter(ParameterSetName = InputObjectSet)]
    [Parameter(ParameterSetName = InputUriSet)]
    [ValidateNotNullOrEmpty]
    public string? NewIndexPath { get; set; }

    /// <summary>
    /// Gets what is left out of a damaged archive: raw files named <c>&lt;device&gt;.incomplete.raw</c>, with a report beside each.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = SalvageSet)]
    public SwitchParameter Salvage { get; set; }

    /// <summary>For Salvage without a header: sizes in bytes by device number.</summary>
    [Parameter(ParameterSetName = SalvageSet)]
    [ValidateNotNull]
    public Hashtable? DeviceSize { get; set; }

    /// <summary>For Salvage: a manifest made when the archive was sound, to prove what came through whole.</summary>
    [Parameter(ParameterSetName = SalvageSet)]
    [ValidateNotNullOrEmpty]
    public string? ManifestPath { get; set; }

    /// <summary>How volumes are opened.</summary>
    internal FileSystemOptions ReadOptions => new() { Secrets = _secrets ??= KeyFunctions.Secrets(this, Passphrase, RecoveryKey, KeyFile) };

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        string destination = ResolveFile(Path);
        bool isFile = OutputNames.IsSingleFile(destination);
        if (isFile && !MyInvocation.BoundParameters.ContainsKey(nameof(Format)))
        {
            Format = VmaExportOptions.FormatOf(System.IO.Path.GetExtension(destination))!.Value;
        }

        if (OutputNames.Doubt(destination, Format, isFile) is { } doubt && !Overwrite)
        {
            WriteWarning(doubt);
        }

        if (Format != ImageFormat.Raw && (Overwrite || Salvage))
        {
            ThrowTerminatingError(Overwrite
                ? ErrorRecords.InvalidRange("Only raw data can be written over what exists.", nameof(Overwrite))
                : ErrorRecords.InvalidRange("What is salvaged is raw.", nameof(Salvage)));
        }

        if (Unallocated && (Format != ImageFormat.Raw || Overwrite))
        {
            ThrowTerminatingError(ErrorRecords.InvalidRange("What is free on a volume is no disk: it is written raw, to a new file.", nameof(Unallocated)));
        }

        NewManifestPath = NewManifestPath is null ? null : ResolveFile(NewManifestPath);
        NewIndexPath = NewIndexPath is null ? null : ResolveFile(NewIndexPath);
        ManifestPath = ManifestPath is null ? null : ResolveSource(ManifestPath);
        OutputNames names;
        try
        {
            names = new OutputNames(destination, FileName, Format, isSingleFile: Overwrite || isFile);
        }
        catch (FormatException exception)
        {
            ThrowTerminatingError(ErrorRecords.InvalidTemplate(FileName, exception.Message));
            throw;
        }

        if (Salvage)
        {
            _salvage = new SalvageBatch(this, names);
        }
        else
        {
            _batch = new ExportBatch(this, names, destination);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputStream is { } stream)
        {
            Attempt(stream, () => _batch!.Export(stream));
            return;
        }

        foreach (DeviceInput input in ParameterSetName == InputUriSet ? DeviceInput.OfFiles(ArchivesAt(InputUri)) : InputsOf(InputObject))
        {
            Attempt(input.Path, () =>
            {
                _batch?.Add(input);
                _salvage?.Add(input);
            });
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _secrets?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        _batch?.Complete();
        _salvage?.Complete();
    }
}
