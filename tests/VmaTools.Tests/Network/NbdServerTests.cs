using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace VmaTools.Tests.Network;

/// <summary>The protocol, kept and broken, by a client made for that.</summary>
public class NbdServerTests
{
    private const string Vzdump = "corpus/vzdump-qemu-101-2026_11_20-02_00_03.vma";

    private static VmaNbdServer Start(string path, VmaNbdServerOptions? options = null) =>
        VmaNbdServer.Start(VmaArchive.Open(path), options ?? new VmaNbdServerOptions { Port = 0 });

    private static VmaNbdServer Start(byte[] archive) =>
        VmaNbdServer.Start(VmaArchive.Open(new MemoryStream(archive)), new VmaNbdServerOptions { Port = 0 });

    private static byte[] Disk(string path, string name)
    {
        using VmaDeviceStream stream = VmaArchive.Open(path).FindDevice(name)!.OpenRead();
        byte[] disk = new byte[stream.Length];
        stream.ReadExactly(disk);
        return disk;
    }

    private static ArchiveForge Damaged() => new ArchiveForge()
        .Device(1, "d", 4 * ArchiveForge.ClusterSize)
        .Extent(static e => e.Cluster(1, 0).Zero(1, 1).Cluster(1, 3, 0x00ff));

    [Fact]
    public void A_volume_is_offered_alone_or_beside_devices()
    {
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path("disks/lvm-two-disks.vma.zst"));
        using VmaGuest guest = VmaGuest.Open(archive);
        VmaVolume volume = guest.GetVolumes().First(static v => v.GetDevices().Count > 1);
        byte[] expected = new byte[100_000];
        using (Stream stream = volume.OpenRead())
        {
            stream.ReadExactly(expected);
        }

        using (VmaNbdServer server = VmaNbdServer.Start(archive, new VmaNbdServerOptions { Port = 0, VolumeIds = [volume.Id] }))
        {
            Assert.Equal((volume.Id, volume.Size), (Assert.Single(server.Exports).Name, server.Exports[0].Size));

            // What is alone has the empty name, too.
            using NbdClient client = new(server.Port!.Value);
            client.Enter(string.Empty, isStructured: false);
            client.Request(0, 0, (uint)expected.Length);
            (uint error, byte[] got) = client.Simple((uint)expected.Length);
            Assert.Equal(0u, error);
            Assert.Equal(expected, got);
        }

        VmaDevice second = archive.Devices[1];
        using (VmaNbdServer server = VmaNbdServer.Start(
            archive, new VmaNbdServerOptions { Port = 0, DeviceIds = [second.DeviceId], VolumeIds = [volume.Id] }))
        {
            Assert.Equal(second.Name, server.Exports[0].Name);
            Assert.Equal(volume.Id, server.Exports[server.Exports.Count - 1].Name);
            Assert.DoesNotContain(server.Exports, e => e.Name.Split('/')[0] == archive.Devices[0].Name);
        }

