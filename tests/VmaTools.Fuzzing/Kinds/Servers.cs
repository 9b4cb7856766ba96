using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Indexing;
using VmaTools.Sources;
using VmaTools.Tests.Archives;
using VmaTools.Tests.Indexing;
using Xunit;

namespace VmaTools.Fuzzing;

/// <summary>
/// Servers that say anything: lengths, ranges, tags and places that are wrong, answers that break off or never end, heads that are none.
/// What comes of it is the archive's data or one error of ours, and little is taken from a server that has no end. Only an index that somebody
/// made so may say what it likes of where disks are.
/// </summary>
internal sealed class Servers : Kind
{
    /// <summary>More than the largest archive here, and what was on its way when somebody turned away.</summary>
    private const long MostSent = 48 << 20;

    private const int WaysToSpoil = 16;

    private static readonly string[] Ways = ["plain", "framed", "gzip-framework"];

    private readonly HttpHost _host = new();
    private readonly Dictionary<string, (byte[] Archive, byte[] Index)> _samples = [];
    private readonly byte[][] _truth;
    private readonly RemoteSettings _settings = new()
    {
        Delay = static (_, _) => Task.CompletedTask,
        Patience = TimeSpan.FromSeconds(20),
    };

    public Servers()
    {
        using (VmaArchive archive = VmaArchive.Open(new MemoryStream(IndexSamples.Plain)))
        {
            _truth = [.. archive.Devices.Select(ContentOf)];
        }

        foreach (string way in Ways)
        {
            byte[] bytes = way switch
            {
                "plain" => IndexSamples.Plain,
                "framed" => Framed(),
                _ => IndexSamples.Compress(way),
            };
            string path = Folder.File(way);
            File.WriteAllBytes(path, bytes);
            IndexSamples.Store(path).Build(path + ".vmaindex", null, CancellationToken.None).Dispose();
            _samples.Add(way, (bytes, File.ReadAllBytes(path + ".vmaindex")));
        }
    }

    public override int Usual => 120;

    public override IReadOnlyList<string> Reached => ["data", VmaCodes.RemoteAnswerInvalid, VmaCodes.SourceChanged];

    public override void Dispose()
    {
        _host.Dispose();
        base.Dispose();
    }

    public override string Try(int seed)
    {
        Random random = new(seed);
        (byte[] archive, byte[] index) = _samples[Ways[random.Next(Ways.Length)]];
        string name = $"/{seed.ToString(CultureInfo.InvariantCulture)}.vma";
        bool isForged = false;
        _host.Files.Clear();
        _host.Files[name] = archive;
        switch (random.Next(6))
        {
            case 0:
                break;
            case 1:
                _host.Files[name + ".vmaindex"] = Mutator.Change(index, random);
                break;
            case 2:
                isForged = true;
                _host.Files[name + ".vmaindex"] = new Resealed(index).Spoil(random);
                break;
            default:
                _host.Files[name + ".vmaindex"] = index;
                break;
        }

        // The first answers are right more often: else nobody comes any further.
        int sound = random.Next(4) == 0 ? 0 : random.Next(12);
        int one = random.Next(2) == 0 ? 1 : 1 + random.Next(8);
        int kind = random.Next(3) == 0 ? random.Next(WaysToSpoil) : -1;
        int count = 0;
        _host.Answer = asked =>
        {
            int number = Interlocked.Increment(ref count);
            Random own = new(unchecked((seed * 397) + number));
            return number <= sound || own.Next(one) > 0 ? null : Spoil(_host.Serve(asked), asked, kind < 0 ? own.Next(WaysToSpoil) : kind, own);
        };

        long before = _host.Sent;
        string address = _host.AddressOf(name);
        string outcome;
        try
        {
            using VmaArchive opened = VmaArchive.Open(address, new VmaOpenOptions { Remote = _settings, ThrottleLimit = 1 + random.Next(2) });
            outcome = random.Next(3) switch
            {
                0 => Pass(opened, isForged),
                1 => ReadAll(opened, isForged),
                _ => ReadHereAndThere(opened, isForged, random),
            };
        }
        catch (VmaException exception)
        {
            Assert.NotEmpty(exception.Code);
            outcome = exception.Code;
        }

        Assert.InRange(_host.Sent - before, 0, MostSent);
        foreach (VmaIndex kept in VmaIndex.GetOf(address))
        {
            kept.Delete();
        }

        return outcome;
    }

    private string Pass(VmaArchive archive, bool isForged)
    {
        DiskSink disks = new();
        VmaPassResult result = archive.ReadForward([disks]);
        if (!result.IsValid)
        {
            return result.Findings[0].Code;
        }

        foreach ((VmaDevice device, byte[] truth) in archive.Devices.Zip(_truth))
        {
            Assert.True(isForged || truth.AsSpan().SequenceEqual(disks[device.DeviceId].ToArray(device.Size)), "other bytes");
        }

        return "data";
    }

    private string ReadAll(VmaArchive archive, bool isForged)
    {
        foreach ((VmaDevice device, byte[] truth) in archive.Devices.Zip(_truth))
        {
            Assert.True(ContentOf(device).AsSpan().SequenceEqual(truth) || isForged, "other bytes");
        }

        return "data";
    }

    private string ReadHereAndThere(VmaArchive archive, bool isForged, Random random)
    {
        using Stream stream = archive.Devices[0].OpenRead();
        byte[] part = new byte[30_000];
        for (int i = 0; i < 5; i++)
        {
            int at = random.Next(_truth[0].Length - part.Length);
            stream.Position = at;
            int read = stream.ReadAtLeast(part, part.Length, throwOnEndOfStream: false);
            Assert.True(isForged || (read == part.Length && part.AsSpan().SequenceEqual(_truth[0].AsSpan(at, part.Length))), $"other bytes at {at}");
        }

        return "data";
    }

