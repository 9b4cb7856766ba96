using System;
using System.Collections.Generic;
using System.Globalization;

namespace VmaTools.Disks.FileSystems.Ext.Journal;

/// <summary>The log of a volume, and the volume as it is once that has been replayed, in memory.</summary>
internal sealed class ExtLog
{
    private ExtLog(DiskBytes volume, FileSystemState state, string? text = null)
    {
        Volume = volume;
        State = state;
        Text = text;
    }

    /// <summary>What the file system is to be read from.</summary>
    public DiskBytes Volume { get; }

    /// <summary>What fast commits change, or null.</summary>
    public FastCommits? Fast { get; private init; }

    public FileSystemState State { get; }

    /// <summary>A sentence about the state, or null.</summary>
    public string? Text { get; }

    /// <summary>Reads the log.</summary>
    /// <param name="volume">The volume as it is.</param>
    /// <param name="noReplay">True to leave it as it is.</param>
    public static ExtLog Read(ExtVolume volume, bool noReplay)
    {
        ExtSuperblock superblock = volume.Superblock;
        bool hasJournal = (superblock.Compatible & ExtFeatures.HasJournal) != 0;
        if ((superblock.Incompatible & ExtIncompatible.Recover) == 0)
        {
            return hasJournal || (superblock.State & 1) != 0
                ? new ExtLog(volume.Bytes, FileSystemState.Clean)
                : new ExtLog(volume.Bytes, FileSystemState.Unknown, "It was in use when the backup was made, and has no log.");
        }

        try
        {
            return superblock.JournalInode != 0
                ? Replay(volume, OpenBlocks(volume), noReplay)
                : NotReplayed(volume, "it lies on another device");
        }
        catch (VmaException exception)
        {
            return NotReplayed(volume, "it cannot be read. " + exception.Sentence, (exception as VmaFileSystemException)?.VolumeOffset);
        }
    }

    private static JournalBlocks OpenBlocks(ExtVolume volume)
    {
        ExtInode inode = volume.ReadInode(volume.Superblock.JournalInode);
        return new JournalBlocks(volume.Bytes, ExtContent.Read(volume, inode), inode.Length, volume.BlockSize);
    }

    private static ExtLog Replay(ExtVolume volume, JournalBlocks blocks, bool noReplay)
    {
        JournalSuperblock superblock = JournalSuperblock.Read(blocks.Read(0), blocks.Count, out string? problem);
        if (problem is not null)
        {
            return NotReplayed(volume, problem, blocks.OffsetOf(0));
        }

        if (superblock.Start == 0)
        {
            return new ExtLog(volume.Bytes, FileSystemState.Covered);
        }

        JournalChecksums checksums = new(superblock);
        JournalScan scan = JournalScan.Run(blocks, superblock, checksums);
        JournalReplay replay = JournalReplay.Prepare(blocks, checksums, scan);
        if (replay.Problem is VmaException damage)
        {
            Report(volume, "The log is damaged; what it holds behind that is not shown. " + damage.Sentence, (damage as VmaFileSystemException)?.VolumeOffset);
        }

        // Fast commits say what changed since the last transaction of the log; behind damage they have nothing to go on from.
        FastCommits fast = replay.Problem is null
            ? FastCommitScan.Run(blocks, superblock, scan.NextSequence, volume.Superblock.InodeSize)
            : new FastCommits(0);
        if (replay.Problem is null && fast.Count == 0 && replay.IsInPlace(volume.Bytes))
        {
            return new ExtLog(volume.Bytes, FileSystemState.Covered);
        }

        string what = Describe(replay, fast);
        return noReplay ? new ExtLog(volume.Bytes, FileSystemState.Dirty, $"Log not replayed, {what}: the newest files may be missing.")
            : new ExtLog(
                new OverlayDiskBytes(volume.Bytes, volume.BlockSize, replay.Overlay),
                replay.Problem is null ? FileSystemState.Replayed : FileSystemState.Dirty,
                replay.Problem is null ? $"Log replayed, {what}." : $"Log replayed up to where it is damaged, {what}: the newest files may be missing.")
            {
                Fast = fast.Count > 0 ? fast : null,
            };
    }

    private static string Describe(JournalReplay replay, FastCommits fast)
    {
        string what = Number(replay.Count, "transaction") + (fast.Count > 0 ? " and " + Number(fast.Count, "fast commit") : string.Empty);
        return replay.LastCommit > 0 ? $"{what}, the last transaction of {new FileTime(replay.LastCommit, 0)}" : what;
    }

    private static string Number(int count, string what) => count.ToString(CultureInfo.InvariantCulture) + " " + what + (count == 1 ? string.Empty : "s");

    private static ExtLog NotReplayed(ExtVolume volume, string why, long? offset = null)
    {
        string reason = why.TrimEnd('.');
        Report(volume, $"The log is not replayed, for {reason}: the newest files may be missing.", offset);
        return new ExtLog(volume.Bytes, FileSystemState.Dirty, $"Log not replayed, for {reason}: the newest files may be missing.");
    }

    private static void Report(ExtVolume volume, string message, long? offset) =>
        volume.Report(new FileSystemFinding(VmaCodes.FileSystemLogNotReplayed, VmaSeverity.Warning, message, null, offset));
}
