using System;
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>One thread cuts a stream into pieces that need nothing of each other, several decode them, and they are taken in order.</summary>
internal sealed class OrderedDecoding<TPiece> : IDisposable
    where TPiece : OrderedPiece
{
    private readonly Func<byte[], byte[], TPiece?> _cut;
    private readonly Action<Handover<TPiece>, CancellationToken> _decode;
    private readonly CancellationTokenSource _stop = new();
    private readonly Handover<TPiece> _undecoded;
    private readonly Handover<TPiece> _ordered;
    private readonly ConcurrentBag<(byte[] Packed, byte[] Content)> _arrays = [];
    private readonly Task[] _working;
    private ExceptionDispatchInfo? _sourceError;

    /// <param name="threads">How many decode.</param>
    /// <param name="cut">Reads the next piece into an array, with another for what it decodes to; null where no more come.</param>
    /// <param name="decode">Takes pieces until there are no more, and finishes each: runs on every thread that decodes.</param>
    public OrderedDecoding(int threads, Func<byte[], byte[], TPiece?> cut, Action<Handover<TPiece>, CancellationToken> decode)
    {
        _cut = cut;
        _decode = decode;
        _undecoded = new Handover<TPiece>(_stop.Token);
        _ordered = new Handover<TPiece>(_stop.Token, threads + 1);
        _working = new Task[threads + 1];
        for (int i = 0; i <= threads; i++)
        {
            _working[i] = Task.Factory.StartNew(
                i == 0 ? Cut : Decode, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    /// <summary>Takes the next piece, decoded as far as it can be; null where no more come.</summary>
    public TPiece? Take()
    {
        if (!_ordered.Take(out TPiece piece))
        {
            return null;
        }

        piece.Wait(_stop.Token);
        return piece;
    }

    /// <summary>Takes the arrays of a piece for others, and disposes of it.</summary>
    public void GiveBack(TPiece piece)
    {
        _arrays.Add(piece.Arrays);
        piece.Dispose();
    }

    /// <summary>Throws what reading the source threw, if it did; asked once all pieces before it were taken.</summary>
    public void ThrowSourceError() => _sourceError?.Throw();

    /// <summary>Asks the others to end; they may be waiting for the source yet.</summary>
    public void Stop() => _stop.Cancel();

    /// <summary>Waits for the others to end; they have to be asked to before, or to have come to their end.</summary>
    public void Dispose()
    {
        foreach (Task task in _working)
        {
            ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
        }

        _undecoded.Dispose();
        _ordered.Dispose();
        _stop.Dispose();
    }

    private void Cut()
    {
        try
        {
            while (true)
            {
                (byte[] packed, byte[] content) = _arrays.TryTake(out (byte[], byte[]) used) ? used : ([], []);
                if (_cut(packed, content) is not { } piece)
                {
                    return;
                }

                // Before it is decoded, so that no more are under way than may wait.
                _ordered.Add(piece);
                _undecoded.Add(piece);
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
            _undecoded.Complete();
        }
    }

    private void Decode()
    {
        try
        {
            _decode(_undecoded, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Nobody wants more.
        }
    }
}
