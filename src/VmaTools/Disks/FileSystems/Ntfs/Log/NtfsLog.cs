using System;
using System.Collections.Generic;
using System.Globalization;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs.Log;

/// <summary>What <c>$LogFile</c> tells of the volume's state. It is not replayed.</summary>
/// <param name="State">The state.</param>
/// <param name="Text">A sentence about it, or null.</param>
internal sealed record NtfsLog(FileSystemState State, string? Text)
{
    private const ulong Record = 2;
    private const int LsnEnd = 16;
    private const int MaxPending = 200_000;

    public static NtfsLog Read(NtfsVolume volume, NtfsVolumeInformation information)
    {
        NtfsLog log;
        try
        {
            log = Read(volume);
        }
        catch (VmaException exception)
        {
            log = new NtfsLog(FileSystemState.Unknown, $"The log cannot be read: {exception.Sentence}");
        }

        return !information.IsDirty ? log : new NtfsLog(
            log.State is FileSystemState.Clean or FileSystemState.Covered ? FileSystemState.Unknown : log.State,
            log.Text is null ? "The volume is marked for a check by Windows." : log.Text + " The volume is marked for a check by Windows.");
    }

    private static NtfsLog Read(NtfsVolume volume)
    {
        if (volume.ReadFile(Record).Open(NtfsAttributeType.Data) is not NtfsValue value)
        {
            return new NtfsLog(FileSystemState.Unknown, "There is no log.");
        }

        LogRestart? restart = LogRestart.Read(value, volume.Metadata);
        if (restart is null || restart.IsClosed)
        {
            return new NtfsLog(FileSystemState.Clean, null);
        }

        if (restart.Major > 2)
        {
            return new NtfsLog(FileSystemState.Unknown, $"The log is of version {restart.Major}, which is not known here.");
        }

        // A change is in place where the record or block that it changes tells of it, or of a later one.
        int changes = 0;
        int missing = 0;
        ulong newest = 0;
        Dictionary<uint, List<LogRecord>> pending = [];
        int waiting = 0;
        foreach (LogRecord record in LogWalk.Read(new LogPages(value, volume.Metadata, restart), restart))
        {
            newest = record.Lsn;
            if (record.EndsTransaction)
            {
                if (pending.TryGetValue(record.Transaction, out List<LogRecord>? committed))
                {
                    foreach (LogRecord change in committed)
                    {
                        changes++;
                        missing += IsInPlace(volume, change) ? 0 : 1;
                    }

                    waiting -= committed.Count;
                    pending.Remove(record.Transaction);
                }
            }
            else if (record.Target is not null && waiting < MaxPending)
            {
                if (!pending.TryGetValue(record.Transaction, out List<LogRecord>? open))
                {
                    pending[record.Transaction] = open = [];
                }

                open.Add(record with { Data = record.Data.AsSpan(0, LogRecord.TargetLength).ToArray() });
                waiting++;
            }
        }

        if (newest < restart.CurrentLsn)
        {
            return new NtfsLog(FileSystemState.Unknown, "The log breaks off before the record that it names as the newest.");
        }

        string unfinished = pending.Count == 0 ? string.Empty : Say(" {0} transactions were not finished.", pending.Count);
        return missing == 0
            ? new NtfsLog(FileSystemState.Covered, Say("The volume was in use; all {0} changes that the log tells of are in place.", changes) + unfinished)
            : new NtfsLog(
                FileSystemState.Dirty,
                Say("The log holds {0} changes (of {1}) that are not in place: the newest files may be missing.", missing, changes) + unfinished);
    }

    private static bool IsInPlace(NtfsVolume volume, LogRecord change)
    {
        (long cluster, int within) = change.Target!.Value;
        if (volume.Geometry.OffsetOf(cluster, 1) is not long start)
        {
            return true;
        }

        byte[] head = volume.Metadata.Read(start + within, LsnEnd);
        bool isStructure = head.AsSpan().StartsWith("FILE"u8) || head.AsSpan().StartsWith("INDX"u8);
        return isStructure && LittleEndian.U64(head, 8) >= change.Lsn;
    }

    private static string Say(string format, params object[] values) => string.Format(CultureInfo.InvariantCulture, format, values);
}
