using System.Collections.Generic;
using System.Linq;
using System.Threading;
using VmaTools.GuestFiles;

namespace VmaTools.Restores;

/// <summary>Whether partition tables, volume groups, arrays and file systems are sound: every directory and every file's map is read.</summary>
internal static class VolumesGrade
{
    // What is odd without being damage is worth no word here: Get-VmaVolume tells it.
    private static readonly HashSet<string> Unsound =
    [
        VmaCodes.VolumeDamaged, VmaCodes.VolumeMemberMissing, VmaCodes.VolumeOutOfRange, VmaCodes.FileSystemBackupUsed,
        nameof(PartitionWarningCode.PartitionBeyondDisk), nameof(PartitionWarningCode.PartitionsOverlap), nameof(PartitionWarningCode.PartitionInvalid),
        nameof(PartitionWarningCode.LogicalChainBroken), nameof(PartitionWarningCode.GptPrimaryDamaged), nameof(PartitionWarningCode.GptBackupDamaged),
        nameof(PartitionWarningCode.GptDamaged),
    ];

    private static readonly HashSet<string> Untold =
    [
        VmaCodes.VolumeLocked, VmaCodes.VolumeNotSupported, VmaCodes.FileSystemNotSupported, VmaCodes.FileSystemFeatureUnknown,
        VmaCodes.FileSystemLogNotReplayed, VmaCodes.VolumeDuplicate,
    ];

    // What single files may be without anything being wrong.
    private static readonly HashSet<string> Usual = [VmaCodes.FileEncrypted, VmaCodes.FileContentNotSupported];

    public static string Judge(VmaGuest guest, FindingLog findings, CancellationToken cancellationToken)
    {
        GradeLog log = new(findings);
        foreach (VolumeWarning warning in guest.Disks.Warnings.Where(static w => Unsound.Contains(w.Code)))
        {
            log.Fail(warning.Code, warning.ToString());
        }

        bool isAny = false;
        foreach (GuestVolume volume in guest.GuestVolumes)
        {
            // Opened first: where the superblock is lost, only a copy of it tells what the volume is.
            if (volume.TryGetFiles(out VmaException? failure) is FileSystem files)
            {
                isAny = true;
                Walk(volume, files, log, cancellationToken);
            }
            else if (!volume.IsNoFileSystem)
            {
                isAny = true;
                Tell(log, failure!.Code, $"{volume.Id}: {failure.Sentence}", volume.Volume.Disk);
            }
        }

        if (!isAny)
        {
            log.Doubt(VmaCodes.FileSystemNotSupported, guest.GuestVolumes.Count == 0 ? "The backup has no disks." : "No file system is recognised on the disks.");
        }

        return log.Outcome;
    }

    private static void Walk(GuestVolume volume, FileSystem files, GradeLog log, CancellationToken cancellationToken)
    {
        void Hear(FileSystemFinding finding)
        {
            if (finding.Severity == VmaSeverity.Error || Unsound.Contains(finding.Code) || finding.Code == VmaCodes.FileSystemLogNotReplayed
                || finding.Code == VmaCodes.FileSystemDamaged || finding.Code == VmaCodes.FileSystemChecksumMismatch)
            {
                Tell(log, finding.Code, $"{volume.Id}{(finding.Path is null ? string.Empty : ":" + finding.Path)}: {finding.Message}", finding.Device ?? volume.Volume.Disk);
            }
        }

        foreach (FileSystemFinding finding in files.Findings)
        {
            Hear(finding);
        }

        if (files.State is FileSystemState.Dirty)
        {
            log.Doubt(VmaCodes.FileSystemLogNotReplayed, $"{volume.Id}: {files.StateText ?? "The log of the file system is not empty."}", volume.Volume.Disk);
        }

        FileWalk walk = new(files, Hear, cancellationToken);
        try
        {
            foreach (FileEntry entry in walk.Below(files.Root, int.MaxValue, withSystem: false).Where(static e => e.Type == FileEntryType.File))
            {
                try
                {
                    foreach (FileExtent _ in files.ReadAllocation(entry))
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                    }
                }
                catch (VmaException exception)
                {
                    Tell(log, exception.Code, $"{volume.Id}:{entry.FullName}: {exception.Sentence}", volume.Volume.Disk);
                }
            }
        }
        catch (VmaException exception)
        {
            Tell(log, exception.Code, $"{volume.Id}: {exception.Sentence}", volume.Volume.Disk);
        }
    }

    private static void Tell(GradeLog log, string code, string message, string? device)
    {
        if (Untold.Contains(code))
        {
            log.Doubt(code, message, device);
        }
        else if (!Usual.Contains(code))
        {
            log.Fail(code, message, device);
        }
    }
}
