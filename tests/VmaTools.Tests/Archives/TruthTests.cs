using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading.Tasks;
using Xunit;

namespace VmaTools.Tests.Archives;

/// <summary>Every plain archive that Proxmox's tool wrote reads as it should, by every way there is.</summary>
public class TruthTests
{
    public static TheoryData<string> Names => [.. Corpus.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Lists_configs_and_devices(string name)
    {
        using VmaArchive archive = VmaArchive.Open(Corpus.PathOf(name));

        Assert.Equal(1, archive.Version);
        Assert.Equal(VmaCompression.None, archive.Compression);
        Assert.Empty(archive.HeaderFindings);
        Assert.Equal(
            Corpus.ConfigDigests(name),
            archive.Configs.ToDictionary(static c => c.Name, static c => Corpus.Hex(SHA256.HashData(c.GetBytes()))));
        Assert.Equal(
            Corpus.Devices(name).Select(static d => (d.Name, d.Id, d.Size)),
            archive.Devices.Select(static d => (d.Name, d.DeviceId, d.Size)));
        foreach (VmaDevice device in archive.Devices)
        {
            Assert.Same(device, archive.FindDevice(device.DeviceId));
            Assert.Same(device, archive.FindDevice(device.Name));
            Assert.Equal(device.Name == "vmstate", device.IsVmstate);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Pass_puts_the_disks_together(string name)
    {
        using VmaArchive archive = VmaArchive.Open(Corpus.PathOf(name));
        DiskSink disks = new();

        VmaPassResult result = archive.ReadForward([disks]);

        Assert.Empty(result.Findings);
        Assert.Empty(disks.Heard);
        Assert.True(result.IsValid);
        Assert.Equal(new FileInfo(Corpus.PathOf(name)).Length, result.BytesRead);
        foreach ((string device, int id, long size, string digest) in Corpus.Devices(name))
        {
            VmaDeviceResult part = result.Devices.Single(d => d.Device.DeviceId == id);
            Assert.True(part.IsWhole, device);
            Assert.Equal(size, part.Length);
            Assert.Equal(0, part.MissingBytes);
            Assert.Equal(digest, disks[id].Hash(size));
            Assert.Empty(disks[id].AnnouncedTwice);
            Assert.True(disks[id].End <= size, "bytes beyond the end of the device were given out");
            if (!part.Device.IsVmstate)
            {
                Assert.Equal(size, part.StoredBytes + part.ZeroBytes);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Stream_reads_in_order_with_odd_buffers(string name)
    {
        using VmaArchive archive = VmaArchive.Open(Corpus.PathOf(name));
        foreach ((string device, int id, long size, string digest) in Corpus.Devices(name))
        {
            using VmaDeviceStream stream = archive.FindDevice(id)!.OpenRead();
            Assert.Equal(size, stream.Length);
            Assert.Equal(digest, HashInOrder(stream, size > 1 << 24 ? 4_999_999 : 77_777));
            Assert.Equal(0, stream.Read(new byte[10], 0, 10));
            Assert.True(stream.CanRead && stream.CanSeek && !stream.CanWrite, device);
        }
    }

    [Theory]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03")]
    [InlineData("gaps-between-slots")]
    [InlineData("shuffled")]
    [InlineData("vmstate")]
    public void Stream_seeks_anywhere(string name)
    {
        using VmaArchive archive = VmaArchive.Open(Corpus.PathOf(name));
        Random random = new(7);
        foreach (VmaDevice device in archive.Devices)
        {
            byte[] whole = ReadAll(device);
            using VmaDeviceStream stream = device.OpenRead();
            byte[] buffer = new byte[200_000];
            for (int i = 0; i < 300; i++)
            {
                long target = random.NextInt64(whole.Length + 10_000);
                SeekOrigin origin = (SeekOrigin)random.Next(3);
                long from = origin switch { SeekOrigin.Begin => 0, SeekOrigin.Current => stream.Position, _ => stream.Length };
                Assert.Equal(target, stream.Seek(target - from, origin));
                int count = random.Next(3) == 0 ? random.Next(20) : random.Next(buffer.Length);
                int read = stream.Read(buffer, 0, count);

                int expected = (int)Math.Max(0, Math.Min(count, whole.Length - target));
                Assert.Equal(expected, read);
                Assert.Equal(target + read, stream.Position);
                Assert.True(whole.AsSpan((int)Math.Min(target, whole.Length), expected).SequenceEqual(buffer.AsSpan(0, read)));
            }

            Assert.Throws<IOException>(() => stream.Seek(-1, SeekOrigin.Begin));
            Assert.Throws<NotSupportedException>(() => stream.Write(buffer, 0, 1));
            Assert.Throws<NotSupportedException>(() => stream.SetLength(1));
        }
    }

    [Fact]
    public async Task Streams_read_side_by_side()
    {
        const string Name = "shuffled";
        using VmaArchive archive = VmaArchive.Open(Corpus.PathOf(Name));
        IEnumerable<Task> tasks = Enumerable.Range(0, 3).SelectMany(_ => Corpus.Devices(Name)).Select((device, i) => Task.Run(
            () =>
            {
                using VmaDeviceStream stream = archive.FindDevice(device.Id)!.OpenRead();
                Assert.Equal(device.Digest, HashInOrder(stream, 3_000 + (i * 1_001)));
            },
            TestContext.Current.CancellationToken));
        await Task.WhenAll(tasks);
    }

    [Fact]
    public async Task Streams_of_one_seekable_stream_take_turns()
    {
        const string Name = "gaps-between-slots";
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(Corpus.Bytes(Name)));
        await Task.WhenAll(Corpus.Devices(Name).Select(device => Task.Run(
            () =>
            {
                using VmaDeviceStream stream = archive.FindDevice(device.Id)!.OpenRead();
                Assert.Equal(device.Digest, HashInOrder(stream, 5_003));
            },
            TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task Stream_reads_asynchronously()
    {
        foreach ((string _, int id, long _, string digest) in Corpus.Devices(Corpus.Names[0]))
        {
            using VmaArchive archive = VmaArchive.Open(Corpus.PathOf(Corpus.Names[0]));
            using VmaDeviceStream stream = archive.FindDevice(id)!.OpenRead();
            using MemoryStream copy = new();
            await stream.CopyToAsync(copy, TestContext.Current.CancellationToken);
            Assert.Equal(digest, Corpus.Hex(SHA256.HashData(copy.ToArray())));
        }
    }

    [Fact]
    public async Task Pass_runs_asynchronously()
    {
        using VmaArchive archive = VmaArchive.Open(Corpus.PathOf("vmstate"));
        DiskSink disks = new();
        VmaPassResult result = await archive.ReadForwardAsync([disks], cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(result.IsValid);
        Assert.Equal(Corpus.Devices("vmstate")[1].Digest, disks[2].Hash(Corpus.Devices("vmstate")[1].Size));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Extents_cover_the_file(string name)
    {
        using VmaArchive archive = VmaArchive.Open(Corpus.PathOf(name));
        byte[] file = Corpus.Bytes(name);
        long at = archive.HeaderSize;
        long index = 0;
        foreach (VmaExtent extent in archive.ReadExtents())
        {
            Assert.Equal(index++, extent.Index);
            Assert.Equal(at, extent.Offset);
            Assert.Equal(at + 512, extent.DataOffset);
            Assert.Equal(archive.Uuid, extent.Uuid);
            Assert.Equal(Convert.ToHexString(file, (int)at + 8, 16).ToLowerInvariant(), extent.Uuid.Replace("-", string.Empty, StringComparison.Ordinal));
            at += extent.Size;
        }

        Assert.Equal(file.Length, at);
    }

    [Fact]
    public void Stream_closed_reads_no_more()
    {
        using VmaArchive archive = VmaArchive.Open(Corpus.PathOf("vmstate"));
        VmaDeviceStream stream = archive.Devices[0].OpenRead();
        stream.Dispose();
        Assert.False(stream.CanRead);
        Assert.Throws<ObjectDisposedException>(() => stream.Read(new byte[1], 0, 1));
    }

    private static string HashInOrder(VmaDeviceStream stream, int bufferSize)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[bufferSize];
        int read;
        while ((read = stream.Read(buffer, 0, buffer.Length)) > 0)
        {
            hash.AppendData(buffer, 0, read);
        }

        return Corpus.Hex(hash.GetHashAndReset());
    }

    private static byte[] ReadAll(VmaDevice device)
    {
        using VmaDeviceStream stream = device.OpenRead();
        using MemoryStream copy = new();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