        VmaException none = Assert.Throws<VmaException>(
            () => VmaNbdServer.Start(archive, new VmaNbdServerOptions { Port = 0, VolumeIds = [volume.Id, "debian-vg/gone"] }));
        Assert.Equal((VmaCodes.VolumeNotFound, archive.ArchivePath), (none.Code, none.Path));
        Assert.Contains("debian-vg/gone", none.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_byte_comes_in_any_piece(bool isStructured)
    {
        byte[] disk = Disk(Fixtures.Path(Vzdump), "drive-scsi0");
        using VmaNbdServer server = Start(Fixtures.Path(Vzdump));
        using NbdClient client = new(server.Port!.Value);
        client.Enter("drive-scsi0", isStructured);
        Random random = new(5);
        foreach ((int offset, int length) in Enumerable.Range(0, 40)
            .Select(_ => random.Next(disk.Length - 1))
            .Select(o => (o, 1 + random.Next(Math.Min(700_000, disk.Length - o))))
            .Append((0, disk.Length)))
        {
            byte[] got;
            if (isStructured)
            {
                (got, int holes) = client.ReadChunked((ulong)offset, (uint)length);
                Assert.True(length < disk.Length || holes > 0);
            }
            else
            {
                client.Request(0, (ulong)offset, (uint)length);
                (uint error, got) = client.Simple((uint)length);
                Assert.Equal(0u, error);
            }

            Assert.True(disk.AsSpan(offset, length).SequenceEqual(got), $"{offset}+{length}");
        }
    }

    [Fact]
    public void Block_status_tells_what_is_stored_and_what_is_zero()
    {
        using VmaNbdServer server = Start(Damaged().Build());
        using NbdClient client = new(server.Port!.Value);
        client.Enter("d", isStructured: true);
        client.Request(7, 512, (4 * 65536) - 512);
        (ushort type, byte[] payload) = Assert.Single(client.Chunks());
        Assert.Equal(5, type);
        uint[] words = [.. Enumerable.Range(0, payload.Length / 4).Select(i => BinaryPrimitives.ReadUInt32BigEndian(payload.AsSpan(4 * i)))];
        Assert.Equal([1, 65024, 0, 65536, 3, 65536 + 32768, 0, 32768, 3], words);

        client.Request(7, 512, 4 * 65536 - 512, flags: 8);
        Assert.Equal(12, Assert.Single(client.Chunks()).Payload.Length);
        client.Request(7, 0, (4 * 65536) + 1);
        Assert.Equal(0x8001, Assert.Single(client.Chunks()).Type);
    }

    [Fact]
    public void What_is_lost_is_an_error_and_the_rest_is_not()
    {
        byte[] expected = Damaged().Disk(1);
        using VmaNbdServer server = Start(Damaged().Build());
        using NbdClient structured = new(server.Port!.Value);
        structured.Enter("d", isStructured: true);
        structured.Request(0, 0, 4 * 65536);
        List<(ushort Type, byte[] Payload)> chunks = structured.Chunks();
        Assert.Equal([1, 2, 0x8002], chunks.Select(static c => c.Type));
        Assert.Equal(5u, BinaryPrimitives.ReadUInt32BigEndian(chunks[2].Payload));
        Assert.Equal(2ul * 65536, BinaryPrimitives.ReadUInt64BigEndian(chunks[2].Payload.AsSpan(chunks[2].Payload.Length - 8)));
        Assert.Equal(expected.AsSpan(3 * 65536).ToArray(), structured.ReadChunked(3 * 65536, 65536).Data);

        using NbdClient simple = new(server.Port!.Value);
        simple.Enter("d", isStructured: false);
        simple.Request(0, 0, 4 * 65536);
        Assert.Equal(5u, simple.Simple(0).Error);
        simple.Request(0, 0, 65536);
        Assert.Equal(expected.AsSpan(0, 65536).ToArray(), simple.Simple(65536).Data);
    }

    [Fact]
    public void Options_are_answered_by_the_book()
    {
        using VmaNbdServer server = Start(Fixtures.Path(Vzdump));
        using NbdClient client = new(server.Port!.Value);
        Assert.Equal(3, client.Greet());
        List<(uint Type, byte[] Data)> list = client.Option(3, []);
        Assert.Equal([2u, 2, 2, 2, 1], list.Select(static r => r.Type));
        Assert.Contains("drive-scsi0", Encoding.UTF8.GetString(list[1].Data), StringComparison.Ordinal);
        Assert.Equal(0x80000003u, client.Option(3, [1])[^1].Type);
        Assert.Equal(0x80000001u, client.Option(5, [])[^1].Type);
        Assert.Equal(0x80000001u, client.Option(11, [])[^1].Type);
        Assert.Equal(0x80000001u, client.Option(4711, new byte[100])[^1].Type);
        Assert.Equal(0x80000006u, client.Option(6, [.. NbdClient.Named("nope"), 0, 0])[^1].Type);
        Assert.Equal(0x80000006u, client.Option(6, [.. NbdClient.Named(""), 0, 0])[^1].Type);
        Assert.Equal(0x80000003u, client.Option(6, [.. NbdClient.U32(4000), 1, 2, 0, 0])[^1].Type);
        Assert.Equal(0x80000003u, client.Option(10, [.. NbdClient.Named("drive-scsi0"), .. NbdClient.U32(0)])[^1].Type);
        Assert.Equal(1u, client.Option(8, [])[^1].Type);
        Assert.Equal([4u, 1], client.Option(9, [.. NbdClient.Named("drive-scsi0"), .. NbdClient.U32(0)]).Select(static r => r.Type));
        Assert.Equal(0x80000003u, client.Option(10, [.. NbdClient.Named("drive-scsi0"), .. NbdClient.U32(uint.MaxValue)])[^1].Type);
        Assert.Equal(0x80000009u, client.Option(6, new byte[100_000])[^1].Type);

        List<(uint Type, byte[] Data)> info = client.Option(6, [.. NbdClient.Named("drive-scsi0"), 0, 2, 0, 1, 0, 2]);
        Assert.Equal([3u, 3, 3, 3, 1], info.Select(static r => r.Type));
        Assert.Equal(8388608ul, BinaryPrimitives.ReadUInt64BigEndian(info[0].Data.AsSpan(2)));
        int flags = BinaryPrimitives.ReadUInt16BigEndian(info[0].Data.AsSpan(10));
        Assert.Equal(1 | 2 | 4 | 128 | 256, flags);
        Assert.Equal(1u, client.Option(2, [])[^1].Type);
        Assert.True(client.IsHungUp());
    }

    [Theory]
    [InlineData(3u, 0)]
    [InlineData(1u, 124)]
    public void The_old_way_in_works(uint clientFlags, int padding)
    {
        using VmaNbdServer server = Start(Damaged().Build());
        using NbdClient client = new(server.Port!.Value);
        client.Greet(clientFlags);
        client.SendOption(1, []);
        Assert.Equal(4ul * 65536, BinaryPrimitives.ReadUInt64BigEndian(client.Take(8)));
        client.Take(2 + padding);
        client.Request(0, 65536, 16);
        Assert.Equal(new byte[16], client.Simple(16).Data);
    }

    [Fact]
    public void Nothing_is_written_and_nonsense_is_refused()
    {
        using VmaNbdServer server = Start(Fixtures.Path(Vzdump));
        using NbdClient client = new(server.Port!.Value);
        client.Enter("drive-scsi0", isStructured: true);
        client.Request(1, 0, 100_000);
        client.Send(new byte[100_000]);
        Assert.Equal(1u, client.Simple(0).Error);
        client.Request(4, 0, 512);
        Assert.Equal(1u, client.Simple(0).Error);
        client.Request(6, 0, 512);
        Assert.Equal(1u, client.Simple(0).Error);
        client.Request(3, 0, 0);
        Assert.Equal(0u, client.Simple(0).Error);
        client.Request(99, 0, 0);
        Assert.Equal(22u, client.Simple(0).Error);
        foreach ((ulong offset, uint length, uint error, ushort flags) in new[]
        {
            (8388608ul, 1u, 22u, (ushort)0), (8388607ul, 2u, 22u, (ushort)0), (ulong.MaxValue, 512u, 22u, (ushort)0),
            (0ul, 64u << 20, 22u, (ushort)0), (0ul, 512u, 22u, (ushort)0x8000), (0ul, 1u << 20, 75u, (ushort)4),
        })
        {
            client.Request(0, offset, length, flags);
            (ushort type, byte[] payload) = Assert.Single(client.Chunks());
            Assert.Equal(0x8001, type);
            Assert.Equal(error, BinaryPrimitives.ReadUInt32BigEndian(payload));
        }

        client.Request(0, 0, 65536, flags: 4);
        Assert.Single(client.Chunks());
        client.Request(2, 0, 0);
        Assert.True(client.IsHungUp());
    }

    [Fact]
    public void Rubbish_ends_the_connection_and_nothing_else()
    {
        using VmaNbdServer server = Start(Fixtures.Path(Vzdump));
        Action<NbdClient>[] abuses =
        [
            static c => c.Greet(0xffff),
            static c => { c.Greet(); c.Send(new byte[64]); },
            static c => { c.Greet(); c.SendOption(1, Encoding.ASCII.GetBytes("nope")); },
            static c => { c.Greet(); c.SendOption(6, [], 0xffffffff); },
            static c => { c.Greet(); c.SendOption(1, [], 1 << 20); },
            static c => { c.Enter("drive-scsi0", true); c.Request(0, 0, 1, magic: 1); },
            static c => { c.Enter("drive-scsi0", true); c.Request(1, 0, uint.MaxValue); },
        ];
        foreach (Action<NbdClient> abuse in abuses)
        {
            using NbdClient client = new(server.Port!.Value);
            abuse(client);
            Assert.True(client.IsHungUp());
        }

        Random random = new(3);
        for (int i = 0; i < 50; i++)
        {
            using NbdClient client = new(server.Port!.Value);
            byte[] rubbish = new byte[random.Next(2000)];
            random.NextBytes(rubbish);
            client.Send(rubbish);
        }

        using NbdClient after = new(server.Port!.Value);
        after.Enter("drive-scsi0", isStructured: true);
        after.ReadChunked(0, 4096);
    }

    [Fact]
    public async Task A_hundred_clients_read_at_once_and_those_beyond_the_limit_are_turned_away()
    {
        byte[] disk = Disk(Fixtures.Path(Vzdump), "drive-scsi2");
        using VmaNbdServer server = Start(Fixtures.Path(Vzdump), new VmaNbdServerOptions { Port = 0, MaxConnections = 100 });
        List<NbdClient> clients = [];
        try
        {
            for (int i = 0; i < 100; i++)
            {
                NbdClient client = new(server.Port!.Value);
                clients.Add(client);
                client.Enter("drive-scsi2", isStructured: i % 2 == 0);
            }

            Assert.Equal(100, server.ConnectionCount);
            using (NbdClient late = new(server.Port!.Value))
            {
                Assert.True(late.IsHungUp());
            }

            await Task.WhenAll(clients.Where(static (_, i) => i % 2 == 0).Select(c => Task.Run(() =>
                Assert.Equal(disk.AsSpan(1000, 300_000).ToArray(), c.ReadChunked(1000, 300_000).Data))));
        }
        finally
        {
            clients.ForEach(static c => c.Dispose());
        }

        Assert.True(SpinWait.SpinUntil(() => server.ConnectionCount == 0, 10_000));
    }

    [Fact]
    public void Stopping_hangs_up_on_clients_that_wait_that_talk_and_that_do_not_listen()
    {
        VmaNbdServer server = Start(Fixtures.Path(Vzdump));
        using NbdClient silent = new(server.Port!.Value);
        using NbdClient idle = new(server.Port!.Value);
        idle.Enter("drive-scsi0", isStructured: true);
        using NbdClient deaf = new(server.Port!.Value);
        deaf.Enter("drive-scsi0", isStructured: false);
        for (int i = 0; i < 20; i++)
        {
            deaf.Request(0, 0, 8 << 20);
        }

        // The first of what it does not listen to is under way, and more than any buffer on the way holds.
        deaf.WaitForBytes();
        server.Stop();
        Assert.False(server.IsRunning);
        Assert.Equal(0, server.ConnectionCount);
        Assert.True(idle.IsHungUp());
        Assert.ThrowsAny<System.Net.Sockets.SocketException>(() => new NbdClient(server.Port!.Value));
        server.Stop();
    }

    [Fact]
    public void A_client_that_never_chooses_is_dropped()
    {
        using VmaNbdServer server = Start(
            Fixtures.Path(Vzdump), new VmaNbdServerOptions { Port = 0, HandshakeTimeout = TimeSpan.FromMilliseconds(200) });
        using NbdClient client = new(server.Port!.Value);
        client.Greet();
        Assert.True(client.IsHungUp());
    }

    [Fact]
    public void An_archive_that_was_replaced_gives_errors_only()
    {
        using TempFolder folder = new();
        string path = folder.File("a.vma");
        File.Copy(Fixtures.Path(Vzdump), path);
        using VmaNbdServer server = Start(path);
        using NbdClient client = new(server.Port!.Value);
        client.Enter("drive-scsi0", isStructured: true);
        client.ReadChunked(0, 65536);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(1));
        client.Request(0, 0, 65536);
        (ushort type, byte[] payload) = Assert.Single(client.Chunks());
        Assert.Equal(0x8002, type);
        Assert.Contains(VmaCodes.SourceChanged, Encoding.UTF8.GetString(payload), StringComparison.Ordinal);
        using NbdClient late = new(server.Port!.Value);
        late.Greet();
        Assert.Equal(0x80000006u, late.Option(7, [.. NbdClient.Named("drive-scsi0"), 0, 0])[^1].Type);
    }

