using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs.Log;

/// <summary>Walks the records of the log from the oldest that was still needed to the newest.</summary>
internal static class LogWalk
{
    private const int ClientRecord = 1;

    // The longest are tables written at checkpoints.
    private const int MaxData = 16 << 20;

    // Record: 0 LSN u64   8 the one before u64   16 the next to undo u64   24 bytes of data u32   28 client u32   32 type u32
    //   36 transaction u32   40 flags u16   data behind the head, on through the following pages

    public static IEnumerable<LogRecord> Read(LogPages pages, LogRestart restart)
    {
        ulong lsn = restart.OldestLsn;
        for (long walked = 0; walked < restart.FileSize;)
        {
            long offset = restart.OffsetOf(lsn);
            ulong sequence = restart.SequenceOf(lsn);
            if (!TryRead(pages, restart, lsn, ref offset, ref sequence, out LogRecord record))
            {
                yield break;
            }

            yield return record;
            walked += restart.HeadLength + record.Data.Length;

            // The next follows behind this one, or begins a page.
            long next = (offset + 7) & ~7L;
            if (next % restart.PageSize == 0 || next % restart.PageSize > restart.PageSize - restart.HeadLength || !IsRecord(pages, restart, next, sequence))
            {
                next = NextPage(restart, (offset - 1) / restart.PageSize * restart.PageSize, ref sequence) + restart.DataOffset;
            }

            lsn = restart.LsnOf(next, sequence);
        }
    }

    private static long NextPage(LogRestart restart, long page, ref ulong sequence)
    {
        page += restart.PageSize;
        if (page < restart.FileSize)
        {
            return page;
        }

        sequence++;
        return restart.FirstPage;
    }

    private static bool IsRecord(LogPages pages, LogRestart restart, long offset, ulong sequence) =>
        pages.Read(offset / restart.PageSize * restart.PageSize) is byte[] page
        && LittleEndian.U64(page, (int)(offset % restart.PageSize)) == restart.LsnOf(offset, sequence);

    /// <summary>Reads a record; the offset moves behind it.</summary>
    private static bool TryRead(LogPages pages, LogRestart restart, ulong lsn, ref long offset, ref ulong sequence, out LogRecord record)
    {
        record = default;
        int within = (int)(offset % restart.PageSize);
        long start = offset - within;
        if (start < restart.FirstPage || within > restart.PageSize - restart.HeadLength || !IsRecord(pages, restart, offset, sequence))
        {
            return false;
        }

        byte[] page = pages.Read(start)!;
        uint length = LittleEndian.U32(page, within + 24);
        uint type = LittleEndian.U32(page, within + 32);
        uint transaction = LittleEndian.U32(page, within + 36);
        if (length > MaxData)
        {
            return false;
        }

        byte[] data = new byte[length];
        within += restart.HeadLength;
        for (int done = 0; done < data.Length;)
        {
            if (within == restart.PageSize)
            {
                start = NextPage(restart, start, ref sequence);
                within = restart.DataOffset;
            }

            int part = Math.Min(data.Length - done, restart.PageSize - within);
            if (pages.Read(start) is not byte[] from)
            {
                return false;
            }

            from.AsSpan(within, part).CopyTo(data.AsSpan(done));
            done += part;
            within += part;
        }

        offset = start + within;
        record = new LogRecord(lsn, transaction, type == ClientRecord, data);
        return true;
    }
}
