using System;
using System.Collections.Generic;
using VmaTools.Compression;

namespace VmaTools.Indexing;

/// <summary>
/// Checkpoints of a Zstandard stream. Their cost is the part of the window that what follows refers to, so that they are put
/// where little crosses over: each block boundary in a stretch is a candidate, and the choice is made when it is known what
/// crosses it. Streams made by several threads have boundaries every few MiB that hardly anything crosses.
/// </summary>
internal sealed class ZstdPlanner : CheckpointPlanner
{
    // A settled interval is read to the end of the digested chunk its end lies in.
    private const long Settling = 2 * ArchiveIndex.ChunkSize;

    // Bounds the memory that candidates take, whatever a stream is made of.
    private const int MostMatches = 1_500_000;

    private readonly ZstdStream _stream;
    private readonly CheckpointDistances _distances;
    private readonly MatchLog _log = new();
    private readonly List<Candidate> _candidates = [];
    private ZstdState _open;
    private PrunedWindow _needed;
    private long _boundary;
    private long _maxWindow;
    private int _matches;

    /// <param name="stream">The decoder, made to retain <see cref="Retained"/> bytes.</param>
    /// <param name="distances">How far checkpoints are to be apart.</param>
    public ZstdPlanner(ZstdStream stream, CheckpointDistances distances)
    {
        _stream = stream;
        _distances = distances;
        _open = stream.CaptureState(withWindow: false);
        _needed = new PrunedWindow(_open.DecodedPosition, _open.Reach);
        _boundary = stream.DecodedPosition;
        stream.MatchLog = _log;
    }

    /// <summary>Bytes beyond the window that the decoder must still know: as far back as candidates are kept, and some blocks.</summary>
    public static int Retained(CheckpointDistances distances) => (int)distances.Kept + (8 * ZstdFrameHeader.MaxBlock);

    public override DecodingStream Stream => _stream;

    public override long MaxWindow => _maxWindow;

    public override void AtBlockBoundary()
    {
        long start = _boundary;
        _boundary = _stream.DecodedPosition;
        if (_boundary == start)
        {
            return;
        }

        TakeIn(start);
        _maxWindow = Math.Max(_maxWindow, _stream.WindowSize);
        long since = _boundary - _open.DecodedPosition;
        if (since >= _distances.FrameEnd)
        {
            ZstdState here = _stream.CaptureState(withWindow: false);
            if (here.Reach == 0)
            {
                _candidates.Clear();
                _candidates.Add(new Candidate(here));
                Choose(0);
            }
            else if (since >= _distances.First)
            {
                _candidates.Add(new Candidate(here));
                Decide(since);
            }
        }

        bool isTracked = _boundary - _open.DecodedPosition < _open.Reach || _candidates.Count > 0;
        _stream.MatchLog = isTracked ? _log : null;
    }

    public override void Finish() => Settled.Enqueue(new Interval(_open, _needed, _stream.DecodedPosition, _maxWindow));

    /// <summary>Notes what the block that began at <paramref name="start"/> refers to.</summary>
    private void TakeIn(long start)
    {
        if (_stream.MatchLog is null)
        {
            return;
        }

        ReadOnlySpan<Match> matches = _log.Matches;
        Keep(matches, start);
        if (_candidates.Count == 0)
        {
            return;
        }

        foreach (Match match in matches)
        {
            long from = start + match.At - match.Offset;
            for (int i = _candidates.Count - 1; i >= 0 && _candidates[i].Position > from; i--)
            {
                _candidates[i].Cost += match.Length;
            }
        }

        _candidates[_candidates.Count - 1].Following = matches.ToArray();
        _matches += matches.Length;
    }

    private void Keep(ReadOnlySpan<Match> matches, long start)
    {
        if (start - _open.DecodedPosition >= _open.Reach)
        {
            return;
        }

        foreach (Match match in matches)
        {
            long from = start + match.At - match.Offset;
            if (from < _open.DecodedPosition)
            {
                _needed.Keep(from, match.Length, _stream);
            }
        }
    }

    private void Decide(long since)
    {
        while (_candidates[0].Position < _boundary - _distances.Kept)
        {
            _matches -= _candidates[0].Following.Length;
            _candidates.RemoveAt(0);
        }

        bool isForced = since >= _distances.Longest || _matches > MostMatches;
        if (!isForced && since < _distances.Last + _distances.LookAhead)
        {
            return;
        }

        int best = -1;
        for (int i = 0; i < _candidates.Count && _candidates[i].Position <= _boundary - (isForced ? Settling : Math.Max(Settling, _distances.LookAhead)); i++)
        {
            if (best < 0 || _candidates[i].Cost < _candidates[best].Cost)
            {
                best = i;
            }
        }

        if (best < 0)
        {
            if (isForced && _matches > MostMatches)
            {
                _candidates.Clear();
                _matches = 0;
            }

            return;
        }

        if (isForced || IsAffordable(_candidates[best]))
        {
            Choose(best);
        }
    }

    /// <summary>Whether a checkpoint, compressed, takes no more than about 1.5 % of the bytes that its interval takes in the archive.</summary>
    private bool IsAffordable(Candidate candidate)
    {
        const int Fixed = 2048;
        long room = (candidate.State.CompressedPosition - _open.CompressedPosition) * 3 / 200;
        return Fixed + (candidate.Cost * 6 / 10) <= room;
    }

    private void Choose(int index)
    {
        ZstdState state = _candidates[index].State;
        Settled.Enqueue(new Interval(_open, _needed, state.DecodedPosition, _maxWindow));
        _open = state;
        _needed = new PrunedWindow(state.DecodedPosition, state.Reach);
        for (int i = index; i < _candidates.Count; i++)
        {
            Keep(_candidates[i].Following, _candidates[i].Position);
        }

        _candidates.Clear();
        _matches = 0;
    }

    private sealed class Candidate
    {
        public Candidate(ZstdState state) => State = state;

        public ZstdState State { get; }

        public long Position => State.DecodedPosition;

        /// <summary>Bytes that matches behind it take from before it, those taken twice counted twice.</summary>
        public long Cost { get; set; }

        /// <summary>The matches of the block that begins here.</summary>
        public Match[] Following { get; set; } = [];
    }
}
