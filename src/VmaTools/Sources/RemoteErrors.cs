using System;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;

namespace VmaTools.Sources;

/// <summary>What can go wrong with a file on a server, without anything secret.</summary>
internal sealed class RemoteErrors
{
    private readonly string _shown;
    private readonly string _host;

    public RemoteErrors(RemoteAddress address)
    {
        _shown = address.Shown;
        _host = address.Target.Host;
    }

    public VmaException Changed(string what) => new(
        VmaCodes.SourceChanged, $"The archive has changed since it was first looked at: the server {_host} tells {what}.", _shown);

    public VmaException NoRanges() => new(
        VmaCodes.RemoteRangesUnsupported,
        $"The server {_host} does not send parts of a file (byte ranges), so that the archive is only read from front to back: it can be tested, hashed and exported, or downloaded.",
        _shown);

    public VmaException Invalid(string what) => new(VmaCodes.RemoteAnswerInvalid, $"The server {_host} answers what no server may: {what}.", _shown);

    public VmaException Redirect(string why) => new(VmaCodes.RemoteRedirectRefused, $"The server {_host} redirects where nothing is asked: {why}.", _shown);

    public VmaException Unreachable(string why, Exception? cause) => new(
        VmaCodes.RemoteUnreachable, $"The server {_host} cannot be reached, or breaks off: {why}.", _shown, null, null, cause);

    /// <summary>The error of an answer that brings no bytes, or null where it may another time.</summary>
    public VmaException? OfStatus(HttpStatusCode status) => (int)status switch
    {
        401 => new VmaException(VmaCodes.RemoteAccessDenied, $"The server {_host} wants to know who asks (401); give it a header, such as Authorization.", _shown),
        403 => new VmaException(VmaCodes.RemoteAccessDenied, $"The server {_host} does not allow it (403); a signed address may have expired.", _shown),
        407 => new VmaException(VmaCodes.RemoteAccessDenied, "The proxy wants to know who asks (407).", _shown),
        404 or 410 => new VmaException(VmaCodes.RemoteNotFound, $"The server {_host} has no such file ({(int)status}).", _shown),
        408 or 425 or 429 or 500 or 502 or 503 or 504 => null,
        _ => Failed(status),
    };

    public VmaException Failed(HttpStatusCode status) => new(
        VmaCodes.RemoteFailed, $"The server {_host} fails to send the archive: it answers {(int)status}.", _shown);

    /// <summary>What is told of a cause: texts of the framework may hold what was asked for.</summary>
    public static string Why(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case AuthenticationException:
                    return "its certificate cannot be proven, or the encryption not agreed on";
                case SocketException socket:
                    return socket.SocketErrorCode switch
                    {
                        SocketError.HostNotFound or SocketError.NoData => "there is no host of that name",
                        SocketError.ConnectionRefused => "it refuses the connection",
                        SocketError.ConnectionReset or SocketError.ConnectionAborted => "the connection was cut",
                        SocketError.AccessDenied => "its name leads into the local network, or to this machine",
                        SocketError.TimedOut => "it does not answer",
                        SocketError.NetworkUnreachable or SocketError.HostUnreachable => "there is no way to it",
                        SocketError code => code.ToString(),
                    };
                case OperationCanceledException or TimeoutException:
                    return "it does not answer";
            }
        }

        return "the connection was cut";
    }

    /// <summary>True where another attempt can bring nothing else.</summary>
    public static bool IsFinal(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException or SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.AccessDenied })
            {
                return true;
            }
        }

        return false;
    }
}
