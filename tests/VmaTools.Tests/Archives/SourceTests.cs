using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace VmaTools.Tests.Archives;

/// <summary>Where the bytes come from: files that others touch, streams of every kind.</summary>
public sealed class SourceTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static byte[] Sound => new ArchiveForge()
        .Config("qemu-server.conf", "cores: 2\n")
        .Device(1, "a", 2 * 65536)
        .Extent(static e => e.Cluster(1, 0))
        .Extent(static e => e.Cluster(1, 1)).Build();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03")]
    [InlineData("shuffled")]
    [InlineData("gaps-between-slots")]
    [InlineData("vmstate")]
    [InlineData("nodisk")]
    public void Pipe_gives_what_a_file_gives(string name)
    {
        using TricklingStream pipe = TricklingStream.AsPipe(File.OpenRead(Corpus.PathOf(name)));
        using VmaArchive archive = VmaArchive.Open(pipe);
        Assert.Null(archive.ArchivePath);
        Assert.Null(archive.StoredLength);
        DiskSink disks = new();
        VmaPassResult result = archive.ReadForward([disks]);
        Assert.Empty(result.Findings);
        Assert.Equal(new FileInfo(Corpus.PathOf(name)).Length, result.BytesRead);
        foreach ((string _, int id, long size, string digest) in Corpus.Devices(name))
        {
            Assert.Equal(digest, disks[id].Hash(size));
        }
    }

    [Fact]
    public void Pipe_lists_extents_as_a_file_does()
    {
        string path = Corpus.PathOf("gaps-between-slots");
        using VmaArchive piped = VmaArchive.Open(TricklingStream.AsPipe(File.OpenRead(path)));
        using VmaArchive file = VmaArchive.Open(path);
        Assert.Equal(
            file.ReadExtents().Select(static e => (e.Offset, e.BlockCount, e.Clusters.Count)),
            piped.ReadExtents().Select(static e => (e.Offset, e.BlockCount, e.Clusters.Count)));
    }

    [Fact]
    public void Pipe_serves_one_pass()
    {
        using VmaArchive archive = VmaArchive.Open(TricklingStream.AsPipe(new MemoryStream(Sound)));
        Assert.Equal("cores: 2\n", archive.Configs[0].Text);
        Assert.Equal(VmaCodes.SourceNotSeekable, Assert.Throws<VmaException>(() => archive.Devices[0].OpenRead()).Code);
        Assert.Equal(VmaCodes.SourceNotSeekable, Assert.Throws<VmaException>(() => archive.LoadMap()).Code);
        Assert.True(archive.ReadForward([]).IsValid);
        Assert.Equal(VmaCodes.SourceNotReopenable, Assert.Throws<VmaException>(() => archive.ReadForward([])).Code);
        Assert.Equal(VmaCodes.SourceNotReopenable, Assert.Throws<VmaException>(() => archive.ReadExtents().ToList()).Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Stream_stays_open_as_asked(bool leaveOpen)
    {
        TricklingStream pipe = TricklingStream.AsPipe(new MemoryStream(Sound));
        using (VmaArchive archive = VmaArchive.Open(pipe, leaveOpen))
        {
            archive.ReadForward([]);
        }

        Assert.Equal(!leaveOpen, pipe.IsDisposed);

        TricklingStream unread = TricklingStream.AsPipe(new MemoryStream(Sound));
        VmaArchive.Open(unread, leaveOpen).Dispose();
        Assert.Equal(!leaveOpen, unread.IsDisposed);

        TricklingStream bad = TricklingStream.AsPipe(new MemoryStream(new byte[100]));
        Assert.ThrowsAny<VmaException>(() => VmaArchive.Open(bad, leaveOpen));
        Assert.Equal(!leaveOpen, bad.IsDisposed);

        MemoryStream seekable = new(Sound);
        using (VmaArchive archive = VmaArchive.Open(seekable, leaveOpen))
        {
            archive.ReadForward([]);
            archive.ReadForward([]);
        }

        Assert.Equal(leaveOpen, seekable.CanRead);
    }

    [Fact]
    public void Seekable_stream_begins_where_it_stands()
    {
        byte[] bytes = Sound;
        using MemoryStream stream = new([.. new byte[777], .. bytes]);
        stream.Position = 777;
        using VmaArchive archive = VmaArchive.Open(stream);
        Assert.Equal(bytes.Length, archive.StoredLength);
        DiskSink disks = new();
        VmaPassResult result = archive.ReadForward([disks]);
        Assert.Empty(result.Findings);
        using VmaDeviceStream device = archive.Devices[0].OpenRead();
        byte[] content = new byte[2 * 65536];
        device.ReadExactly(content);
        Assert.True(content.AsSpan().SequenceEqual(disks[1].ToArray(content.Length)));
        Assert.Equal(archive.HeaderSize, archive.ReadExtents().First().Offset);
    }

    [Fact]
    public void Seekable_stream_beyond_its_end_is_empty()
    {
        using MemoryStream stream = new(Sound) { Position = 1 << 30 };
        Assert.Equal(VmaCodes.EmptyFile, Assert.ThrowsAny<VmaException>(() => VmaArchive.Open(stream)).Code);
    }

    [Fact]
    public void Changed_file_is_told()
    {
        Action<string>[] changes =
        [
            static p => File.AppendAllText(p, "x"),
            static p => File.WriteAllBytes(p, Sound[..^4096]),
            static p => File.SetLastWriteTimeUtc(p, DateTime.UtcNow.AddHours(-1)),
            static p => File.Delete(p),
        ];
        foreach (Action<string> change in changes)
        {
            string path = Write(Sound);
            using VmaArchive archive = VmaArchive.Open(path);
            archive.LoadMap();
            using VmaDeviceStream open = archive.Devices[0].OpenRead();
            change(path);
            foreach (Action use in new Action[]
            {
                () => archive.ReadForward([]),
                () => archive.Devices[0].OpenRead(),
                () => _ = archive.ReadExtents().ToList(),
            })
            {
                VmaException error = Assert.Throws<VmaException>(use);
                Assert.Equal((VmaCodes.SourceChanged, path), (error.Code, error.Path));
            }
        }
    }

    [Fact]
    public void Replaced_file_is_not_read_through_a_remembered_map()
    {
        string path = Write(Sound);
        using (VmaArchive archive = VmaArchive.Open(path))
        {
            archive.LoadMap();
        }

        byte[] other = new ArchiveForge().Config("qemu-server.conf", "cores: 2\n").Device(1, "a", 2 * 65536)
            .Extent(static e => e.Cluster(1, 1)).Extent(static e => e.Cluster(1, 0)).Build();
        File.WriteAllBytes(path, other);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(5));
        using VmaArchive again = VmaArchive.Open(path);
        using VmaDeviceStream stream = again.Devices[0].OpenRead();
        byte[] block = new byte[4096];
        stream.ReadExactly(block);
        Assert.Equal(ArchiveForge.Block(1, 0, 0), block);
    }

    [Fact]
    public void File_cut_under_an_open_stream_is_told()
    {
        string path = Write(Sound);
        using VmaArchive archive = VmaArchive.Open(path);
        using VmaDeviceStream stream = archive.Devices[0].OpenRead();
        using (FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            file.SetLength(file.Length - 5000);
        }

        byte[] buffer = new byte[2 * 65536];
        VmaException error = Assert.Throws<VmaException>(() => stream.ReadExactly(buffer));
        Assert.Equal(VmaCodes.SourceChanged, error.Code);
    }

    [Fact]
    public async Task File_that_grows_while_it_is_read_does_no_harm()
    {
        string path = Write(Corpus.Bytes("vzdump-qemu-101-2026_11_20-02_00_03"));
        using VmaArchive archive = VmaArchive.Open(path);
        using CancellationTokenSource stop = new();
        TaskCompletionSource grown = new();
        Task writer = Task.Run(
            () =>
            {
                using FileStream file = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
                while (!stop.IsCancellationRequested && file.Length < 64 << 20)
                {
                    file.Write(new byte[1000]);
                    file.Flush();
                    grown.TrySetResult();
                }
            },
            TestContext.Current.CancellationToken);
        await grown.Task;
        for (int i = 0; i < 20; i++)
        {
            try
            {
                using VmaArchive each = VmaArchive.Open(path);
                VmaPassResult result = each.ReadForward([]);
                Assert.All(result.Findings, static f => Assert.Contains(f.Code, new[] { VmaCodes.TrailingData, VmaCodes.SourceChanged }));
            }
            catch (VmaException exception)
            {
                Assert.Equal(VmaCodes.SourceChanged, exception.Code);
            }
        }

        await stop.CancelAsync();
        await writer;
        Assert.Equal(VmaCodes.SourceChanged, Assert.Throws<VmaException>(() => archive.ReadForward([])).Code);
    }

    [Fact]
    public void File_changed_during_a_pass_makes_no_device_whole()
    {
        string path = Write(Sound);
        using VmaArchive archive = VmaArchive.Open(path);
        VmaPassResult result = archive.ReadForward([new Toucher(path)]);
        Assert.Contains(result.Findings, static f => f.Code == VmaCodes.SourceChanged);
        Assert.DoesNotContain(result.Devices, static d => d.IsWhole);
    }

    [Fact]
    public void Read_only_file_in_a_read_only_folder()
    {
        string path = Write(Sound);
        File.SetAttributes(path, FileAttributes.ReadOnly);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder.FullName, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        try
        {
            using VmaArchive archive = VmaArchive.Open(path);
            Assert.True(archive.ReadForward([]).IsValid);
            using VmaDeviceStream stream = archive.Devices[0].OpenRead();
            Assert.Equal(1, stream.Read(new byte[1], 0, 1));
        }
        finally
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(_folder.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            File.SetAttributes(path, FileAttributes.Normal);
        }
    }

    [Fact]
    public void Archive_holds_no_file_open()
    {
        string path = Write(Sound);
        using VmaArchive archive = VmaArchive.Open(path);
        archive.ReadForward([]);
        archive.LoadMap();
        using FileStream exclusive = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.True(exclusive.CanWrite);
    }

    [Fact]
    public void Missing_file_and_folder_are_the_systems_own_errors()
    {
        Assert.Throws<FileNotFoundException>(() => VmaArchive.Open(_folder.File("none.vma")));
        Assert.Throws<DirectoryNotFoundException>(() => VmaArchive.Open(Path.Combine(_folder.FullName, "none", "none.vma")));
        Assert.Throws<ArgumentNullException>(() => VmaArchive.Open((string)null!));
        Assert.Throws<ArgumentNullException>(() => VmaArchive.Open((Stream)null!));
    }

    private string Write(byte[] bytes)
    {
        string path = _folder.File(Path.GetRandomFileName() + ".vma");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private sealed class Toucher(string path) : VmaSink
    {
        public override void OnData(VmaDevice device, long offset, ReadOnlySpan<byte> data) =>
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(1));
    }
}
