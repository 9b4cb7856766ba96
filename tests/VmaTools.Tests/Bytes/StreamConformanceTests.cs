using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using VmaTools.Archives;
using VmaTools.Bytes;
using VmaTools.Compression;
using VmaTools.Disks;
using VmaTools.Exports;
using VmaTools.GuestFiles;
using VmaTools.Indexing;
using VmaTools.Sources;
using VmaTools.Tests.Compression;
using VmaTools.Tests.Disks;
using VmaTools.Tests.Images;
using VmaTools.Tests.Images.Reading;
using VmaTools.Tests.Indexing;
using Xunit;

namespace VmaTools.Tests.Bytes;

/// <summary>What everybody may expect of a stream, of every stream of ours that is read.</summary>
public sealed class StreamConformanceTests : IDisposable
{
    private const string Archive = "vzdump-qemu-101-2026_11_20-02_00_03";

    /// <summary>Each opens a stream, and gives it with what is to be read from it.</summary>
    private static readonly Dictionary<string, Func<StreamConformanceTests, (Stream Stream, byte[] Content)>> Seekable = new()
    {
        ["device"] = static _ => OfDevice(static s => s, 0),
        ["device of a compressed archive"] = static _ => OpenCompressed(),
        ["range"] = static _ => OfDevice(static s => new RangeStream(s, 70_001, 130_000), 70_001, 130_000),
        ["disk"] = static _ => Of(static b => new DiskBytesStream(new StreamDiskBytes(new MemoryStream(b)))),
        ["stored bytes"] = static _ => Of(static b => new RandomBytesStream(new StreamBytes(new MemoryStream(b), 0))),
        ["owner"] = static _ => Of(static b => new OwningStream(new MemoryStream(b), new MemoryStream())),
        ["guest content"] = static _ => Of(static b => new GuestContentStream(new MemoryStream(b), static e => e)),
        ["awaited"] = static _ => Of(static b => new AwaitedStream(new DiskBytesStream(new StreamDiskBytes(new MemoryStream(b))), leaveOpen: false)),
        ["source"] = static _ => Of(static b => SourceStream.Of(new DiskBytesStream(new StreamDiskBytes(new MemoryStream(b))), leaveOpen: false)),
        ["image"] = static _ => OpenImage(),
        ["ExtentStream"] = static t => t.OpenFile("fat16-mtools", "ExtentStream"),
        ["NtfsCompressedStream"] = static t => t.OpenFile("ntfs-small", "NtfsCompressedStream"),
        ["WofStream"] = static t => t.OpenFile("ntfs-small", "WofStream"),
        ["BtrfsContentStream"] = static t => t.OpenFile("btrfs-replay", "BtrfsContentStream"),
        ["SquashContentStream"] = static t => t.OpenFile(GuestImages.OpenRaw("tiny/squashfs-gzip"), "SquashContentStream")!.Value,
    };

    private static readonly Dictionary<string, Func<StreamConformanceTests, (Stream Stream, byte[] Content)>> Forward = new()
    {
        ["gzip"] = static _ => (GzipDecodingTests.Open(Packed(".gz")), Corpus.Bytes(Archive)),
        ["lzop"] = static _ => (LzopDecodingTests.Open(Packed(".lzo")), Corpus.Bytes(Archive)),
        ["bzip2"] = static _ => (Bzip2DecodingTests.Open(Packed(".bz2")), Corpus.Bytes(Archive)),
        ["zstd"] = static _ => (new ZstdStream(Packed(".zst"), false), Corpus.Bytes(Archive)),
        ["piecewise"] = static _ => (new PiecewiseStream(VmaCompression.Lzop, Packed(".lzo"), threads: 2), Corpus.Bytes(Archive)),
        ["given back"] = static _ => Of(static b => new GivenBackStream([b[..4000], [], b[4000..7000]], new MemoryStream(b, 7000, b.Length - 7000))),
        ["watched"] = static _ => (new WatchedDecodingStream(GzipDecodingTests.Open(Packed(".gz")), static () => { }), Corpus.Bytes(Archive)),
        ["intervals apart"] = static t => t.OpenIntervals(),
        ["read ahead"] = static _ => Of(static b => new ReadAheadStream(TricklingStream.AsPipe(new MemoryStream(b)), leaveOpen: false, readDirectly: 5000)),
        ["prefixed"] = static _ => Of(static b => new PrefixedStream(b[..7000], 7000, new MemoryStream(b, 7000, b.Length - 7000), leaveOpen: false)),
        ["tapped"] = static _ => Of(static b => TappedStream.Wrap(new MemoryStream(b), leaveOpen: false, new Ear())),
        ["on a server"] = static t => t.OpenRemote(static f => new RemoteStream(f, 0, likelyEnd: null)),
        ["in one answer"] = static t => t.OpenRemote(static f => new RemotePartStream(new RemotePart(f, 0, long.MaxValue))),
    };

