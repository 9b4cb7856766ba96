using System;
using System.Collections.Generic;
using System.IO;
using VmaTools.Bytes;
using VmaTools.Compression;

namespace VmaTools.Indexing;

/// <summary>
/// Of the bytes before a checkpoint, those that what follows really refers to. Memory follows what is needed, in small pages,
/// not what the window could hold, but for eight bytes a page.
/// </summary>
internal sealed class PrunedWindow
{
    private const int PageShift = 10;
    private const int PageSize = 1 << PageShift;

    private readonly Page?[] _pages;
    private readonly long _start;
    private readonly long _end;

    /// <param name="end">Offset in the decoded data of the checkpoint.</param>
    /// <param name="reach">Bytes before it that can be referred to.</param>
    public PrunedWindow(long end, int reach)
    {
        _end = end;
        _start = end - reach;
        _pages = new Page?[(reach + PageSize - 1) >> PageShift];
    }

    /// <summary>Keeps what a match refers to before the checkpoint, if anything.</summary>
    /// <param name="from">Offset in the decoded data of its first byte.</param>
    /// <param name="length">Its length.</param>
    /// <param name="frames">Where the bytes can still be had.</param>
    public void Keep(long from, uint length, ZstdFrames frames)
    {
        long end = Math.Min(_end, from + length);
        while (from < end)
        {
            int at = (int)(from - _start);
            int within = at & (PageSize - 1);
            int count = (int)Math.Min(end - from, PageSize - within);
            Page page = _pages[at >> PageShift] ??= new Page();
            if (page.Mark(within, count))
            {
                frames.CopyBack(from, page.Bytes.AsSpan(within, count));
            }

            from += count;
        }
    }

    /// <summary>Writes the number of ranges, for each the gap before it and its length, and then all their bytes.</summary>
    public void Write(BinaryWriter writer)
    {
        List<(int Start, int Length)> ranges = Ranges();
        Numbers.Write(writer, ranges.Count);
        int at = 0;
        foreach ((int start, int length) in ranges)
        {
            Numbers.Write(writer, start - at);
            Numbers.Write(writer, length);
            at = start + length;
        }

        foreach ((int start, int length) in ranges)
        {
            for (int i = start; i < start + length;)
            {
                int within = i & (PageSize - 1);
                int count = Math.Min(start + length - i, PageSize - within);
                writer.Write(_pages[i >> PageShift]!.Bytes, within, count);
                i += count;
            }
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote into a window of <paramref name="reach"/> bytes.</summary>
    /// <param name="reader">Where it is read from.</param>
    /// <param name="reach">Bytes of the window.</param>
    /// <param name="allocate">Makes the memory that begins with the window; bytes that are not needed stay as they are there.</param>
    /// <param name="kept">Which bytes are needed, in order.</param>
    /// <exception cref="InvalidDataException">The ranges do not lie within the window.</exception>
    public static byte[] Read(BinaryReader reader, int reach, Func<byte[]> allocate, out List<(int Start, int Length)> kept)
    {
        int count = Numbers.Read(reader);
        if (count > reach)
        {
            throw new InvalidDataException("A checkpoint has more ranges than its window has bytes.");
        }

        // The list grows with what is really there.
        List<(int Start, int Length)> ranges = kept = [];
        int at = 0;
        for (int i = 0; i < count; i++)
        {
            int gap = Numbers.Read(reader);
            int length = Numbers.Read(reader);
            if (gap > reach - at || length > reach - at - gap)
            {
                throw new InvalidDataException("A range of a checkpoint lies outside its window.");
            }

            ranges.Add((at + gap, length));
            at += gap + length;
        }

        byte[] window = allocate();
        foreach ((int start, int length) in ranges)
        {
            Numbers.Fill(reader, window.AsSpan(start, length));
        }

        return window;
    }

    private List<(int Start, int Length)> Ranges()
    {
        List<(int Start, int Length)> ranges = [];
        int start = -1;
        int end = -1;
        for (int i = 0; i < _pages.Length; i++)
        {
            if (_pages[i] is not { } page)
            {
                continue;
            }

            int first = i << PageShift;
            int within = 0;
            while ((within = page.Next(within, set: true)) < PageSize)
            {
                int stop = page.Next(within, set: false);
                if (first + within != end)
                {
                    if (end > start)
                    {
                        ranges.Add((start, end - start));
                    }

                    start = first + within;
                }

                end = first + stop;
                within = stop;
            }
        }

        if (end > start)
        {
            ranges.Add((start, end - start));
        }

        return ranges;
    }

    private sealed class Page
    {
        private readonly ulong[] _needed = new ulong[PageSize / 64];

        public byte[] Bytes { get; } = new byte[PageSize];

        /// <summary>Marks bytes as needed; false where all were already.</summary>
        public bool Mark(int from, int count)
        {
            ulong added = 0;
            while (count > 0)
            {
                int bit = from & 63;
                int bits = Math.Min(count, 64 - bit);
                ulong mask = (ulong.MaxValue >> (64 - bits)) << bit;
                ref ulong word = ref _needed[from >> 6];
                added |= mask & ~word;
                word |= mask;
                from += bits;
                count -= bits;
            }

            return added != 0;
        }

        /// <summary>The first byte from <paramref name="from"/> on that is needed, or is not; the page's size where there is none.</summary>
        public int Next(int from, bool set)
        {
            while (from < PageSize)
            {
                ulong word = (set ? _needed[from >> 6] : ~_needed[from >> 6]) >> (from & 63);
                if (word != 0)
                {
                    return from + Bits.TrailingZeros(word);
                }

                from = (from | 63) + 1;
            }

            return PageSize;
        }
    }
}
