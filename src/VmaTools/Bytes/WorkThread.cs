using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.Bytes;

/// <summary>
/// Short pieces of work that wait or take a processor's time, one after the other on a thread of their own: none of the pool's is kept from
/// others. The thread is there while there is something to do, and a moment longer.
/// </summary>
internal sealed class WorkThread
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private readonly Queue<Action> _waiting = new();
    private bool _isThere;

    /// <summary>Does a piece of work. A token that was cancelled before it begins ends it.</summary>
    public Task<T> Run<T>(Func<T> work, CancellationToken cancellationToken)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiting.Enqueue(() => Complete(done, work, cancellationToken));
            if (_isThere)
            {
                Monitor.Pulse(_gate);
            }
            else
            {
                _isThere = true;
                new Thread(Work) { IsBackground = true }.Start();
            }
        }

        return done.Task;
    }

    private static void Complete<T>(TaskCompletionSource<T> done, Func<T> work, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            done.SetResult(work());
        }
        catch (OperationCanceledException exception)
        {
            done.TrySetCanceled(exception.CancellationToken);
        }
        catch (Exception exception)
        {
            done.SetException(exception);
        }
    }

    private void Work()
    {
        while (Next() is { } work)
        {
            work();
        }
    }

    private Action? Next()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0)
            {
                if (!Monitor.Wait(_gate, Moment) && _waiting.Count == 0)
                {
                    _isThere = false;
                    return null;
                }
            }

            return _waiting.Dequeue();
        }
    }
}