    private readonly TempFolder _folder = new();
    private readonly List<IDisposable> _opened = [];

    public static TheoryData<string> All => [.. Seekable.Keys, .. Forward.Keys];

    public static TheoryData<string> AllSeekable => [.. Seekable.Keys];

    public static TheoryData<string> AllForward => [.. Forward.Keys];

    public void Dispose()
    {
        _opened.ForEach(static o => o.Dispose());
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Every_way_to_read_gives_the_same(string name)
    {
        Func<Stream, byte[], int, int, Task<int>>[] ways =
        [
            static (s, b, at, count) => Task.FromResult(s.Read(b, at, count)),
            static (s, b, at, count) => Task.FromResult(s.Read(b.AsSpan(at, count))),
            static (s, b, at, count) => s.ReadAsync(b, at, count),
            static async (s, b, at, count) => await s.ReadAsync(b.AsMemory(at, count)),
            static (s, b, at, count) => Task.FromResult(s.EndRead(s.BeginRead(b, at, count, null, null))),
            static (s, b, at, _) => Task.FromResult(s.ReadByte() is int value && value >= 0 ? SetOne(b, at, (byte)value) : 0),
        ];
        Random random = new(4);
        foreach (Func<Stream, byte[], int, int, Task<int>>[] mix in ways.Select(static w => new[] { w }).Append(ways))
        {
            (Stream stream, byte[] content) = Open(name);
            byte[] buffer = new byte[70_000];
            int done = 0;
            int most = mix.Length == 1 && mix[0] == ways[^1] ? 3000 : content.Length;
            while (done < most)
            {
                int start = random.Next(100);
                int count = random.Next(1, random.Next(3) == 0 ? 40 : 60_000);
                Array.Fill(buffer, (byte)0xA5);
                int read = await mix[random.Next(mix.Length)](stream, buffer, start, count);
                Assert.InRange(read, 1, count);
                Assert.True(buffer.AsSpan(start, read).SequenceEqual(content.AsSpan(done, read)), $"{read} bytes at {done} differ");
                Assert.True(buffer.AsSpan(0, start).IndexOfAnyExcept((byte)0xA5) < 0, "bytes before the place were written");
                Assert.True(buffer.AsSpan(start + count).IndexOfAnyExcept((byte)0xA5) < 0, "bytes behind the place were written");
                done += read;
            }

            stream.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task It_can_be_copied(string name)
    {
        foreach (bool isAsync in new[] { false, true })
        {
            (Stream stream, byte[] content) = Open(name);
            using MemoryStream copy = new();
            if (isAsync)
            {
                await stream.CopyToAsync(copy);
            }
            else
            {
                stream.CopyTo(copy);
            }

            Assert.True(copy.ToArray().AsSpan().SequenceEqual(content));
            stream.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Nothing_is_read_where_nothing_is_asked_for_and_at_the_end(string name)
    {
        (Stream stream, byte[] content) = Open(name);
        Assert.Equal(0, stream.Read(new byte[5], 2, 0));
        Assert.Equal(0, stream.Read(new byte[5], 5, 0));
        Assert.Equal(0, stream.Read([]));
        Assert.Equal(content[0], stream.ReadByte());
        Assert.Equal(0, stream.Read([]));
        byte[] rest = new byte[content.Length - 1];
        stream.ReadExactly(rest);
        Assert.True(rest.AsSpan().SequenceEqual(content.AsSpan(1)));
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(0, stream.Read(new byte[9], 0, 9));
            Assert.Equal(0, await stream.ReadAsync(new byte[9].AsMemory()));
            Assert.Equal(-1, stream.ReadByte());
            Assert.Equal(0, stream.Read([]));
        }

        stream.Dispose();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task It_is_read_only(string name)
    {
        (Stream stream, _) = Open(name);
        Assert.True(stream.CanRead);
        Assert.False(stream.CanWrite);
        Assert.Equal(Seekable.ContainsKey(name), stream.CanSeek);
        Assert.Throws<NotSupportedException>(() => stream.Write(new byte[1], 0, 1));
        Assert.Throws<NotSupportedException>(() => stream.Write(new byte[1].AsSpan()));
        Assert.Throws<NotSupportedException>(() => stream.WriteByte(1));
        Assert.Throws<NotSupportedException>(() => stream.SetLength(1));
        await Assert.ThrowsAsync<NotSupportedException>(async () => await stream.WriteAsync(new byte[1].AsMemory()));
        stream.Flush();
        await stream.FlushAsync();
        stream.Dispose();
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Arguments_that_cannot_be_are_refused(string name)
    {
        (Stream stream, byte[] content) = Open(name);
        Assert.Throws<ArgumentNullException>(() => stream.Read(null!, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Read(new byte[4], -1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Read(new byte[4], 0, -1));
        Assert.ThrowsAny<ArgumentException>(() => stream.Read(new byte[4], 3, 2));
        Assert.Equal(content[0], stream.ReadByte());
        stream.Dispose();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task What_is_closed_is_closed(string name)
    {
        foreach (bool isRead in new[] { false, true })
        {
            (Stream stream, _) = Open(name);
            if (isRead)
            {
                stream.ReadByte();
            }

            stream.Dispose();
            stream.Dispose();
            Assert.False(stream.CanRead);
            Assert.False(stream.CanSeek);
            Assert.False(stream.CanWrite);
            Assert.Throws<ObjectDisposedException>(() => stream.Read(new byte[4], 0, 4));
            Assert.Throws<ObjectDisposedException>(() => stream.Read(new byte[4].AsSpan()));
            Assert.Throws<ObjectDisposedException>(() => stream.ReadByte());

            // The framework's own way to read so says first that what cannot be read cannot be read.
            Exception refusal = await Assert.ThrowsAnyAsync<Exception>(async () => Assert.Equal(-1, await stream.ReadAsync(new byte[4].AsMemory())));
            Assert.True(refusal is ObjectDisposedException or NotSupportedException, refusal.ToString());
            if (Seekable.ContainsKey(name))
            {
                Assert.Throws<ObjectDisposedException>(() => stream.Seek(0, SeekOrigin.Begin));
                Assert.Throws<ObjectDisposedException>(() => stream.Position = 1);
            }
        }
    }

    [Theory]
    [MemberData(nameof(AllForward))]
    public void What_goes_forward_only_does_not_seek(string name)
    {
        (Stream stream, _) = Open(name);
        Assert.Throws<NotSupportedException>(() => stream.Length);
        Assert.Throws<NotSupportedException>(() => stream.Seek(0, SeekOrigin.Begin));
        Assert.Throws<NotSupportedException>(() => stream.Position = 1);
        stream.Dispose();
    }

    [Theory]
    [MemberData(nameof(AllSeekable))]
    public void Seeking_goes_wherever_a_stream_reaches(string name)
    {
        (Stream stream, byte[] content) = Open(name);
        Assert.Equal(content.Length, stream.Length);
        Assert.Equal(0, stream.Position);
        Assert.Equal(500, stream.Seek(500, SeekOrigin.Begin));
        Assert.Equal(content[500], stream.ReadByte());
        Assert.Equal(501, stream.Position);
        Assert.Equal(400, stream.Seek(-101, SeekOrigin.Current));
        Assert.Equal(content[400], stream.ReadByte());
        Assert.Equal(content.Length - 3, stream.Seek(-3, SeekOrigin.End));
        Assert.Equal(3, stream.ReadAtLeast(new byte[10], 10, throwOnEndOfStream: false));
        Assert.Equal(content.Length, stream.Position);
        stream.Position = 7;
        Assert.Equal(content[7], stream.ReadByte());

        // Beyond the end there is nothing, and the way back is open.
        Assert.Equal(content.Length + 1000L, stream.Seek(1000, SeekOrigin.End));
        Assert.Equal(0, stream.Read(new byte[10], 0, 10));
        Assert.Equal(-1, stream.ReadByte());
        Assert.Equal(content.Length + 1000L, stream.Position);
        stream.Position = long.MaxValue;
        Assert.Equal(0, stream.Read(new byte[10], 0, 10));

        stream.Position = 9;
        Assert.Throws<IOException>(() => stream.Seek(-1, SeekOrigin.Begin));
        Assert.Throws<IOException>(() => stream.Seek(-10, SeekOrigin.Current));
        Assert.Throws<IOException>(() => stream.Seek(-content.Length - 1, SeekOrigin.End));
        Assert.Throws<IOException>(() => stream.Seek(long.MaxValue, SeekOrigin.Current));
        Assert.ThrowsAny<ArgumentException>(() => stream.Seek(0, (SeekOrigin)7));
        Assert.Equal(9, stream.Position);
        Assert.Equal(content[9], stream.ReadByte());
        stream.Dispose();
    }

    [Theory]
    [MemberData(nameof(AllSeekable))]
    public void Jumps_read_what_is_there(string name)
    {
        (Stream stream, byte[] content) = Open(name);
        Random random = new(8);
        for (int i = 0; i < 200; i++)
        {
            int at = random.Next(content.Length);
            byte[] buffer = new byte[Math.Min(content.Length - at, 1 + random.Next(random.Next(2) == 0 ? 30 : 40_000))];
            stream.Position = at;
            stream.ReadExactly(buffer);
            Assert.True(buffer.AsSpan().SequenceEqual(content.AsSpan(at, buffer.Length)), $"{buffer.Length} bytes at {at} differ");
            Assert.Equal(at + buffer.Length, stream.Position);
        }

        stream.Dispose();
    }

    /// <summary>A stream that was added to the engine is to be added here.</summary>
    [Fact]
    public void None_is_left_out()
    {
        // An input for decoders, that one array after the other is read from; NowhereStream is a target, and nobody reads it.
        string[] others = ["ArrayInput"];
        Type[] streams = [.. typeof(VmaArchive).Assembly.GetTypes().Where(static t => t.IsSubclassOf(typeof(Stream)) && !t.IsAbstract && t != typeof(NowhereStream))];
        Assert.All(streams, static t => Assert.True(t.IsSubclassOf(typeof(ReadOnlyStream)), $"{t} does not stand on the base of all"));
        IEnumerable<string> tested = Seekable.Concat(Forward).Select(s =>
        {
            using Stream stream = s.Value(this).Stream;
            return stream.GetType().Name;
        });
        Assert.Empty(streams.Select(static t => t.Name).Except(tested).Except(others));
    }

    private static int SetOne(byte[] buffer, int at, byte value)
    {
        buffer[at] = value;
        return 1;
    }

    private static (Stream Stream, byte[] Content) Of(Func<byte[], Stream> open)
    {
        byte[] content = StreamSamples.Mixed(200_000, 3);
        return (open([.. content]), content);
    }

    /// <summary>A device with data, zeros, clusters of both, and an end within a cluster.</summary>
    private static (Stream Stream, byte[] Content) OfDevice(Func<Stream, Stream> open, int start, int? length = null)
    {
        const int Size = (6 * 65536) + 1000;
        ArchiveForge forge = new ArchiveForge().Device(1, "drive-scsi0", Size);
        forge.Extent(static e => e.Cluster(1, 3).Cluster(1, 0).Zero(1, 1).Cluster(1, 2, 0x0FF1).Cluster(1, 5).Zero(1, 4).Cluster(1, 6, 1));
        VmaArchive archive = VmaArchive.Open(new MemoryStream(forge.Build()));
        return (open(archive.Devices[0].OpenRead()), forge.Disk(1).AsSpan(start, length ?? Size - start).ToArray());
    }

    private static (Stream Stream, byte[] Content) OpenCompressed()
    {
        using VmaDeviceStream plain = VmaArchive.Open(Corpus.PathOf(Archive)).FindDevice("drive-scsi2")!.OpenRead();
        byte[] content = new byte[plain.Length];
        plain.ReadExactly(content);
        return (VmaArchive.Open(Corpus.PathOf(Archive) + ".zst").FindDevice("drive-scsi2")!.OpenRead(), content);
    }

    private static (Stream Stream, byte[] Content) OpenImage()
    {
        Scenario scenario = Scenario.Mixed(3 << 20, "shuffled");
        using TempFolder folder = new();
        scenario.WriteRaw(folder.File("raw"), 3 << 20);
        return (VmaImage.Open(new MemoryStream(VhdxForge.Make("vhdx", scenario))).OpenRead(), File.ReadAllBytes(folder.File("raw")));
    }

    private static FileStream Packed(string extension) => File.OpenRead(Corpus.PathOf(Archive) + extension);

    private (Stream Stream, byte[] Content) Open(string name) => (Seekable.GetValueOrDefault(name) ?? Forward[name])(this);

    private (Stream Stream, byte[] Content) OpenIntervals()
    {
        string path = _folder.File("archive");
        File.WriteAllBytes(path, IndexSamples.Compress("gzip-framework"));
        return (new IntervalsApart(IndexSamples.Source(path), IndexSamples.Store(path).Build(path + ".vmaindex", null, default), threads: 2), IndexSamples.Plain);
    }

    /// <summary>A file of more than what is read as blocks.</summary>
    private (Stream Stream, byte[] Content) OpenRemote(Func<RemoteFile, Stream> open)
    {
        byte[] content = StreamSamples.Mixed(5 << 20, 3);
        HttpHost host = new();
        _opened.Add(host);
        host.Files["/x.vma"] = content;
        RemoteFile file = RemoteFile.Look(RemoteAddress.Parse(host.AddressOf("/x.vma"), null), new RemoteSettings(), default, out RemotePart first);
        first.Dispose();
        return (open(file), content);
    }

    /// <summary>A file of a guest whose content is read by that kind of stream; read once, it is what every other way has to give.</summary>
    private (Stream Stream, byte[] Content) OpenFile(string image, string type)
    {
        foreach (string id in GuestImages.Truth(image).Volumes.Where(static v => v.TryGetProperty("files", out _)).Select(static v => v.GetProperty("id").GetString()!))
        {
            if (OpenFile(GuestImages.CopyVolume(image, id), type) is { } opened)
            {
                return opened;
            }
        }

        throw new InvalidOperationException($"No file of {image} is read by {type}.");
    }

    private (Stream Stream, byte[] Content)? OpenFile(SparseBytes bytes, string type)
    {
        FileSystem files = GuestImages.OpenFiles(bytes);
        _opened.AddRange([files, bytes]);
        foreach (FileEntry entry in GuestImages.Walk(files).Where(static e => e.Type == FileEntryType.File && e.Length is > 2000 and < 20_000_000))
        {
            using Stream stream = files.OpenRead(entry);
            if (stream.GetType().Name == type)
            {
                byte[] content = new byte[stream.Length];
                stream.ReadExactly(content);
                return (files.OpenRead(entry), content);
            }
        }

        return null;
    }

    private sealed class Ear : StoredBytesTap
    {
        protected override void OnBytes(ReadOnlySpan<byte> data)
        {
        }
    }
}
