using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Tests.Archives;
using Xunit;

namespace VmaTools.Fuzzing;

/// <summary>Archives of any disks and configs: written twice they are the same bytes, they are valid, and read back as what they were made of.</summary>
internal sealed class WrittenArchives : Kind
{
    public override int Usual => 150;

    public override IReadOnlyList<string> Reached => [VmaCompression.None, VmaCompression.Gzip, VmaCompression.Zstd];

    public override string Try(int seed)
    {
        Random random = new(seed);
        Dictionary<string, byte[]> disks = Enumerable.Range(0, random.Next(4)).ToDictionary(static i => $"drive-scsi{i}", _ => Disk(random));
        Dictionary<string, byte[]> configs = Enumerable.Range(0, random.Next(4)).ToDictionary(static i => $"part{i}.conf", _ => Splice.Noise(random.Next(random.Next(4) == 0 ? VmaCreation.MaxConfigSize : 300), random.Next()));
        VmaCreationOptions options = new()
        {
            Uuid = new Guid(Splice.Noise(16, seed)).ToString(),
            CreationTime = DateTime.UnixEpoch.AddSeconds(random.Next()),
            Compressor = random.Next(3) switch { 0 => null, 1 => new GzipCompressor(1), _ => new ZstdCompressor(1 + random.Next(3)) },
        };
        byte[] archive = Write(options, disks, configs);
        Assert.Equal(archive, Write(options, disks, configs));
        VmaTestResult test = VmaArchiveTest.Run(new MemoryStream(archive));
        Assert.True(test.IsValid, string.Join('\n', test.Findings));
        string path = Folder.File("archive");
        File.WriteAllBytes(path, archive);
        using VmaArchive opened = VmaArchive.Open(path);
        Assert.Equal(configs, opened.Configs.ToDictionary(static c => c.Name, static c => c.GetBytes()));
        DiskSink sink = new();
        opened.ReadForward([sink]);
        Assert.Equal(disks.Keys, opened.Devices.Select(static d => d.Name));
        foreach (VmaDevice device in opened.Devices)
        {
            byte[] disk = disks[device.Name];
            using VmaDeviceStream stream = device.OpenRead();
            byte[] content = new byte[stream.Length];
            stream.ReadExactly(content);
            Assert.True(disk.AsSpan().SequenceEqual(content.AsSpan(0, disk.Length)), device.Name);
            Assert.True(disk.AsSpan().SequenceEqual(sink[device.DeviceId].ToArray(content.Length).AsSpan(0, disk.Length)), device.Name);
            Assert.True(content.AsSpan(disk.Length).IndexOfAnyExcept((byte)0) < 0 && content.Length - disk.Length < 512, device.Name);
        }

        return opened.Compression;
    }

    private static byte[] Write(VmaCreationOptions options, Dictionary<string, byte[]> disks, Dictionary<string, byte[]> configs)
    {
        using VmaCreation creation = new(options);
        foreach ((string name, byte[] config) in configs)
        {
            creation.AddConfig(name, config);
        }

        foreach ((string name, byte[] disk) in disks)
        {
            creation.AddStream(name, new MemoryStream(disk));
        }

        using MemoryStream output = new();
        creation.Run(output);
        return output.ToArray();
    }

    /// <summary>Blocks of zeros, of noise and of little, of any length.</summary>
    private static byte[] Disk(Random random)
    {
        byte[] disk = new byte[512 * random.Next(1, 1 << random.Next(1, 12))];
        for (int at = 0; at < disk.Length; at += 4096)
        {
            Span<byte> block = disk.AsSpan(at, Math.Min(4096, disk.Length - at));
            switch (random.Next(4))
            {
                case 0:
                    random.NextBytes(block);
                    break;
                case 1:
                    block[random.Next(block.Length)] = (byte)random.Next(1, 256);
                    break;
            }
        }

        return disk;
    }
}
