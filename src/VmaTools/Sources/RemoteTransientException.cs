using System;
using System.IO;
using System.Net;

namespace VmaTools.Sources;

/// <summary>Something went wrong that may not go wrong another time.</summary>
internal sealed class RemoteTransientException : IOException
{
    public RemoteTransientException(Exception cause)
        : base(RemoteErrors.Why(cause), cause) => IsFinal = RemoteErrors.IsFinal(cause);

    public RemoteTransientException(HttpStatusCode status, TimeSpan? retryAfter)
    {
        Status = status;
        RetryAfter = retryAfter;
    }

    /// <summary>What the server answered, or null.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>How long the server wants to be left alone, or null.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Whether it will go wrong each time.</summary>
    public bool IsFinal { get; }
}
