using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Xfs.Log;

/// <summary>What the log says of a file system, and the volume as it is to be read: with what the log holds, or as it is.</summary>
internal sealed class XfsLogState
{
    private readonly List<FileSystemFinding> _findings = [];

    private XfsLogState(XfsSuperblock superblock, DiskBytes bytes)
    {
        Superblock = superblock;
        Bytes = bytes;
    }

    public FileSystemState State { get; private set; } = FileSystemState.Unknown;

    /// <summary>A sentence about the state, or null.</summary>
    public string? Text { get; private set; }

    /// <summary>The superblock in force.</summary>
    public XfsSuperblock Superblock { get; private set; }

    /// <summary>The volume as it is to be read.</summary>
    public DiskBytes Bytes { get; private set; }

    /// <summary>Extents that are still to be put into files, or taken out.</summary>
    public IReadOnlyList<XfsMapChange> Maps { get; private set; } = [];

    public IReadOnlyList<FileSystemFinding> Findings => _findings;

    /// <summary>Reads the log, and replays it in memory unless that is not wanted.</summary>
    public static XfsLogState Read(XfsSuperblock superblock, DiskBytes volume, FileSystemOptions options)
    {
        XfsLogState state = new(superblock, volume);
        try
        {
            XfsLog? log = XfsLog.Open(superblock, new CachedDiskBytes(volume));
            if (log is null)
            {
                state.Text = "The log is on another device.";
                return state;
            }

            XfsLogRange range = XfsLogRange.Find(log);
            if (range.IsClean)
            {
                state.State = FileSystemState.Clean;
                return state;
            }

            state.State = FileSystemState.Dirty;
            if (superblock.Features.UnknownLogFeatures != 0)
            {
                throw new VmaFileSystemException(
                    VmaCodes.FileSystemFeatureUnknown,
                    $"it uses what is not understood here, log-incompat 0x{superblock.Features.UnknownLogFeatures:x}.");
            }

            state.Take(XfsLogReplay.Run(log, range, volume), options);
        }
        catch (VmaException exception)
        {
            state.Text = $"The log could not be {(state.State == FileSystemState.Dirty ? "replayed" : "read")}: {exception.Sentence}";
            state._findings.Add(new FileSystemFinding(
                state.State == FileSystemState.Dirty ? VmaCodes.FileSystemLogNotReplayed : exception.Code,
                VmaSeverity.Warning,
                state.Text,
                VolumeOffset: (exception as VmaFileSystemException)?.VolumeOffset));
        }

        return state;
    }

    private void Take(XfsLogResult result, FileSystemOptions options)
    {
        string count = result.TransactionCount == 1 ? "1 transaction" : $"{result.TransactionCount} transactions";
        if (!result.IsNewer)
        {
            State = FileSystemState.Covered;
            Text = $"What the log holds ({count}) is in place.";
            return;
        }

        if (options.NoReplay)
        {
            Text = $"The log holds {count} that are not shown: the newest files may be missing.";
            _findings.Add(new FileSystemFinding(VmaCodes.FileSystemLogNotReplayed, VmaSeverity.Warning, Text));
            return;
        }

        // Where a copy of the superblock serves, it goes on to.
        XfsSuperblock? made = XfsSuperblock.Parse(result.Disk.Read(0, Superblock.SectorSize), out string? fault);
        if (made is null && XfsSuperblock.Parse(Bytes.Read(0, Superblock.SectorSize), out _) is not null)
        {
            throw XfsVolume.Damaged($"The superblock that it makes is damaged ({fault}).", 0);
        }

        Superblock = made ?? Superblock;
        Bytes = result.Disk;
        Maps = result.Intents.Maps;
        State = FileSystemState.Replayed;
        Text = $"The log was replayed, {count}.";
        if (result.Intents.Unfinished is string unfinished)
        {
            Text += $" When it ended, {unfinished}.";
            _findings.Add(new FileSystemFinding(VmaCodes.FileSystemLogNotReplayed, VmaSeverity.Warning, Text));
        }
    }
}
