using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Btrfs.Log;

/// <summary>What became of the logs: trees that hold what was synced after the last transaction.</summary>
/// <param name="State">Whether all that had been written is shown.</param>
/// <param name="Text">A sentence about that, or null.</param>
internal sealed record BtrfsLogState(FileSystemState State, string? Text)
{
    /// <summary>Replays the logs in memory where there are any, and makes the checksums of data known.</summary>
    public static BtrfsLogState Read(BtrfsVolume volume, FileSystemOptions options, Action<FileSystemFinding> report)
    {
        BtrfsTreeRoot root = volume.Superblock.LogTree;
        if (volume.IsOlder)
        {
            volume.SetChecksums([]);
            return new BtrfsLogState(FileSystemState.Unknown, "An earlier generation is shown: the newest files may be missing.");
        }

        if (root.Address == 0)
        {
            volume.SetChecksums([]);
            return new BtrfsLogState(FileSystemState.Clean, null);
        }

        if (options.NoReplay)
        {
            volume.SetChecksums([]);
            report(new FileSystemFinding(
                VmaCodes.FileSystemLogNotReplayed,
                VmaSeverity.Warning,
                "The log tree holds changes that are not shown: the newest files may be missing."));
            return new BtrfsLogState(FileSystemState.Dirty, "The log tree holds changes that are not shown: the newest files may be missing.");
        }

        List<(BtrfsSubvolume Subvolume, BtrfsTree Log)> logs = [];
        try
        {
            foreach (BtrfsItem item in new BtrfsTree(volume.Nodes, root).Of(BtrfsNumbers.Log, BtrfsItemTypes.Root))
            {
                if (volume.FindSubvolume(item.Key.Offset) is BtrfsSubvolume subvolume)
                {
                    logs.Add((subvolume, new BtrfsTree(volume.Nodes, new BtrfsRootItem(item.Data).Tree)));
                }
            }

            int count = 0;
            foreach ((BtrfsSubvolume subvolume, BtrfsTree log) in logs)
            {
                subvolume.Tree.Overlay = new BtrfsOverlay();
                new BtrfsLogReplay(subvolume.Tree, log, volume.Superblock).Run();
                count += subvolume.Tree.Overlay.Count;
            }

            volume.SetChecksums(logs.ConvertAll(static l => l.Log));
            return new BtrfsLogState(
                FileSystemState.Replayed, $"The log tree was replayed in memory: {logs.Count} subvolumes, {count} items.");
        }
        catch (VmaException exception)
        {
            foreach ((BtrfsSubvolume subvolume, _) in logs)
            {
                subvolume.Tree.Overlay = null;
            }

            volume.SetChecksums([]);
            report(new FileSystemFinding(
                VmaCodes.FileSystemLogNotReplayed,
                VmaSeverity.Error,
                "The log tree cannot be replayed, the newest files may be missing: " + exception.Sentence,
                VolumeOffset: (exception as VmaFileSystemException)?.VolumeOffset));
            return new BtrfsLogState(FileSystemState.Dirty, "The log tree is damaged: the newest files may be missing.");
        }
    }
}
