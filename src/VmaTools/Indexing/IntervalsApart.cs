using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using VmaTools.Compression;
using VmaTools.Sources;

namespace VmaTools.Indexing;

/// <summary>
/// A compressed archive from front to back, its intervals decoded by several threads at a time and handed over in order.
/// </summary>
/// <remarks>
/// Each decoder begins with the state that the index has for it, the running checksum included. Where one ends, its place and its
/// checksum are held against what the next began with: they are the same, or the one that came here goes on alone. So what is read,
/// and what every checksum says of it, is what one decoder from the start would give, whatever became of the archive or its index.
/// </remarks>
internal sealed class IntervalsApart : DecodingStream
{
    private readonly SeekableSource _source;
    private readonly ArchiveIndex _index;
    private readonly int _most;
    private readonly WindowBuffers _windows;
    private readonly CancellationTokenSource _stop = new();
    private readonly Queue<IntervalRun> _runs = new();
    private readonly Stack<byte[]> _buffers = new();
    private int _next;
    private IntervalRun? _current;
    private IntervalRun.Part _part = new() { IsLast = true };
    private int _taken;
    private DecodingStream? _alone;
    private long _decoded;
    private bool _isDisposed;

    /// <param name="source">The archive.</param>
    /// <param name="index">Its index, which this stream owns.</param>
    /// <param name="threads">How many decode at a time.</param>
    public IntervalsApart(SeekableSource source, ArchiveIndex index, int threads)
    {
        _source = source;
        _index = index;

        // One is read from while the others decode.
        _most = threads + 1;
        _windows = new WindowBuffers(_most);
    }

    public override long CompressedPosition => _alone?.CompressedPosition ?? _part.CompressedPosition;

    public override long DecodedPosition => _decoded;

    public override long VerifiedPosition => _alone?.VerifiedPosition ?? Math.Min(_part.VerifiedPosition, _decoded);

    public override bool HasUncheckedContent => _alone?.HasUncheckedContent ?? _part.HasUncheckedContent;

    public override bool IsAhead => true;

    /// <summary>Whether one decoder goes on alone: the next interval did not begin as its own ended, or nothing could tell.</summary>
    public bool IsAlone => _alone is not null;

    /// <inheritdoc/>
    /// <remarks>Never: others decode ahead.</remarks>
    public override bool AtBlockBoundary => false;

    public override DecoderState CaptureState() => throw new InvalidOperationException("The stream decodes ahead.");

    public override int Read(Span<byte> buffer)
    {
        if (_isDisposed)
        {
            throw new ObjectDisposedException(nameof(IntervalsApart));
        }

        while (_alone is null)
        {
            if (_taken < _part.Length)
            {
                int count = Math.Min(buffer.Length, _part.Length - _taken);
                _part.Buffer.AsSpan(_taken, count).CopyTo(buffer);
                _taken += count;
                _decoded += count;
                return count;
            }

            // Whoever reads on after an error or the end gets the same again.
            if (_part.Failure is { SourceException: WindowIncompleteException })
            {
                BeginAgain();
                break;
            }

            _part.Failure?.Throw();
            if (!_part.IsLast)
            {
                Take();
            }
            else if (_current is { IsAtEnd: true })
            {
                return 0;
            }
            else
            {
                Join();
            }
        }

        int read;
        try
        {
            read = _alone!.Read(buffer);
        }
        catch (WindowIncompleteException)
        {
            BeginAgain();
            read = _alone!.Read(buffer);
        }

        _decoded += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            _stop.Cancel();
            EndRuns();
            _alone?.Dispose();
            _index.Dispose();
            _stop.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Goes on to the next interval, if that begins as this one ended.</summary>
    private void Join()
    {
        while (_runs.Count < _most && _next < _index.IntervalCount)
        {
            _runs.Enqueue(new IntervalRun(_source, _index, _next++, _windows, TakeBuffer, _stop.Token));
        }

        IntervalRun next = _runs.Peek();
        if (_current is null ? next.CanBegin() : next.GoesOnFrom(_current))
        {
            _current?.Dispose();
            _current = _runs.Dequeue();
            Take();
            return;
        }

        _alone = _current?.Detach() ?? _source.CreateDecoder();
        EndRuns();
    }

    /// <summary>
    /// One decoder goes on alone that began at the start: what is wrong with the archive refers to bytes that the index has not, and is to
    /// come out as it does without an index.
    /// </summary>
    private void BeginAgain()
    {
        _alone?.Dispose();
        EndRuns();
        _alone = _source.CreateDecoder();
        byte[] passed = new byte[1 << 16];
        for (long left = _decoded; left > 0;)
        {
            int read = _alone.Read(passed.AsSpan(0, (int)Math.Min(left, passed.Length)));
            if (read == 0)
            {
                return;
            }

            left -= read;
        }
    }

    private void Take()
    {
        GiveBack(_part.Buffer);
        _part = _current!.Take();
        _taken = 0;
    }

    private void EndRuns()
    {
        _current?.Dispose();
        _current = null;
        while (_runs.Count > 0)
        {
            _runs.Dequeue().Dispose();
        }
    }

    private byte[] TakeBuffer()
    {
        lock (_buffers)
        {
            return _buffers.Count > 0 ? _buffers.Pop() : new byte[IntervalRun.PartSize];
        }
    }

    private void GiveBack(byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            lock (_buffers)
            {
                _buffers.Push(buffer);
            }
        }
    }
}
