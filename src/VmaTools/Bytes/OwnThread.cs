using System;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.Bytes;

/// <summary>Long work on a thread of its own, for callers that await it: none of the pool's is kept from others.</summary>
internal static class OwnThread
{
    /// <summary>Runs the work. Where the token ended it, the task counts as cancelled.</summary>
    public static Task<T> Run<T>(Func<T> work, CancellationToken cancellationToken) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                return work();
            }
            catch (OperationCanceledException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw;
            }
        },
        cancellationToken,
        TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach | TaskCreationOptions.RunContinuationsAsynchronously,
        TaskScheduler.Default);
}
