using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using VmaTools.Tests.Archives;
using Xunit;

namespace VmaTools.Tests.Writing;

public sealed class CreationTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string> Names => [.. Corpus.Names];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Writes_what_Proxmoxs_tool_writes()
    {
        Assert.Equal(Disk.ArchiveDigest, Corpus.Hex(SHA256.HashData(Disk.Archive())));
    }

    [Theory]
    [InlineData("allzero-1g")]
    [InlineData("nodisk")]
    public void Writes_an_archive_of_Proxmoxs_tool_anew(string name)
    {
        using VmaArchive archive = VmaArchive.Open(Corpus.PathOf(name));
        Assert.Equal(Corpus.Bytes(name), Copy(archive));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Devices_and_configs_come_through(string name)
    {
        using VmaArchive archive = VmaArchive.Open(Corpus.PathOf(name));
        using VmaArchive copy = VmaArchive.Open(new MemoryStream(Copy(archive)));
        Assert.Equal(archive.Uuid, copy.Uuid);
        Assert.Equal(archive.CreationTime, copy.CreationTime);
        Assert.Equal(Corpus.ConfigDigests(name), copy.Configs.ToDictionary(static c => c.Name, static c => Corpus.Hex(SHA256.HashData(c.GetBytes()))));
        DiskSink disks = new();
        VmaPassResult result = copy.ReadForward([disks]);
        Assert.Empty(result.Findings);
        IReadOnlyList<(string Name, int Id, long Size, string Digest)> truth = Corpus.Devices(name);
        Assert.Equal(truth.Select(static d => (d.Name, d.Size)), copy.Devices.Select(static d => (d.Name, d.Size)));
        for (int i = 0; i < truth.Count; i++)
        {
            Assert.Equal(truth[i].Digest, disks[copy.Devices[i].DeviceId].Hash(truth[i].Size));
        }
    }

    [Fact]
    public void A_sparse_file_is_read_where_it_has_data_only()
    {
        string path = _folder.File("sparse.raw");
        byte[] data = Enumerable.Range(1, 70_000).Select(static i => (byte)i).ToArray();
        const long Size = 40L << 30;
        using (FileStream file = File.Create(path))
        {
            file.Position = 5L << 30;
            file.Write(data);
            file.SetLength(Size);
        }

        Assert.SkipUnless(HasHoles(path), "the file system of the temporary folder has no holes");
        using VmaCreation creation = new();
        creation.AddFile("drive-scsi0", path);
        using MemoryStream output = new();
        CountingProgress progress = new();
        VmaCreationResult result = creation.Run(output, progress);

        // Reading 40 GiB of zeros would take many seconds, and some hundred reports.
        Assert.InRange(progress.Count, 1, 60);
        Assert.Equal(Size, result.Devices.Single().Size);
        Assert.InRange(result.Devices.Single().StoredBytes, 70_000, 73_728 + 4096);
        output.Position = 0;
        using VmaArchive archive = VmaArchive.Open(output, leaveOpen: true);
        using VmaDeviceStream stream = archive.Devices[0].OpenRead();
        byte[] read = new byte[data.Length + 2];
        stream.Position = (5L << 30) - 1;
        stream.ReadExactly(read);
        Assert.Equal([0, .. data, 0], read);
    }

    [Fact]
    public void Streams_of_every_kind_are_sources()
    {
        byte[] disk = Disk.Make();
        using VmaArchive other = VmaArchive.Open(new MemoryStream(Disk.Archive()));
        using VmaCreation creation = new(Disk.Options());
        MemoryStream late = new([1, 2, 3, .. disk]) { Position = 3 };
        creation.AddStream("drive-scsi0", TricklingStream.AsPipe(new MemoryStream(disk)), disk.Length);
        creation.AddStream("drive-scsi1", late);
        creation.AddDevice(other.Devices[0], "drive-scsi2");
        File.WriteAllBytes(_folder.File("d.raw"), disk);
        creation.AddFile("drive-scsi3", _folder.File("d.raw"));
        creation.Run(_folder.File("all.vma"));

        using VmaArchive archive = VmaArchive.Open(_folder.File("all.vma"));
        DiskSink disks = new();
        Assert.True(archive.ReadForward([disks]).IsValid);
        string digest = Corpus.Hex(SHA256.HashData([.. disk, .. new byte[9_000_960 - 9_000_777]]));
        Assert.All(archive.Devices, d => Assert.Equal(9_000_960, d.Size));
        Assert.All(archive.Devices, d => Assert.Equal(digest, disks[d.DeviceId].Hash(d.Size)));
        Assert.False(late.CanRead);
    }

    [Fact]
    public void Equal_input_gives_equal_bytes()
    {
        Assert.Equal(Disk.Archive(), Disk.Archive());
        Assert.Equal(Disk.Archive(new GzipCompressor()), Disk.Archive(new GzipCompressor()));
    }

    [Fact]
    public void Gzip_is_read_by_gzip()
    {
        byte[] packed = Disk.Archive(new GzipCompressor(9));
        Assert.True(packed.Length < Disk.Archive().Length / 2);
        Assert.Equal(Disk.Archive(), Tool.Filter("gzip", "-dc", packed));
    }

    [Fact]
    public void One_changed_cluster_changes_one_frame()
    {
        byte[] disk = Disk.Make();
        RecordingCompressor before = new();
        Write(disk, before);
        disk[5_000_000] ^= 1;
        RecordingCompressor after = new();
        Write(disk, after);
        Assert.Equal(4, before.Frames.Count);
        Assert.Single(after.Frames.Except(before.Frames));

        // From zero to data: extents behind it stay as they are, too.
        disk[(1000 * 4096) - 1] = 1;
        RecordingCompressor more = new();
        Write(disk, more);
        Assert.Single(more.Frames.Except(after.Frames));
    }

    [Fact]
    public void Nothing_is_left_of_what_is_cancelled_or_fails()
    {
        using CancellationTokenSource source = new();
        using VmaCreation cancelled = new();
        cancelled.AddStream("drive-scsi0", new HookedStream(Disk.Make(), source.Cancel));
        Assert.ThrowsAny<OperationCanceledException>(() => cancelled.Run(_folder.File("a.vma"), null, source.Token));

        using VmaCreation failing = new();
        failing.AddStream("drive-scsi0", new HookedStream(Disk.Make(), static () => throw new IOException("gone")));
        VmaException thrown = Assert.Throws<VmaException>(() => failing.Run(_folder.File("a.vma")));
        Assert.Equal((VmaCodes.SourceReadFailed, "gone"), (thrown.Code, thrown.InnerException?.Message));

        using VmaCreation failingToo = new(new VmaCreationOptions { Compressor = new RecordingCompressor { Fails = true } });
        failingToo.AddStream("drive-scsi0", new MemoryStream(Disk.Make()));
        Assert.Equal(VmaCodes.CompressorFailed, Assert.Throws<VmaException>(() => failingToo.Run(_folder.File("a.vma"))).Code);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public void A_source_that_changes_is_told()
    {
        string path = _folder.File("disk.raw");
        File.WriteAllBytes(path, Disk.Make());
        using VmaCreation grown = new();
        grown.AddFile("drive-scsi0", path);
        grown.AddStream("drive-scsi1", new HookedStream(Disk.Make(), () => File.AppendAllText(path, "more")));
        Assert.Equal(VmaCodes.SourceChanged, Assert.Throws<VmaException>(() => grown.Run(_folder.File("a.vma"))).Code);

        using VmaCreation shrunk = new();
        shrunk.AddFile("drive-scsi0", path);
        using (FileStream file = File.OpenWrite(path))
        {
            file.SetLength(70_000);
        }

        Assert.Equal(VmaCodes.SourceChanged, Assert.Throws<VmaException>(() => shrunk.Run(_folder.File("a.vma"))).Code);
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public void An_archive_never_takes_the_place_of_a_file()
    {
        string path = _folder.File("disk.raw");
        File.WriteAllBytes(path, Disk.Make());
        using VmaCreation creation = new();
        creation.AddFile("drive-scsi0", path);
        VmaException error = Assert.Throws<VmaException>(() => creation.Run(path));
        Assert.Equal(VmaCodes.TargetExists, error.Code);
        Assert.Contains("remove it first", error.Message, StringComparison.Ordinal);
        Assert.Throws<VmaException>(() => creation.CheckTarget(path));
        Assert.Equal(Disk.Make(), File.ReadAllBytes(path));
    }

    [Fact]
    public void Limits_are_told_before_anything_is_written()
    {
        using VmaCreation creation = new();
        for (int i = 0; i < 254; i++)
        {
            creation.AddStream($"drive-scsi{i}", new MemoryStream([1]));
        }

        AssertLimit(() => creation.AddStream("drive-scsi254", new MemoryStream([1])));
        AssertLimit(() => creation.AddConfig("large", new byte[65_536]));
        AssertLimit(() => creation.AddStream("none", new MemoryStream()));
        AssertLimit(() => creation.AddStream("too large", new MemoryStream(), (1L << 48) + 1));
        for (int i = 0; i < 7; i++)
        {
            creation.AddConfig($"c{i}", new byte[65_535]);
        }

        AssertLimit(() => creation.AddConfig("c7", new byte[65_535]));
        for (int i = 7; i < 256; i++)
        {
            creation.AddConfig($"c{i}", []);
        }

        AssertLimit(() => creation.AddConfig("c256", []));
        Assert.Equal(VmaCodes.NameDuplicate, Assert.Throws<VmaException>(() => creation.AddConfig("c1", [])).Code);
        Assert.Equal(VmaCodes.ArchiveNameInvalid, Assert.Throws<VmaException>(() => creation.AddConfig("", [])).Code);
        Assert.Equal(VmaCodes.ArchiveNameInvalid, Assert.Throws<VmaException>(() => new VmaCreation(new() { Uuid = "x" })).Code);

        // What was refused is not in the way of what was not.
        using MemoryStream output = new();
        creation.Run(output);
        output.Position = 0;
        using VmaArchive archive = VmaArchive.Open(output);
        Assert.Equal(254, archive.Devices.Count);
        Assert.Equal(256, archive.Configs.Count);
        Assert.Empty(archive.HeaderFindings);
    }

    [Fact]
    public void Warns_of_what_a_restore_would_not_take()
    {
        using VmaCreation creation = new();
        creation.AddConfig("qemu-server.conf", Encoding.UTF8.GetBytes("#qmdump#map:scsi0:drive-scsi0:local:raw:\n"));
        creation.AddStream("drive-scsi0", new MemoryStream([1]));
        Assert.Empty(creation.CheckTarget(_folder.File("vzdump-qemu-101-2026_11_20-02_00_03.vma.zst")));
        Assert.Contains("refuses a file named 'my.vma'", Assert.Single(creation.CheckTarget(_folder.File("my.vma"))), StringComparison.Ordinal);
        creation.AddStream("drive-scsi1", new MemoryStream([1]));
        Assert.Contains(
            "drive-scsi1", Assert.Single(creation.CheckTarget(_folder.File("vzdump-qemu-101-2026_11_20-02_00_03.vma"))), StringComparison.Ordinal);
    }

    private static byte[] Copy(VmaArchive archive)
    {
        using VmaCreation creation = new(new VmaCreationOptions { Uuid = archive.Uuid, CreationTime = archive.CreationTime });
        foreach (VmaConfig config in archive.Configs)
        {
            creation.AddConfig(config.Name, config.GetBytes());
        }

        foreach (VmaDevice device in archive.Devices)
        {
            creation.AddDevice(device);
        }

        using MemoryStream output = new();
        creation.Run(output);
        return output.ToArray();
    }

    private static void Write(byte[] disk, RecordingCompressor compressor)
    {
        using VmaCreation creation = new(Disk.Options(compressor));
        creation.AddStream("drive-scsi0", new MemoryStream(disk));
        creation.Run(Stream.Null);
    }

    private static void AssertLimit(Action action) => Assert.Equal(VmaCodes.ArchiveLimitExceeded, Assert.Throws<VmaException>(action).Code);

    /// <summary>By another's word: a file of 40 GiB takes a few blocks.</summary>
    private static bool HasHoles(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        Tool.Stat.SkipIfMissing();
        return long.Parse(Tool.Stat.Run("-c", "%b", path), System.Globalization.CultureInfo.InvariantCulture) < 4096;
    }

    private sealed class CountingProgress : IProgress<VmaProgress>
    {
        public int Count { get; private set; }

        public void Report(VmaProgress value) => Count++;
    }

    /// <summary>Does something at the second read.</summary>
    private sealed class HookedStream(byte[] bytes, Action hook) : MemoryStream(bytes)
    {
        private int _reads;

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (++_reads == 2)
            {
                hook();
            }

            return base.Read(buffer, offset, count);
        }
    }

    /// <summary>Compresses nothing, and remembers what it was given.</summary>
    private sealed class RecordingCompressor : VmaCompressor
    {
        private readonly HashSet<string> _frames = [];

        public bool Fails { get; init; }

        public HashSet<string> Frames => _frames;

        public override string Compression => VmaCompression.Gzip;

        public override string Description => "none";

        public override VmaFrameEncoder CreateEncoder() => new Encoder(this);

        private sealed class Encoder(RecordingCompressor owner) : VmaFrameEncoder
        {
            public override int GetMaxSize(int length) => length;

            public override int Encode(ReadOnlySpan<byte> source, Span<byte> target)
            {
                if (owner.Fails)
                {
                    throw new VmaException(VmaCodes.CompressorFailed, "no");
                }

                lock (owner._frames)
                {
                    owner._frames.Add(Corpus.Hex(SHA256.HashData(source)));
                }

                source.CopyTo(target);
                return source.Length;
            }
        }
    }
}
