using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using VmaTools.Tests.Network;
using Xunit;

namespace VmaTools.Fuzzing;

/// <summary>
/// Clients that say anything: the server answers or hangs up, lets go of each as soon as it has gone, and gives the next one every byte.
/// </summary>
internal sealed class NbdSessions : Kind
{
    private const int Patience = 60_000;
    private const int CheckEvery = 16;

    private static readonly string[] Exports = ["drive-scsi0", "drive-scsi1", "drive-scsi2", "", "no such", new string('n', 5000)];

    private readonly VmaNbdServer _server;
    private readonly byte[] _disk;

    public NbdSessions()
    {
        ArchiveForge forge = PlainArchives.Small();
        _disk = forge.Disk(1);
        _server = VmaNbdServer.Start(VmaArchive.Open(new MemoryStream(forge.Build())), new VmaNbdServerOptions { Port = 0 });
    }

    public override int Usual => 600;

    public override IReadOnlyList<string> Reached => ["greeting", "options", "data"];

    public override string Try(int seed)
    {
        byte[] session = Session(new Random(seed));
        long answered = 0;
        using (Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = Patience, SendTimeout = Patience })
        {
            socket.Connect(IPAddress.Loopback, _server.Port!.Value);
            byte[] buffer = new byte[65536];
            try
            {
                socket.Send(session);
                socket.Shutdown(SocketShutdown.Send);
                for (int read; (read = socket.Receive(buffer)) > 0; answered += read)
                {
                }
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted)
            {
                // It hung up with something unread.
            }
        }

        Assert.True(_server.IsRunning);
        if (seed % CheckEvery == 0)
        {
            using NbdClient client = new(_server.Port!.Value);
            client.Enter("drive-scsi0", isStructured: true);
            Assert.Equal(_disk, client.ReadChunked(0, (uint)_disk.Length).Data);
        }

        return answered <= 18 ? "greeting" : answered < 4096 ? "options" : "data";
    }

    public override void Dispose()
    {
        _server.Dispose();
        base.Dispose();
    }

    /// <summary>What a client sends that waits for no answer: mostly in order, with strange numbers, and now and then damaged.</summary>
    private static byte[] Session(Random random)
    {
        List<byte> sent = [.. NbdClient.U32(random.Next(8) == 0 ? (uint)random.Next() : (uint)random.Next(4))];
        for (int i = random.Next(4); i > 0; i--)
        {
            byte[] name = NbdClient.Named(Exports[random.Next(Exports.Length)]);
            byte[] data = random.Next(5) switch
            {
                0 => [],
                1 => Splice.Noise(random.Next(300), random.Next()),
                2 => [.. name, .. NbdClient.U32((uint)random.Next(3)), .. NbdClient.Named("base:allocation")],
                _ => [.. name, 0, (byte)random.Next(2), 0, (byte)random.Next(5)],
            };
            uint option = random.Next(6) == 0 ? (uint)random.Next() : (uint)random.Next(1, 11);
            uint length = random.Next(12) == 0 ? (uint)random.Next() : (uint)data.Length;
            sent.AddRange([.. Encoding.ASCII.GetBytes("IHAVEOPT"), .. NbdClient.U32(option), .. NbdClient.U32(length), .. data]);
        }

        sent.AddRange([.. Encoding.ASCII.GetBytes("IHAVEOPT"), .. NbdClient.U32(7), .. NbdClient.U32(17), .. NbdClient.Named("drive-scsi0"), 0, 0]);
        for (int i = random.Next(8); i > 0; i--)
        {
            ulong offset = random.Next(3) == 0 ? (ulong)Mutator.Number(65536, random) : (ulong)random.Next(6 * 65536);
            uint length = random.Next(6) == 0 ? (uint)random.Next() : (uint)random.Next(100_000);
            ushort type = random.Next(4) == 0 ? (ushort)random.Next(12) : (ushort)0;
            uint magic = random.Next(20) == 0 ? (uint)random.Next() : 0x25609513;
            sent.AddRange([.. NbdClient.U32(magic), .. NbdClient.U16((ushort)(random.Next(5) == 0 ? random.Next(256) : 0)), .. NbdClient.U16(type), .. NbdClient.U64((ulong)i), .. NbdClient.U64(offset), .. NbdClient.U32(length)]);
        }

        return random.Next(3) == 0 ? Mutator.Change([.. sent], random) : [.. sent];
    }
}
