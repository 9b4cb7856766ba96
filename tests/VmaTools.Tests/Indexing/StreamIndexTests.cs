using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Xunit;

namespace VmaTools.Tests.Indexing;

/// <summary>Archives that came as seekable streams, with their indexes.</summary>
public sealed class StreamIndexTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _archive;
    private readonly string _index;
    private readonly byte[] _truth;

    public StreamIndexTests()
    {
        _archive = _folder.File("x.vma.gz");
        _index = _folder.File("index");
        File.WriteAllBytes(_archive, IndexSamples.Compress("gzip-framework"));
        using VmaArchive archive = VmaArchive.Open(_archive);
        archive.BuildIndex(_index);
        using MemoryStream content = new();
        using VmaArchive plain = VmaArchive.Open(new MemoryStream(IndexSamples.Plain));
        using Stream device = plain.Devices[0].OpenRead();
        device.CopyTo(content);
        _truth = content.ToArray();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_index_by_its_path_makes_a_stream_readable_at_any_offset()
    {
        using VmaArchive archive = VmaArchive.Open(File.OpenRead(_archive), options: new VmaOpenOptions { IndexPath = _index });
        AssertReads(archive);
        Assert.Equal(_index, archive.FindIndex()!.IndexPath);
        Assert.Null(archive.FindIndex()!.ArchivePath);
    }

    [Fact]
    public async Task Both_as_streams_behind_something_else_do_too()
    {
        byte[] noise = [.. Enumerable.Repeat((byte)7, 1000)];
        using MemoryStream index = new([.. noise, .. File.ReadAllBytes(_index)]) { Position = noise.Length };
        using MemoryStream stored = new([.. noise, .. File.ReadAllBytes(_archive)]) { Position = noise.Length };
        using (VmaArchive archive = await VmaArchive.OpenAsync(stored, leaveOpen: true, new VmaOpenOptions { IndexStream = index }))
        {
            AssertReads(archive);
            Assert.True((await archive.ReadForwardAsync([])).IsValid);
            AssertReads(archive);
        }

        Assert.True(stored.CanRead);
        Assert.True(index.CanRead);
    }

    [Fact]
    public void A_pass_of_several_threads_and_readers_at_any_offset_share_a_stream()
    {
        using VmaArchive archive = VmaArchive.Open(
            File.OpenRead(_archive), options: new VmaOpenOptions { IndexPath = _index, ThrottleLimit = 3 });
        using Stream one = archive.Devices[0].OpenRead();
        Assert.Equal(_truth.Length, one.Length);
        Parallel.Invoke(
            () => Assert.True(archive.ReadForward([]).IsValid),
            () => AssertReads(archive),
            () => AssertReads(archive));
    }

    [Fact]
    public void The_index_of_another_archive_is_told_and_not_used()
    {
        byte[] other = File.ReadAllBytes(_archive);
        other[^20] ^= 1;
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(other), options: new VmaOpenOptions { IndexPath = _index });
        Assert.Equal(VmaCodes.SourceNotSeekable, Assert.Throws<VmaException>(() => archive.LoadMap()).Code);
        Assert.Contains(_index, archive.IndexNotice);
        Assert.Equal(VmaCodes.SourceNotSeekable, Assert.Throws<VmaException>(() => archive.BuildIndex()).Code);
    }

    [Fact]
    public void A_pass_over_a_stream_leaves_an_index_that_serves_it_and_the_file()
    {
        string index = _archive + ".vmaindex";
        using (VmaArchive archive = VmaArchive.Open(File.OpenRead(_archive), options: new VmaOpenOptions { NewIndexPath = index }))
        {
            Assert.Equal(index, archive.ReadForward([]).NewIndex!.IndexPath);
        }

        using (VmaArchive archive = VmaArchive.Open(File.OpenRead(_archive), options: new VmaOpenOptions { IndexPath = index }))
        {
            AssertReads(archive);
        }

        using (VmaArchive archive = VmaArchive.Open(_archive))
        {
            Assert.Equal(index, archive.FindIndex()!.IndexPath);
            AssertReads(archive);
        }
    }

    [Fact]
    public void Where_a_stream_has_no_name_the_cache_keeps_no_index_of_it()
    {
        using VmaArchive archive = VmaArchive.Open(File.OpenRead(_archive), options: new VmaOpenOptions { NewIndexPath = "" });
        VmaPassResult result = archive.ReadForward([]);
        Assert.Null(result.NewIndex);
        Assert.Equal(VmaCodes.SourceNotSeekable, result.NewIndexError!.Code);
    }

    private void AssertReads(VmaArchive archive)
    {
        using Stream device = archive.Devices[0].OpenRead();
        Assert.Equal(_truth.Length, device.Length);
        Random random = new(5);
        byte[] part = new byte[70_000];
        for (int i = 0; i < 12; i++)
        {
            device.Position = random.Next(_truth.Length - part.Length);
            int at = (int)device.Position;
            device.ReadExactly(part);
            Assert.True(part.AsSpan().SequenceEqual(_truth.AsSpan(at, part.Length)));
        }
    }
}
