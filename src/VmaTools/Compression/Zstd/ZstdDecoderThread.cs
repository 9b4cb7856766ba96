using System;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.Compression;

/// <summary>
/// Decodes on a thread of its own, a little ahead of whoever checks and copies what was decoded. Nothing is copied in between:
/// the decoder does not go farther ahead than it retains what it decoded.
/// </summary>
internal sealed class ZstdDecoderThread : ZstdPieceSupply
{
    /// <summary>Bytes that the decoder is to retain.</summary>
    public const int Most = 8 << 20;

    // Waking somebody up costs about as much as copying this many bytes.
    private const int Batch = 1 << 20;

    // What a piece counts besides its bytes, so that pieces without any do not pile up.
    private const int PieceCost = 64;

    private readonly ZstdFrames _frames;
    private readonly object _lock = new();
    private readonly Queue<ZstdPiece> _pieces = new();
    private readonly Task _working;

    // What was decoded and not given back.
    private long _outstanding;

    // What of it the taker holds.
    private long _taken;

    // The decoder waits until no more than this is outstanding; negative where it does not wait.
    private long _waitsFor = -1;
    private bool _takerWaits;
    private bool _isOver;
    private ExceptionDispatchInfo? _error;

    /// <param name="frames">The decoder, which only this object may use from now on.</param>
    public ZstdDecoderThread(ZstdFrames frames)
    {
        _frames = frames;
        _working = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public override long CompressedPosition => _frames.CompressedPosition;

    public override bool Take(out ZstdPiece piece)
    {
        lock (_lock)
        {
            _outstanding -= _taken;
            _taken = 0;
            if (_outstanding <= _waitsFor)
            {
                Monitor.PulseAll(_lock);
            }

            if (_pieces.Count == 0)
            {
                _takerWaits = true;
                while (!_isOver && (_pieces.Count == 0 || (_outstanding < Batch && _waitsFor < 0)))
                {
                    Monitor.Wait(_lock);
                }

                _takerWaits = false;
            }

            if (_pieces.Count > 0)
            {
                piece = _pieces.Dequeue();
                _taken = piece.Length + PieceCost;
                return true;
            }

            _error?.Throw();
            piece = default;
            return false;
        }
    }

    public override void Stop()
    {
        lock (_lock)
        {
            _isOver = true;
            Monitor.PulseAll(_lock);
        }
    }

    public override void Dispose()
    {
        ((IAsyncResult)_working).AsyncWaitHandle.WaitOne();
        base.Dispose();
    }

    private void Work()
    {
        try
        {
            // Where there is nobody to decode literals before their turn, they are decoded in it.
            using ZstdLiteralsThread? literals = Environment.ProcessorCount > 1 ? new ZstdLiteralsThread() : null;
            if (literals is not null)
            {
                _frames.Use(literals);
            }

            while (_frames.Next(out ZstdPiece piece))
            {
                if (!HandOver(piece))
                {
                    return;
                }
            }
        }
        catch (Exception exception)
        {
            _error = ExceptionDispatchInfo.Capture(exception);
        }

        Stop();
    }

    // False where nobody wants more.
    private bool HandOver(ZstdPiece piece)
    {
        lock (_lock)
        {
            _pieces.Enqueue(piece);
            _outstanding += piece.Length + PieceCost;

            // The next frame may overwrite all of this one.
            bool mustDrain = piece.Kind == ZstdPieceKind.FrameEnd;
            int most = Math.Min(Most, _frames.Retained);
            if (mustDrain || _outstanding > most)
            {
                _waitsFor = mustDrain ? 0 : most / 2;
                Monitor.PulseAll(_lock);
                while (_outstanding > _waitsFor && !_isOver)
                {
                    Monitor.Wait(_lock);
                }

                _waitsFor = -1;
            }
            else if (_takerWaits && _outstanding >= Batch)
            {
                Monitor.PulseAll(_lock);
            }

            return !_isOver;
        }
    }
}
