using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>
/// Decodes pieces on several threads and hands them over in order, each once it is known that it begins where the one before ended.
/// What is no such piece ends that: what was read from there on can be had back.
/// </summary>
internal sealed class PiecesApart : IDisposable
{
    private readonly PieceCutter _cutter;
    private readonly CancellationTokenSource _stop = new();
    private readonly Handover<PackedPiece> _cut;
    private readonly Handover<PackedPiece> _ordered;
    private readonly ConcurrentBag<(byte[] Packed, byte[] Content)> _arrays = [];
    private readonly Task[] _working;
    private ExceptionDispatchInfo? _sourceError;
    private PackedPiece? _piece;
    private volatile bool _isOver;

    /// <param name="source">The compressed bytes; whoever owns them disposes of them.</param>
    /// <param name="from">Where they stand: where a decoder of pieces stopped.</param>
    /// <param name="threads">How many decode.</param>
    public PiecesApart(Stream source, PieceState from, int threads)
    {
        State = from;
        _cutter = PieceCutter.Create(source, from);
        _cut = new Handover<PackedPiece>(_stop.Token);
        _ordered = new Handover<PackedPiece>(_stop.Token, threads + 1);
        _working = new Task[threads + 1];
        _working[0] = Task.Factory.StartNew(Cut, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        for (int i = 1; i <= threads; i++)
        {
            _working[i] = Task.Factory.StartNew(Decode, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    /// <summary>Where a decoder stands behind the last piece that was taken.</summary>
    public PieceState State { get; private set; }

    /// <summary>Gives the last piece back, whose bytes may change from now on, and takes the next.</summary>
    /// <returns>Null where somebody else has to go on, with <see cref="Leftovers"/>.</returns>
    public PackedPiece? Take()
    {
        if (_piece is not null)
        {
            _arrays.Add(_piece.Arrays);
            _piece.Dispose();
        }

        if (!_ordered.Take(out _piece))
        {
            _piece = null;
            return null;
        }

        _piece.Wait(_stop.Token);
        if (_piece.End is { } end && _cutter.Join(State, _piece.Begin!, end) is { } state)
        {
            State = state;
            return _piece;
        }

        _isOver = true;
        return null;
    }

    /// <summary>What was read behind the last piece that was taken, in order, as it is asked for. What reading threw is thrown behind it.</summary>
    public IEnumerable<byte[]> Leftovers()
    {
        bool isMore = _piece is not null;
        while (isMore)
        {
            yield return _piece!.Packed.Slice(0, _piece.OwnLength).ToArray();
            _piece.Wait(_stop.Token);
            _piece.Dispose();
            isMore = _ordered.Take(out _piece);
        }

        _piece = null;
        yield return _cutter.Left;
        _sourceError?.Throw();
    }

    /// <summary>Asks the others to end; they may be waiting for the source yet.</summary>
    public void Stop() => _stop.Cancel();

    public void Dispose()
    {
        foreach (Task task in _working)
        {
            ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
        }

        _cut.Dispose();
        _ordered.Dispose();
        _stop.Dispose();
    }

    private void Cut()
    {
        try
        {
            while (!_isOver)
            {
                (byte[] packed, byte[] content) = _arrays.TryTake(out (byte[], byte[]) used) ? used : ([], []);
                if (_cutter.Next(packed, content) is not { } piece)
                {
                    return;
                }

                // Before it is decoded, so that no more are under way than may wait.
                _ordered.Add(piece);
                _cut.Add(piece);
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
            using PieceDecodingStream decoder = _cutter.NewDecoder();
            while (_cut.Take(out PackedPiece piece))
            {
                if (_isOver)
                {
                    piece.Skip();
                }
                else
                {
                    piece.Decode(decoder, _stop.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody wants more.
        }
    }
}
