using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Sockets;
using System.Threading;

namespace VmaTools.Network;

/// <summary>One client, served by a thread of its own.</summary>
internal sealed class NbdConnection : IDisposable
{
    /// <summary>Nothing here goes deep.</summary>
    private const int StackSize = 512 << 10;

    /// <summary>A reason, shortened, has room in any message.</summary>
    private const int MaxReason = 400;

    private readonly NbdChannel _channel;
    private readonly IReadOnlyList<VmaNbdExport> _exports;
    private readonly Action<NbdConnection> _onEnd;
    private readonly Thread _thread;

    public NbdConnection(Socket socket, IReadOnlyList<VmaNbdExport> exports, VmaNbdServerOptions options, Action<NbdConnection> onEnd)
    {
        _channel = new NbdChannel(socket, options.SendTimeout) { ReceiveTimeout = options.HandshakeTimeout };
        _exports = exports;
        _onEnd = onEnd;
        _thread = new Thread(Run, StackSize) { IsBackground = true, Name = "NBD client" };
    }

    public void Start() => _thread.Start();

    /// <summary>Waits for the thread to end.</summary>
    public bool Join(TimeSpan timeout) => _thread == Thread.CurrentThread || _thread.Join(timeout);

    /// <summary>Hangs up; the thread ends by itself.</summary>
    public void Dispose() => _channel.Dispose();

    /// <summary>True for what the archive, or the way to it, can be the cause of.</summary>
    public static bool IsSourceError(Exception exception) =>
        exception is VmaException or UnauthorizedAccessException or OperationCanceledException or (IOException and not EndOfStreamException);

    /// <summary>Why something failed, in a sentence. It goes to clients, whom paths of this machine do not concern.</summary>
    public static string Explain(Exception exception)
    {
        string text = exception is VmaException known ? $"{known.Code}: {known.Sentence}" : "The archive cannot be read.";
        return text.Length <= MaxReason ? text : text.Substring(0, MaxReason);
    }

    private void Run()
    {
        try
        {
            NbdHandshake handshake = new(_channel, _exports);
            using NbdContent? content = handshake.Run();
            if (content is not null)
            {
                _channel.ReceiveTimeout = TimeSpan.Zero;
                new NbdTransmission(_channel, content, handshake.HasStructuredReplies, handshake.HasBlockStatus).Run();
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The client has gone, or cannot be helped: there is nobody to tell. And whatever a damaged archive brings about for one client
            // must not end the process, which is somebody's shell.
        }
        finally
        {
            _channel.Dispose();
            _onEnd(this);
        }
    }
}
