using System;
using System.Runtime.CompilerServices;

namespace VmaTools.Compression;

/// <summary>The matches of one block that reach back before it: what the block needs of the data already decoded.</summary>
internal sealed class MatchLog
{
    // A match is at least three bytes long, so no block has more of them.
    private readonly Match[] _matches = new Match[(ZstdFrameHeader.MaxBlock / 3) + 1];
    private int _count;

    /// <summary>The matches of the last block, in their order.</summary>
    public ReadOnlySpan<Match> Matches => _matches.AsSpan(0, _count);

    /// <summary>Begins a block.</summary>
    public void Clear() => _count = 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int at, uint offset, uint length)
    {
        if (offset > (uint)at)
        {
            _matches[_count++] = new Match(at, offset, length);
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
    void Add(int at, uint offset, uint length);
}

/// <summary>Nobody listens.</summary>
internal readonly struct NoRecorder : IMatchRecorder
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int at, uint offset, uint length)
    {
    }
}

/// <summary>Notes matches in a log.</summary>
internal readonly struct MatchRecorder : IMatchRecorder
{
    private readonly MatchLog _log;

    public MatchRecorder(MatchLog log) => _log = log;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int at, uint offset, uint length) => _log.Add(at, offset, length);
}
