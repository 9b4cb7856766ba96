using System;
using System.Collections.Concurrent;
using System.IO;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>
/// Decodes frames on several threads, since none needs another, and hands over what they hold in order. What is no whole frame of a
/// modest size ends that: from there on one thread decodes, and tells what is wrong if something is.
/// </summary>
internal sealed class ZstdFramesApart : ZstdPieceSupply
{
    private readonly Stream _source;
    private readonly long _maxWindowSize;
    private readonly int _threads;
    private readonly CancellationTokenSource _stop = new();
    private readonly Handover<ZstdFrameRun> _cut;
    private readonly Handover<ZstdFrameRun> _ordered;
    private readonly ConcurrentBag<(byte[] Packed, byte[] Content)> _arrays = [];
    private readonly Task[] _working;
    private ExceptionDispatchInfo? _sourceError;
    private byte[] _rest = [];
    private ZstdFrameRun? _run;
    private ZstdFrames? _restFrames;
    private ZstdDecoderThread? _restAhead;
    private long _position;
    private long _decoded;
    private long _decodedBefore;

    /// <param name="source">The compressed bytes, standing between two frames; whoever owns them disposes of them.</param>
    /// <param name="position">Offset at which they stand.</param>
    /// <param name="decoded">Bytes that were decoded before.</param>
    /// <param name="maxWindowSize">The largest window taken.</param>
    /// <param name="threads">How many decode.</param>
    public ZstdFramesApart(Stream source, long position, long decoded, long maxWindowSize, int threads)
    {
        _source = source;
        _position = position;
        _decoded = _decodedBefore = decoded;
        _maxWindowSize = maxWindowSize;
        _threads = threads;
        _cut = new Handover<ZstdFrameRun>(_stop.Token);
        _ordered = new Handover<ZstdFrameRun>(_stop.Token, threads + 1);
        _working = new Task[threads + 1];
        _working[0] = Task.Factory.StartNew(Cut, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        for (int i = 1; i <= threads; i++)
        {
            _working[i] = Task.Factory.StartNew(Decode, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    public override long CompressedPosition => _restAhead is null ? _position : _restFrames!.CompressedPosition;

    public override bool Take(out ZstdPiece piece)
    {
        while (_restAhead is null)
        {
            if (_run is null)
            {
                if (!_ordered.Take(out _run))
                {
                    _sourceError?.Throw();
                    GoOnAlone();
                    break;
                }

                _run.Wait(_stop.Token);
            }

            if (_run.Take(_decodedBefore, out piece))
            {
                _decoded += piece.Length;
                return true;
            }

            _position = _run.Position + _run.PackedLength;
            _decodedBefore = _decoded;
            _arrays.Add(_run.Arrays);
            _run.Dispose();
            _run = null;
        }

        return _restAhead!.Take(out piece);
    }

    public override void Stop()
    {
        _stop.Cancel();
        _restAhead?.Stop();
    }

    public override void Dispose()
    {
        foreach (Task task in _working)
        {
            ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
        }

        _restAhead?.Dispose();
        _restFrames?.Dispose();
        _cut.Dispose();
        _ordered.Dispose();
        _stop.Dispose();
        base.Dispose();
    }

    private void GoOnAlone()
    {
        ZstdState state = new(_position, _decoded, hasFrames: true, _maxWindowSize, frame: null, new ZstdProof(), []);
        Stream rest = new PrefixedStream(_rest, _rest.Length, _source, leaveOpen: true);
        _restFrames = ZstdFrames.Resume(rest, leaveOpen: true, state, checkedOnly: false, ZstdDecoderThread.Most);
        _restAhead = new ZstdDecoderThread(_restFrames);
    }

    private void Cut()
    {
        try
        {
            ZstdFrameCutter cutter = new(_source, _position);
            while (true)
            {
                (byte[] packed, byte[] content) = _arrays.TryTake(out (byte[], byte[]) used) ? used : ([], []);
                ZstdFrameRun run = cutter.Next(packed, content);
                if (cutter.IsRest && cutter.Left is null)
                {
                    _rest = run.Packed.ToArray();
                    return;
                }

                // Before it is decoded, so that no more are under way than may wait.
                _ordered.Add(run);
                _cut.Add(run);
                if (cutter.IsRest)
                {
                    _rest = cutter.Left!;
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody wants more.
        }
        catch (Exception exception)
        {
            _sourceError = ExceptionDispatchInfo.Capture(exception);
        }
        finally
        {
            _ordered.Complete();
            _cut.Complete();
        }
    }

    private void Decode()
    {
        try
        {
            ZstdFrames frames = new(Stream.Null, leaveOpen: true, _maxWindowSize, checkedOnly: false, retained: 0, position: 0);
            while (_cut.Take(out ZstdFrameRun run))
            {
                run.Decode(frames, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody wants more.
        }
    }
}
