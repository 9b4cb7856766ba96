using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>A cmdlet that works on volumes of guests: archives by path or from the pipeline, and which volumes of them.</summary>
public abstract class GuestCmdlet : ArchiveCmdlet
{
    private readonly GuestSessions _sessions = new();
    private readonly HashSet<string> _warned = [];

    /// <summary>Archives, volumes, devices, partitions, files in guests, or paths of archives.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>
    /// Volumes to look on: id (drive-scsi0/p2), short form (p2), letter (C:), mount point (/home), label or uuid; wildcards are
    /// allowed.
    /// </summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VolumeCompleter))]
    public string[]? Volume { get; set; }

    /// <summary>Shows file systems as the disk has them, without what their logs hold.</summary>
    [Parameter]
    public SwitchParameter NoReplay { get; set; }

    /// <summary>How file systems are opened.</summary>
    private protected virtual FileSystemOptions ReadOptions => new() { NoReplay = NoReplay };

    /// <summary>The guest of an input, opened once for a run of inputs of one archive.</summary>
    private protected virtual VmaGuest GuestOf(GuestInput input) => _sessions.Get(input.ArchivePath, () => Open(input));

    /// <summary>Opens the guest of an input.</summary>
    private protected VmaGuest Open(GuestInput input)
    {
        VmaArchive archive = input.Archive ?? OpenArchive(input.ArchivePath);
        string activity = $"Opening {input.ArchivePath}";
        if (archive.MustBuildIndex())
        {
            WriteVerbose($"{input.ArchivePath} has no index yet: it is read through once. New-VmaIndex makes one ahead.");
            activity = $"Indexing {input.ArchivePath}, once: {BinarySize.Format(archive.StoredLength ?? 0)}";
        }

        VmaGuest guest = RunWithProgress(
            activity, (progress, token) => VmaGuest.Open(archive, ReadOptions, progress, token));
        TellOfIndex(archive);
        foreach (string warning in guest.Warnings)
        {
            Warn($"{input.ArchivePath}: {warning}");
        }

        return guest;
    }

    /// <summary>What archives, or else objects, stand for.</summary>
    private protected IEnumerable<GuestInput> GuestInputs(string[]? archives) => archives is null
        ? InputObject.SelectMany(o => GuestInput.From(o, SessionState, WriteError))
        : GuestInput.OfFiles(SourcePaths.Files.Resolve(SessionState, archives, areLiteral: false, WriteError));

    /// <summary>The volumes that are meant, or null where none was named.</summary>
    private protected IReadOnlyList<VmaVolume>? SelectVolumes(VmaGuest guest, GuestInput input)
    {
        IReadOnlyList<VmaVolume>? ofInput = input.Volumes(guest);
        if (Volume is null)
        {
            return ofInput;
        }

        List<VmaVolume> selected = [];
        foreach (string name in Volume)
        {
            IEnumerable<VmaVolume> found = WildcardPattern.ContainsWildcardCharacters(name) ? Matching(guest, name) : [guest.GetVolume(name)];
            selected.AddRange(found.Where(v => selected.All(s => s.Id != v.Id) && (ofInput is null || ofInput.Any(o => o.Id == v.Id))));
        }

        return selected;
    }

    /// <summary>Warns, once for each text.</summary>
    private protected void Warn(string warning)
    {
        if (_warned.Add(warning))
        {
            WriteWarning(warning);
        }
    }

    /// <summary>Warns where the volume of a place may not show the newest files, and of a deleted file that is not all there.</summary>
    private protected void WarnOfState(VmaGuest guest, VmaFile place)
    {
        if (place is VmaDeletedFile { Recovery: VmaDeletedFile.Partial or VmaDeletedFile.Overwritten } deleted)
        {
            Warn($"{guest.Archive.ArchivePath}, {place.Volume}: other files have {(deleted.Recovery == VmaDeletedFile.Partial ? "a part of " : string.Empty)}the place of {place.FullName}, which was deleted: its OverwrittenRanges are theirs.");
        }

        if (guest.OpenFileSystem(place.Volume) is { State: FileSystemState.Dirty or FileSystemState.Unknown } files)
        {
            Warn($"{guest.Archive.ArchivePath}, {place.Volume}: {files.StateText ?? "the log of the file system is not empty: the newest files may be missing."}");
        }
    }

    /// <summary>Writes what could not be read as an error.</summary>
    private protected void WriteFinding(VmaGuest guest, string volume, FileSystemFinding finding)
    {
        VmaFileSystemException exception = new(finding.Code, finding.Message, finding.Path, finding.VolumeOffset, guest.Archive.ArchivePath, volume);
        if (finding.Severity == VmaSeverity.Error)
        {
            WriteError(ErrorRecords.From(exception, finding.Path));
        }
        else
        {
            Warn(exception.Message);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _sessions.Dispose();
        }

        base.Dispose(disposing);
    }

    private static IEnumerable<VmaVolume> Matching(VmaGuest guest, string pattern)
    {
        WildcardPattern wildcard = WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
        return guest.GetVolumes()
            .Where(v => new[] { v.Id, v.Id.Substring(v.Id.LastIndexOf('/') + 1), v.DriveLetter, v.MountPoint, v.Label, v.Uuid }
                .Any(name => name is not null && wildcard.IsMatch(name)));
    }
}
