using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Runtime.InteropServices;

namespace VmaTools.PowerShell;

/// <summary>Copies files out of guests, into a folder or a tar archive.</summary>
[Cmdlet(VerbsData.Export, "VmaFile", SupportsShouldProcess = true, HelpUri = HelpLinks.Base + "Export-VmaFile.md")]
[OutputType(typeof(FileInfo), typeof(DirectoryInfo))]
public sealed class ExportVmaFileCommand : GuestPlaceCmdlet
{
    private readonly Dictionary<string, Batch> _batches = [];

    /// <summary>The folder to copy into, which is made where it does not exist; with -AsTar the archive to write.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("Destination")]
    [ValidateNotNullOrEmpty]
    [NoSource("Export-VmaFile")]
    public string Path { get; set; } = string.Empty;

    /// <summary>Puts all files into one folder.</summary>
    [Parameter]
    public SwitchParameter Flatten { get; set; }

    /// <summary>Keeps the whole path from the root of the volume.</summary>
    [Parameter]
    public SwitchParameter FullPath { get; set; }

    /// <summary>Writes a tar archive, with owners, modes, links and extended attributes as the guest has them.</summary>
    [Parameter]
    public SwitchParameter AsTar { get; set; }

    /// <summary>Gives files the unix permissions they have in the guest; setuid, setgid and sticky never.</summary>
    [Parameter]
    public SwitchParameter PreserveMode { get; set; }

    /// <summary>Gives files and folders of NTFS the owner, group and access list they have in the guest; on Windows only.</summary>
    [Parameter]
    public SwitchParameter PreserveAcl { get; set; }

    /// <summary>Keeps what is left of damaged files, under their names with .partial behind them.</summary>
    [Parameter]
    public SwitchParameter Salvage { get; set; }

    /// <summary>A file to write that tells of every entry where it went, its id, times, size and SHA-256.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? NewManifestPath { get; set; }

    /// <summary>Writes the manifest in the form that <c>sha256sum -c</c> reads.</summary>
    [Parameter]
    public SwitchParameter AsHashList { get; set; }

    /// <summary>Replaces files of the same name.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Writes the files that were made to the pipeline.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (PreserveAcl && (AsTar || !RuntimeInformation.IsOSPlatform(OSPlatform.Windows)))
        {
            ThrowTerminatingError(ErrorRecords.InvalidRange(
                AsTar ? "A tar archive has no place for owners and access lists of NTFS." : "Owners and access lists of NTFS are kept on Windows only; -NewManifestPath and -PreserveMode work anywhere.",
                nameof(PreserveAcl)));
        }

        if (FullPath && Flatten)
        {
            ThrowTerminatingError(ErrorRecords.InvalidRange("FullPath keeps the folders that Flatten leaves out; give one of them.", nameof(Flatten)));
        }

        CheckSources(archives: null);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (GuestInput input in GuestInputs(archives: null))
        {
            Attempt(input.ArchivePath, () => ProcessInput(input));
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_batches.Count == 0)
        {
            return;
        }

        string? target = null;
        Attempt(Path, () => target = TargetPaths.Resolve(SessionState, Path));
        if (target is null)
        {
            return;
        }

