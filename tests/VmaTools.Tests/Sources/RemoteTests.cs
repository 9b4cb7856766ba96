using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Sources;
using VmaTools.Tests.Indexing;
using Xunit;

namespace VmaTools.Tests.Sources;

/// <summary>Archives on a server: a good one, and each kind of bad one.</summary>
public sealed class RemoteTests : IDisposable
{
    private const string Name = "/dump/x.vma.gz";

    private static readonly byte[] Gzip = IndexSamples.Compress("gzip-framework");
    private static readonly Lazy<byte[]> Index = new(MakeIndex);
    private static readonly Lazy<byte[]> Truth = new(static () => ContentOf(VmaArchive.Open(new MemoryStream(IndexSamples.Plain))));

    private readonly HttpHost _host = new();
    private readonly ConcurrentQueue<TimeSpan> _delays = new();
    private readonly RemoteSettings _settings;

    public RemoteTests()
    {
        _host.Files[Name] = Gzip;
        _settings = new RemoteSettings
        {
            Delay = (time, token) =>
            {
                _delays.Enqueue(time);
                return Task.CompletedTask;
            },
        };
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Looking_at_an_archive_takes_one_answer_of_a_few_kilobytes()
    {
        using VmaArchive archive = Open();
        Assert.Equal(_host.AddressOf(Name), archive.ArchivePath);
        Assert.Equal(("x.vma.gz", Gzip.Length, VmaCompression.Gzip), (archive.FileName, archive.StoredLength, archive.Compression));
        Assert.NotEmpty(archive.Devices);
        Assert.Single(_host.Log);
        Assert.Equal(RemoteBlocks.FirstLook, _host.Sent);
    }

    [Theory]
    [InlineData("zstd-3-threads")]
    [InlineData("gzip-framework")]
    [InlineData("lzop")]
    [InlineData("bzip2")]
    public void A_pass_finds_what_it_finds_in_a_file(string way)
    {
        byte[] bytes = IndexSamples.Compress(way);
        _host.Files["/a"] = bytes;
        using VmaArchive archive = Open("/a");
        VmaPassResult result = archive.ReadForward([]);
        Assert.True(result.IsValid);
        Assert.InRange(_host.Sent, bytes.Length, bytes.Length + (2 << 20));
    }

    [Fact]
    public void A_plain_archive_is_read_at_any_offset()
    {
        _host.Files["/plain"] = IndexSamples.Plain;
        using VmaArchive archive = Open("/plain");
        AssertReads(archive);
        Assert.True(archive.ReadForward([]).IsValid);
        Assert.True(VmaArchiveTest.Run(_host.AddressOf("/plain"), new VmaTestOptions { Open = Options(), StructureOnly = true }).IsValid);
    }

    [Fact]
    public void With_the_index_beside_it_a_compressed_one_is_too()
    {
        _host.Files[Name + ".vmaindex"] = Index.Value;
        using VmaArchive archive = Open(Name + "?x=1");
        AssertReads(archive);
        Assert.Equal(_host.AddressOf(Name + ".vmaindex"), archive.FindIndex()!.IndexPath);
        Assert.Null(archive.IndexNotice);
        Assert.Contains(_host.Log, static a => a.Target == Name + ".vmaindex?x=1");
        Assert.All(_host.Log, static a => Assert.NotNull(a.Range));
    }

    [Fact]
    public void A_bit_of_a_device_costs_a_bit_of_the_archive()
    {
        _host.Files[Name + ".vmaindex"] = Index.Value;
        using VmaArchive archive = Open();
        using Stream device = archive.Devices[0].OpenRead();
        long before = _host.Sent;
        device.Position = Truth.Value.Length / 2;
        device.ReadExactly(new byte[4096]);
        Assert.InRange(_host.Sent - before, 1, Gzip.Length / 4);
    }

    [Fact]
    public void An_index_elsewhere_is_given_by_address_or_path()
    {
        using TempFolder folder = new();
        File.WriteAllBytes(folder.File("index"), Index.Value);
        _host.Files["/else"] = Index.Value;
        foreach (string index in new[] { folder.File("index"), _host.AddressOf("/else?s=1") })
        {
            using VmaArchive archive = VmaArchive.Open(_host.AddressOf(Name), new VmaOpenOptions { Remote = _settings, IndexPath = index });
            AssertReads(archive);
            Assert.Equal(index.Split('?')[0], archive.FindIndex()!.IndexPath);
        }
    }

    [Fact]
    public void Without_one_it_is_made_by_one_download_and_kept()
    {
        _host.Files["/made"] = Gzip;
        using (VmaArchive archive = Open("/made?secret=1"))
        {
            Assert.True(archive.MustBuildIndex());
            long before = _host.Sent;
            archive.LoadMap();
            Assert.InRange(_host.Sent - before, 1, Gzip.Length + (1 << 20));
            AssertReads(archive);
        }

        using (VmaArchive archive = Open("/made?secret=2"))
        {
            Assert.False(archive.MustBuildIndex());
            AssertReads(archive);
            Assert.StartsWith("made.", Path.GetFileName(archive.FindIndex()!.IndexPath), StringComparison.Ordinal);
        }

        VmaIndex kept = Assert.Single(VmaIndex.GetOf(_host.AddressOf("/made?secret=3")));
        Assert.Equal((_host.AddressOf("/made"), VmaIndexState.Current), (kept.ArchivePath, kept.State));
        kept.Delete();
    }

    [Fact]
    public void An_index_of_another_archive_is_told_and_not_used()
    {
        byte[] other = (byte[])Gzip.Clone();
        other[^20] ^= 1;
        _host.Files["/other"] = other;
        _host.Files["/other.vmaindex"] = Index.Value;
        using VmaArchive archive = Open("/other");
        Assert.Null(archive.FindIndex());
        Assert.Contains("/other.vmaindex", archive.IndexNotice, StringComparison.Ordinal);
    }

    [Fact]
    public void Answers_that_break_off_are_gone_on_with()
    {
        _host.Files[Name + ".vmaindex"] = Index.Value;
        Random random = new(4);
        _host.Answer = asked =>
        {
            HttpSaid said = _host.Serve(asked);
            int sent = said.Body.Length > 200_000 ? 70_000 : random.Next(3) == 0 ? said.Body.Length / 2 : said.Body.Length;
            return new HttpSaid { Status = said.Status, Headers = said.Headers, Body = said.Body[..sent], Length = said.Body.Length };
        };
        using VmaArchive archive = Open();
        AssertReads(archive);
        Assert.True(archive.ReadForward([]).IsValid);
        Assert.NotEmpty(_delays);
    }

    [Fact]
    public void A_server_that_fails_for_a_moment_is_asked_again_later_each_time()
    {
        int failures = 3;
        _host.Answer = _ => failures-- > 0 ? new HttpSaid { Status = 503, Headers = { ["Retry-After"] = failures == 0 ? "7200" : "0" } } : null;
        using VmaArchive archive = Open();
        Assert.Equal([TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30)], _delays);
    }

