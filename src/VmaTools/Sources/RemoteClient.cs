using System;
using System.IO;
using System.Net.Http;
#if !NETSTANDARD2_0
using System.Net;
using System.Net.Sockets;
#endif
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.Sources;

/// <summary>Sends requests, as they are: redirects, cookies and content codings are nobody's but the caller's.</summary>
internal static class RemoteClient
{
    private static readonly Lazy<HttpClient> Client = new(Create);

    /// <summary>Sends a request, and waits for the head of the answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="nearest">How near its host may be, in steps of <see cref="Reach"/>.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    public static Task<HttpResponseMessage> Send(HttpRequestMessage request, int nearest, CancellationToken cancellationToken)
    {
#if !NETSTANDARD2_0
        request.Options.Set(Nearest, nearest);
#endif
        return Client.Value.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

#if NETSTANDARD2_0
    // .NET Framework opens two connections to a server otherwise, and intervals are decoded apart.
    private const int MostConnections = 16;

    private static HttpClient Create() => new(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false, MaxConnectionsPerServer = MostConnections })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
#else
    private static readonly HttpRequestOptionsKey<int> Nearest = new("VmaTools.Nearest");

    private static HttpClient Create() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectCallback = Connect,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    // A name may lead elsewhere than it did when it was looked up.
    private static async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            bool isProxy = context.DnsEndPoint.Host != context.InitialRequestMessage.RequestUri?.IdnHost;
            return !isProxy
                && context.InitialRequestMessage.Options.TryGetValue(Nearest, out int nearest)
                && socket.RemoteEndPoint is IPEndPoint end
                && Reach.Of(end.Address) > nearest
                ? throw new SocketException((int)SocketError.AccessDenied)
                : (Stream)new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
#endif
}
