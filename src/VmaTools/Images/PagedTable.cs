using System;
using System.Collections.Generic;
using System.IO;
#if NETSTANDARD2_0
using VmaTools.Bytes;
#endif

namespace VmaTools.Images;

/// <summary>
/// A table of fixed-width entries that lives in the image file, of which a bounded number of pages is held in memory: the
/// tables of a large disk would not fit. Pages never written before are not read back but start as their fill byte.
/// </summary>
internal sealed class PagedTable
{
    public const int PageSize = 4096;

    /// <summary>
    /// 16 MiB of pages. The tables of any disk up to 1 TiB fit whole in most formats; where they do not, data that wanders over
    /// the whole disk costs a page read and written now and then, 8 KiB beside the 64 KiB or more of data.
    /// </summary>
    public const int DefaultMaxPages = 4096;

    private readonly Stream _target;
    private readonly long _length;
    private readonly Func<long, long> _positionOfPage;
    private readonly byte _fill;
    private readonly int _maxPages;
    private readonly Dictionary<long, Page> _byNumber = [];
    private readonly List<Page> _pages = [];
    private readonly ulong[] _written;
    private Page? _latest;
    private int _hand;

    /// <summary>A table that lies in one piece.</summary>
    /// <param name="target">The image file.</param>
    /// <param name="position">Where the table starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="fill">What every byte of an empty entry is.</param>
    /// <param name="maxPages">The number of pages held in memory.</param>
    public PagedTable(Stream target, long position, long length, byte fill = 0, int maxPages = DefaultMaxPages)
        : this(target, length, page => position + (page * PageSize), maxPages) => _fill = fill;

    /// <summary>A table whose pages lie here and there, filled with zeros.</summary>
    public PagedTable(Stream target, long length, Func<long, long> positionOfPage, int maxPages = DefaultMaxPages)
    {
        _target = target;
        _length = length;
        _positionOfPage = positionOfPage;
        _maxPages = maxPages;
        _written = new ulong[(PageCount + 63) / 64];
    }

    /// <summary>Distance in the file to a second copy of the table, kept equal; 0 for none.</summary>
    public long CopyDistance { get; init; }

    private long PageCount => (_length + PageSize - 1) / PageSize;

    /// <summary>The entry at a byte offset of the table. The span is valid until the next call.</summary>
    public ReadOnlySpan<byte> Read(long offset, int width) =>
        Find(offset / PageSize).Data.AsSpan((int)(offset % PageSize), width);

    /// <summary>The same, to be changed.</summary>
    public Span<byte> Edit(long offset, int width)
    {
        Page page = Find(offset / PageSize);
        page.Dirty = true;
        return page.Data.AsSpan((int)(offset % PageSize), width);
    }

    /// <summary>Writes every page that the file does not hold yet, in ascending order.</summary>
    public void Flush()
    {
        _pages.Sort((a, b) => a.Number.CompareTo(b.Number));
        foreach (Page page in _pages)
        {
            WriteBack(page);
        }

        // A fill of zeros is what the file reads as anyway.
        if (_fill != 0)
        {
            FillGaps();
        }
    }

    private Page Find(long number)
    {
        // Most look-ups follow another one on the same page.
        if (_latest is { } latest && latest.Number == number)
        {
            return latest;
        }

        if (!_byNumber.TryGetValue(number, out Page? page))
        {
            page = Load(number);
        }

        page.Recent = true;
        _latest = page;
        return page;
    }

    private Page Load(long number)
    {
        Page page;
        if (_pages.Count < _maxPages)
        {
            page = new Page();
            _pages.Add(page);
        }
        else
        {
            page = Evict();
        }

        page.Number = number;
        if (IsWritten(number))
        {
            ReadPage(page);
        }
        else
        {
            page.Data.AsSpan().Fill(_fill);
        }

        _byNumber.Add(number, page);
        return page;
    }

    /// <summary>Takes the next page that was not used since the hand last passed it.</summary>
    private Page Evict()
    {
        while (true)
        {
            Page page = _pages[_hand];
            _hand = (_hand + 1) % _pages.Count;
            if (page.Recent)
            {
                page.Recent = false;
                continue;
            }

            WriteBack(page);
            _byNumber.Remove(page.Number);
            return page;
        }
    }

    private void WriteBack(Page page)
    {
        if (!page.Dirty)
        {
            return;
        }

        WriteAt(_positionOfPage(page.Number), page.Data.AsSpan(0, LengthOf(page.Number)));
        _written[page.Number / 64] |= 1UL << (int)(page.Number % 64);
        page.Dirty = false;
    }

    private void ReadPage(Page page)
    {
        _target.Position = _positionOfPage(page.Number);
        int done = 0;
        int length = LengthOf(page.Number);
        while (done < length)
        {
            int read = _target.Read(page.Data, done, length - done);
            if (read == 0)
            {
                throw new EndOfStreamException("The image file became shorter while it was written.");
            }

            done += read;
        }
    }

    private void FillGaps()
    {
        byte[] filler = new byte[16 * PageSize];
        filler.AsSpan().Fill(_fill);
        for (long page = 0; page < PageCount;)
        {
            if (IsWritten(page))
            {
                page++;
                continue;
            }

            long first = page;
            int length = 0;
            while (page < PageCount && length < filler.Length && !IsWritten(page))
            {
                length += LengthOf(page++);
            }

            WriteAt(_positionOfPage(first), filler.AsSpan(0, length));
        }
    }

    private void WriteAt(long position, ReadOnlySpan<byte> data)
    {
        _target.Position = position;
        _target.Write(data);
        if (CopyDistance != 0)
        {
            _target.Position = position + CopyDistance;
            _target.Write(data);
        }
    }

    private bool IsWritten(long page) => (_written[page / 64] >> (int)(page % 64) & 1) != 0;

    private int LengthOf(long page) => (int)Math.Min(PageSize, _length - (page * PageSize));

    private sealed class Page
    {
        public byte[] Data { get; } = new byte[PageSize];

        public long Number { get; set; }

        public bool Dirty { get; set; }

        public bool Recent { get; set; }
    }
}
