using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using VmaTools.Archives;
using VmaTools.Bytes;
using VmaTools.Format;
using VmaTools.Network;

namespace VmaTools;

/// <summary>
/// Offers the devices of an archive, their partitions, and volumes put together from them, as read-only network disks (NBD), without unpacking anything.
/// Holes are told as such. What the archive has lost gives an error when it is read, and so does everything once the archive
/// has changed. There is no encryption and no password: whoever can connect can read.
/// </summary>
public sealed class VmaNbdServer : IDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);
    private static int _lastId;

    private readonly object _gate = new();
    private readonly HashSet<NbdConnection> _connections = [];
    private readonly NbdListener _listener;
    private readonly VmaNbdServerOptions _options;
    private readonly VolumeSecrets? _secrets;
    private readonly Thread _thread;
    private bool _isStopped;

    private VmaNbdServer(VmaArchive archive, VmaNbdServerOptions options, NbdListener listener, IReadOnlyList<VmaNbdExport> exports, VolumeSecrets? secrets)
    {
        ServerId = Interlocked.Increment(ref _lastId);
        ArchivePath = archive.ArchivePath;
        Exports = ReadableList<VmaNbdExport>.Of(exports);
        Uri = UriOf(listener, string.Empty);
        SocketPath = listener.SocketPath;
        Address = listener.EndPoint?.Address.ToString();
        Port = listener.EndPoint?.Port;
        _options = options;
        _secrets = secrets;
        _listener = listener;
        _thread = new Thread(AcceptAll) { IsBackground = true, Name = "NBD server" };
    }

    /// <summary>Number of the server in this process, from 1.</summary>
    public int ServerId { get; }

    /// <summary>Full path of the archive, or null where it came from a stream.</summary>
    public string? ArchivePath { get; }

    /// <summary>Where the server is, such as <c>nbd+unix:///?socket=/run/vma.sock</c>.</summary>
    public string Uri { get; }

    /// <summary>Where each export is.</summary>
    public IReadOnlyList<string> Uris => ReadableList<string>.Of(Exports.Select(static e => e.Uri));

    /// <summary>Path of the Unix socket, or null for TCP.</summary>
    public string? SocketPath { get; }

    /// <summary>The TCP address, or null for a Unix socket.</summary>
    public string? Address { get; }

    /// <summary>The TCP port, or null for a Unix socket.</summary>
    public int? Port { get; }

    /// <summary>What is offered: every device, behind it its partitions, and then logical volumes and arrays.</summary>
    public IReadOnlyList<VmaNbdExport> Exports { get; }

    /// <summary>Number and address.</summary>
    public override string ToString() => $"{nameof(VmaNbdServer)}: {ServerId} at {Uri}";

    /// <summary>False once the server was stopped.</summary>
    public bool IsRunning
    {
        get
        {
            lock (_gate)
            {
                return !_isStopped;
            }
        }
    }

    /// <summary>Clients that are connected.</summary>
    public int ConnectionCount
    {
        get
        {
            lock (_gate)
            {
                return _connections.Count;
            }
        }
    }

    /// <summary>Starts to serve an archive. It must stay open as long as the server runs.</summary>
    /// <param name="archive">The archive; it must allow reading at any offset.</param>
    /// <param name="options">Where to listen; null for a place of the user's own.</param>
    /// <param name="progress">Hears how far the hopping over the archive has come, where its map must be built first.</param>
    /// <param name="cancellationToken">Ends that early.</param>
    /// <exception cref="ArgumentException">The options contradict each other or make no sense.</exception>
    /// <exception cref="VmaException">The archive cannot be read at any offset or has changed, or nobody can listen there.</exception>
    /// <exception cref="System.IO.IOException">The archive cannot be read, or the socket not be made.</exception>
    public static VmaNbdServer Start(
        VmaArchive archive,
        VmaNbdServerOptions? options = null,
        IProgress<VmaProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        if (archive is null)
        {
            throw new ArgumentNullException(nameof(archive));
        }

        options ??= new VmaNbdServerOptions();
        VolumeSecrets? secrets = options.Secrets?.Copy();
        IReadOnlyList<NbdSource> sources;
        NbdListener listener;
        try
        {
            sources = NbdSources.Find(archive, options.DeviceIds, options.VolumeIds, secrets, progress, cancellationToken);
            listener = NbdListener.Open(options);
        }
        catch
        {
            secrets?.Dispose();
            throw;
        }

        // Arrays, not what the compiler makes of a collection expression: PowerShell can index them.
        VmaNbdServer server = new(archive, options, listener, sources.Select(s => new VmaNbdExport(s, UriOf(listener, s.Name))).ToArray(), secrets);
        server._thread.Start();
        return server;
    }

    /// <summary>Stops listening, hangs up on all clients, and waits for their threads. A second time does nothing.</summary>
    public void Stop()
    {
        NbdConnection[] connections;
        lock (_gate)
        {
            if (_isStopped)
            {
                return;
            }

            _isStopped = true;
            connections = [.. _connections];
        }

        _listener.Dispose();
        foreach (NbdConnection connection in connections)
        {
            connection.Dispose();
        }

        _thread.Join(StopTimeout);
        foreach (NbdConnection connection in connections)
        {
            connection.Join(StopTimeout);
        }

        _secrets?.Dispose();
    }

    /// <summary>Stops the server.</summary>
    public void Dispose() => Stop();

    private static string UriOf(NbdListener listener, string export)
    {
        string path = string.Join("/", export.Split('/').Select(System.Uri.EscapeDataString));
        if (listener.SocketPath is { } socket)
        {
            return $"nbd+unix:///{path}?socket={System.Uri.EscapeDataString(socket).Replace("%2F", "/")}";
        }

        IPEndPoint endPoint = listener.EndPoint!;
        IPAddress address = endPoint.Address.Equals(IPAddress.Any) ? IPAddress.Loopback
            : endPoint.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback
            : endPoint.Address;
        return string.Format(CultureInfo.InvariantCulture, "nbd://{0}/{1}", new IPEndPoint(address, endPoint.Port), path);
    }

    private void AcceptAll()
    {
        while (IsRunning)
        {
            try
            {
                Admit(_listener.Accept());
            }
            catch (SocketException) when (IsRunning)
            {
                // A client that left while it waited, or too many files open: the next may fare better.
                Thread.Sleep(10);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Admit(Socket socket)
    {
        lock (_gate)
        {
            if (_isStopped || _connections.Count >= _options.MaxConnections)
            {
                socket.Dispose();
                return;
            }

            try
            {
                NbdConnection connection = new(socket, Exports, _options, OnEnd);
                _connections.Add(connection);
                connection.Start();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // It left before it was let in.
                socket.Dispose();
            }
        }
    }

    private void OnEnd(NbdConnection connection)
    {
        lock (_gate)
        {
            _connections.Remove(connection);
        }
    }
}
