using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using VmaTools.Indexing;
using VmaTools.Sources;
using VmaTools.Tests.Indexing;
using Xunit;

namespace VmaTools.Tests.Sources;

/// <summary>Archives that a web server keeps which others wrote.</summary>
public sealed class NginxTests
{
    private static readonly string Guest = Fixtures.Path("disks/gpt-linux.vma.zst");

    private const int ScatteredExtents = 60;
    private const int ExtentSize = ArchiveForge.ClusterSize + 512;

    private readonly RemoteSettings _settings = new() { Delay = static (_, _) => Task.CompletedTask };

    [Theory]
    [InlineData("zstd-3-threads")]
    [InlineData("gzip-framework")]
    [InlineData("lzop")]
    [InlineData("bzip2")]
    public void Devices_and_passes_are_those_of_the_file(string way)
    {
        using Nginx server = new();
        File.WriteAllBytes(Path.Combine(server.Root, "x.vma"), IndexSamples.Compress(way));
        IndexSamples.Store(Path.Combine(server.Root, "x.vma")).Build(Path.Combine(server.Root, "x.vma.vmaindex"), null, default).Dispose();
        using VmaArchive archive = Open(server, "/x.vma?X-Amz-Signature=1");
        using VmaArchive plain = VmaArchive.Open(new MemoryStream(IndexSamples.Plain));
        AssertSame(plain.Devices[0], archive.Devices[0]);
        Assert.Equal(server.AddressOf("/x.vma.vmaindex"), archive.FindIndex()!.IndexPath);
        Assert.True(archive.ReadForward([]).IsValid);
        Assert.All(server.End(), static r => Assert.Equal(206, r.Status));
    }

