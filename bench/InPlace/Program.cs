using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;

namespace VmaTools.Bench;

/// <summary>Measures what reading an archive in place costs, against reading it from front to back. See bench/README.md.</summary>
internal static class Program
{
    private const int ReadSize = 4096;

    /// <summary>Two random reads this near to each other in the archive may share what was decoded. Small archives have less room.</summary>
    private const long Apart = 128L << 20;

    /// <summary>How many reads back that is looked at: by then what was decoded has been forgotten.</summary>
    private const int Recent = 12;

    private static int Main(string[] args)
    {
        if (args.Length < 2)
        {
            Console.Error.WriteLine("usage: in-place {index|random|sequential} ARCHIVE [RUNS]");
            return 1;
        }

        using VmaArchive archive = VmaArchive.Open(args[1]);
        int runs = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 3;
        switch (args[0])
        {
            case "index":
                Index(archive, runs);
                break;
            case "random":
                Random(archive, runs);
                break;
            case "sequential":
                Sequential(archive, runs);
                break;
            default:
                return 1;
        }

        return 0;
    }

    /// <summary>Builds the index, against a pass over the archive that checks it.</summary>
    private static void Index(VmaArchive archive, int runs)
    {
        string path = Path.Combine(Path.GetTempPath(), $"in-place-{Guid.NewGuid():N}.vmaindex");
        try
        {
            VmaIndex? index = null;
            Pairs("index", "build", () => index = archive.BuildIndex(path), "pass", () => Pass(archive), runs);
            Print($"index       {index!.Size} bytes, {100.0 * index.Size / index.StoredLength:0.00} % of the archive, {index.Checkpoints} checkpoints");
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Reads the largest device from its first byte to its last, against the same pass.</summary>
    private static void Sequential(VmaArchive archive, int runs)
    {
        archive.LoadMap();
        VmaDevice largest = Largest(archive);
        byte[] buffer = new byte[1 << 20];
        Pairs(
            "sequential",
            "read",
            () =>
            {
                using VmaDeviceStream stream = largest.OpenRead();
                while (stream.Read(buffer, 0, buffer.Length) > 0)
                {
                }
            },
            "pass",
            () => Pass(archive),
            runs);
    }

    /// <summary>Reads a few bytes at random places that the archive stores, each far from those before, and then again.</summary>
    private static void Random(VmaArchive archive, int runs)
    {
        List<(int Device, long Offset, long Stored)> blocks = [];
        foreach (VmaExtent extent in archive.ReadExtents())
        {
            foreach (VmaCluster cluster in extent.Clusters.Where(static c => c.DataOffset is not null && (c.Mask & 1) != 0))
            {
                blocks.Add((cluster.DeviceId, cluster.ClusterNumber * 65536L, cluster.DataOffset!.Value));
            }
        }

        VmaDevice largest = Largest(archive);
        blocks = [.. blocks.Where(b => b.Device == largest.DeviceId)];
        long apart = Math.Min(Apart, blocks[^1].Stored / (4 * Recent));
        Random random = new(1);
        byte[] buffer = new byte[ReadSize];
        using VmaDeviceStream stream = largest.OpenRead();
        List<double> cold = [];
        List<double> again = [];
        Queue<long> recent = new();
        int warmUp = 20;
        while (cold.Count < runs * 100)
        {
            (int _, long offset, long stored) = blocks[random.Next(blocks.Count)];
            if (recent.Any(r => Math.Abs(r - stored) < apart))
            {
                continue;
            }

            recent.Enqueue(stored);
            if (recent.Count > Math.Min(Recent, blocks.Count / 4))
            {
                recent.Dequeue();
            }

            double first = Milliseconds(() => Read(stream, offset, buffer));
            double second = Milliseconds(() => Read(stream, offset, buffer));
            if (--warmUp < 0)
            {
                cold.Add(first);
                again.Add(second);
            }
        }

        Print($"random      {cold.Count} reads of 4 KiB: average {cold.Average():0.00} ms, median {Median(cold):0.00}, worst {cold.Max():0.00}; again: average {again.Average():0.000} ms, worst {again.Max():0.000}");
        PrintMemory("random");
    }

    private static VmaDevice Largest(VmaArchive archive) => archive.Devices.OrderByDescending(static d => d.Size).First();

    private static void Read(VmaDeviceStream stream, long offset, byte[] buffer)
    {
        stream.Position = offset;
        stream.ReadExactly(buffer);
    }

    private static void Pass(VmaArchive archive)
    {
        if (!archive.ReadForward([]).IsValid)
        {
            throw new InvalidDataException("The archive is damaged.");
        }
    }

    /// <summary>One run of each to warm up, then pairs, one after the other. The memory is that of the first run alone.</summary>
    private static void Pairs(string what, string name, Action one, string otherName, Action other, int runs)
    {
        one();
        PrintMemory(what);
        other();
        List<double> ones = [];
        List<double> others = [];
        for (int i = 0; i < runs; i++)
        {
            ones.Add(Milliseconds(one) / 1000);
            others.Add(Milliseconds(other) / 1000);
        }

        List<double> ratios = [.. ones.Select((t, i) => t / others[i])];
        Print($"{what,-11} {name} {Median(ones):0.00} s, {otherName} {Median(others):0.00} s, ratio {Median(ratios):0.00} ({ratios.Min():0.00} to {ratios.Max():0.00})");
    }

    private static void PrintMemory(string what)
    {
        using Process self = Process.GetCurrentProcess();
        Print($"{what,-11} peak memory {self.PeakWorkingSet64 >> 20} MiB");
    }

    private static double Milliseconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
