using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Security.Cryptography;
using Xunit;

namespace VmaTools.Tests.Archives;

/// <summary>
/// A vmstate's size is an estimate, and what comes behind it counts. Whoever reads one says the same of it: wherever its size lies
/// in a cluster and in a block, whatever is in the block across the size, and whether more follows in the same extent or a later one.
/// </summary>
public sealed class VmstateTests : IDisposable
{
    private const int Cluster = ArchiveForge.ClusterSize;
    private const int Block = ArchiveForge.BlockSize;
    private const int Id = 3;

    private readonly TempFolder _folder = new();

    public static TheoryData<int> Sizes =>
    [
        1, 36, 512, 1000, Block - 1, Block, Block + 1, Block + 512, (7 * Block) + 36, Cluster - 1, Cluster, Cluster + 1, Cluster + 100,
        Cluster + Block, (2 * Cluster) - Block, (2 * Cluster) - Block + 7, (2 * Cluster) + (9 * Block) + 512, 5 * Cluster,
    ];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Sizes))]
    public void All_who_read_it_agree(int size)
    {
        Random random = new(size);
        int runs = Trials.Of(12);
        for (int run = 0; run < runs; run++)
        {
            (byte[] archive, byte[] content) = Make(size, random);
            Check(archive, content, compress: run % 2 == 1);
        }
    }

    [Theory]
    [InlineData("vmstate-hash-block.vma.zst")]
    [InlineData("vmstate-hash-block2.vma.zst")]
    [InlineData("vmstate-unaligned-zero.vma.zst")]
    public void Archives_that_were_read_differently_once(string name)
    {
        byte[] stored = File.ReadAllBytes(Fixtures.Path("hostile/" + name));
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(stored));
        DiskSink disks = new();
        VmaDeviceResult result = archive.ReadForward([disks]).Devices.Single(static d => d.Device.IsVmstate);
        Assert.True(result.IsWhole);
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, stored);
        using VmaArchive file = VmaArchive.Open(path);
        using VmaDeviceStream stream = file.FindDevice(result.Device.DeviceId)!.OpenRead();
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        CheckFile(path, result.Device.DeviceId, content);
    }

    [Fact]
    public void Archives_with_different_data_behind_a_flush_do_not_prove_each_other()
    {
        string Hash(string name) => VmaHashing.Run(Fixtures.Path("hostile/" + name)).Hashes.Single(static h => h.DeviceId is not null).Hash;
        Assert.NotEqual(Hash("vmstate-hash-block.vma.zst"), Hash("vmstate-hash-block2.vma.zst"));
        VmaManifest manifest = VmaManifest.Create(Fixtures.Path("hostile/vmstate-hash-block.vma.zst"));
        VmaTestResult own = VmaArchiveTest.Run(Fixtures.Path("hostile/vmstate-hash-block.vma.zst"), new VmaTestOptions { Manifest = manifest });
        VmaTestResult other = VmaArchiveTest.Run(Fixtures.Path("hostile/vmstate-hash-block2.vma.zst"), new VmaTestOptions { Manifest = manifest });
        Assert.True(own.IsValid);
        Assert.Contains(other.Findings, static f => f.Code == VmaCodes.ManifestMismatch);
    }

    [Fact]
    public void Zeros_behind_its_size_come_at_once_where_data_follows()
    {
        ArchiveForge forge = new ArchiveForge().Device(Id, "vmstate", 1000);
        uint next = 0;
        for (int extent = 0; extent < 50; extent++)
        {
            forge.Extent(e =>
            {
                for (int i = 0; i < 59; i++, next++)
                {
                    e.Zero(Id, next);
                }
            });
        }

        forge.Extent(e => e.Cluster(Id, next, 0x8000));
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(forge.Build()));
        Calls calls = new();
        Assert.True(archive.ReadForward([calls]).Devices.Single().IsWhole);
        long data = ((long)next * Cluster) + Cluster - Block;
        Assert.Equal([(0, 1000, false), (1000, ((long)next * Cluster) - 1000, false), ((long)next * Cluster, Cluster - Block, false), (data, Block, true)], calls.All);
    }

    [Fact]
    public void What_lost_extents_may_have_held_is_no_zeros()
    {
        byte[] bytes = new ArchiveForge().Device(Id, "vmstate", 10 * Cluster)
            .Extent(static e => e.Cluster(Id, 0))
            .Extent(static e => e.Cluster(Id, 1).SpoilMd5())
            .Build();
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(bytes));
        VmaDeviceMeasure measure = VmaDeviceMeasure.Run(archive).Single();
        Assert.Equal((Cluster, 0L, 9L * Cluster), (measure.StoredBytes, measure.ZeroBytes, measure.MissingBytes));
        using VmaDeviceStream stream = archive.Devices[0].OpenRead();
        byte[] buffer = new byte[2 * Cluster];
        Assert.Equal(Cluster, stream.Read(buffer));
        Assert.Equal(VmaCodes.ClusterMissing, Assert.ThrowsAny<VmaException>(() => stream.Read(buffer)).Code);
    }

    private sealed class Calls : VmaSink
    {
        public List<(long Offset, long Length, bool IsData)> All { get; } = [];

        public override void OnData(VmaDevice device, long offset, ReadOnlySpan<byte> data) => All.Add((offset, data.Length, true));

        public override void OnZeros(VmaDevice device, long offset, long length) => All.Add((offset, length, false));
    }

    /// <summary>An archive with a vmstate of that size in its header, and what is right to read of it.</summary>
    private static (byte[] Archive, byte[] Content) Make(int size, Random random)
    {
        uint straddling = (uint)(size / Cluster);
        uint clusters = (uint)random.Next(0, (int)straddling + 4);
        ArchiveForge forge = new ArchiveForge().Device(1, "drive-scsi0", Cluster).Device(Id, "vmstate", size).Extent(static e => e.Cluster(1, 0));
        byte[] content = new byte[(clusters + 1) * Cluster > size ? (int)(clusters + 1) * Cluster : size];
        long length = size;
        uint next = 0;
        while (next < clusters)
        {
            forge.Extent(e =>
            {
                for (int i = random.Next(1, 4); i > 0 && next < clusters; i--, next++)
                {
                    ushort mask = random.Next(4) switch { 0 => 0, 1 => 0xffff, 2 => (ushort)(1 << random.Next(16)), _ => (ushort)random.Next(65536) };
                    List<byte> data = [];
                    for (int block = 0; block < 16; block++)
                    {
                        long at = (next * (long)Cluster) + (block * Block);
                        if ((mask & (1 << block)) != 0)
                        {
                            byte[] bytes = ArchiveForge.Block(Id, next, block);
                            int beyond = (int)Math.Clamp(at + Block - size, 0, Block);
                            bool isPadded = at < size && beyond > 0 && random.Next(2) == 0;
                            bytes.AsSpan(Block - (isPadded ? beyond : 0)).Clear();
                            bytes.CopyTo(content, at);
                            data.AddRange(bytes);
                            length = Math.Max(length, isPadded ? size : at + Block);
                        }
                    }

                    e.Slot(((ulong)mask << 48) | ((ulong)Id << 32) | next, [.. data]);
                }
            });
        }

        return (forge.Build(), content[..(int)length]);
    }

    private void Check(byte[] archive, byte[] content, bool compress)
    {
        Reading reading = Reading.Of(archive);
        Assert.DoesNotContain(reading.Pass.Findings, static f => f.IsError);
        Assert.Equal(content, reading.Disks[Id].ToArray(content.Length));
        VmaDeviceResult result = reading.Pass.Devices.Single(static d => d.Device.DeviceId == Id);
        Assert.Equal((content.Length, content.Length, 0L), (result.Length, result.StoredBytes + result.ZeroBytes, result.MissingBytes));

        string path = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));
        using (FileStream file = File.Create(path))
        using (Stream stream = compress ? new GZipStream(file, CompressionLevel.Fastest) : file)
        {
            stream.Write(archive);
        }

        CheckFile(path, Id, content);
    }

    private static void CheckFile(string path, int id, byte[] content)
    {
        string digest = Convert.ToHexString(SHA256.HashData(content));
        Assert.Equal(digest, VmaHashing.Run(path).Hashes.Single(h => h.DeviceId == id).Hash);
        using VmaArchive archive = VmaArchive.Open(path);
        VmaDevice device = archive.FindDevice(id)!;
        VmaDeviceMeasure measure = VmaDeviceMeasure.Run(archive).Single(m => m.DeviceId == id);
        Assert.Equal(
            (content.Length, content.Length, 0L),
            (measure.Size, measure.StoredBytes + measure.ZeroBytes, measure.MissingBytes));
        Assert.Equal(measure.StoredBytes, measure.Cells.Sum(static c => c.StoredBytes));
        Assert.Equal(content.Length, measure.Cells.Sum(static c => c.Size));
        Assert.Equal(0, measure.Cells.Sum(static c => c.MissingBytes));
        Assert.Equal(content.Length, measure.Ranges().Sum(static r => r.Size));
        Assert.Equal(content, ReadAll(device));

        string exported = path + ".raw";
        VmaExport export = new(archive);
        export.Add(device, exported);
        Assert.Null(Assert.Single(export.Run().Outputs).Error);
        Assert.Equal(content, File.ReadAllBytes(exported));

        using (VmaDeviceStream stream = device.OpenRead())
        using (FileStream file = File.OpenRead(exported))
        {
            Assert.Empty(VmaComparison.Compare(stream, file));
        }

        // An archive made of it has a size that is rounded up, and the same bytes.
        string created = path + ".vma";
        using (VmaCreation creation = new())
        {
            creation.AddDevice(device);
            creation.Run(created);
        }

        using (VmaArchive again = VmaArchive.Open(created))
        {
            byte[] padded = new byte[(content.Length + 511) / 512 * 512];
            content.CopyTo(padded, 0);
            Assert.Equal(padded, ReadAll(again.Devices.Single()));
        }

        string salvaged = path + ".incomplete.raw";
        using VmaSalvage salvage = VmaSalvage.Open(path);
        VmaSalvageReport report = Assert.Single(salvage.Run(new Dictionary<int, string> { [id] = salvaged }));
        Assert.Equal(content, File.ReadAllBytes(salvaged));
        Assert.Equal((content.Length, 0L), (report.Size, report.LostBytes));
    }

    private static byte[] ReadAll(VmaDevice device)
    {
        using VmaDeviceStream stream = device.OpenRead();
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
