using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs.Log;

/// <summary>
/// The part of the log that was not known to be in place: from the tail to the head, where the next record would have gone. Where
/// the round changes is the head, but for what was being written at the last moment.
/// </summary>
/// <param name="Tail">The block of the oldest record.</param>
/// <param name="Head">The block behind the newest one.</param>
/// <param name="IsClean">True where nothing is between: the file system was unmounted.</param>
internal readonly record struct XfsLogRange(int Tail, int Head, bool IsClean)
{
    /// <summary>The most that can be in writing at once: eight records of 256 KiB.</summary>
    private const int MaxInWriting = 8 * MaxRecord;

    private const int MaxRecord = 256 * 1024 / XfsLog.BlockSize;
    private const int RecordsInWriting = 8;
    private const int Piece = 256;

    /// <summary>Finds the part.</summary>
    /// <exception cref="VmaFileSystemException">The log is damaged.</exception>
    public static XfsLogRange Find(XfsLog log)
    {
        if (log.RoundOf(0) == 0)
        {
            return new XfsLogRange(0, 0, true);
        }

        int head = FindHead(log);
        XfsLogRecord last = FindRecordBefore(log, head);
        (head, last) = CutTorn(log, head, last);
        return last.IsUnmount(log, head) ? new XfsLogRange(head, head, true) : new XfsLogRange(last.Tail, head, last.Tail == head);
    }

    /// <summary>The records from the tail to the head.</summary>
    /// <exception cref="VmaFileSystemException">One is damaged.</exception>
    public IEnumerable<XfsLogRecord> Records(XfsLog log)
    {
        int left = Head > Tail ? Head - Tail : Head - Tail + log.Count;
        for (int block = Tail; left > 0;)
        {
            XfsLogRecord record = XfsLogRecord.Read(log, block);
            left -= record.Blocks;
            if (left < 0)
            {
                throw XfsVolume.Damaged("A record of the log reaches beyond its end.", log.OffsetOf(block));
            }

            yield return record;
            block = (block + record.Blocks) % log.Count;
        }
    }

    private static int FindHead(XfsLog log)
    {
        int count = log.Count;
        uint first = log.RoundOf(0);
        uint last = log.RoundOf(count - 1);
        if (last == 0)
        {
            if (first != 1)
            {
                throw XfsVolume.Damaged("What lies in the place of the log is none.", log.OffsetOf(0));
            }

            // Never filled: what lies behind the head is zero.
            int end = FindStart(log, count - 1, 0);
            int from = Math.Max(0, end - MaxInWriting);
            end = FindRound(log, from, end, 0) ?? end;
            return CutPartial(log, from, end, 0) ?? throw NoRecord(log);
        }

        int head = count;
        uint stop = last - 1;
        if (first != last)
        {
            head = FindStart(log, count - 1, last);
            stop = last;
        }

        // Records can reach the disk out of order, so the change of the round that was found need not be the first.
        if (head >= MaxInWriting)
        {
            head = FindRound(log, head - MaxInWriting, head, stop) ?? head;
        }
        else
        {
            int from = Math.Max(head, count - (MaxInWriting - head));
            head = FindRound(log, from, count, stop - 1) ?? FindRound(log, 0, head, stop) ?? head;
        }

        int? whole = CutPartial(log, Math.Max(0, head - MaxRecord), head, 0);
        if (whole is null)
        {
            // The record before the head begins at the end of the ring.
            int wrapped = CutPartial(log, Math.Max(head, count - (MaxRecord - head)), count, head) ?? throw NoRecord(log);
            whole = wrapped == count ? head : wrapped;
        }

        return whole.Value % count;
    }

    /// <summary>The first block of a round that goes on to a block of it, where those before are of another one.</summary>
    private static int FindStart(XfsLog log, int last, uint round)
    {
        int low = 0;
        int high = last;
        while (high - low > 1)
        {
            int middle = low + ((high - low) / 2);
            if (log.RoundOf(middle) == round)
            {
                high = middle;
            }
            else
            {
                low = middle;
            }
        }

        return high;
    }

    /// <summary>The first block of a round within a range, or null.</summary>
    private static int? FindRound(XfsLog log, int from, int to, uint round)
    {
        for (int block = from; block < to; block += Piece)
        {
            int count = Math.Min(Piece, to - block);
            byte[] bytes = log.Read(block, count);
            for (int i = 0; i < count; i++)
            {
                if (XfsLog.RoundOf(bytes.AsSpan(i * XfsLog.BlockSize)) == round)
                {
                    return block + i;
                }
            }
        }

        return null;
    }

    /// <summary>The end, or the start of the last record where that is not whole. Null where none begins from block 0 on.</summary>
    private static int? CutPartial(XfsLog log, int from, int end, int behind)
    {
        int? start = FindHeader(log, from, end);
        if (start is not int block)
        {
            return from == 0 ? null : throw NoRecord(log);
        }

        return end - block + behind == XfsLogRecord.Read(log, block).Blocks ? end : block;
    }

    private static int? FindHeader(XfsLog log, int from, int to)
    {
        for (int end = to; end > from;)
        {
            int count = Math.Min(Piece, end - from);
            end -= count;
            byte[] bytes = log.Read(end, count);
            for (int i = count - 1; i >= 0; i--)
            {
                if (BigEndian.U32(bytes, i * XfsLog.BlockSize) == XfsLog.RecordMagic)
                {
                    return end + i;
                }
            }
        }

        return null;
    }

    private static XfsLogRecord FindRecordBefore(XfsLog log, int head)
    {
        int block = FindHeader(log, Math.Max(0, head - MaxRecord - 8), head)
            ?? FindHeader(log, Math.Max(head, log.Count - MaxRecord - 8), log.Count)
            ?? throw NoRecord(log);
        return XfsLogRecord.Read(log, block);
    }

    /// <summary>Leaves out the last records from the first one on that did not reach the disk whole, which its checksum tells.</summary>
    private static (int Head, XfsLogRecord Last) CutTorn(XfsLog log, int head, XfsLogRecord last)
    {
        List<XfsLogRecord> records = [last];
        int tail = last.Tail;
        while (records.Count < RecordsInWriting && records[0].Block != tail)
        {
            XfsLogRecord before = FindRecordBefore(log, records[0].Block);
            if (before.Sequence >= records[0].Sequence)
            {
                break;
            }

            records.Insert(0, before);
        }

        for (int i = 0; i < records.Count; i++)
        {
            if (!records[i].IsIntact(log))
            {
                return i == 0
                    ? throw new VmaFileSystemException(
                        VmaCodes.FileSystemChecksumMismatch, "The newest records of the log are damaged.", volumeOffset: log.OffsetOf(records[0].Block))
                    : (records[i].Block, records[i - 1]);
            }
        }

        return (head, last);
    }

    private static VmaFileSystemException NoRecord(XfsLog log) => XfsVolume.Damaged("The log has no record where its end is.", log.OffsetOf(0));
}
