using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.CompilerServices;
using VmaTools.Compression;

namespace VmaTools.Indexing;

/// <summary>
/// Checkpoints of a Zstandard stream. Their cost is the part of the window that what follows refers to, so that they are put
/// where little crosses over: each block boundary in a stretch is a candidate, and the choice is made when it is known what
/// crosses it. Streams made by several threads have boundaries every few MiB that hardly anything crosses.
/// </summary>
internal sealed class ZstdPlanner : CheckpointPlanner, IZstdObserver
{
    // A settled interval is read to the end of the digested chunk its end lies in.
    private const long Settling = 2 * ArchiveIndex.ChunkSize;

    // Bounds the memory and the time that candidates take, whatever a stream is made of; ten times what real streams come to.
    private const int MostCandidates = 1024;

    // Of the largest blocks.
    private const int BlockShift = 17;

    // Where a block has many matches, every fourth stands for four: costs are estimates, what a window needs is not.
    private const int Stride = 4;
    private const int Many = 1024;

    private readonly ZstdFrames _frames;
    private readonly CheckpointDistances _distances;
    private readonly MatchLog _log = new();
    private readonly List<Candidate> _candidates = [];
    private readonly HeldMatches _held = new();
    private ZstdState _open;
    private PrunedWindow _needed;
    private long _boundary;
    private long _maxWindow;
    private long _crossing;

    /// <param name="source">The compressed bytes, standing where the state says, or at their start; the stream owns them.</param>
    /// <param name="from">Where to go on, or null for the start.</param>
    /// <param name="maxWindowSize">The largest window that the stream may ask for.</param>
    /// <param name="distances">How far checkpoints are to be apart.</param>
    public ZstdPlanner(Stream source, ZstdState? from, long maxWindowSize, CheckpointDistances distances)
    {
        // As far back as candidates are kept, and some blocks, the planner must know the bytes yet.
        int retained = Math.Max((int)distances.Kept + (8 * ZstdFrameHeader.MaxBlock), ZstdDecoderThread.Most);
        _frames = from is null
            ? new ZstdFrames(source, leaveOpen: false, maxWindowSize, checkedOnly: false, retained, 0)
            : ZstdFrames.Resume(source, leaveOpen: false, from, checkedOnly: false, retained);
        _frames.Observer = this;
        _frames.MatchLog = _log;
        Stream = ZstdStream.DecodingAhead(_frames, from);
        _distances = distances;
        _open = _frames.CaptureState(from?.Proof ?? new ZstdProof(), withWindow: false);
        _needed = new PrunedWindow(_open.DecodedPosition, _open.Reach);
        _boundary = _open.DecodedPosition;
    }

    public override DecodingStream Stream { get; }

    public override long MaxWindow => _maxWindow;

    /// <inheritdoc/>
    /// <remarks>Only a candidate's proof is asked for.</remarks>
    public ZstdProof? BlockDecoded()
    {
        long start = _boundary;
        _boundary = _frames.DecodedPosition;
        if (_boundary == start)
        {
            return null;
        }

        TakeIn(start);
        _maxWindow = Math.Max(_maxWindow, _frames.WindowSize);
        ZstdProof? proof = null;
        long since = _boundary - _open.DecodedPosition;
        if (since >= _distances.FrameEnd && _frames.IsBehindFrame)
        {
            Forget();
            proof = AddCandidate();
            Choose(0);
        }
        else if (since >= _distances.First && MayBeCandidate())
        {
            proof = AddCandidate();
            Decide(since);
        }

        _frames.MatchLog = MayNeedOpen(_boundary) || _candidates.Count > 0 ? _log : null;
        return proof;
    }

    public override void Finish() => Settled.Enqueue(new Interval(_open, _needed, _frames.DecodedPosition, _maxWindow));

    private ZstdProof AddCandidate()
    {
        // What came before it does not cross it.
        ZstdState here = _frames.CaptureState(new ZstdProof(), withWindow: false);
        _candidates.Add(new Candidate(here, _held.End) { Crossing = -_crossing });
        _crossing = 0;
        return here.Proof;
    }

    // Whether a match from there on may reach back before the open interval: over as much as the window will hold, which may be
    // more than it held at the interval's start.
    private bool MayNeedOpen(long position) =>
        _open.Reach > 0 && position - _open.DecodedPosition < (long)_open.Frame!.Header.WindowSize;

    // Of very many boundaries, the first few; the oldest gone, there is room again.
    private bool MayBeCandidate() =>
        _candidates.Count < MostCandidates || _candidates[0].Position < _boundary - _distances.Kept;

    /// <summary>Notes what the block that began at <paramref name="start"/> refers to.</summary>
    private void TakeIn(long start)
    {
        if (_frames.MatchLog is null)
        {
            return;
        }

        ReadOnlySpan<Match> matches = _log.Matches;
        Keep(matches, start);
        if (_candidates.Count == 0)
        {
            return;
        }

        Cross(matches, start);
        _held.Add(matches, (int)(start - _candidates[_candidates.Count - 1].Position));
    }