    [Theory]
    [InlineData(401, VmaCodes.RemoteAccessDenied, 1)]
    [InlineData(403, VmaCodes.RemoteAccessDenied, 1)]
    [InlineData(404, VmaCodes.RemoteNotFound, 1)]
    [InlineData(410, VmaCodes.RemoteNotFound, 1)]
    [InlineData(405, VmaCodes.RemoteFailed, 1)]
    [InlineData(416, VmaCodes.RemoteAnswerInvalid, 1)]
    [InlineData(429, VmaCodes.RemoteFailed, 5)]
    [InlineData(500, VmaCodes.RemoteFailed, 5)]
    [InlineData(503, VmaCodes.RemoteFailed, 5)]
    public void Refusals_have_codes_and_attempts_an_end(int status, string code, int attempts)
    {
        _host.Answer = _ => new HttpSaid { Status = status };
        VmaException error = Assert.Throws<VmaException>(() => Open());
        Assert.Equal((code, _host.AddressOf(Name)), (error.Code, error.Path));
        Assert.Equal(attempts, _host.Log.Count);
    }

    [Fact]
    public void Nobody_there_is_told()
    {
        string address = _host.AddressOf(Name);
        _host.Dispose();
        VmaException error = Assert.Throws<VmaException>(() => VmaArchive.Open(address, Options()));
        Assert.Equal((VmaCodes.RemoteUnreachable, address), (error.Code, error.Path));
    }

    [Fact]
    public void A_file_without_bytes_is_told()
    {
        _host.Files["/empty"] = [];
        Assert.Equal(VmaCodes.EmptyFile, Assert.ThrowsAny<VmaException>(() => Open("/empty")).Code);
    }

