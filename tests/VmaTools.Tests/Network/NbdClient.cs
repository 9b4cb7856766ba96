using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Net.Sockets;
using System.Text;

namespace VmaTools.Tests.Network;

/// <summary>A client of NBD, small and able to misbehave. It shares no code with the server.</summary>
internal sealed class NbdClient : IDisposable
{
    private readonly Socket _socket;
    private readonly NetworkStream _stream;

    public NbdClient(int port)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000 };
        _socket.Connect(System.Net.IPAddress.Loopback, port);
        _stream = new NetworkStream(_socket, ownsSocket: true);
    }

    /// <summary>Waits until something has come, and leaves it there.</summary>
    public void WaitForBytes() => Xunit.Assert.Equal(1, _socket.Receive(new byte[1], SocketFlags.Peek));

    /// <summary>Reads the greeting and sends the client's flags.</summary>
    public ushort Greet(uint flags = 3)
    {
        byte[] greeting = Take(18);
        Xunit.Assert.Equal("NBDMAGICIHAVEOPT", Encoding.ASCII.GetString(greeting, 0, 16));
        Send(U32(flags));
        return BinaryPrimitives.ReadUInt16BigEndian(greeting.AsSpan(16));
    }

    public void SendOption(uint option, byte[] data, uint? length = null) =>
        Send([.. Encoding.ASCII.GetBytes("IHAVEOPT"), .. U32(option), .. U32(length ?? (uint)data.Length), .. data]);

    /// <summary>Sends an option and reads replies up to the last one.</summary>
    public List<(uint Type, byte[] Data)> Option(uint option, byte[] data)
    {
        SendOption(option, data);
        List<(uint, byte[])> replies = [];
        while (true)
        {
            (uint type, byte[] reply) = ReadOptionReply(option);
            replies.Add((type, reply));
            if (type == 1 || type >= 0x80000000)
            {
                return replies;
            }
        }
    }

    public (uint Type, byte[] Data) ReadOptionReply(uint option)
    {
        byte[] header = Take(20);
        Xunit.Assert.Equal(0x0003e889045565a9ul, BinaryPrimitives.ReadUInt64BigEndian(header));
        Xunit.Assert.Equal(option, BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8)));
        return (BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(12)), Take((int)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(16))));
    }

    /// <summary>Goes all the way to where data flows.</summary>
    public void Enter(string name, bool isStructured)
    {
        Greet();
        if (isStructured)
        {
            Xunit.Assert.Equal(1u, Option(8, [])[^1].Type);
            Xunit.Assert.Equal(1u, Option(10, [.. Named(name), .. U32(1), .. Named("base:allocation")])[^1].Type);
        }

        Xunit.Assert.Equal(1u, Option(7, [.. Named(name), 0, 0])[^1].Type);
    }

    public void Request(ushort type, ulong offset, uint length, ushort flags = 0, uint magic = 0x25609513) =>
        Send([.. U32(magic), .. U16(flags), .. U16(type), .. U64(77), .. U64(offset), .. U32(length)]);

    /// <summary>A simple reply: its error, and its data where there is none.</summary>
    public (uint Error, byte[] Data) Simple(uint length)
    {
        byte[] header = Take(16);
        Xunit.Assert.Equal(0x67446698u, BinaryPrimitives.ReadUInt32BigEndian(header));
        Xunit.Assert.Equal(77ul, BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(8)));
        uint error = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
        return (error, error == 0 ? Take((int)length) : []);
    }

    /// <summary>The chunks of one reply.</summary>
    public List<(ushort Type, byte[] Payload)> Chunks()
    {
        List<(ushort, byte[])> chunks = [];
        while (true)
        {
            byte[] header = Take(20);
            Xunit.Assert.Equal(0x668e33efu, BinaryPrimitives.ReadUInt32BigEndian(header));
            Xunit.Assert.Equal(77ul, BinaryPrimitives.ReadUInt64BigEndian(header.AsSpan(8)));
            chunks.Add((BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(6)), Take((int)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(16)))));
            if ((BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(4)) & 1) != 0)
            {
                return chunks;
            }
        }
    }

    /// <summary>Reads through chunks: the bytes, and how many of them came as holes; an error chunk fails.</summary>
    public (byte[] Data, int Holes) ReadChunked(ulong offset, uint length)
    {
        Request(0, offset, length);
        byte[] data = new byte[length];
        Array.Fill(data, (byte)0xEE);
        int covered = 0;
        int holes = 0;
        foreach ((ushort type, byte[] payload) in Chunks())
        {
            if (type == 0)
            {
                continue;
            }

            Xunit.Assert.True(type is 1 or 2, $"chunk of type {type}");
            int at = (int)(BinaryPrimitives.ReadUInt64BigEndian(payload) - offset);
            int count = type == 1 ? payload.Length - 8 : (int)BinaryPrimitives.ReadUInt32BigEndian(payload.AsSpan(8));
            Xunit.Assert.True(count > 0);
            covered += count;
            if (type == 1)
            {
                payload.AsSpan(8).CopyTo(data.AsSpan(at));
            }
            else
            {
                data.AsSpan(at, count).Clear();
                holes += count;
            }
        }

        Xunit.Assert.Equal((int)length, covered);
        return (data, holes);
    }

    public void Send(byte[] bytes) => _stream.Write(bytes);

    public byte[] Take(int count)
    {
        byte[] bytes = new byte[count];
        _stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>True where the server hangs up without a word more.</summary>
    public bool IsHungUp()
    {
        try
        {
            return _stream.ReadByte() < 0;
        }
        catch (IOException exception) when (exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return true;
        }
    }

    public void Dispose() => _stream.Dispose();

    public static byte[] Named(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return [.. U32((uint)bytes.Length), .. bytes];
    }

    public static byte[] U16(ushort value) => [(byte)(value >> 8), (byte)value];

    public static byte[] U32(uint value) => [.. U16((ushort)(value >> 16)), .. U16((ushort)value)];

    public static byte[] U64(ulong value) => [.. U32((uint)(value >> 32)), .. U32((uint)value)];
}
