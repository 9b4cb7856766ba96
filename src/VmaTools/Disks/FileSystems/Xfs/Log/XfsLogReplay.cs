using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs.Log;

/// <summary>
/// Makes in memory what the log holds and the volume does not: first it is noted which buffers were given up, then every transaction
/// is made in the order of commitment. What is newer on the volume stays.
/// </summary>
internal sealed class XfsLogReplay
{
    private readonly XfsLog _log;
    private readonly XfsLogSectors _sectors;
    private readonly Dictionary<(long Place, int Count), int> _cancelled = [];
    private readonly HashSet<long> _cancelledPlaces = [];
    private readonly XfsLogIntents _intents = new();

    private XfsLogReplay(XfsLog log, DiskBytes bytes)
    {
        _log = log;
        _sectors = new XfsLogSectors(bytes, new CachedDiskBytes(bytes));
    }

    /// <summary>Replays a log.</summary>
    /// <exception cref="VmaFileSystemException">The log is damaged, or has what is not understood. Nothing of it counts then.</exception>
    public static XfsLogResult Run(XfsLog log, XfsLogRange range, DiskBytes bytes)
    {
        XfsLogReplay replay = new(log, bytes);
        foreach (XfsLogTransaction transaction in XfsLogTransactions.Read(log, range))
        {
            replay.NoteCancelled(transaction);
        }

        int count = 0;
        foreach (XfsLogTransaction transaction in XfsLogTransactions.Read(log, range))
        {
            replay.Make(transaction);
            count++;
        }

        if (log.Superblock.Features.HasChecksums)
        {
            foreach (KeyValuePair<long, int> structure in replay._sectors.Structures)
            {
                XfsLogStructure.Seal(replay._sectors, log.Superblock, structure.Key, structure.Value);
            }
        }

        // The counts in the superblock are all that a log holds after a freeze.
        bool isNewer = replay._sectors.DiffersFrom(log.Superblock.SectorSize) || replay._intents.Maps.Count > 0;
        return new XfsLogResult(replay._sectors.ToDisk(), count, isNewer, replay._intents);
    }

    private void NoteCancelled(XfsLogTransaction transaction)
    {
        foreach (XfsLogItem item in transaction.Items)
        {
            if (item.Type == XfsLogItemType.Buffer && XfsLogBuffers.IsCancel(item))
            {
                (long Place, int Count) place = XfsLogBuffers.PlaceOf(item);
                _cancelled.TryGetValue(place, out int times);
                _cancelled[place] = times + 1;
                _cancelledPlaces.Add(place.Place);
            }
        }
    }

    /// <summary>New inodes and other blocks come before inodes, which are changed within them; buffers are given up at the end.</summary>
    private void Make(XfsLogTransaction transaction)
    {
        foreach (XfsLogItem item in transaction.Items)
        {
            if (item.Type == XfsLogItemType.CreateInodes)
            {
                XfsLogInodes.Create(_sectors, _log.Superblock, item, IsCancelled);
            }
            else if (item.Type == XfsLogItemType.Buffer
                && !XfsLogBuffers.IsCancel(item) && !XfsLogBuffers.IsPassedOver(item) && !_cancelled.ContainsKey(XfsLogBuffers.PlaceOf(item)))
            {
                XfsLogBuffers.Apply(_sectors, _log.Superblock, item, transaction.Sequence);
            }
        }

        foreach (XfsLogItem item in transaction.Items)
        {
            switch (item.Type)
            {
                case XfsLogItemType.Inode when !_cancelled.ContainsKey(XfsLogInodes.PlaceOf(item)):
                    XfsLogInodes.Apply(_sectors, _log.Superblock, item, transaction.Sequence);
                    break;
                case XfsLogItemType.Inode or XfsLogItemType.Buffer or XfsLogItemType.CreateInodes:
                    break;
                case XfsLogItemType.Quota or XfsLogItemType.QuotaOff:
                    // Nothing of quotas is shown.
                    break;
                default:
                    _intents.Add(item);
                    break;
            }
        }

        foreach (XfsLogItem item in transaction.Items)
        {
            if (item.Type == XfsLogItemType.Buffer && XfsLogBuffers.IsCancel(item))
            {
                Release(XfsLogBuffers.PlaceOf(item));
            }
        }
    }

    private bool IsCancelled(long place) => _cancelledPlaces.Contains(place);

    /// <summary>From the last time on that a buffer was given up, what is written there counts again.</summary>
    private void Release((long Place, int Count) place)
    {
        if (_cancelled.TryGetValue(place, out int times) && times > 1)
        {
            _cancelled[place] = times - 1;
            return;
        }

        _cancelled.Remove(place);
        foreach ((long other, _) in _cancelled.Keys)
        {
            if (other == place.Place)
            {
                return;
            }
        }

        _cancelledPlaces.Remove(place.Place);
    }
}

/// <summary>What a log made.</summary>
/// <param name="Disk">The volume with it.</param>
/// <param name="TransactionCount">How many transactions it held.</param>
/// <param name="IsNewer">True where anything but counts in the superblock is another than on the volume.</param>
/// <param name="Intents">What was begun and not finished.</param>
internal sealed record XfsLogResult(OverlayDiskBytes Disk, int TransactionCount, bool IsNewer, XfsLogIntents Intents);