    [Fact]
    public void Names_of_all_kinds_lead_somewhere()
    {
        byte[] archive = new ArchiveForge()
            .Device(1, "a/b", 65536).Device(2, "..", 65536).Device(3, "a/b", 65536).Device(4, new string('x', 5000), 65536).Device(5, "ü *", 65536)
            .Extent(static e => e.Cluster(1, 0).Cluster(2, 0).Cluster(3, 0).Cluster(4, 0).Cluster(5, 0))
            .Build();
        using VmaNbdServer server = Start(archive);
        Assert.Equal(["a%2Fb", "%2E%2E", "a%2Fb%id3", new string('x', 200) + "%id4", "ü %2A"], server.Exports.Select(static e => e.Name));
        foreach (VmaNbdExport export in server.Exports)
        {
            using NbdClient client = new(server.Port!.Value);
            client.Enter(export.Name, isStructured: true);
            Assert.Equal(ArchiveForge.Block(export.DeviceId!.Value, 0, 0), client.ReadChunked(0, 4096).Data);
            Assert.Equal(export.Name, Uri.UnescapeDataString(new Uri(export.Uri).AbsolutePath[1..]));
        }
    }

    [Fact]
    public void Volumes_that_are_put_together_are_exports_too()
    {
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path("disks/lvm-two-disks.vma.zst"));
        using VmaNbdServer server = VmaNbdServer.Start(archive, new VmaNbdServerOptions { Port = 0 });
        Assert.Equal(["drive-scsi0", "drive-scsi1", "data/stripe", "data/span"], server.Exports.Select(static e => e.Name));
        VmaNbdExport export = server.Exports[2];
        Assert.Null(export.Device);
        Assert.Equal("data/stripe", export.Volume);
        using VmaGuest guest = VmaGuest.Open(archive);
        using Stream stream = guest.GetVolumes().Single(static v => v.Id == "data/stripe").OpenRead();
        byte[] expected = new byte[1 << 16];
        stream.Position = 1 << 16;
        stream.ReadExactly(expected);
        using NbdClient client = new(server.Port!.Value);
        client.Enter("data/stripe", isStructured: true);
        Assert.Equal(expected, client.ReadChunked(1 << 16, 1 << 16).Data);
        Assert.Equal(stream.Length, export.Size);
    }

    [Fact]
    public void Partitions_are_exports_too()
    {
        byte[] disk = new byte[2 << 20];
        disk[510] = 0x55;
        disk[511] = 0xaa;
        disk[446 + 4] = 0x83;
        BinaryPrimitives.WriteUInt32LittleEndian(disk.AsSpan(446 + 8), 129);
        BinaryPrimitives.WriteUInt32LittleEndian(disk.AsSpan(446 + 12), 100_000);
        ArchiveForge forge = new ArchiveForge().Device(1, "d", disk.Length);
        forge.Extent(e =>
        {
            e.Slot((1ul << 48) | (1ul << 32), disk[..4096]);
            for (uint cluster = 1; cluster < 32; cluster++)
            {
                e.Cluster(1, cluster, 0x0ff0);
            }
        });
        byte[] expected = forge.Disk(1);
        using VmaNbdServer server = Start(forge.Build());
        Assert.Equal(["d", "d/p1"], server.Exports.Select(static e => e.Name));
        Assert.Equal(disk.Length - (129 * 512), server.Exports[1].Size);
        using NbdClient client = new(server.Port!.Value);
        client.Enter("d/p1", isStructured: true);
        int size = (int)server.Exports[1].Size;
        Assert.Equal(expected.AsSpan(129 * 512).ToArray(), client.ReadChunked(0, (uint)size).Data);
        client.Request(0, (ulong)size, 1);
        Assert.Equal(0x8001, Assert.Single(client.Chunks()).Type);
    }

    [Fact]
    public void Places_to_listen_at_are_checked()
    {
        VmaArchive archive = VmaArchive.Open(Fixtures.Path(Vzdump));
        Assert.Throws<ArgumentException>(() => VmaNbdServer.Start(archive, new VmaNbdServerOptions { Address = "nonsense" }));
        Assert.Throws<ArgumentException>(() => VmaNbdServer.Start(archive, new VmaNbdServerOptions { Port = 65536 }));
        Assert.Throws<ArgumentException>(() => VmaNbdServer.Start(archive, new VmaNbdServerOptions { Port = 0, SocketPath = "x" }));
        using VmaNbdServer server = Start(Fixtures.Path(Vzdump));
        VmaException taken = Assert.Throws<VmaException>(() => VmaNbdServer.Start(archive, new VmaNbdServerOptions { Port = server.Port }));
        Assert.Equal(VmaCodes.ListenFailed, taken.Code);
        Assert.Equal("127.0.0.1", server.Address);
    }

#if !ENGINE_NETSTANDARD
    [Fact]
    public void A_socket_is_the_users_own_and_goes_with_the_server()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Unix sockets are the default on Unix only");
            return;
        }

        string path;
        using (VmaNbdServer server = Start(Fixtures.Path(Vzdump), new VmaNbdServerOptions()))
        {
            path = server.SocketPath!;
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode(Path.GetDirectoryName(path)!));
            VmaException taken = Assert.Throws<VmaException>(() => Start(Fixtures.Path(Vzdump), new VmaNbdServerOptions { SocketPath = path }));
            Assert.Equal(VmaCodes.TargetExists, taken.Code);
        }

        Assert.False(Directory.Exists(Path.GetDirectoryName(path)));
    }
#endif
}
