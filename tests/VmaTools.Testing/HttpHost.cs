using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace VmaTools.Testing;

/// <summary>What somebody asked an <see cref="HttpHost"/>.</summary>
/// <param name="Target">Path and query, as they came.</param>
/// <param name="Headers">The headers.</param>
public sealed record HttpAsked(string Target, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>Path without the query.</summary>
    public string Path => Target.Split('?')[0];

    /// <summary>The bytes that were asked for, the last included; null for all.</summary>
    public (long From, long To)? Range
    {
        get
        {
            if (!Headers.TryGetValue("Range", out string? range))
            {
                return null;
            }

            string[] ends = range["bytes=".Length..].Split('-');
            return (long.Parse(ends[0], CultureInfo.InvariantCulture), ends[1].Length == 0 ? long.MaxValue : long.Parse(ends[1], CultureInfo.InvariantCulture));
        }
    }
}

/// <summary>What an <see cref="HttpHost"/> answers.</summary>
public sealed class HttpSaid
{
    /// <summary>The status.</summary>
    public int Status { get; init; } = 200;

    /// <summary>The headers, without those that say how long the body is.</summary>
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>The body.</summary>
    public byte[] Body { get; init; } = [];

    /// <summary>The length that is told; null for the body's, negative for none.</summary>
    public long? Length { get; init; }

    /// <summary>The head as it is sent, up to the body; null for one that is right.</summary>
    public byte[]? Head { get; init; }

    /// <summary>Whether the body comes again and again, as long as somebody listens.</summary>
    public bool IsEndless { get; init; }

    /// <summary>Whether the body comes in chunks, its length untold.</summary>
    public bool InChunks { get; init; }

    /// <summary>Bytes of the body that are sent at a time.</summary>
    public int Piece { get; init; } = 16 << 10;

    /// <summary>What each of them waits for; null for nothing.</summary>
    public Func<CancellationToken, Task>? BeforePiece { get; init; }

    /// <summary>Nothing behind the head is sent before this is done.</summary>
    public Task? After { get; init; }
}

/// <summary>
/// A server on this machine that keeps files in memory, sends parts of them, and otherwise whatever a test wants: it knows no more of
/// HTTP than that.
/// </summary>
public sealed class HttpHost : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();

    public HttpHost()
    {
        _listener.Start();
        _ = Accept();
    }

    /// <summary>The files, by path.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    /// <summary>Answers before the files do; null for those that the files have.</summary>
    public Func<HttpAsked, HttpSaid?>? Answer { get; set; }

    /// <summary>The tag of every file.</summary>
    public string Tag { get; set; } = "\"one\"";

    /// <summary>When every file was written.</summary>
    public string LastModified { get; set; } = "Wed, 01 Jan 2025 00:00:00 GMT";

    /// <summary>What was asked, in order.</summary>
    public ConcurrentQueue<HttpAsked> Log { get; } = new();

    /// <summary>Bytes of bodies that were sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    private long _sent;

    /// <summary>The port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The address of a file.</summary>
    public string AddressOf(string path) => $"http://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}{path}";

    /// <summary>What is answered by the files.</summary>
    public HttpSaid Serve(HttpAsked asked)
    {
        if (!Files.TryGetValue(asked.Path, out byte[]? file))
        {
            return new HttpSaid { Status = 404 };
        }

        Dictionary<string, string> headers = new() { ["ETag"] = Tag, ["Last-Modified"] = LastModified };
        if (asked.Headers.TryGetValue("If-Match", out string? tag) && tag != Tag)
        {
            return new HttpSaid { Status = 412, Headers = headers };
        }

        if (asked.Range is not (long from, long to))
        {
            return new HttpSaid { Headers = headers, Body = file };
        }

        if (from >= file.Length)
        {
            headers["Content-Range"] = $"bytes */{file.Length}";
            return new HttpSaid { Status = 416, Headers = headers };
        }

        to = Math.Min(to, file.Length - 1);
        headers["Content-Range"] = $"bytes {from}-{to}/{file.Length}";
        return new HttpSaid { Status = 206, Headers = headers, Body = file.AsSpan((int)from, (int)(to - from + 1)).ToArray() };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_stop.IsCancellationRequested)
        {
            _stop.Cancel();
            _listener.Stop();
        }
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                _ = Talk(await _listener.AcceptTcpClientAsync(_stop.Token).ConfigureAwait(false));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It is closed.
        }
    }

    private async Task Talk(TcpClient client)
    {
        try
        {
            using (client)
            {
                client.NoDelay = true;
                using NetworkStream stream = client.GetStream();
                using StreamReader reader = new(stream, Encoding.Latin1, false, 4096, leaveOpen: true);
                string? first = await reader.ReadLineAsync(_stop.Token).ConfigureAwait(false);
                if (first is null)
                {
                    return;
                }

                Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
                while (await reader.ReadLineAsync(_stop.Token).ConfigureAwait(false) is { Length: > 0 } line)
                {
                    int colon = line.IndexOf(':', StringComparison.Ordinal);
                    headers[line[..colon]] = line[(colon + 1)..].Trim();
                }

                HttpAsked asked = new(first.Split(' ')[1], headers);
                Log.Enqueue(asked);
                await Say(stream, Answer?.Invoke(asked) ?? Serve(asked)).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Whoever asked has gone.
        }
    }

    private async Task Say(NetworkStream stream, HttpSaid said)
    {
        await stream.WriteAsync(said.Head ?? HeadOf(said), _stop.Token).ConfigureAwait(false);
        if (said.After is not null)
        {
            await said.After.WaitAsync(_stop.Token).ConfigureAwait(false);
        }

        do
        {
            foreach (byte[] piece in said.Body.Chunk(said.Piece))
            {
                if (said.BeforePiece is not null)
                {
                    await said.BeforePiece(_stop.Token).ConfigureAwait(false);
                }

                byte[] bytes = said.InChunks ? [.. Encoding.Latin1.GetBytes($"{piece.Length:x}\r\n"), .. piece, (byte)'\r', (byte)'\n'] : piece;
                await stream.WriteAsync(bytes, _stop.Token).ConfigureAwait(false);
                Interlocked.Add(ref _sent, piece.Length);
            }
        }
        while (said.IsEndless && said.Body.Length > 0);

        if (said.InChunks)
        {
            await stream.WriteAsync("0\r\n\r\n"u8.ToArray(), _stop.Token).ConfigureAwait(false);
        }
    }

    /// <summary>The head of an answer, as it is right for what is said of it.</summary>
    public static byte[] HeadOf(HttpSaid said)
    {
        StringBuilder head = new();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {said.Status} x\r\nConnection: close\r\n");
        foreach ((string name, string value) in said.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        if (said.InChunks)
        {
            head.Append("Transfer-Encoding: chunked\r\n");
        }
        else if (said.Length is not < 0)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {said.Length ?? said.Body.Length}\r\n");
        }

        return Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());
    }
}
