using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Tests.Archives;
using VmaTools.Tests.Indexing;
using VmaTools.Tests.Network;
using Xunit;

namespace VmaTools.Fuzzing;

/// <summary>Much at once, and often: everything that is read is right, and neither handles nor memory stay behind.</summary>
internal sealed class Load : IDisposable
{
    private const int FewHandles = 8;
    private const long LittleMemory = 8 << 20;

    public static readonly IReadOnlyDictionary<string, Action<Load>> All = new SortedDictionary<string, Action<Load>>(StringComparer.Ordinal)
    {
        ["cycles"] = static l => l.Cycles(10_000),
        ["folder"] = static l => l.Folder(1_000_000),
        ["limits"] = static l => l.Limits(),
        ["nbd"] = static _ => Clients(100, 40),
        ["sparse"] = static l => l.Sparse(4L << 40),
        ["streams"] = static l => l.Streams(200, 60),
    };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Runs one, and tells what it took.</summary>
    public static string Run(string name)
    {
        using Load load = new();
        Stopwatch watch = Stopwatch.StartNew();
        (int handlesBefore, long memoryBefore) = Held();
        All[name](load);
        (int handles, long memory) = Held();
        using Process self = Process.GetCurrentProcess();
        return $"{name}: {watch.Elapsed.TotalSeconds:F0} s, handles {handlesBefore} to {handles}, memory held {memoryBefore >> 10} to {memory >> 10} KiB, at most {self.PeakWorkingSet64 >> 20} MiB";
    }

    /// <summary>Opens, reads and closes a plain and a compressed archive over and over. After the first tenth nothing grows.</summary>
    /// <param name="count">How often.</param>
    public void Cycles(int count)
    {
        string[] paths = [_folder.File("plain.vma"), _folder.File("packed.vma.gz")];
        File.WriteAllBytes(paths[0], PlainArchives.Small().Build());
        File.WriteAllBytes(paths[1], CompressedArchives.Gzip(PlainArchives.Small().Build()));
        byte[] disk = PlainArchives.Small().Disk(1);
        (int Handles, long Memory) early = default;
        for (int i = 0; i < count; i++)
        {
            using (VmaArchive archive = VmaArchive.Open(paths[i % 2]))
            using (VmaDeviceStream stream = archive.Devices[0].OpenRead())
            {
                byte[] content = new byte[stream.Length];
                stream.ReadExactly(content);
                Assert.True(content.AsSpan().SequenceEqual(disk));
            }

            if (i == count / 10)
            {
                early = Held();
            }
        }

        (int handles, long memory) = Held();
        Assert.InRange(handles, 0, early.Handles + FewHandles);
        Assert.InRange(memory, 0, early.Memory + LittleMemory);
    }

    /// <summary>Streams of a plain and an indexed archive, all open and read at once, each at places of its own.</summary>
    public void Streams(int count, int reads)
    {
        string plain = _folder.File("plain.vma");
        string packed = _folder.File("packed.vma.gz");
        File.WriteAllBytes(plain, IndexSamples.Plain);
        File.WriteAllBytes(packed, IndexSamples.Compress("gzip-framework"));
        using VmaArchive first = VmaArchive.Open(plain);
        using VmaArchive second = VmaArchive.Open(packed);
        DiskSink disks = new();
        first.ReadForward([disks]);
        byte[] disk = disks[1].ToArray(first.FindDevice(1)!.Size);
        second.BuildIndex(_folder.File("index"));
        using VmaArchive indexed = VmaArchive.Open(packed, new VmaOpenOptions { IndexPath = _folder.File("index") });
        InParallel(count, number =>
        {
            Random random = new(number);
            using VmaDeviceStream stream = (number % 2 == 0 ? first : indexed).FindDevice(1)!.OpenRead();
            for (int i = 0; i < reads; i++)
            {
                byte[] piece = new byte[1 + random.Next(200_000)];
                int at = random.Next(disk.Length - piece.Length);
                stream.Position = at;
                stream.ReadExactly(piece);
                Assert.True(disk.AsSpan(at, piece.Length).SequenceEqual(piece), $"stream {number} at {at}");
            }
        });
    }