    [Fact]
    public void Listing_takes_kilobytes_and_a_file_little_of_the_archive()
    {
        using Nginx server = new();
        string file = Path.Combine(server.Root, "g.vma.zst");
        File.Copy(Guest, file);
        VmaArchive.Open(file).BuildIndex(file + ".vmaindex");
        using (VmaArchive archive = Open(server, "/g.vma.zst"))
        {
            Assert.NotEmpty(archive.Devices);
        }

        Assert.InRange(Assert.Single(server.End()).Sent, 1, 40_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Where_extents_are_is_asked_for_once(bool inFrames)
    {
        byte[] plain = Scattered();
        using Nginx server = new();
        File.WriteAllBytes(Path.Combine(server.Root, "x.vma"), inFrames ? ToFrames(plain) : plain);
        AssertLastCluster(server, plain);
        int first = Directory.GetFiles(IndexStore.CacheFolder).Length;
        AssertLastCluster(server, plain);
        Assert.Equal(first, Directory.GetFiles(IndexStore.CacheFolder).Length);

        // Of noise in frames, the header of an extent takes the whole of its block. The second session asks for a few parts.
        Assert.InRange(server.End().Length, ScatteredExtents, (inFrames ? 3 : 1) * (ScatteredExtents + 12));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Where_extents_are_an_index_tells_at_once(bool inFrames)
    {
        byte[] plain = Scattered();
        using Nginx server = new();
        string file = Path.Combine(server.Root, "x.vma");
        File.WriteAllBytes(file, inFrames ? ToFrames(plain) : plain);
        using (VmaArchive local = VmaArchive.Open(file))
        {
            local.BuildIndex(file + ".vmaindex");
        }

        AssertLastCluster(server, plain);
        (int Status, long Sent, string Request)[] log = server.End();
        Assert.InRange(log.Length, 3, 14);
        Assert.InRange(log.Sum(static r => r.Sent), 1, 400_000);
    }

    [Fact]
    public void Only_what_is_needed_of_an_index_is_read()
    {
        using Nginx server = new();
        string file = Path.Combine(server.Root, "x.vma");
        File.WriteAllBytes(file, IndexSamples.Compress("gzip-framework"));
        IndexSamples.Store(file).Build(file + ".vmaindex", null, default).Dispose();
        long index = new FileInfo(file + ".vmaindex").Length;
        using VmaArchive archive = Open(server, "/x.vma");
        archive.LoadMap();
        long sent = server.End().Where(static r => r.Request.Contains("vmaindex", StringComparison.Ordinal)).Sum(static r => r.Sent);
        Assert.InRange(sent, 1, index / 2);
    }

    [Theory]
    [InlineData("max_ranges 0;")]
    [InlineData("gzip on; gzip_types *; gzip_min_length 1; max_ranges 0;")]
    public void One_that_sends_no_parts_serves_passes_and_is_told(string location)
    {
        using Nginx server = new(location);
        File.WriteAllBytes(Path.Combine(server.Root, "x.vma"), IndexSamples.Plain);
        using VmaArchive archive = Open(server, "/x.vma");
        Assert.True(archive.ReadForward([]).IsValid);
        Assert.Equal(VmaCodes.RemoteRangesUnsupported, Assert.Throws<VmaException>(() => archive.Devices[0].OpenRead()).Code);
    }

    [Theory]
    [InlineData("auth_basic x; auth_basic_user_file /dev/null;", VmaCodes.RemoteAccessDenied)]
    [InlineData("deny all;", VmaCodes.RemoteAccessDenied)]
    [InlineData("return 404;", VmaCodes.RemoteNotFound)]
    [InlineData("return 416;", VmaCodes.RemoteAnswerInvalid)]
    [InlineData("return 429;", VmaCodes.RemoteFailed)]
    [InlineData("return 503;", VmaCodes.RemoteFailed)]
    [InlineData("return 444;", VmaCodes.RemoteUnreachable)]
    [InlineData("return 302 $uri;", VmaCodes.RemoteRedirectRefused)]
    [InlineData("return 301 ftp://127.0.0.1$request_uri;", VmaCodes.RemoteRedirectRefused)]
    public void What_it_refuses_has_a_code(string location, string code)
    {
        using Nginx server = new(location);
        File.WriteAllBytes(Path.Combine(server.Root, "x.vma"), IndexSamples.Plain);
        VmaException error = Assert.Throws<VmaException>(() => Open(server, "/x.vma?s=Geheim"));
        Assert.Equal((code, server.AddressOf("/x.vma")), (error.Code, error.Path));
        Assert.DoesNotContain("Geheim", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Headers_go_to_it_and_not_to_another_that_it_redirects_to()
    {
        using Nginx target = new("if ($http_x_key) { return 403; }");
        using Nginx server = new($"if ($http_x_key != Geheim) {{ return 401; }} return 307 {target.AddressOf("/x.vma")};");
        File.WriteAllBytes(Path.Combine(target.Root, "x.vma"), IndexSamples.Plain);
        Dictionary<string, string> headers = new() { ["X-Key"] = "Geheim" };
        using VmaArchive archive = VmaArchive.Open(server.AddressOf("/x.vma"), new VmaOpenOptions { Remote = _settings, Headers = headers });
        Assert.True(archive.ReadForward([]).IsValid);
    }

    [Theory]
    [InlineData("longer")]
    [InlineData("as long")]
    [InlineData("gone")]
    public void A_file_that_changes_meanwhile_is_told(string how)
    {
        using Nginx server = new();
        string file = Path.Combine(server.Root, "x.vma");
        File.WriteAllBytes(file, IndexSamples.Plain);
        using VmaArchive archive = Open(server, "/x.vma");
        if (how == "gone")
        {
            File.Delete(file);
        }
        else
        {
            File.WriteAllBytes(file, how == "longer" ? [.. IndexSamples.Plain, 0] : IndexSamples.Plain);
            File.SetLastWriteTimeUtc(file, new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        }

        string code = Assert.Throws<VmaException>(() => archive.ReadForward([])).Code;
        Assert.Equal(how == "gone" ? VmaCodes.RemoteNotFound : VmaCodes.SourceChanged, code);
    }

    [Fact]
    public void Files_of_guests_are_those_of_the_archive()
    {
        using Nginx server = new();
        string file = Path.Combine(server.Root, "g.vma.zst");
        File.Copy(Guest, file);
        VmaArchive.Open(file).BuildIndex(file + ".vmaindex");
        using VmaGuest local = VmaGuest.Open(VmaArchive.Open(file));
        using VmaGuest remote = VmaGuest.Open(Open(server, "/g.vma.zst?s=Geheim"));
        Assert.Equal(local.GetVolumes().Select(static v => (v.Id, v.FileSystem, v.Label)), remote.GetVolumes().Select(static v => (v.Id, v.FileSystem, v.Label)));
        Assert.All(remote.GetVolumes(), static v => Assert.DoesNotContain("Geheim", v.ArchivePath, StringComparison.Ordinal));
        string volume = local.GetVolumes().First(static v => v.FileSystem == "ext4").Id;
        Assert.NotEmpty(remote.GetRoot(volume).FullName);
    }

    /// <summary>An archive of many extents, each with one cluster of noise.</summary>
    private static byte[] Scattered()
    {
        ArchiveForge forge = new ArchiveForge().Device(1, "drive-scsi0", ScatteredExtents * ArchiveForge.ClusterSize);
        for (uint i = 0; i < ScatteredExtents; i++)
        {
            forge.Extent(e => e.Cluster(1, i));
        }

        byte[] bytes = forge.Build();
        Random random = new(8);
        for (int end = bytes.Length; end > forge.HeaderSize; end -= ExtentSize)
        {
            random.NextBytes(bytes.AsSpan(end - ArchiveForge.ClusterSize, ArchiveForge.ClusterSize));
        }

        return bytes;
    }

    /// <summary>The same as frames of an extent each, with the table of them.</summary>
    private static byte[] ToFrames(byte[] plain)
    {
        int header = plain.Length - (ScatteredExtents * ExtentSize);
        byte[][] parts = [plain[..header], .. plain[header..].Chunk(ExtentSize)];
        using MemoryStream result = new();
        using MemoryStream table = new();
        using BinaryWriter entries = new(table);
        foreach (byte[] part in parts)
        {
            byte[] frame = Tool.Zstd.Filter(part, "-q", "-c");
            result.Write(frame);
            entries.Write(frame.Length);
            entries.Write(part.Length);
        }

        entries.Write(parts.Length);
        entries.Write((byte)0);
        entries.Write(0x8F92EAB1);
        using BinaryWriter writer = new(result);
        writer.Write(0x184D2A5E);
        writer.Write((int)table.Length);
        writer.Write(table.ToArray());
        return result.ToArray();
    }

    private void AssertLastCluster(Nginx server, byte[] plain)
    {
        using VmaArchive archive = Open(server, "/x.vma");
        using Stream device = archive.Devices[0].OpenRead();
        byte[] cluster = new byte[ArchiveForge.ClusterSize];
        device.Position = device.Length - cluster.Length;
        device.ReadExactly(cluster);
        Assert.Equal(plain.AsSpan(plain.Length - cluster.Length), cluster.AsSpan());
    }

    private VmaArchive Open(Nginx server, string path) => VmaArchive.Open(server.AddressOf(path), new VmaOpenOptions { Remote = _settings, ThrottleLimit = 1 });

    private static void AssertSame(VmaDevice expected, VmaDevice actual)
    {
        using Stream one = expected.OpenRead();
        using Stream other = actual.OpenRead();
        Assert.Equal(one.Length, other.Length);
        Random random = new(6);
        byte[] a = new byte[50_000];
        byte[] b = new byte[50_000];
        for (int i = 0; i < 6; i++)
        {
            other.Position = one.Position = random.NextInt64(one.Length - a.Length);
            one.ReadExactly(a);
            other.ReadExactly(b);
            Assert.Equal(a, b);
        }
    }
}
