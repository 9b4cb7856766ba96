using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.CompilerServices;

namespace VmaTools.Compression;

/// <summary>
/// Which bytes of a resumed decoder's window are there, and whether a match referred to others: it does where the data has been damaged
/// since, or goes on behind what the window was kept for. A match lies in one range, as ranges that touch are one.
/// </summary>
internal sealed class WindowGuard
{
    private readonly IReadOnlyList<(int Start, int Length)> _ranges;
    private readonly long _reach;

    /// <param name="ranges">What is there, in order, counted from the window's start.</param>
    /// <param name="reach">Bytes of the window.</param>
    public WindowGuard(IReadOnlyList<(int Start, int Length)> ranges, int reach)
    {
        _ranges = ranges;
        _reach = reach;
    }

    /// <summary>Whether bytes were referred to that are not there.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Takes a match.</summary>
    /// <param name="distance">How far before the window's end its first byte lies.</param>
    /// <param name="length">Its length.</param>
    public void Check(long distance, uint length)
    {
        // Farther back than the window is an error of its own.
        long from = _reach - distance;
        if (from < 0 || IsBroken)
        {
            return;
        }

        long end = Math.Min(_reach, from + length);
        int low = 0;
        int high = _ranges.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_ranges[middle].Start <= from)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        IsBroken = low == 0 || end > _ranges[low - 1].Start + (long)_ranges[low - 1].Length;
    }
}

/// <summary>Shows a guard the matches of one block that reach back before where decoding was resumed.</summary>
internal readonly struct GuardingRecorder : IMatchRecorder
{
    private readonly WindowGuard _guard;
    private readonly long _since;

    /// <param name="guard">The guard.</param>
    /// <param name="since">How far behind the window's end the block begins.</param>
    public GuardingRecorder(WindowGuard guard, long since)
    {
        _guard = guard;
        _since = since;
    }

    public Match[] Room => [];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int at, uint offset, uint length)
    {
        if (offset > at + _since)
        {
            _guard.Check(offset - at - _since, length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void AddFast(Match* room, int at, uint offset, uint length) => Add(at, offset, length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void EndFast()
    {
    }
}

/// <summary>Decoding cannot go on from a kept window: a block refers to bytes that it has not. All before it has been delivered.</summary>
internal sealed class WindowIncompleteException : IOException
{
    public WindowIncompleteException()
        : base("What the archive refers to was not kept in its index.")
    {
    }
}
