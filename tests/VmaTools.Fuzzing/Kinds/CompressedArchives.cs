using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using VmaTools.Tests.Archives;
using Xunit;

namespace VmaTools.Fuzzing;

/// <summary>
/// Compressed archives: damaged within and compressed rightly, damaged as files are, or put together of pieces in the wrong order. A
/// stream, a pipe, a file and several threads find the same; within, it is what is found uncompressed; and what is whole reads at any
/// offset as it came.
/// </summary>
internal sealed class CompressedArchives : Kind
{
    private const long MostRead = 32 << 20;

    private static readonly Lazy<byte[]> Sound = new(static () => PlainArchives.Small().Build());

    private static readonly Dictionary<string, Func<byte[], byte[]>> Ways = new()
    {
        ["zstd"] = static bytes => Frame(new ZstdCompressor(3), bytes),
        ["zstd-fast"] = static bytes => Frame(new ZstdCompressor(1), bytes),
        ["gzip"] = Gzip,
        ["lzop"] = static bytes => new Tool("lzop") is { Exists: true } tool ? tool.Filter(bytes, "-c") : Gzip(bytes),
        ["bzip2"] = static bytes => new Tool("bzip2") is { Exists: true } tool ? tool.Filter(bytes, "-c1") : Gzip(bytes),
    };

    private readonly Dictionary<string, byte[]> _made = [];

    public override int Usual => 400;

    public override IReadOnlyList<string> Reached =>
        ["inside findings", "outside sound", "outside " + VmaCodes.CompressedDataCorrupt, "pieces findings"];

    public override string Try(int seed)
    {
        Random random = new(seed);
        string way = Ways.Keys.ElementAt(random.Next(Ways.Count));
        bool isProgram = way is "lzop" or "bzip2";
        switch (random.Next(isProgram ? 1 : 3))
        {
            case 0:
                if (!_made.TryGetValue(way, out byte[]? sound))
                {
                    sound = Ways[way](Sound.Value);
                    _made.Add(way, sound);
                }

                return "outside " + Compare(Mutator.Change(sound, random), seed).Outcome;
            case 1:
                byte[] plain = PlainArchives.Mutate(random);
                (string outcome, string found) = Compare(Ways[way](plain), seed);
                if (plain.Length > 0)
                {
                    Assert.Equal(Read(VmaArchive.Open, new MemoryStream(plain)).Found, found);
                }

                return "inside " + outcome;
            default:
                List<byte[]> pieces = [.. Sound.Value.Chunk(40_000 + random.Next(300_000)).Select(Ways[way])];
                int moved = random.Next(pieces.Count);
                pieces.Insert(random.Next(pieces.Count), pieces[moved]);
                if (random.Next(2) == 0)
                {
                    pieces.RemoveAt(random.Next(pieces.Count));
                }

                return "pieces " + Compare([.. pieces.SelectMany(static p => p)], seed).Outcome;
        }
    }

    private static byte[] Frame(VmaCompressor compressor, byte[] bytes)
    {
        using VmaFrameEncoder encoder = compressor.CreateEncoder();
        byte[] frame = new byte[encoder.GetMaxSize(bytes.Length)];
        return frame[..encoder.Encode(bytes, frame)];
    }

    public static byte[] Gzip(byte[] bytes)
    {
        using MemoryStream result = new();
        using (GZipStream stream = new(result, CompressionLevel.Fastest, leaveOpen: true))
        {
            stream.Write(bytes);
        }

        return result.ToArray();
    }

    private (string Outcome, string Found) Compare(byte[] bytes, int seed)
    {
        string path = Folder.File("archive.vma.some");
        File.WriteAllBytes(path, bytes);
        (string outcome, string found) = Read(VmaArchive.Open, new MemoryStream(bytes));
        Assert.Equal(found, Read(VmaArchive.Open, TricklingStream.AsPipe(new MemoryStream(bytes), seed)).Found);
        foreach (int threads in new[] { 1, 3 })
        {
            VmaOpenOptions options = new() { ThrottleLimit = threads };
            Assert.Equal(found, Read(static (f, _, o, _) => VmaArchive.Open(((FileStream)f).Name, o), File.OpenRead(path), options, readsBack: true).Found);
        }

        return (outcome, found);
    }

    private static (string Outcome, string Found) Read(
        Func<Stream, bool, VmaOpenOptions?, System.Threading.CancellationToken, VmaArchive> open, Stream stream, VmaOpenOptions? options = null, bool readsBack = false)
    {
        using Stream source = stream;
        try
        {
            using VmaArchive archive = open(stream, true, options, default);
            DiskSink disks = new();
            VmaPassResult pass = archive.ReadForward([disks]);
            IEnumerable<string> found = pass.Findings.Select(static f => $"{f.Code} {f.Severity} {f.Offset} {f.Extent} {f.DeviceId} {f.Cluster}");
            IEnumerable<string> devices = pass.Devices.Select(d =>
                $"{d.Device.Name} {d.IsWhole} {d.StoredBytes} {d.ZeroBytes} {d.MissingBytes} {(d.IsWhole && d.Length <= MostRead ? disks[d.Device.DeviceId].Hash(d.Length) : null)}");
            foreach (VmaDeviceResult device in pass.Devices.Where(d => readsBack && d.IsWhole && d.Length <= MostRead))
            {
                using VmaDeviceStream back = device.Device.OpenRead();
                byte[] content = new byte[device.Length];
                back.ReadExactly(content);
                Assert.True(content.AsSpan().SequenceEqual(disks[device.Device.DeviceId].ToArray(device.Length)), $"{device.Device.Name} reads differently");
            }

            return (pass.Findings.Count == 0 ? "sound" : pass.Findings.Select(static f => f.Code).FirstOrDefault(static c => c.StartsWith("Compress", StringComparison.Ordinal)) ?? "findings", string.Join('\n', found.Concat(devices)));
        }
        catch (VmaException exception)
        {
            return (exception.Code, $"{exception.Code} {exception.Offset}");
        }
    }
}