    [Theory]
    [InlineData("whole")]
    [InlineData("shifted")]
    [InlineData("unmeasured")]
    [InlineData("short total")]
    [InlineData("too much")]
    [InlineData("too much in chunks")]
    [InlineData("coded")]
    [InlineData("nothing")]
    public void Lies_are_no_data(string lie)
    {
        using VmaArchive archive = Open();
        _host.Answer = asked =>
        {
            HttpSaid true_ = _host.Serve(asked);
            Dictionary<string, string> headers = new(true_.Headers);
            (long from, long to) = asked.Range!.Value;
            byte[] body = true_.Body;
            int status = 206;
            string range = headers["Content-Range"];
            switch (lie)
            {
                case "whole":
                    (status, body) = (200, Gzip);
                    headers.Remove("Content-Range");
                    break;
                case "shifted":
                    headers["Content-Range"] = $"bytes {from + 1}-{to + 1}/{Gzip.Length}";
                    break;
                case "unmeasured":
                    headers["Content-Range"] = range.Split('/')[0] + "/*";
                    break;
                case "short total":
                    headers["Content-Range"] = range.Split('/')[0] + $"/{from}";
                    break;
                case "too much":
                case "too much in chunks":
                    body = [.. body, 1, 2, 3];
                    break;
                case "coded":
                    headers["Content-Encoding"] = "gzip";
                    break;
                default:
                    headers.Remove("Content-Range");
                    break;
            }

            return new HttpSaid { Status = status, Headers = headers, Body = body, InChunks = lie.EndsWith("chunks", StringComparison.Ordinal) };
        };
        Assert.Equal(VmaCodes.RemoteAnswerInvalid, Assert.Throws<VmaException>(() => archive.ReadForward([])).Code);
    }

    [Fact]
    public void A_length_that_no_file_has_is_no_length()
    {
        _host.Answer = asked =>
        {
            HttpSaid said = _host.Serve(asked);
            Dictionary<string, string> headers = new(said.Headers);
            headers["Content-Range"] = headers["Content-Range"].Split('/')[0] + $"/{long.MaxValue}";
            return new HttpSaid { Status = 206, Headers = headers, Body = said.Body };
        };
        VmaException error = Assert.Throws<VmaException>(() =>
        {
            using VmaArchive archive = Open();
            archive.ReadForward([]);
        });
        Assert.Equal(VmaCodes.RemoteAnswerInvalid, error.Code);
    }

    [Fact]
    public void Less_than_was_asked_for_is_taken_and_the_rest_asked_for()
    {
        _host.Answer = asked => asked.Range is (long from, long to) && to - from > 9999
            ? _host.Serve(asked with { Headers = new Dictionary<string, string>(asked.Headers) { ["Range"] = $"bytes={from}-{from + 9999}" } })
            : null;
        using VmaArchive archive = Open();
        Assert.True(archive.ReadForward([]).IsValid);
        Assert.Empty(_delays);
    }