    /// <summary>Clients of one NBD server, all connected at once.</summary>
    public static void Clients(int count, int reads)
    {
        using VmaNbdServer server = VmaNbdServer.Start(VmaArchive.Open(new MemoryStream(PlainArchives.Small().Build())), new VmaNbdServerOptions { Port = 0, MaxConnections = count });
        byte[] disk = PlainArchives.Small().Disk(1);
        using Barrier together = new(count);
        InParallel(count, number =>
        {
            Random random = new(number);
            using NbdClient client = new(server.Port!.Value);
            client.Enter("drive-scsi0", isStructured: number % 2 == 0);
            together.SignalAndWait();
            for (int i = 0; i < reads; i++)
            {
                int length = 1 + random.Next(100_000);
                int at = random.Next(disk.Length - length);
                byte[] got;
                if (number % 2 == 0)
                {
                    got = client.ReadChunked((ulong)at, (uint)length).Data;
                }
                else
                {
                    client.Request(0, (ulong)at, (uint)length);
                    got = client.Simple((uint)length).Data;
                }

                Assert.True(disk.AsSpan(at, length).SequenceEqual(got), $"client {number} at {at}");
            }
        });
    }

    /// <summary>As many devices and configs as there can be, written and read back.</summary>
    public void Limits()
    {
        string path = _folder.File("most.vma.zst");
        using (VmaCreation creation = new(new VmaCreationOptions { Compressor = new ZstdCompressor(1) }))
        {
            for (int i = 0; i < 256; i++)
            {
                creation.AddConfig($"config{i}", [(byte)i, 1]);
            }

            for (int i = 0; i < VmaCreation.MaxDeviceCount; i++)
            {
                creation.AddStream($"drive-scsi{i}", new MemoryStream(Splice.Noise(65536 + (512 * i), i)));
            }

            creation.Run(path);
        }

        using VmaArchive archive = VmaArchive.Open(path);
        Assert.True(VmaArchiveTest.Run(path).IsValid);
        Assert.Equal(256, archive.Configs.Count);
        Assert.Equal(VmaCreation.MaxDeviceCount, archive.Devices.Count);
        VmaExport export = new(archive);
        foreach (VmaDevice device in archive.Devices)
        {
            export.Add(device, _folder.File(device.Name));
        }

        Assert.Equal(VmaCreation.MaxDeviceCount, export.Run().Outputs.Count);
        Assert.All(archive.Devices, (d, i) => Assert.True(Splice.Noise(65536 + (512 * i), i).AsSpan().SequenceEqual(File.ReadAllBytes(_folder.File(d.Name))), d.Name));
    }

    /// <summary>A sparse disk of that length: packed, tested, and exported with its holes.</summary>
    public void Sparse(long length)
    {
        string disk = _folder.File("disk.raw");
        byte[] piece = Splice.Noise(65536);
        long[] places = [0, length / 3 / 65536 * 65536, length - piece.Length];
        using (FileStream file = File.Create(disk))
        {
            foreach (long place in places)
            {
                file.Position = place;
                file.Write(piece);
            }
        }

        string path = _folder.File("archive.vma.zst");
        using (VmaCreation creation = new(new VmaCreationOptions { Compressor = new ZstdCompressor(1) }))
        {
            creation.AddFile("drive-scsi0", disk);
            creation.Run(path);
        }

        File.Delete(disk);
        Assert.True(VmaArchiveTest.Run(path).IsValid);
        using VmaArchive archive = VmaArchive.Open(path);
        VmaExport export = new(archive);
        export.Add(archive.Devices[0], disk);
        export.Run();
        Assert.Equal(length, new FileInfo(disk).Length);
        using FileStream back = File.OpenRead(disk);
        foreach (long place in places)
        {
            byte[] got = new byte[piece.Length];
            back.Position = place;
            back.ReadExactly(got);
            Assert.Equal(piece, got);
        }
    }

    /// <summary>A folder with so many files, of which every thousandth is a backup.</summary>
    public void Folder(int count)
    {
        string folder = Directory.CreateDirectory(_folder.File("folder")).FullName;
        for (int i = 0; i < count; i++)
        {
            string name = i % 1000 == 0 ? $"vzdump-qemu-{100 + (i / 1000)}-2026_11_20-02_00_03.vma.zst" : $"file-{i}";
            File.OpenHandle(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write).Dispose();
        }

        Stopwatch watch = Stopwatch.StartNew();
        Assert.Equal(count / 1000, BackupScanner.Scan(folder).Count());
        Console.WriteLine($"The scan took {watch.Elapsed.TotalSeconds:F1} s.");
    }

    private static void InParallel(int count, Action<int> work) => Task.WaitAll(
        [.. Enumerable.Range(0, count).Select(n => Task.Factory.StartNew(() => work(n), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))]);

    private static (int Handles, long Memory) Held()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        int handles = Directory.Exists("/proc/self/fd") ? Directory.GetFiles("/proc/self/fd").Length : 0;
        return (handles, GC.GetTotalMemory(forceFullCollection: true));
    }
}
