using System.Collections.Generic;
using System.Management.Automation;
using System.Security;

namespace VmaTools.PowerShell;

/// <summary>A cmdlet that opens guests' file systems, and how it opens them.</summary>
public abstract class GuestReaderCmdlet : ArchiveCmdlet
{
    private readonly HashSet<string> _warned = [];
    private VolumeSecrets? _secrets;

    /// <summary>Shows file systems as the disk has them, without what their logs hold.</summary>
    [Parameter]
    public SwitchParameter NoReplay { get; set; }

    /// <summary>Passphrases of encrypted volumes; each is tried on all of them.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString[]? Passphrase { get; set; }

    /// <summary>Recovery keys of encrypted volumes: BitLocker's 48 digits, or what systemd printed for LUKS.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString[]? RecoveryKey { get; set; }

    /// <summary>Files with keys of encrypted volumes: LUKS's key files, BitLocker's startup keys (.BEK).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? KeyFile { get; set; }

    /// <summary>How file systems are opened.</summary>
    private protected virtual FileSystemOptions ReadOptions => new() { NoReplay = NoReplay, Secrets = Secrets };

    /// <summary>What locked volumes are opened with, or null.</summary>
    private protected VolumeSecrets? Secrets => _secrets ??= KeyFunctions.Secrets(this, Passphrase, RecoveryKey, KeyFile);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _secrets?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Opens the guest of an archive.</summary>
    private protected VmaGuest Open(VmaArchive archive, string path)
    {
        string activity = $"Opening {path}";
        if (archive.MustBuildIndex())
        {
            WriteVerbose($"{path} has no index yet: it is read through once. New-VmaIndex makes one ahead.");
            activity = $"Indexing {path}, once: {BinarySize.Format(archive.StoredLength ?? 0)}";
        }

        FileSystemOptions options = ReadOptions;
        VmaGuest guest = RunWithProgress(activity, (progress, token) => VmaGuest.Open(archive, options, progress, token));
        TellOfIndex(archive);
        foreach (string warning in guest.Warnings)
        {
            Warn($"{path}: {warning}");
        }

        return guest;
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
        VmaFileSystemException exception = finding.ToException(volume, guest.Archive.ArchivePath);
        if (finding.Severity == VmaSeverity.Error)
        {
            WriteError(ErrorRecords.From(exception, finding.Path));
        }
        else
        {
            Warn(exception.Message);
        }
    }
}
