using System;
using System.Collections.Generic;
using System.Linq;
using VmaTools.Disks;

namespace VmaTools.Tests.Disks;

/// <summary>A disk in memory of which only the pages that hold something are kept; it can be written, and set back.</summary>
internal sealed class SparseBytes : DiskBytes
{
    public const int PageSize = 4096;

    private readonly SortedDictionary<long, byte[]> _pages = [];
    private readonly Dictionary<long, byte[]?> _before = [];

    private SparseBytes(long length, int sectorSize)
    {
        Length = length;
        SectorSize = sectorSize;
    }

    public override long Length { get; }

    public override int SectorSize { get; }

    /// <summary>The offsets of the pages that hold something.</summary>
    public long[] Pages => [.. _pages.Keys.Select(static n => n * PageSize)];

    public static SparseBytes CopyOf(DiskBytes disk)
    {
        SparseBytes copy = new(disk.Length, disk.SectorSize);
        if (disk is SparseBytes other)
        {
            foreach ((long number, byte[] page) in other._pages)
            {
                copy._pages[number] = page.ToArray();
            }

            return copy;
        }

        byte[] buffer = new byte[1 << 20];
        for (long offset = 0; offset < disk.Length;)
        {
            KnownRange range = disk.FindRange(offset, Math.Min(buffer.Length, disk.Length - offset));
            if (range.Kind != KnownRangeKind.Zeros)
            {
                disk.Read(offset, buffer.AsSpan(0, (int)range.Length));
                copy.Write(offset, buffer.AsSpan(0, (int)range.Length));
            }

            offset += range.Length;
        }

        copy._before.Clear();
        return copy;
    }

    public void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            long number = offset / PageSize;
            int within = (int)(offset % PageSize);
            int length = Math.Min(bytes.Length, PageSize - within);
            bool isThere = _pages.TryGetValue(number, out byte[]? page);
            if (isThere || bytes.Slice(0, length).ContainsAnyExcept((byte)0))
            {
                if (!_before.ContainsKey(number))
                {
                    _before[number] = page?.ToArray();
                }

                page ??= new byte[PageSize];
                bytes.Slice(0, length).CopyTo(page.AsSpan(within));
                _pages[number] = page;
            }

            bytes = bytes.Slice(length);
            offset += length;
        }
    }

    /// <summary>What was written so far stays.</summary>
    public void Keep() => _before.Clear();

    /// <summary>Undoes every write since the copy was made, or since what was written is kept.</summary>
    public void SetBack()
    {
        foreach ((long number, byte[]? page) in _before)
        {
            if (page is null)
            {
                _pages.Remove(number);
            }
            else
            {
                _pages[number] = page;
            }
        }

        _before.Clear();
    }

    protected override void ReadCore(long offset, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int within = (int)(offset % PageSize);
            int length = Math.Min(buffer.Length, PageSize - within);
            if (_pages.TryGetValue(offset / PageSize, out byte[]? page))
            {
                page.AsSpan(within, length).CopyTo(buffer);
            }
            else
            {
                buffer.Slice(0, length).Clear();
            }

            buffer = buffer.Slice(length);
            offset += length;
        }
    }
}
