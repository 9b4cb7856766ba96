using System;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs.Log;

/// <summary>What a restart page of <c>$LogFile</c> says: how the log is laid out, and where reading it begins.</summary>
/// <param name="Major">Major version of the log.</param>
/// <param name="PageSize">Bytes in a page.</param>
/// <param name="CurrentLsn">The newest record when the page was written.</param>
/// <param name="OldestLsn">The oldest record that NTFS still needed.</param>
/// <param name="FileSize">Bytes of the log.</param>
/// <param name="SequenceBits">Bits of a log sequence number that count how often the log began anew.</param>
/// <param name="HeadLength">Bytes before a record's data.</param>
/// <param name="DataOffset">Where records begin in a page.</param>
/// <param name="IsClosed">Whether the volume was dismounted in order.</param>
internal sealed record LogRestart(
    int Major, int PageSize, ulong CurrentLsn, ulong OldestLsn, long FileSize, int SequenceBits, int HeadLength, int DataOffset, bool IsClosed)
{
    private const int MinPage = 1024;
    private const int MaxPage = 64 * 1024;
    private const int AreaLength = 48;
    private const int ClientLength = 32;
    private const ushort NoClient = 0xffff;
    private const int ClosedFlag = 2;

    /// <summary>Where the records begin; what lies between is copies of the newest pages.</summary>
    public long FirstPage => (Major >= 2 ? 34L : 4L) * PageSize;

    // Page: 0 "RSTR" (after a check "CHKD")   4 fixups   16 bytes of this page u32   20 bytes a log page u32   24 restart area u16
    //   26 minor u16   28 major u16
    // Area: 0 current LSN u64   8 clients u16   10 first free u16   12 first in use u16   14 flags u16   16 sequence bits u32
    //   22 clients' offset u16   24 bytes of the log u64   36 bytes of a record's head u16   38 data's offset in a page u16
    // Client: 0 oldest LSN u64   8 restart LSN u64

    /// <summary>The newer of the two restart pages; null where the log was never used.</summary>
    /// <exception cref="VmaFileSystemException">Neither can be read.</exception>
    public static LogRestart? Read(NtfsValue log, DiskBytes source)
    {
        byte[] head = new byte[32];
        log.Read(source, 0, head);
        bool isEmpty = head.AsSpan(0, 4).SequenceEqual(new byte[] { 0xff, 0xff, 0xff, 0xff }) || head.AsSpan(0, 4).SequenceEqual(new byte[4]);
        int size = IsPage(head) ? (int)LittleEndian.U32(head, 16) : 4096;
        LogRestart? first = Parse(log, source, 0, size);
        LogRestart? second = Parse(log, source, size, size);
        if (first is null && second is null)
        {
            return isEmpty ? null : throw NtfsVolume.Damaged("Neither of the log's restart pages can be read.");
        }

        return second is null || (first is not null && first.CurrentLsn >= second.CurrentLsn) ? first : second;
    }

    /// <summary>Where a record begins in the log.</summary>
    public long OffsetOf(ulong lsn) => (long)(lsn & (ulong.MaxValue >> SequenceBits)) << 3;

    /// <summary>The number of the record at an offset.</summary>
    public ulong LsnOf(long offset, ulong sequence) => (sequence << (64 - SequenceBits)) | ((ulong)offset >> 3);

    /// <summary>How often the log had begun anew at a record.</summary>
    public ulong SequenceOf(ulong lsn) => lsn >> (64 - SequenceBits);

    private static LogRestart? Parse(NtfsValue log, DiskBytes source, long offset, int size)
    {
        if (size is < MinPage or > MaxPage || (size & 511) != 0 || offset + size > log.Length)
        {
            return null;
        }

        byte[] page = new byte[size];
        log.Read(source, offset, page);
        if (!IsPage(page) || !NtfsFixups.TryApply(page))
        {
            return null;
        }

        int areaOffset = LittleEndian.U16(page, 24);
        if (areaOffset + AreaLength > size)
        {
            return null;
        }

        ReadOnlySpan<byte> area = page.AsSpan(areaOffset);
        int client = LittleEndian.U16(area, 12);
        int clientOffset = LittleEndian.U16(area, 22) + (client == NoClient ? 0 : client * 160);
        int pageSize = (int)LittleEndian.U32(page, 20);
        uint sequenceBits = LittleEndian.U32(area, 16);
        bool isSound = clientOffset + ClientLength <= area.Length
            && pageSize is >= MinPage and <= MaxPage && (pageSize & (pageSize - 1)) == 0
            && sequenceBits is > 3 and < 61
            && LittleEndian.I64(area, 24) > 0
            && LittleEndian.U16(area, 36) is >= 48 and <= 256
            && LittleEndian.U16(area, 38) >= 40 && LittleEndian.U16(area, 38) < pageSize / 2;
        return !isSound ? null : new LogRestart(
            LittleEndian.U16(page, 28),
            pageSize,
            LittleEndian.U64(area, 0),
            LittleEndian.U64(area, clientOffset),
            Math.Min(LittleEndian.I64(area, 24), log.Length) / pageSize * pageSize,
            (int)sequenceBits,
            LittleEndian.U16(area, 36),
            LittleEndian.U16(area, 38),
            client == NoClient || (LittleEndian.U16(area, 14) & ClosedFlag) != 0);
    }

    private static bool IsPage(ReadOnlySpan<byte> page) => page.StartsWith("RSTR"u8) || page.StartsWith("CHKD"u8);
}