        foreach (Batch batch in _batches.Values)
        {
            Attempt(batch.ArchivePath, () => Copy(batch, target));
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (Batch batch in _batches.Values)
            {
                batch.Guest.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    /// <summary>The guest of an input's batch, which outlives the run of inputs in which guests are shared.</summary>
    private protected override VmaGuest GuestOf(GuestInput input)
    {
        if (!_batches.TryGetValue(input.ArchivePath, out Batch? batch))
        {
            batch = new Batch(input.ArchivePath, Open(input), Options());
            _batches.Add(input.ArchivePath, batch);
        }

        return batch.Guest;
    }

    /// <summary>A link that was named is copied as what it leads to, under its own name.</summary>
    private protected override VmaFile Resolve(VmaGuest guest, GuestPath path, string? volume) => guest.GetFile(path, volume);

    private protected override void ProcessPlace(VmaGuest guest, VmaFile place, bool isMatch, VmaFile? given)
    {
        WarnOfState(guest, place);
        VmaFileExport export = _batches.Values.First(b => b.Guest == guest).Export;
        if (given is null)
        {
            export.Add(place, FullPath ? "/" : null, recurse: true, Flatten, follow: !isMatch, CancellationToken);
        }
        else
        {
            export.AddListed(given, FullPath, Flatten, CancellationToken);
        }
    }

    private VmaFileExportOptions Options() => new()
    {
        Replace = Force,
        PreserveMode = PreserveMode,
        PreserveAcl = PreserveAcl,
        Salvage = Salvage,
        ForTar = AsTar,
        Digest = NewManifestPath is not null,
    };

    private void Copy(Batch batch, string target)
    {
        string action = $"Copy {batch.Export.Count} files and folders, {BinarySize.Format(batch.Export.TotalBytes)}, out of {VmaAddresses.FileNameOf(batch.ArchivePath)}";
        if (AsTar)
        {
            OutputFile.MustBeFree(target, Force, batch.ArchivePath);
        }

        string? manifest = NewManifestPath is null ? null : TargetPaths.Resolve(SessionState, NewManifestPath);
        if (manifest is not null)
        {
            OutputFile.MustBeFree(manifest, Force, batch.ArchivePath);
        }

        if (IsWhatIf)
        {
            batch.Export.Foresee(AsTar ? null : target, Tell, CancellationToken);
        }

        if (!ShouldProcess(target, action))
        {
            return;
        }

        // What was written is of interest to nobody unless it is to be listed or told: of a whole guest it would be a lot.
        bool keepsWritten = manifest is not null || PassThru || IsVerbose();
        List<VmaFileCopy> results = [];
        void OnResult(VmaFileCopy copy)
        {
            if (keepsWritten || copy.Status != VmaFileCopy.Written)
            {
                results.Add(copy);
            }
        }

        _ = RunWithProgress<object?>(action, (progress, token) =>
        {
            long done = 0;
            long total = batch.Export.TotalBytes;
            void OnBytes(long count) => progress.Report(new VmaProgress(done += count, total));
            if (AsTar)
            {
                batch.Export.ToTarFile(target, OnResult, OnBytes, token);
            }
            else
            {
                batch.Export.ToFolder(target, OnResult, OnBytes, token);
            }

            return null;
        });
        foreach (VmaFileCopy copy in results)
        {
            Tell(copy);
        }

        if (manifest is not null)
        {
            batch.Export.SaveManifest(manifest, target, results, AsHashList);
            foreach (VmaFileCopy copy in results.Where(c => AsHashList && c.Sha256OfData is not null))
            {
                WriteWarning($"{copy.Volume}:{copy.FullName} is not in the list: its holes have more than 6 GiB, so that only its data was digested.");
            }
        }

        if (AsTar)
        {
            TellWritten(target);
            if (PassThru)
            {
                WriteFile(target);
            }
        }
    }

    private void Tell(VmaFileCopy copy)
    {
        switch (copy.Status)
        {
            case VmaFileCopy.Written:
                WriteVerbose($"{copy.Volume}:{copy.FullName} -> {copy.Target}");
                if (PassThru && !AsTar && copy.Target is not null)
                {
                    WriteFile(copy.Target);
                }

                break;
            case VmaFileCopy.Skipped:
                WriteWarning($"{copy.Volume}:{copy.FullName}: {copy.Message}");
                break;
            default:
                WriteError(ErrorRecords.From(copy.Error!, copy.FullName));
                break;
        }
    }

    private bool IsVerbose() => MyInvocation.BoundParameters.TryGetValue("Verbose", out object? asked)
        ? asked is SwitchParameter { IsPresent: true }
        : GetVariableValue("VerbosePreference") is not (null or ActionPreference.SilentlyContinue or ActionPreference.Ignore);

    private sealed record Batch(string ArchivePath, VmaGuest Guest, VmaFileExport Export)
    {
        public Batch(string path, VmaGuest guest, VmaFileExportOptions options)
            : this(path, guest, new VmaFileExport(guest, options))
        {
        }
    }
}
