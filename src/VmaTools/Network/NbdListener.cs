using System;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace VmaTools.Network;

/// <summary>A socket that waits for clients, and what it leaves in the file system.</summary>
internal sealed class NbdListener : IDisposable
{
    private readonly Socket _socket;
    private readonly string? _folder;

    private NbdListener(Socket socket, string? socketPath, string? folder)
    {
        _socket = socket;
        SocketPath = socketPath;
        _folder = folder;
    }

    /// <summary>Path of the Unix socket, or null for TCP.</summary>
    public string? SocketPath { get; }

    public IPEndPoint? EndPoint => SocketPath is null ? (IPEndPoint?)_socket.LocalEndPoint : null;

    /// <exception cref="ArgumentException">The options contradict each other or make no sense.</exception>
    /// <exception cref="VmaException">The server cannot listen there.</exception>
    public static NbdListener Open(VmaNbdServerOptions options)
    {
        bool isTcp = options.Address is not null || options.Port is not null;
        if (isTcp && options.SocketPath is not null)
        {
            throw new ArgumentException("A server listens on a Unix socket or on TCP, not both.");
        }

        isTcp |= options.SocketPath is null && !PrefersUnix;
        try
        {
            return isTcp ? OpenTcp(options) : OpenUnix(options.SocketPath);
        }
        catch (Exception exception) when (exception is SocketException or IOException or UnauthorizedAccessException)
        {
            // The last two are about the folder of the socket.
            string where = isTcp
                ? string.Format(CultureInfo.InvariantCulture, "{0}:{1}", options.Address, options.Port)
                : options.SocketPath ?? Path.GetTempPath();
            throw new VmaException(
                VmaCodes.ListenFailed, $"The server cannot listen on '{where}': {exception.Message}", innerException: exception);
        }
    }

    /// <summary>Waits for a client.</summary>
    /// <exception cref="SocketException">The listener was closed, or the system is short of something.</exception>
    public Socket Accept() => _socket.Accept();

    public void Dispose()
    {
        _socket.Dispose();
        if (SocketPath is null)
        {
            return;
        }

        try
        {
            File.Delete(SocketPath);
            if (_folder is not null)
            {
                Directory.Delete(_folder);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Somebody else put things there or took them away: they are not the server's.
        }
    }

    private static NbdListener OpenTcp(VmaNbdServerOptions options)
    {
        IPAddress? address = options.Address is null or "localhost" ? IPAddress.Loopback : null;
        if (address is null && !IPAddress.TryParse(options.Address, out address))
        {
            throw new ArgumentException($"'{options.Address}' is no IP address.");
        }

        if (options.Port is < 0 or > IPEndPoint.MaxPort)
        {
            throw new ArgumentException($"{options.Port} is no TCP port.");
        }

        Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            {
                socket.ExclusiveAddressUse = true;
            }

            socket.Bind(new IPEndPoint(address, options.Port ?? 0));
            socket.Listen(Backlog);
            return new NbdListener(socket, null, null);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private const int Backlog = 64;

#if NETSTANDARD2_0
    private static bool PrefersUnix => false;

    private static NbdListener OpenUnix(string? path) =>
        throw new PlatformNotSupportedException("Unix sockets need PowerShell 7 or .NET 8; here a server listens on TCP.");
#else
    private static bool PrefersUnix => !OperatingSystem.IsWindows();

    private static NbdListener OpenUnix(string? path)
    {
        string? folder = path is null ? Directory.CreateTempSubdirectory("vmatools-nbd-").FullName : null;
        string socketPath = path is null ? Path.Combine(folder!, "nbd.sock") : Path.GetFullPath(path);
        if (File.Exists(socketPath) || Directory.Exists(socketPath))
        {
            throw new VmaException(VmaCodes.TargetExists, "Something is where the socket is to be; remove it first.", socketPath);
        }

        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        bool isBound = false;
        try
        {
            socket.Bind(EndPointOf(socketPath));
            isBound = true;

            // Until Listen nobody can connect, so the socket is never open to others.
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(socketPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            socket.Listen(Backlog);
            return new NbdListener(socket, socketPath, folder);
        }
        catch
        {
            socket.Dispose();
            if (isBound)
            {
                File.Delete(socketPath);
            }

            if (folder is not null)
            {
                Directory.Delete(folder);
            }

            throw;
        }
    }

    private static UnixDomainSocketEndPoint EndPointOf(string path)
    {
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new VmaException(
                VmaCodes.ListenFailed, "The system allows no path that long for a Unix socket.", path, innerException: exception);
        }
    }
#endif
}