    /// <summary>Adds each match to the first candidate that it reaches back over.</summary>
#if !NETSTANDARD2_0
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
#endif
    private void Cross(ReadOnlySpan<Match> matches, long start)
    {
        // Blocks are of one size nearly always, so that where it lies can be reckoned; looking for it costs a wrong guess of the processor.
        int last = _candidates.Count - 1;
        Span<long> positions = last < 128 ? stackalloc long[128] : new long[last + 1];
        Span<long> crossings = last < 128 ? stackalloc long[128] : new long[last + 1];
        positions = positions.Slice(0, last + 1);
        crossings = crossings.Slice(0, last + 1);
        for (int i = 0; i <= last; i++)
        {
            positions[i] = _candidates[i].Position;
        }

        long total = 0;
        long oldest = positions[0];
        int stride = matches.Length < Many ? 1 : Stride;
        for (int i = 0; i < matches.Length; i += stride)
        {
            Match match = matches[i];
            long from = start + match.At - match.Offset;
            int first = (int)Math.Min(last, Math.Max(-1, (from - oldest) >> BlockShift) + 1);
            while (first > 0 && positions[first - 1] > from)
            {
                first--;
            }

            while (first < last && positions[first] <= from)
            {
                first++;
            }

            crossings[first] += match.Length;
            total += match.Length;
        }

        _crossing += total * stride;

        for (int i = 0; i <= last; i++)
        {
            _candidates[i].Crossing += crossings[i] * stride;
        }
    }

    private void Keep(ReadOnlySpan<Match> matches, long start)
    {
        if (!MayNeedOpen(start))
        {
            return;
        }

        foreach (Match match in matches)
        {
            long from = start + match.At - match.Offset;
            if (from < _open.DecodedPosition)
            {
                _needed.Keep(from, match.Length, _frames);
            }
        }
    }

    private void Decide(long since)
    {
        int gone = 0;
        while (_candidates[gone].Position < _boundary - _distances.Kept)
        {
            gone++;
        }

        for (int i = 0; i < gone; i++)
        {
            _candidates[gone].Crossing += _candidates[i].Crossing;
        }

        _candidates.RemoveRange(0, gone);
        _held.DropBefore(_candidates[0].Following);
        bool isForced = since >= _distances.Longest || _held.IsFull;
        long known = _boundary - (isForced ? Settling : Math.Max(Settling, _distances.LookAhead));
        int best = -1;
        long cost = 0;
        long bestCost = long.MaxValue;
        for (int i = 0; i < _candidates.Count && _candidates[i].Position <= known; i++)
        {
            cost += _candidates[i].Crossing;
            if (cost < bestCost)
            {
                best = i;
                bestCost = cost;
            }
        }

        if (best < 0)
        {
            if (_held.IsFull)
            {
                Forget();
            }

            return;
        }

        // A place that hardly anything crosses is taken as soon as that is known; from some length on one that can be afforded.
        bool mayBeDear = since >= _distances.Last + _distances.LookAhead;
        if (isForced || IsAffordable(_candidates[best], bestCost, mayBeDear ? 1 : 8))
        {
            Choose(best);
        }
    }

    /// <summary>Whether a checkpoint, compressed, takes no more than about 1.5 % of the bytes that its interval takes in the archive, or a part of that.</summary>
    private bool IsAffordable(Candidate candidate, long cost, int part)
    {
        const int Fixed = 2048;
        long room = (candidate.State.CompressedPosition - _open.CompressedPosition) * 3 / 200;
        return Fixed + (cost * 6 / 10) <= room / part;
    }

    private void Choose(int index)
    {
        ZstdState state = _candidates[index].State;
        Settled.Enqueue(new Interval(_open, _needed, state.DecodedPosition, _maxWindow));
        _open = state;
        _needed = new PrunedWindow(state.DecodedPosition, state.Reach);
        for (int i = index; i < _candidates.Count; i++)
        {
            long end = i + 1 < _candidates.Count ? _candidates[i + 1].Following : _held.End;
            Keep(_held.Get(_candidates[i].Following, end), _candidates[i].Position);
        }

        Forget();
    }

    private void Forget()
    {
        _candidates.Clear();
        _crossing = 0;
        _held.DropBefore(_held.End);
    }

    private sealed class Candidate
    {
        public Candidate(ZstdState state, long following)
        {
            State = state;
            Position = state.DecodedPosition;
            Following = following;
        }

        public ZstdState State { get; }

        public long Position { get; }

        /// <summary>
        /// By how much its cost differs from that of the candidate before it. The cost is the bytes that matches behind it take from
        /// before it, those taken twice counted twice. Kept like this, since each match adds to one candidate only.
        /// </summary>
        public long Crossing { get; set; }

        /// <summary>Number of the first match behind it.</summary>
        public long Following { get; }
    }

    /// <summary>
    /// The matches from the first candidate on, numbered, their places counted from the candidate before them; in memory that is used
    /// again and again.
    /// </summary>
    private sealed class HeldMatches
    {
        // Bounds the memory that candidates take, whatever a stream is made of.
        private const int Most = 1_500_000;

        private Match[] _matches = new Match[1 << 14];
        private long _first;
        private int _start;
        private int _count;

        /// <summary>Number of the next match.</summary>
        public long End => _first + _count;

        public bool IsFull => _count > Most;

        /// <param name="matches">The matches of a block.</param>
        /// <param name="distance">How far behind the candidate the block begins.</param>
        public void Add(ReadOnlySpan<Match> matches, int distance)
        {
            int needed = _count + matches.Length;
            if (_start + needed > _matches.Length)
            {
                Match[] target = needed > _matches.Length / 2 ? new Match[2 * needed] : _matches;
                _matches.AsSpan(_start, _count).CopyTo(target);
                _matches = target;
                _start = 0;
            }

            Span<Match> added = _matches.AsSpan(_start + _count, matches.Length);
            matches.CopyTo(added);
            if (distance > 0)
            {
                foreach (ref Match match in added)
                {
                    match = match with { At = match.At + distance };
                }
            }

            _count = needed;
        }

        public void DropBefore(long number)
        {
            int dropped = (int)(number - _first);
            _first = number;
            _count -= dropped;
            _start = _count == 0 ? 0 : _start + dropped;
        }

        public ReadOnlySpan<Match> Get(long from, long to) => _matches.AsSpan(_start + (int)(from - _first), (int)(to - from));
    }
}
