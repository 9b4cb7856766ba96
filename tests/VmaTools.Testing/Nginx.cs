using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace VmaTools.Testing;

/// <summary>nginx on a free port of this machine, with a folder of its own. A test is skipped aloud where there is none.</summary>
public sealed class Nginx : IDisposable
{
    private static readonly Tool Program = new("nginx");

    private readonly TempFolder _folder = new();
    private readonly Process _process;
    private readonly bool _isSecure;

    /// <param name="location">What its configuration says of all files, beyond serving them.</param>
    /// <param name="certificate">A certificate with its key, as PEM, with which it speaks TLS; null to speak plainly.</param>
    public Nginx(string location = "", string? certificate = null)
    {
        _isSecure = certificate is not null;
        string name = Program.FullName;
        Directory.CreateDirectory(Root);
        if (certificate is not null)
        {
            File.WriteAllText(_folder.File("server.pem"), certificate);
        }

        for (int attempt = 1; ; attempt++)
        {
            Port = FreePort();
            File.WriteAllText(_folder.File("nginx.conf"), Configuration(location));
            ProcessStartInfo start = new(name, ["-p", _folder.FullName, "-c", _folder.File("nginx.conf"), "-e", _folder.File("error.log")])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            };
            _process = Process.Start(start)!;
            if (IsListening())
            {
                return;
            }

            // Somebody else was faster to take the port.
            Assert.True(attempt < 5, $"nginx does not start: {_process.StandardError.ReadToEnd()}");
            _process.Dispose();
        }
    }

    /// <summary>The folder whose files it serves.</summary>
    public string Root => _folder.File("www");

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>The address of a file.</summary>
    public string AddressOf(string path) => $"{(_isSecure ? "https" : "http")}://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}{path}";

    /// <summary>Ends it, and gives what it sent of each request: status, bytes with headers, the request's first line.</summary>
    public (int Status, long Sent, string Request)[] End()
    {
        if (!_process.HasExited)
        {
            // It ends what is under way, and has written its log then.
            using (Process quit = Process.Start(Program.FullName, ["-p", _folder.FullName, "-c", _folder.File("nginx.conf"), "-e", _folder.File("error.log"), "-s", "quit"]))
            {
                quit.WaitForExit();
            }

            _process.WaitForExit();
        }

        return [.. File.ReadLines(_folder.File("access.log")).Select(static l => l.Split(' ', 3)).Select(static p => (
            int.Parse(p[0], CultureInfo.InvariantCulture), long.Parse(p[1], CultureInfo.InvariantCulture), p[2]))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
        _folder.Dispose();
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private bool IsListening()
    {
        while (!_process.HasExited)
        {
            try
            {
                using TcpClient client = new();
                client.Connect(IPAddress.Loopback, Port);
                return true;
            }
            catch (SocketException)
            {
                // It has not come so far yet.
            }
        }

        return false;
    }

    private string Configuration(string location)
    {
        string tls = _isSecure ? $"ssl_certificate {_folder.File("server.pem")}; ssl_certificate_key {_folder.File("server.pem")};" : string.Empty;
        string user = Environment.UserName == "root" ? "user root;" : string.Empty;
        return $$"""
            {{user}}
            daemon off;
            worker_processes 1;
            pid {{_folder.File("pid")}};
            error_log {{_folder.File("error.log")}};
            events { worker_connections 256; }
            http {
                log_format sent '$status $bytes_sent $request';
                access_log {{_folder.File("access.log")}} sent;
                client_body_temp_path {{_folder.File("t1")}};
                proxy_temp_path {{_folder.File("t2")}};
                fastcgi_temp_path {{_folder.File("t3")}};
                uwsgi_temp_path {{_folder.File("t4")}};
                scgi_temp_path {{_folder.File("t5")}};
                default_type application/octet-stream;
                keepalive_timeout 5;
                server {
                    listen 127.0.0.1:{{Port.ToString(CultureInfo.InvariantCulture)}}{{(_isSecure ? " ssl" : "")}};
                    {{tls}}
                    root {{Root}};
                    location / { {{location}} }
                }
            }
            """;
    }
}
