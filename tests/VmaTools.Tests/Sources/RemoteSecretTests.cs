using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using VmaTools.Sources;
using VmaTools.Tests.Indexing;
using Xunit;

namespace VmaTools.Tests.Sources;

/// <summary>Query, user info and headers are in nothing that the engine gives back or keeps.</summary>
public sealed class RemoteSecretTests : IDisposable
{
    private const string Name = "/dump/s.vma.gz";

    // In none of the forms that it is sent in either.
    private static readonly string[] Secrets = ["Geheim", "Geh%65im", Convert.ToBase64String("user:Geheim"u8)];

    private static readonly byte[] Gzip = IndexSamples.Compress("gzip-framework");

    private readonly HttpHost _host = new();
    private readonly VmaOpenOptions _options = new()
    {
        Remote = new RemoteSettings { Delay = static (_, _) => Task.CompletedTask },
        Headers = new Dictionary<string, string> { ["X-Key"] = "Geheim" },
    };

    public RemoteSecretTests() => _host.Files[Name] = Gzip;

    private string Address => $"http://user:Geheim@127.0.0.1:{_host.Port}{Name}?secret=Geheim&x=Geh%65im#Geheim";

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Errors_of_every_kind_are_without_them()
    {
        List<Func<HttpAsked, HttpSaid?>> answers =
        [
            .. new[] { 300, 301, 304, 400, 401, 403, 404, 407, 410, 416, 429, 500, 503 }.Select(static s => (Func<HttpAsked, HttpSaid?>)(_ => new HttpSaid { Status = s })),
            static asked => new HttpSaid { Status = 302, Headers = { ["Location"] = "ftp://h" + asked.Target } },
            static asked => new HttpSaid { Status = 302, Headers = { ["Location"] = "http://nowhere.invalid" + asked.Target } },
            static asked => new HttpSaid { Status = 302, Headers = { ["Location"] = asked.Target } },
            static asked => new HttpSaid { Status = 206, Headers = { ["Content-Range"] = asked.Target } },
            static asked => new HttpSaid { Status = 200, Headers = { ["Content-Encoding"] = "x" } },
            static asked => new HttpSaid { Status = 200, Body = [1, 2, 3] },
            static asked => new HttpSaid { Status = 200, Length = 5 },
            static asked => new HttpSaid { Status = 0 },
        ];
        foreach (Func<HttpAsked, HttpSaid?> answer in answers)
        {
            _host.Answer = answer;
            AssertClean(Assert.ThrowsAny<VmaException>(() => VmaArchive.Open(Address, _options)));
        }

        _host.Dispose();
        AssertClean(Assert.ThrowsAny<VmaException>(() => VmaArchive.Open(Address, _options)));
    }

    [Theory]
    [InlineData("https://Geheim:Geheim@")]
    [InlineData("https://?secret=Geheim")]
    [InlineData("http://[Geheim]/")]
    [InlineData("https://h:Geheim/x")]
    [InlineData("http://")]
    public void Addresses_that_are_none_are_not_repeated(string address)
    {
        VmaException error = Assert.Throws<VmaException>(() => VmaArchive.Open(address));
        Assert.Equal(VmaCodes.RemoteAddressInvalid, error.Code);
        AssertClean(error);
        Assert.True(VmaAddresses.IsAddress(address));
    }

    [Theory]
    [InlineData("X-Key", "Geheim\r\nHost: x")]
    [InlineData("X Key", "Geheim")]
    [InlineData("Range", "Geheim")]
    [InlineData("", "Geheim")]
    public void Headers_that_cannot_be_sent_are_refused(string name, string value)
    {
        VmaOpenOptions options = new() { Headers = new Dictionary<string, string> { [name] = value } };
        VmaException error = Assert.Throws<VmaException>(() => VmaArchive.Open(_host.AddressOf(Name), options));
        Assert.Equal(VmaCodes.RemoteAddressInvalid, error.Code);
        AssertClean(error);
        Assert.Empty(_host.Log);
    }

    [Fact]
    public void Objects_and_indexes_are_without_them()
    {
        using TempFolder folder = new();
        using VmaArchive archive = VmaArchive.Open(Address, _options);
        VmaIndex made = archive.BuildIndex();
        VmaIndex other = archive.BuildIndex(folder.File("index"));
        string[] shown =
        [
            archive.ArchivePath!, archive.FileName!, archive.ToString(), archive.Devices[0].ArchivePath!, archive.Devices[0].ToString(),
            made.IndexPath, made.ArchivePath!, made.ToString(), archive.FindIndex()!.ToString(),
            .. VmaIndex.GetKept().Select(static i => i.ArchivePath + i.IndexPath + i.Reason),
            .. VmaArchiveTest.Run(Address, new VmaTestOptions { Open = _options }).Findings.Select(static f => f.ToString()),
            VmaArchiveTest.Run(Address, new VmaTestOptions { Open = _options }).ArchivePath!,
        ];
        Assert.All(shown, AssertClean);
        Assert.All(new[] { made.IndexPath, other.IndexPath }, static f => AssertClean(System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(f))));
        Assert.All(_host.Log, static a => Assert.Equal("Geheim", a.Headers["X-Key"]));
        made.Delete();
    }

    [Fact]
    public void Names_stand_for_addresses_and_their_secrets()
    {
        VmaAddresses addresses = new();
        string plain = _host.AddressOf(Name);
        string name = addresses.Add(Address, _options.Headers);
        string second = addresses.Add(plain + "?secret=Geheim2");
        Assert.Equal((plain, plain + "#2"), (name, second));
        Assert.Equal((name, second), (addresses.Add(Address, _options.Headers), addresses.Add(second)));
        Assert.Equal(plain, VmaAddresses.NameOf(Address));
        using (VmaArchive archive = VmaArchive.Open(second, new VmaOpenOptions { Addresses = addresses }))
        {
            Assert.Equal((second, "s.vma.gz"), (archive.ArchivePath, archive.FileName));
            Assert.Equal(Name + "?secret=Geheim2", _host.Log.Last().Target);
        }

        VmaArchive.Open(name, new VmaOpenOptions { Addresses = addresses }).Dispose();
        Assert.Equal("Geheim", _host.Log.Last().Headers["X-Key"]);
        VmaArchive.Open(name).Dispose();
        Assert.Equal(Name, _host.Log.Last().Target);
    }

    [Fact]
    public void What_needs_a_file_says_so()
    {
        VmaException error = Assert.Throws<VmaException>(() => VmaSalvage.Open(Address));
        Assert.Equal(VmaCodes.RemoteNotSupported, error.Code);
        AssertClean(error);
    }

    private static void AssertClean(Exception exception) => AssertClean(exception.ToString());

    private static void AssertClean(string text) => Assert.All(Secrets, s => Assert.DoesNotContain(s, text, StringComparison.OrdinalIgnoreCase));
}
