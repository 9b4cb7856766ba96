using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Writes archives anew: in one order, compressed otherwise, with devices left out or added.</summary>
[Cmdlet(
    VerbsCommon.Optimize,
    "VmaArchive",
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.Low,
    HelpUri = HelpLinks.Base + "Optimize-VmaArchive.md")]
[OutputType(typeof(VmaArchive))]
public sealed class OptimizeVmaArchiveCommand : ArchiveWriterCmdlet
{
    private readonly HashSet<string> _done = [];

    /// <summary>Archives, files or paths.</summary>
    [Parameter(Position = 1, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>Names of devices to take; wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DeviceNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Names of devices to leave out; wildcards are allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(DeviceNameCompleter))]
    public string[]? ExcludeName { get; set; }

    /// <summary>Disks to add: whatever New-VmaArchive takes.</summary>
    [Parameter]
    [ValidateNotNull]
    public PSObject[] AddDevice { get; set; } = [];

    /// <summary>Configs to add: files, or what Get-VmaConfig gives.</summary>
    [Parameter]
    [ValidateNotNull]
    public PSObject[] AddConfig { get; set; } = [];

    /// <summary>Takes what is left of damaged archives, and marks the new ones.</summary>
    [Parameter]
    public SwitchParameter Salvage { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        RequireSources(InputObject, Path);
        Path = ResolveFile(Path);
        _ = CompressionFor(Path);
        if (Salvage && (AddDevice.Length > 0 || AddConfig.Length > 0))
        {
            ThrowTerminatingError(ErrorRecords.InvalidRange("What is salvaged is packed as it is; AddDevice and AddConfig do not go with it.", nameof(Salvage)));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (DeviceInput input in InputsOf(InputObject))
        {
            if (Salvage && input.Path is { } damaged)
            {
                Attempt(damaged, () => PackSalvaged(damaged));
            }
            else
            {
                Attempt(input.Path, () => Optimize(OpenArchive(input)));
            }
        }
    }

    /// <summary>Packs what is left of an archive; what is lost of it is warned of.</summary>
    private void PackSalvaged(string path)
    {
        if (!_done.Add(path))
        {
            return;
        }

        string compression = CompressionFor(Path);
        string target = IsFile(Path) ? Path : System.IO.Path.Combine(Path, NameOf(path, compression));
        OutputFile.MustBeFree(target, replace: false, path);
        if (!ShouldProcess(target, $"Write what is left of {path}"))
        {
            return;
        }

        VmaCreationOptions options = OptionsFor(compression);
        IReadOnlyList<VmaSalvageReport> reports = RunWithProgress($"Salvaging {path}", (progress, token) =>
        {
            using VmaSalvage salvage = VmaSalvage.Open(path, new VmaSalvageOptions { Open = OpenOptions }, token);
            RequireNamed(salvage.Archive);
            return VmaSalvagePacking.Pack(salvage, target, options, Includes, progress, token);
        });
        TellWritten(target);
        foreach (VmaSalvageReport report in reports.Where(static r => r.LostBytes > 0))
        {
            WriteWarning($"{report.LostBytes} of {report.Size} bytes of the device '{Printable.Text(report.Name)}' are lost, and zeros in {target}.");
        }

        if (PassThru)
        {
            WriteObject(VmaArchive.Open(target));
        }
    }

    private void Optimize(VmaArchive archive)
    {
        if (!_done.Add(archive.ArchivePath!))
        {
            // Another device of an archive that had its turn.
            return;
        }

        WriteHeaderFindings(archive);
        RequireNamed(archive);
        if (archive.Devices.Count > 0 && AddDevice.Length == 0 && !archive.Devices.Any(Includes))
        {
            WriteWarning($"None of the {archive.Devices.Count} device(s) of {ErrorRecords.Shown(archive.ArchivePath)} is taken: the new archive has none.");
        }

        string compression = CompressionFor(Path);
        using VmaOptimization optimization = new(archive, OptionsFor(compression), Includes);
        CreationInput input = new(optimization.Creation, SessionState, Archives, null, OpenOptions, ThrowTerminatingError);
        foreach (PSObject item in AddDevice)
        {
            input.AddDisk(item);
        }

        foreach (PSObject item in AddConfig)
        {
            input.AddConfig(item);
        }

        string target = IsFile(Path) ? Path : System.IO.Path.Combine(Path, NameOf(archive.ArchivePath!, compression));
        Write(optimization.Creation, target, $"Write {archive.ArchivePath} anew", (progress, token) => optimization.Run(target, progress, token));
        TellOfIndex(archive);
    }

    private bool Includes(VmaDevice device) =>
        new DeviceFilter(Name, null).Includes(device) && (ExcludeName is null || !new DeviceFilter(ExcludeName, null).Includes(device));

    /// <summary>A name that no device has is an error before anything is written: an archive without the disk that was meant is none.</summary>
    private void RequireNamed(VmaArchive archive)
    {
        foreach (string name in (Name ?? []).Concat(ExcludeName ?? []))
        {
            if (!Patterns.IsOne(name) && !archive.Devices.Any(new DeviceFilter([name], null).Includes))
            {
                throw new VmaException(VmaCodes.ItemNotFound, $"The archive has no device named '{Printable.Short(name)}'.", archive.ArchivePath);
            }
        }
    }

    /// <summary>The archive's name, with the suffix of its new compression.</summary>
    private static string NameOf(string path, string compression) =>
        BackupFileName.Parse(VmaAddresses.FileNameOf(path)).BaseName + compression switch
        {
            VmaCompression.Zstd => ".vma.zst",
            VmaCompression.Gzip => ".vma.gz",
            _ => ".vma",
        };
}
