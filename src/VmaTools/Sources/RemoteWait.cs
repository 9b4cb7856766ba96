using System;
using System.IO;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.Sources;

/// <summary>Something went wrong that may not go wrong another time.</summary>
internal sealed class RemoteTransientException : IOException
{
    public RemoteTransientException(Exception cause)
        : base(RemoteErrors.Why(cause), cause) => IsFinal = RemoteErrors.IsFinal(cause);

    public RemoteTransientException(System.Net.HttpStatusCode status, TimeSpan? retryAfter)
    {
        Status = status;
        RetryAfter = retryAfter;
    }

    /// <summary>What the server answered, or null.</summary>
    public System.Net.HttpStatusCode? Status { get; }

    /// <summary>How long the server wants to be left alone, or null.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Whether it will go wrong each time.</summary>
    public bool IsFinal { get; }
}

/// <summary>Waiting for one answer: with patience for silence, and an end where somebody stops it.</summary>
internal sealed class RemoteWait : IDisposable
{
    private readonly TimeSpan _patience;
    private readonly CancellationToken _stop;
    private readonly CancellationTokenSource _end;
    private HttpResponseMessage? _response;

    public RemoteWait(TimeSpan patience, CancellationToken stop)
    {
        _patience = patience;
        _stop = stop;
        _end = Link(stop, default);
    }

    /// <summary>A source that ends with any of two tokens. One whose owner is gone for good never ends.</summary>
    public static CancellationTokenSource Link(CancellationToken one, CancellationToken other)
    {
        try
        {
            return CancellationTokenSource.CreateLinkedTokenSource(one, other);
        }
        catch (ObjectDisposedException)
        {
            return CancellationTokenSource.CreateLinkedTokenSource(other);
        }
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
            return result;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            _stop.ThrowIfCancellationRequested();
            cancellationToken.ThrowIfCancellationRequested();
            throw exception as RemoteTransientException ?? new RemoteTransientException(_end.IsCancellationRequested ? new TimeoutException() : exception);
        }
    }

    public void Dispose()
    {
        _response?.Dispose();
        _end.Dispose();
    }
}

/// <summary>The bytes of one answer.</summary>
internal sealed class RemoteAnswer : IDisposable
{
    private readonly Stream _bytes;
    private readonly bool _isMeasured;
    private readonly RemoteWait _wait;

    public RemoteAnswer(Stream bytes, long end, bool isMeasured, RemoteWait wait)
    {
        _bytes = bytes;
        _isMeasured = isMeasured;
        _wait = wait;
        End = end;
    }

    /// <summary>Offset in the file behind the last byte that the answer has.</summary>
    public long End { get; }

    /// <summary>Reads what is there.</summary>
    public Task<int> Read(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        _wait.For(token => _bytes.ReadAsync(buffer, offset, count, token), cancellationToken);

    /// <summary>Whether nothing follows, as it must where the answer has been read as far as it goes.</summary>
    public async Task<bool> IsAtEnd(CancellationToken cancellationToken) =>
        _isMeasured || await Read(new byte[1], 0, 1, cancellationToken).ConfigureAwait(false) == 0;

    public void Dispose()
    {
        _bytes.Dispose();
        _wait.Dispose();
    }
}
