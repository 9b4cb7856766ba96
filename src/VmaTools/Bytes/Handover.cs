using System;
using System.Collections.Generic;
using System.Threading;

namespace VmaTools.Bytes;

/// <summary>
/// A queue from one thread to another. Who has to wait sleeps at once: where cores are few, spinning takes the time of the
/// threads that are waited for.
/// </summary>
internal sealed class Handover<T> : IDisposable
{
    private readonly Queue<T> _items = new();
    private readonly int _capacity;
    private readonly CancellationToken _stop;
    private readonly CancellationTokenRegistration _registration;
    private bool _isComplete;

    /// <param name="stop">Ends all waiting, now and later.</param>
    /// <param name="capacity">As many items may wait; whoever adds one more waits too.</param>
    public Handover(CancellationToken stop, int capacity = int.MaxValue)
    {
        _stop = stop;
        _capacity = capacity;
        _registration = stop.Register(Wake);
    }

    /// <summary>Adds an item; after <see cref="Complete"/>, it is dropped.</summary>
    /// <exception cref="OperationCanceledException">Waiting was ended.</exception>
    public void Add(T item)
    {
        lock (_items)
        {
            while (_items.Count >= _capacity && !_isComplete)
            {
                Wait();
            }

            _stop.ThrowIfCancellationRequested();
            if (!_isComplete)
            {
                _items.Enqueue(item);
                Monitor.PulseAll(_items);
            }
        }
    }

    /// <summary>Says that no more items come.</summary>
    public void Complete()
    {
        lock (_items)
        {
            _isComplete = true;
            Monitor.PulseAll(_items);
        }
    }

    /// <summary>Takes an item if one is there.</summary>
    public bool TryTake(out T item)
    {
        lock (_items)
        {
            return TryDequeue(out item);
        }
    }

    /// <summary>Takes the next item, waiting for it; false where no more come.</summary>
    /// <exception cref="OperationCanceledException">Waiting was ended.</exception>
    public bool Take(out T item)
    {
        lock (_items)
        {
            while (_items.Count == 0 && !_isComplete)
            {
                Wait();
            }

            _stop.ThrowIfCancellationRequested();
            return TryDequeue(out item);
        }
    }

    public void Dispose() => _registration.Dispose();

    private bool TryDequeue(out T item)
    {
        if (_items.Count == 0)
        {
            item = default!;
            return false;
        }

        item = _items.Dequeue();
        if (_items.Count == _capacity - 1)
        {
            Monitor.PulseAll(_items);
        }

        return true;
    }

    private void Wait()
    {
        _stop.ThrowIfCancellationRequested();
        Monitor.Wait(_items);
    }

    private void Wake()
    {
        lock (_items)
        {
            Monitor.PulseAll(_items);
        }
    }
}
