using System;
using System.Collections.Generic;
using VmaTools.Format;

namespace VmaTools.Salvage;

/// <summary>Where in the bytes behind damage some are unknown; of those that came last, which is all that anybody asks for.</summary>
internal sealed class UnknownRanges
{
    // Two extents are held, and one is looked back over.
    private const long Kept = 4L * Layout.MaxExtentSize;

    private readonly List<(long Start, long End)> _ranges = [];

    /// <summary>Adds what came next.</summary>
    /// <param name="position">Where it begins.</param>
    /// <param name="unknown">For each byte 0 where it is known.</param>
    public void Add(long position, ReadOnlySpan<byte> unknown)
    {
        int at = 0;
        while (at < unknown.Length)
        {
            int known = EndOf(unknown.Slice(at), isKnown: true);
            at += known;
            int length = EndOf(unknown.Slice(at), isKnown: false);
            if (length > 0)
            {
                Add(position + at, position + at + length);
            }

            at += length;
        }

        Forget(position - Kept);
    }

    /// <summary>Whether any byte of a range is unknown.</summary>
    public bool Touch(long start, long length)
    {
        int low = 0;
        int high = _ranges.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_ranges[middle].End <= start)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low < _ranges.Count && _ranges[low].Start < start + length;
    }

    // What is between two that are nearer to each other than a block is long holds no block that neither of them touches.
    private void Add(long start, long end)
    {
        int last = _ranges.Count - 1;
        if (last >= 0 && start - _ranges[last].End < Layout.BlockSize)
        {
            _ranges[last] = (_ranges[last].Start, end);
        }
        else
        {
            _ranges.Add((start, end));
        }
    }

    private void Forget(long before)
    {
        int gone = 0;
        while (gone < _ranges.Count && _ranges[gone].End < before)
        {
            gone++;
        }

        if (gone > _ranges.Count / 2)
        {
            _ranges.RemoveRange(0, gone);
        }
    }

    private static int EndOf(ReadOnlySpan<byte> unknown, bool isKnown)
    {
        for (int i = 0; i < unknown.Length; i++)
        {
            if (unknown[i] == 0 != isKnown)
            {
                return i;
            }
        }

        return unknown.Length;
    }
}
