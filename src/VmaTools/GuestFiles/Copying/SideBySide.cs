using System;
using System.Linq;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.GuestFiles.Copying;

/// <summary>Does pieces of work on several threads: each takes the next one that nobody has begun.</summary>
internal static class SideBySide
{
    /// <summary>Does the work, and ends when all of it is done, or with the first error once nobody is at work any more.</summary>
    /// <param name="count">How many pieces there are; they are begun in order.</param>
    /// <param name="threads">Threads, the caller's among them.</param>
    /// <param name="makeWorker">Makes what one thread works with.</param>
    /// <param name="work">Does the piece of a number.</param>
    public static void Run<T>(int count, int threads, Func<T> makeWorker, Action<T, int> work)
    {
        int next = -1;
        ExceptionDispatchInfo? failure = null;
        void WorkOn()
        {
            try
            {
                T worker = makeWorker();
                for (int i; Volatile.Read(ref failure) is null && (i = Interlocked.Increment(ref next)) < count;)
                {
                    work(worker, i);
                }
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(exception), null);
            }
        }

        Task[] others = Enumerable.Range(1, Math.Max(0, Math.Min(threads, count) - 1))
            .Select(_ => Task.Factory.StartNew(WorkOn, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))
            .ToArray();
        WorkOn();
        Task.WaitAll(others);
        failure?.Throw();
    }
}
