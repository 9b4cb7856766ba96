using System;
using System.Runtime.CompilerServices;

namespace VmaTools.Compression;

/// <summary>The matches of one block that reach back before it: what the block needs of the data already decoded.</summary>
internal sealed class MatchLog
{
    // A match is at least three bytes long, so no block has more of them; one more is written before it is known to count.
    private readonly Match[] _matches = new Match[(ZstdFrameHeader.MaxBlock / 3) + 2];

    /// <summary>The matches of the last block, in their order.</summary>
    public ReadOnlySpan<Match> Matches => _matches.AsSpan(0, Count);

    /// <summary>Where they are noted.</summary>
    public Match[] Room => _matches;

    /// <summary>How many they are.</summary>
    public int Count { get; set; }

    /// <summary>Begins a block.</summary>
    public void Clear() => Count = 0;

    public void Add(int at, uint offset, uint length)
    {
        if (offset > (uint)at)
        {
            _matches[Count++] = new Match(at, offset, length);
        }
    }
}

/// <summary>A match.</summary>
/// <param name="At">Where its bytes go, counted from the start of its block.</param>
/// <param name="Offset">How far before that they come from.</param>
/// <param name="Length">How many they are.</param>
internal readonly record struct Match(int At, uint Offset, uint Length);

/// <summary>Hears of every match. A value type, so that the code for nobody listening is as if nothing were told.</summary>
internal interface IMatchRecorder
{
    /// <summary>What is to be held fast and given to <see cref="AddFast"/>.</summary>
    Match[] Room { get; }

    void Add(int at, uint offset, uint length);

    /// <summary>The same, told of by <see cref="EndFast"/> only.</summary>
    unsafe void AddFast(Match* room, int at, uint offset, uint length);

    void EndFast();
}

/// <summary>Nobody listens.</summary>
internal readonly struct NoRecorder : IMatchRecorder
{
    public Match[] Room => [];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int at, uint offset, uint length)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void AddFast(Match* room, int at, uint offset, uint length)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void EndFast()
    {
    }
}

/// <summary>Notes matches in a log.</summary>
internal struct MatchRecorder : IMatchRecorder
{
    private readonly MatchLog _log;
    private int _count;

    public MatchRecorder(MatchLog log)
    {
        _log = log;
        _count = log.Count;
    }

    public readonly Match[] Room => _log.Room;

    public readonly void Add(int at, uint offset, uint length) => _log.Add(at, offset, length);

    // Whether a match reaches back before its block is a toss: nothing depends on it but the next one's place.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void AddFast(Match* room, int at, uint offset, uint length)
    {
        room[_count] = new Match(at, offset, length);
        _count += (int)(((ulong)(uint)at - offset) >> 63);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void EndFast() => _log.Count = _count;
}
