using System;
using System.IO;
using System.Security.Cryptography;
using VmaTools.Compression;
using VmaTools.Indexing;
using VmaTools.Sources;
using VmaTools.Tests.Archives;
using Xunit;

namespace VmaTools.Tests.Indexing;

/// <summary>Files of zstd's seekable format, which need no index. The one here is by a foreign encoder, in frames of 16 KiB.</summary>
public sealed class SeekTableTests : IDisposable
{
    private static readonly byte[] Seekable = File.ReadAllBytes(Fixtures.Path("zstd/seekable.vma.zst"));

    /// <summary>The same content by zstd's own example, whose table has checksums.</summary>
    private static readonly byte[] WithChecksums = File.ReadAllBytes(Fixtures.Path("zstd/seekable-checksums.vma.zst"));

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_device_is_read_without_an_index(bool hasChecksums)
    {
        string path = Put(hasChecksums ? WithChecksums : Seekable);
        using VmaArchive archive = VmaArchive.Open(path);
        DiskSink disks = new();
        Assert.True(archive.ReadForward([disks]).IsValid);
        Assert.NotEmpty(archive.Devices);
        foreach (VmaDevice device in archive.Devices)
        {
            using VmaDeviceStream stream = device.OpenRead();
            Assert.Equal(disks[device.DeviceId].Hash(device.Size), Corpus.Hex(SHA256.HashData(stream)));
            stream.Position = device.Size / 2;
            byte[] half = new byte[(int)Math.Min(100_000, device.Size - stream.Position)];
            stream.ReadExactly(half);
            stream.Position = device.Size / 2;
            Assert.Equal(half[0], stream.ReadByte());
        }

        Assert.Null(archive.FindIndex());
        Assert.False(File.Exists(IndexStore.CachePathOf(path)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_byte_is_that_of_the_stream(bool hasChecksums)
    {
        byte[] decoded = Decode(Seekable);
        SeekableArchive archive = SeekableArchive.TryOpen(new FileSource(Put(hasChecksums ? WithChecksums : Seekable), 1 << 27))!;
        using RandomBytes proven = archive.OpenBytes();
        using RandomBytes hops = archive.OpenHops();
        Assert.Equal(decoded.Length, proven.Length);
        Random random = new(3);
        for (int i = 0; i < 300; i++)
        {
            int at = random.Next(decoded.Length);
            byte[] read = new byte[random.Next(1, 70_000)];
            RandomBytes bytes = i % 2 == 0 ? proven : hops;
            int count = bytes.ReadAt(at, read);
            Assert.Equal(Math.Min(read.Length, decoded.Length - at), count);
            Assert.Equal(decoded.AsSpan(at, count), read.AsSpan(0, count));
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-5)]
    [InlineData(-6)]
    [InlineData(-9)]
    [InlineData(-12)]
    [InlineData(-16)]
    public void A_table_that_does_not_fit_is_not_used(int at)
    {
        byte[] bytes = (byte[])Seekable.Clone();
        bytes[bytes.Length + at] ^= 4;
        string path = Put(bytes);

        // A size of the content is only found to be wrong where the archive does not end as it should.
        Assert.Equal(at == -12, SeekableArchive.TryOpen(new FileSource(path, 1 << 27)) is not null);

        using VmaArchive archive = VmaArchive.Open(path);
        DiskSink disks = new();
        archive.ReadForward([disks]);
        VmaDevice device = archive.Devices[0];
        using VmaDeviceStream stream = device.OpenRead();
        Assert.Equal(disks[device.DeviceId].Hash(device.Size), Corpus.Hex(SHA256.HashData(stream)));
    }

    [Fact]
    public void A_checksum_in_the_table_that_does_not_match_is_told()
    {
        const int EntrySize = 12;
        const int Foot = 9;
        byte[] bytes = (byte[])WithChecksums.Clone();
        bytes[^(Foot + EntrySize - 8)] ^= 1;
        SeekableArchive archive = SeekableArchive.TryOpen(new FileSource(Put(bytes), 1 << 27))!;
        using RandomBytes proven = archive.OpenBytes();
        VmaException thrown = Assert.Throws<VmaCompressionException>(() => proven.ReadAt(proven.Length - 1, new byte[1]));
        Assert.Contains("its checksum is another", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(1, proven.ReadAt(0, new byte[1]));
    }

    [Fact]
    public void Damage_is_never_handed_out()
    {
        byte[] decoded = Decode(Seekable);
        Random random = new(11);
        int refused = 0;
        for (int i = 0; i < 400; i++)
        {
            byte[] bytes = (byte[])Seekable.Clone();
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            string path = Put(bytes, $"{i}.vma.zst");
            if (SeekableArchive.TryOpen(new FileSource(path, 1 << 27)) is not { } archive)
            {
                continue;
            }

            using RandomBytes proven = archive.OpenBytes();
            for (int at = 0; at < Math.Min(decoded.Length, proven.Length); at += 16384)
            {
                byte[] read = new byte[16384];
                try
                {
                    int count = proven.ReadAt(at, read);
                    Assert.Equal(decoded.AsSpan(at, count), read.AsSpan(0, count));
                }
                catch (VmaException exception)
                {
                    Assert.Equal(path, exception.Path);
                    refused++;
                }
            }
        }

        Assert.True(refused > 100, $"{refused} refused");
    }

    private string Put(byte[] bytes, string name = "a.vma.zst")
    {
        File.WriteAllBytes(_folder.File(name), bytes);
        return _folder.File(name);
    }

    private static byte[] Decode(byte[] packed)
    {
        using ZstdStream stream = new(new MemoryStream(packed), leaveOpen: false);
        using MemoryStream decoded = new();
        stream.CopyTo(decoded);
        return decoded.ToArray();
    }
}
