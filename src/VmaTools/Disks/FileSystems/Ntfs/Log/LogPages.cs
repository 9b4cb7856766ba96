using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs.Log;

/// <summary>The pages of the log that hold records, the newest of which may be there as copies only.</summary>
internal sealed class LogPages
{
    private readonly NtfsValue _log;
    private readonly DiskBytes _source;
    private readonly int _pageSize;
    private readonly bool _hasNewest;
    private readonly Dictionary<long, byte[]> _copies = [];
    private long _lastOffset = -1;
    private byte[]? _last;

    public LogPages(NtfsValue log, DiskBytes source, LogRestart restart)
    {
        _log = log;
        _source = source;
        _pageSize = restart.PageSize;
        _hasNewest = restart.Major >= 2;
        for (long offset = 2L * _pageSize; offset < Math.Min(restart.FirstPage, restart.FileSize); offset += _pageSize)
        {
            // A copy tells where its page belongs: until version 2 in place of the page's own newest record.
            if (Load(offset) is not byte[] copy)
            {
                continue;
            }

            long place = restart.Major >= 2 ? LittleEndian.U32(copy, 60) : LittleEndian.I64(copy, 8);
            if (!_copies.TryGetValue(place, out byte[]? other) || IsNewer(copy, other))
            {
                _copies[place] = copy;
            }
        }
    }

    // Page: 0 "RCRD"   4 fixups   8 newest LSN u64   32 the newest LSN that ends in it u64

    /// <summary>A page; null where it holds no records.</summary>
    public byte[]? Read(long offset)
    {
        if (offset != _lastOffset)
        {
            byte[]? page = Load(offset);
            _last = _copies.TryGetValue(offset, out byte[]? copy) && (page is null || IsNewer(copy, page)) ? copy : page;
            _lastOffset = offset;
        }

        return _last;
    }

    /// <summary>True where a page has what the other does not: a record that ends in it, or the beginning of one.</summary>
    private bool IsNewer(byte[] page, byte[] other)
    {
        int byEnd = LittleEndian.U64(page, 32).CompareTo(LittleEndian.U64(other, 32));
        return byEnd > 0 || (byEnd == 0 && _hasNewest && LittleEndian.U64(page, 8) > LittleEndian.U64(other, 8));
    }

    private byte[]? Load(long offset)
    {
        if (offset < 0 || offset > _log.Length - _pageSize)
        {
            return null;
        }

        byte[] page = new byte[_pageSize];
        _log.Read(_source, offset, page);
        return page.AsSpan().StartsWith("RCRD"u8) && NtfsFixups.TryApply(page) ? page : null;
    }
}
