using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.Sources;

/// <summary>Waiting for one answer: with patience for silence, and an end where somebody stops it.</summary>
internal sealed class RemoteWait : IDisposable
{
    private readonly TimeSpan _patience;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenSource _end;
    private HttpResponseMessage? _response;

    /// <param name="patience">How long nothing may come.</param>
    /// <param name="stop">Ends it; it belongs to the wait from now on.</param>
    public RemoteWait(TimeSpan patience, CancellationTokenSource stop)
    {
        _patience = patience;
        _stop = stop;
        _end = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
    }

    /// <summary>Takes the answer, which is closed where waiting for it ends: not every stream hears of tokens.</summary>
    public void Register(HttpResponseMessage response)
    {
        _response = response;
        _end.Token.Register(static r => ((HttpResponseMessage)r!).Dispose(), response);
    }

    /// <summary>Waits for something.</summary>
    /// <exception cref="OperationCanceledException">Somebody stopped it.</exception>
    /// <exception cref="RemoteTransientException">It did not come, or broke off.</exception>
    public async Task<T> For<T>(Func<CancellationToken, Task<T>> something, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.Register(static s => ((CancellationTokenSource)s!).Cancel(), _end);
        try
        {
            _end.CancelAfter(_patience);
            T result = await something(_end.Token).ConfigureAwait(false);
            _end.CancelAfter(Timeout.InfiniteTimeSpan);
            if (_end.IsCancellationRequested)
            {
                // The answer may have been closed under what read it, and nobody promises what that read.
                (result as IDisposable)?.Dispose();
                throw new OperationCanceledException();
            }

            return result;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or WebException or OperationCanceledException or ObjectDisposedException)
        {
            _stop.Token.ThrowIfCancellationRequested();
            cancellationToken.ThrowIfCancellationRequested();
            throw exception as RemoteTransientException ?? new RemoteTransientException(_end.IsCancellationRequested ? new TimeoutException() : exception);
        }
    }

    public void Dispose()
    {
        _response?.Dispose();
        _end.Dispose();
        _stop.Dispose();
    }
}