    /// <summary>An answer with one thing wrong, or a few.</summary>
    private HttpSaid Spoil(HttpSaid said, HttpAsked asked, int way, Random random)
    {
        Dictionary<string, string> headers = new(said.Headers);
        byte[] body = said.Body;
        int status = said.Status;
        long? length = null;
        bool inChunks = false;
        bool isEndless = false;
        byte[]? head = null;
        (long from, long to) = asked.Range ?? (0, body.Length - 1);
        switch (way)
        {
            case 0:
                length = random.Next(4) switch { 0 => 0, 1 => body.Length + random.Next(1, 9), 2 => long.MaxValue, _ => random.Next(body.Length + 1) };
                break;
            case 1:
                length = -1;
                break;
            case 2:
                headers["Content-Range"] = $"bytes {Near(from, random)}-{Near(to, random)}/{Near(from + body.Length, random)}";
                break;
            case 3:
                headers["Content-Range"] = random.Next(5) switch { 0 => "bytes */*", 1 => "bytes 0-/9", 2 => "items 0-1/2", 3 => new string('9', 400), _ => "" };
                break;
            case 4:
                headers.Remove("Content-Range");
                break;
            case 5:
                body = body.AsSpan(0, random.Next(body.Length + 1)).ToArray();
                length = random.Next(2) == 0 ? said.Body.Length : null;
                break;
            case 6:
                body = [.. body, .. Splice.Noise(random.Next(1, 70_000), random.Next())];
                inChunks = random.Next(2) == 0;
                break;
            case 7:
                int[] statuses = [100, 101, 200, 204, 206, 300, 304, 400, 401, 403, 404, 408, 410, 412, 416, 418, 429, 500, 503, 511, 599, 999];
                status = statuses[random.Next(statuses.Length)];
                headers["Retry-After"] = random.Next(3) switch { 0 => "999999999", 1 => "-5", _ => "Wed, 01 Jan 2098 00:00:00 GMT" };
                break;
            case 8:
                int[] redirects = [301, 302, 303, 307, 308];
                string[] places = [asked.Target, "/other", "//127.0.0.1:1/x", "http://127.0.0.2:1/x", "https://127.0.0.1:1/x", "ftp://127.0.0.1/x", "http://", ":", "http://[::1", "\u00e9", new string('a', 70_000), _host.AddressOf(asked.Target) + "?again"];
                status = redirects[random.Next(redirects.Length)];
                headers["Location"] = places[random.Next(places.Length)];
                break;
            case 9:
                head = Mutator.Change(HttpHost.HeadOf(said), random);
                break;
            case 10:
                head = random.Next(4) switch
                {
                    0 => [],
                    1 => Splice.Noise(random.Next(1, 5000), random.Next()),
                    2 => Encoding.Latin1.GetBytes("HTTP/1.1 206 x\r\n" + string.Concat(Enumerable.Repeat("A: " + new string('b', 8000) + "\r\n", 60))),
                    _ => Encoding.Latin1.GetBytes("HTTP/1.1 206 x\r\nContent-Length: 5\r\nContent-Length: 7\r\nContent-Range: bytes 0-4/5\r\n\r\n"),
                };
                break;
            case 11:
                headers["ETag"] = random.Next(3) switch { 0 => "\"two\"", 1 => "W/\"one\"", _ => "no tag" };
                break;
            case 12:
                headers["Last-Modified"] = random.Next(2) == 0 ? "Wed, 01 Jan 2025 00:00:01 GMT" : "yesterday";
                break;
            case 13:
                isEndless = true;
                inChunks = random.Next(2) == 0;
                length = random.Next(2) == 0 ? long.MaxValue : -1;
                body = body.Length == 0 ? [1] : body;
                break;
            case 14:
                headers["Content-Encoding"] = random.Next(2) == 0 ? "gzip" : "identity";
                break;
            default:
                headers[random.Next(2) == 0 ? "Set-Cookie" : "Transfer-Encoding"] = random.Next(2) == 0 ? "chunked" : "x=y";
                break;
        }

        return new HttpSaid { Status = status, Headers = headers, Body = body, Length = length, InChunks = inChunks, IsEndless = isEndless, Head = head };
    }

    private static long Near(long value, Random random) => random.Next(4) switch
    {
        0 => value + random.Next(-3, 4),
        1 => Mutator.Number(value, random),
        _ => value,
    };

    private static byte[] ContentOf(VmaDevice device)
    {
        using Stream stream = device.OpenRead();
        using MemoryStream content = new();
        stream.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>The sample as a zstd file: frames with what they hold as it is, and the table of them.</summary>
    private static byte[] Framed()
    {
        const int FrameSize = 100_000;
        using MemoryStream result = new();
        using BinaryWriter writer = new(result);
        List<(int Packed, int Length)> table = [];
        foreach (byte[] part in IndexSamples.Plain.Chunk(FrameSize))
        {
            long start = result.Position;
            writer.Write(0xFD2FB528);

            // One segment whose size has four bytes; then a single block, stored.
            writer.Write((byte)0xA0);
            writer.Write(part.Length);
            int block = (part.Length << 3) | 1;
            writer.Write((byte)block);
            writer.Write((ushort)(block >> 8));
            writer.Write(part);
            table.Add(((int)(result.Position - start), part.Length));
        }

        writer.Write(0x184D2A5E);
        writer.Write((table.Count * 8) + 9);
        foreach ((int packed, int length) in table)
        {
            writer.Write(packed);
            writer.Write(length);
        }

        writer.Write(table.Count);
        writer.Write((byte)0);
        writer.Write(0x8F92EAB1);
        return result.ToArray();
    }
}