    [Theory]
    [InlineData("tag")]
    [InlineData("weak tag")]
    [InlineData("time")]
    [InlineData("length")]
    [InlineData("shorter")]
    [InlineData("ignored condition")]
    public void A_file_that_changes_in_the_middle_is_told(string what)
    {
        if (what == "weak tag")
        {
            _host.Tag = "W/\"weak\"";
        }

        _host.Files["/plain"] = IndexSamples.Plain;
        using VmaArchive archive = Open("/plain");
        using Stream device = archive.Devices[0].OpenRead();
        switch (what)
        {
            case "tag":
                _host.Tag = "\"two\"";
                break;
            case "weak tag":
                _host.Tag = "W/\"other\"";
                break;
            case "time":
                _host.LastModified = "Wed, 01 Jan 2025 00:00:01 GMT";
                break;
            case "length":
                _host.Files["/plain"] = [.. IndexSamples.Plain, 0];
                break;
            case "shorter":
                _host.Files["/plain"] = IndexSamples.Plain[..40_000];
                break;
            default:
                _host.Answer = asked => Without(_host.Serve(asked with { Headers = asked.Headers.Where(static h => h.Key != "If-Match").ToDictionary() }), "\"two\"");
                break;
        }

        VmaException error = Assert.Throws<VmaException>(() => device.CopyTo(Stream.Null));
        Assert.Equal((VmaCodes.SourceChanged, archive.ArchivePath), (error.Code, error.Path));
        Assert.Equal(VmaCodes.SourceChanged, Assert.Throws<VmaException>(() => archive.ReadForward([])).Code);

        static HttpSaid Without(HttpSaid said, string tag)
        {
            said.Headers["ETag"] = tag;
            return said;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_server_that_sends_no_parts_serves_passes(bool tellsLength)
    {
        _host.Answer = asked => new HttpSaid { Body = _host.Files[asked.Path], InChunks = !tellsLength };
        using VmaArchive archive = Open();
        Assert.Equal(tellsLength ? Gzip.Length : null, archive.StoredLength);
        Assert.Single(_host.Log);
        Assert.True(archive.ReadForward([]).IsValid);
        Assert.Equal(2, _host.Log.Count);
        foreach (Action action in new Action[] { () => archive.Devices[0].OpenRead(), () => archive.LoadMap(), () => archive.BuildIndex() })
        {
            VmaException error = Assert.Throws<VmaException>(action);
            Assert.Equal(VmaCodes.RemoteRangesUnsupported, error.Code);
            Assert.Contains("127.0.0.1", error.Sentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Where_that_one_breaks_off_nothing_is_made_up()
    {
        using VmaArchive archive = OpenFrom(asked => new HttpSaid { Body = Gzip });
        _host.Answer = asked => new HttpSaid { Body = Gzip[..(Gzip.Length / 2)], Length = Gzip.Length };
        Assert.Equal(VmaCodes.RemoteUnreachable, Assert.Throws<VmaException>(() => archive.ReadForward([])).Code);
    }

    [Fact]
    public void Headers_and_user_info_go_to_the_server_and_not_where_it_redirects()
    {
        using HttpHost other = new();
        other.Files["/b"] = Gzip;
        _host.Answer = asked => new HttpSaid { Status = 302, Headers = { ["Location"] = other.AddressOf("/b?token=2") } };
        VmaOpenOptions options = new() { Remote = _settings, ThrottleLimit = 1, Headers = new Dictionary<string, string> { ["X-Secret"] = "s3cret" } };
        string address = $"http://user:p%40ss@127.0.0.1:{_host.Port}{Name}?q=1#f";
        using VmaArchive archive = VmaArchive.Open(address, options);
        Assert.True(archive.ReadForward([]).IsValid);
        Assert.Equal(_host.AddressOf(Name), archive.ArchivePath);
        HttpAsked asked = Assert.Single(_host.Log);
        Assert.Equal(("s3cret", "Basic dXNlcjpwQHNz", Name + "?q=1"), (asked.Headers["X-Secret"], asked.Headers["Authorization"], asked.Target));
        Assert.All(other.Log, static a => Assert.DoesNotContain(a.Headers.Keys, static k => k is "X-Secret" or "Authorization" or "Referer"));
    }

    [Fact]
    public void Where_a_redirect_led_is_asked_until_it_expires()
    {
        using HttpHost other = new();
        other.Files["/b"] = Gzip;
        _host.Answer = asked => new HttpSaid { Status = 307, Headers = { ["Location"] = other.AddressOf("/b?token=" + _host.Log.Count) } };
        int asked = 0;
        other.Answer = _ => ++asked == 3 ? new HttpSaid { Status = 403 } : null;
        using VmaArchive archive = Open();
        Assert.True(archive.ReadForward([]).IsValid);
        Assert.Equal(2, _host.Log.Count);
        Assert.Equal("/b?token=2", other.Log.Last().Target);
    }

    [Theory]
    [InlineData("ftp://127.0.0.1/x")]
    [InlineData("http:///")]
    [InlineData("/dump/x.vma.gz")]
    public void Redirects_without_end_or_sense_are_refused(string location)
    {
        _host.Answer = _ => new HttpSaid { Status = 301, Headers = { ["Location"] = location } };
        Assert.Equal(VmaCodes.RemoteRedirectRefused, Assert.Throws<VmaException>(() => Open()).Code);
    }

    [Fact]
    public void A_server_of_the_internet_redirects_nobody_into_this_network()
    {
        using HttpHost inner = new();
        inner.Files["/b"] = Gzip;
        _host.Answer = _ => new HttpSaid { Status = 302, Headers = { ["Location"] = $"http://localhost:{inner.Port}/b" } };
        RemoteSettings pretended = _settings with
        {
            Resolve = static (host, _) => Task.FromResult(new[] { host == "127.0.0.1" ? IPAddress.Parse("8.8.8.8") : IPAddress.Loopback }),
        };
        VmaException error = Assert.Throws<VmaException>(() => VmaArchive.Open(_host.AddressOf(Name), new VmaOpenOptions { Remote = pretended }));
        Assert.Equal(VmaCodes.RemoteRedirectRefused, error.Code);
        Assert.Empty(inner.Log);
    }

#if !ENGINE_NETSTANDARD
    [Fact]
    public void Not_even_by_a_name_that_leads_elsewhere_the_second_time()
    {
        using HttpHost inner = new();
        inner.Files["/b"] = Gzip;
        _host.Answer = _ => new HttpSaid { Status = 302, Headers = { ["Location"] = $"http://localhost:{inner.Port}/b" } };
        RemoteSettings pretended = _settings with { Resolve = static (_, _) => Task.FromResult(new[] { IPAddress.Parse("8.8.8.8") }) };
        VmaException error = Assert.Throws<VmaException>(() => VmaArchive.Open(_host.AddressOf(Name), new VmaOpenOptions { Remote = pretended }));
        Assert.Equal(VmaCodes.RemoteUnreachable, error.Code);
        Assert.Empty(inner.Log);
    }
#endif

    [Theory]
    [InlineData("127.0.0.1", Reach.Machine)]
    [InlineData("0.0.0.0", Reach.Machine)]
    [InlineData("::1", Reach.Machine)]
    [InlineData("::", Reach.Machine)]
    [InlineData("::ffff:127.0.0.1", Reach.Machine)]
    [InlineData("64:ff9b::7f00:1", Reach.Machine)]
    [InlineData("169.254.169.254", Reach.Link)]
    [InlineData("fe80::1", Reach.Link)]
    [InlineData("10.1.2.3", Reach.Private)]
    [InlineData("172.16.0.1", Reach.Private)]
    [InlineData("172.31.255.255", Reach.Private)]
    [InlineData("192.168.1.1", Reach.Private)]
    [InlineData("100.64.0.1", Reach.Private)]
    [InlineData("fd00::1", Reach.Private)]
    [InlineData("172.32.0.1", Reach.Public)]
    [InlineData("8.8.8.8", Reach.Public)]
    [InlineData("2001:4860:4860::8888", Reach.Public)]
    public void Addresses_are_near_or_far(string address, int reach) => Assert.Equal(reach, Reach.Of(IPAddress.Parse(address)));

    [Fact]
    public void A_silent_server_is_waited_for_as_long_as_patience_lasts()
    {
        TaskCompletionSource never = new();
        HttpSaid good = _host.Serve(new HttpAsked(Name, new Dictionary<string, string> { ["Range"] = "bytes=0-32767" }));
        _host.Answer = _ => new HttpSaid { Status = 206, Headers = good.Headers, Body = good.Body, After = never.Task };
        VmaException error = Assert.Throws<VmaException>(() => VmaArchive.Open(
            _host.AddressOf(Name), new VmaOpenOptions { Remote = _settings with { Patience = TimeSpan.FromMilliseconds(5) } }));
        Assert.Equal(VmaCodes.RemoteUnreachable, error.Code);
        Assert.Equal(_settings.Attempts - 1, _delays.Count);
    }

    [Fact]
    public void One_that_sends_a_byte_now_and_then_says_nothing()
    {
        // Each answer has its own: what was broken off takes nothing from the next.
        SemaphoreSlim next = new(0);
        TimeSpan now = TimeSpan.Zero;
        _host.Answer = asked =>
        {
            HttpSaid good = _host.Serve(asked);
            next = new SemaphoreSlim(0);
            return new HttpSaid { Status = 206, Headers = good.Headers, Body = good.Body, Piece = 1, BeforePiece = next.WaitAsync };
        };
        RemoteSettings slow = _settings with
        {
            Now = () =>
            {
                next.Release();
                return now += TimeSpan.FromSeconds(10);
            },
        };
        VmaException error = Assert.Throws<VmaException>(() => VmaArchive.Open(_host.AddressOf(Name), new VmaOpenOptions { Remote = slow }));
        Assert.Equal(VmaCodes.RemoteUnreachable, error.Code);
        Assert.Equal(slow.Attempts, _host.Log.Count);
        Assert.InRange(now.TotalMinutes, 8, 12);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Waiting_ends_where_somebody_stops_it(bool hasHead)
    {
        using CancellationTokenSource stop = new();
        TaskCompletionSource never = new();
        HttpSaid good = _host.Serve(new HttpAsked(Name, new Dictionary<string, string> { ["Range"] = "bytes=0-32767" }));
        _host.Answer = _ =>
        {
            stop.Cancel();
            return hasHead ? new HttpSaid { Status = 206, Headers = good.Headers, Body = good.Body, After = never.Task } : new HttpSaid { Status = 503 };
        };
        VmaOpenOptions options = new() { Remote = hasHead ? _settings : RemoteSettings.Default, CancellationToken = stop.Token };
        Assert.ThrowsAny<OperationCanceledException>(() => VmaArchive.Open(_host.AddressOf(Name), options));
    }

    [Fact]
    public void All_waiting_ends_where_the_addresses_stop_and_reading_goes_on_later()
    {
        VmaAddresses addresses = new();
        string name = addresses.Add(_host.AddressOf("/plain"));
        _host.Files["/plain"] = IndexSamples.Plain;
        using VmaArchive archive = VmaArchive.Open(name, new VmaOpenOptions { Addresses = addresses });
        using Stream device = archive.Devices[0].OpenRead();
        TaskCompletionSource never = new();
        _host.Answer = asked =>
        {
            addresses.StopWaiting();
            HttpSaid good = _host.Serve(asked);
            return new HttpSaid { Status = 206, Headers = good.Headers, Body = good.Body, After = never.Task };
        };
        device.Position = device.Length / 2;
        Assert.ThrowsAny<OperationCanceledException>(() => device.ReadByte());
        _host.Answer = null;
        device.ReadExactly(new byte[4096]);
    }

    [Fact]
    public void What_is_remembered_has_a_bound()
    {
        using VmaArchive archive = Open();
        RemoteFile file = RemoteFile.Look(RemoteAddress.Parse(_host.AddressOf(Name), null), _settings, default, out RemotePart first);
        first.Dispose();
        RemoteBlocks blocks = new();
        byte[] block = new byte[1];
        for (int i = 0; i < RemoteBlocks.MaxCount + 10; i++)
        {
            blocks.Add(file, i, block);
            blocks.Find(file, 0);
        }

        Assert.Equal(RemoteBlocks.MaxCount, blocks.Count);
        Assert.NotNull(blocks.Find(file, 0));
        Assert.Null(blocks.Find(file, 1));
    }

    [Fact]
    public void More_is_asked_for_at_once_the_longer_reading_goes_on()
    {
        _host.Files["/plain"] = IndexSamples.Plain;
        using VmaArchive archive = Open("/plain");
        using RandomBytes bytes = ((SeekableSource)archive.Source).OpenStored();
        byte[] part = new byte[10_000];
        for (int at = 0; at + part.Length < IndexSamples.Plain.Length; at += part.Length)
        {
            bytes.ReadAt(at, part);
            Assert.True(part.AsSpan().SequenceEqual(IndexSamples.Plain.AsSpan(at, part.Length)));
        }

        long[] sizes = [.. _host.Log.Skip(1).Select(static a => a.Range!.Value.To - a.Range.Value.From + 1)];
        Assert.Equal([16 << 10, 32 << 10, 64 << 10, 128 << 10], sizes.Take(4));
        Assert.All(sizes, static s => Assert.InRange(s, 1, 4 << 20));
    }

    private static byte[] MakeIndex()
    {
        using TempFolder folder = new();
        string path = folder.File("x.vma.gz");
        File.WriteAllBytes(path, Gzip);
        IndexSamples.Store(path).Build(path + ".vmaindex", null, default).Dispose();
        return File.ReadAllBytes(path + ".vmaindex");
    }

    private static byte[] ContentOf(VmaArchive archive)
    {
        using (archive)
        {
            using MemoryStream content = new();
            using Stream device = archive.Devices[0].OpenRead();
            device.CopyTo(content);
            return content.ToArray();
        }
    }

    private static void AssertReads(VmaArchive archive)
    {
        byte[] truth = Truth.Value;
        using Stream device = archive.Devices[0].OpenRead();
        Assert.Equal(truth.Length, device.Length);
        Random random = new(5);
        byte[] part = new byte[70_000];
        for (int i = 0; i < 8; i++)
        {
            int at = random.Next(truth.Length - part.Length);
            device.Position = at;
            device.ReadExactly(part);
            Assert.True(part.AsSpan().SequenceEqual(truth.AsSpan(at, part.Length)));
        }
    }

    private VmaOpenOptions Options() => new() { Remote = _settings, ThrottleLimit = 1 };

    private VmaArchive Open(string path = Name) => VmaArchive.Open(_host.AddressOf(path), Options());

    private VmaArchive OpenFrom(Func<HttpAsked, HttpSaid?> answer)
    {
        _host.Answer = answer;
        return Open();
    }
}
