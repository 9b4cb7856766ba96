using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Bytes;

namespace VmaTools.Digests;

/// <summary>
/// Digests bytes on threads of its own, one an algorithm, so that whoever delivers the bytes goes on meanwhile. Serves any
/// number of <see cref="DigestStream"/>s.
/// </summary>
internal sealed class DigestWorker : IDisposable
{
    /// <summary>Small pieces are put together, so that handing them over costs little.</summary>
    public const int BufferSize = 1 << 20;

    /// <summary>Buffers that wait for the slowest algorithm: enough to level out both sides.</summary>
    private const int BuffersInFlight = 8;

    private static readonly byte[] ZeroBytes = new byte[BufferSize];

    private readonly Handover<Job>[] _queues;
    private readonly Task[] _tasks;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationToken _cancellationToken;
    private volatile Exception? _failure;

    /// <param name="algorithms">Names of algorithms, as <see cref="VmaHashAlgorithm"/> has them.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public DigestWorker(IReadOnlyList<string> algorithms, CancellationToken cancellationToken)
    {
        Algorithms = algorithms;
        _cancellationToken = cancellationToken;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _queues = [.. algorithms.Select(_ => new Handover<Job>(_stop.Token, BuffersInFlight))];
        _tasks = [.. _queues.Select((queue, index) => Task.Factory.StartNew(
            () => Work(queue, index), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
    }

    public IReadOnlyList<string> Algorithms { get; }

    /// <summary>Hands over a buffer, rented from the shared pool; it goes back there when all have digested it.</summary>
    public void Append(IncrementalHash[] digests, byte[] buffer, int length) =>
        Add(new Job(digests, buffer, length, new Countdown(_queues.Length)));

    /// <summary>Hands over zeros, which take no memory.</summary>
    public void AppendZeros(IncrementalHash[] digests, long length) => Add(new Job(digests, null, length, null));

    /// <summary>Waits until everything handed over has been digested.</summary>
    public void Finish()
    {
        foreach (Handover<Job> queue in _queues)
        {
            queue.Complete();
        }

        Task.WaitAll(_tasks);
        _cancellationToken.ThrowIfCancellationRequested();
        ThrowIfFailed();
    }

    public void Dispose()
    {
        _stop.Cancel();
        foreach (Handover<Job> queue in _queues)
        {
            queue.Complete();
        }

        Task.WaitAll(_tasks);
        foreach (Handover<Job> queue in _queues)
        {
            queue.Dispose();
        }

        _stop.Dispose();
    }

    private void Add(Job job)
    {
        foreach (Handover<Job> queue in _queues)
        {
            try
            {
                queue.Add(job);
            }
            catch (OperationCanceledException)
            {
                _cancellationToken.ThrowIfCancellationRequested();
                ThrowIfFailed();
                throw;
            }
        }
    }

    private void ThrowIfFailed()
    {
        if (_failure is { } failure)
        {
            throw new InvalidOperationException("Digesting failed.", failure);
        }
    }

    private void Work(Handover<Job> queue, int index)
    {
        try
        {
            while (queue.Take(out Job job))
            {
                if (job.Buffer is { } buffer)
                {
                    job.Digests[index].AppendData(buffer, 0, (int)job.Length);
                    if (job.Readers!.Signal())
                    {
                        ArrayPool<byte>.Shared.Return(buffer);
                    }

                    continue;
                }

                for (long left = job.Length; left > 0; left -= BufferSize)
                {
                    _stop.Token.ThrowIfCancellationRequested();
                    job.Digests[index].AppendData(ZeroBytes, 0, (int)Math.Min(left, BufferSize));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Whoever stopped this knows.
        }
        catch (CryptographicException exception)
        {
            _failure = exception;
            _stop.Cancel();
        }
    }

    private sealed record Job(IncrementalHash[] Digests, byte[]? Buffer, long Length, Countdown? Readers);

    private sealed class Countdown
    {
        private int _left;

        public Countdown(int count) => _left = count;

        /// <summary>True for the last one.</summary>
        public bool Signal() => Interlocked.Decrement(ref _left) == 0;
    }
}
