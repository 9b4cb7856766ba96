using System;
using System.Buffers.Binary;
using System.IO;
using System.Net.Sockets;

namespace VmaTools.Network;

/// <summary>A socket as the protocol sees it: whole fields in, whole messages out. One thread; any other may close it.</summary>
internal sealed class NbdChannel : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _input = new byte[8 << 10];
    private int _start;
    private int _end;

    public NbdChannel(Socket socket, TimeSpan sendTimeout)
    {
        _socket = socket;
        _socket.SendTimeout = (int)sendTimeout.TotalMilliseconds;
        if (_socket.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
        {
            _socket.NoDelay = true;
            _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        }
    }

    /// <summary>How long to wait for the client; zero for ever.</summary>
    public TimeSpan ReceiveTimeout
    {
        set => _socket.ReceiveTimeout = (int)value.TotalMilliseconds;
    }

    /// <summary>Fills the buffer.</summary>
    /// <exception cref="EndOfStreamException">The client has gone.</exception>
    public void Read(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (_start == _end)
            {
                _start = 0;
                _end = _socket.Receive(_input, 0, _input.Length, SocketFlags.None);
                if (_end == 0)
                {
                    throw new EndOfStreamException();
                }
            }

            int length = Math.Min(buffer.Length, _end - _start);
            _input.AsSpan(_start, length).CopyTo(buffer);
            _start += length;
            buffer = buffer.Slice(length);
        }
    }

    public uint ReadUInt32()
    {
        Span<byte> field = stackalloc byte[sizeof(uint)];
        Read(field);
        return BinaryPrimitives.ReadUInt32BigEndian(field);
    }

    public ulong ReadUInt64()
    {
        Span<byte> field = stackalloc byte[sizeof(ulong)];
        Read(field);
        return BinaryPrimitives.ReadUInt64BigEndian(field);
    }

    /// <summary>Reads bytes and forgets them.</summary>
    public void Skip(long count)
    {
        Span<byte> waste = stackalloc byte[4096];
        while (count > 0)
        {
            int length = (int)Math.Min(count, waste.Length);
            Read(waste.Slice(0, length));
            count -= length;
        }
    }

    public void Write(byte[] buffer, int count)
    {
        int sent = 0;
        while (sent < count)
        {
            sent += _socket.Send(buffer, sent, count - sent, SocketFlags.None);
        }
    }

    /// <summary>Ends both directions; a read or write that waits on another thread fails at once.</summary>
    public void Dispose()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The client was faster.
        }

        _socket.Dispose();
    }
}
