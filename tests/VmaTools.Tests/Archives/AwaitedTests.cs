using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace VmaTools.Tests.Archives;

/// <summary>What is awaited waits for streams that complete no other way, keeps nobody, and ends when it is told to.</summary>
public class AwaitedTests
{
    private const string Name = "vzdump-qemu-101-2026_11_20-02_00_03";

    private static readonly string Plain = Corpus.PathOf(Name);

    [Theory]
    [InlineData("", true)]
    [InlineData("", false)]
    [InlineData(".zst", true)]
    [InlineData(".zst", false)]
    [InlineData(".gz", false)]
    [InlineData(".lzo", false)]
    public async Task A_pass_over_a_stream_that_is_only_read_asynchronously(string extension, bool canSeek)
    {
        await using AsyncOnlyStream stream = new(await File.ReadAllBytesAsync(Plain + extension, Token), canSeek);
        using VmaArchive archive = await VmaArchive.OpenAsync(stream, leaveOpen: true, cancellationToken: Token);
        ThreadSink sink = new();
        VmaPassResult result = await archive.ReadForwardAsync([sink], cancellationToken: Token);

        using VmaArchive same = VmaArchive.Open(Plain);
        VmaPassResult expected = same.ReadForward([]);
        Assert.True(result.IsValid);
        Assert.Equal(expected.Devices[0].StoredBytes, result.Devices[0].StoredBytes);
        Assert.False(sink.WasOnPool);
    }

    [Fact]
    public async Task An_export_from_a_stream_that_is_only_read_asynchronously()
    {
        using TempFolder folder = new();
        await using AsyncOnlyStream stream = new(await File.ReadAllBytesAsync(Plain + ".zst", Token), canSeek: false);
        using VmaArchive archive = await VmaArchive.OpenAsync(stream, cancellationToken: Token);
        string path = folder.File("disk.raw");
        VmaExport export = new(archive);
        export.Add(archive.Devices[0], path);
        VmaExportResult result = await export.RunAsync(cancellationToken: Token);
        Assert.Null(Assert.Single(result.Outputs).Error);

        using VmaArchive same = VmaArchive.Open(Plain);
        Assert.Equal(Read(same.Devices[0]), await File.ReadAllBytesAsync(path, Token));
    }

    [Fact]
    public async Task A_device_is_read_asynchronously()
    {
        await using AsyncOnlyStream stream = new(await File.ReadAllBytesAsync(Plain, Token), canSeek: true);
        using VmaArchive archive = await VmaArchive.OpenAsync(stream, cancellationToken: Token);
        await using VmaDeviceStream device = archive.Devices[0].OpenRead();
        await Compare(archive.Devices[0], device);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".zst")]
    public async Task A_device_of_a_file_is_read_asynchronously(string extension)
    {
        using TempFolder folder = new();
        string path = folder.File("a.vma" + extension);
        File.Copy(Plain + extension, path);
        using VmaArchive archive = VmaArchive.Open(path);
        archive.LoadMap(cancellationToken: Token);
        await using VmaDeviceStream device = archive.Devices[0].OpenRead();
        await Compare(archive.Devices[0], device);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".zst")]
    public async Task No_thread_of_the_pool_decodes_or_reads_synchronously_for_a_device_that_is_awaited(string extension)
    {
        using TempFolder folder = new();
        string path = folder.File("a.vma" + extension);
        File.Copy(Plain + extension, path);
        string index = folder.File("index");
        if (extension.Length > 0)
        {
            using VmaArchive indexed = VmaArchive.Open(path);
            indexed.BuildIndex(index, cancellationToken: Token);
        }

        await using ThreadStream stream = new(await File.ReadAllBytesAsync(path, Token));
        using VmaArchive archive = VmaArchive.Open(stream, options: new VmaOpenOptions { IndexPath = extension.Length > 0 ? index : null });
        await using VmaDeviceStream device = archive.Devices[0].OpenRead();
        using VmaArchive same = VmaArchive.Open(Plain);
        device.Position = FirstData(same.Devices[0]);
        stream.Forget();
        Assert.Equal(512, await device.ReadAsync(new byte[512], Token));
        Assert.True(stream.WasRead);
        Assert.False(stream.WasOnPool);
    }

    [Fact]
    public async Task A_read_under_way_keeps_nobody_and_hears_of_its_token()
    {
        await using AsyncOnlyStream stream = new(await File.ReadAllBytesAsync(Plain, Token), canSeek: true);
        using VmaArchive archive = await VmaArchive.OpenAsync(stream, cancellationToken: Token);
        await using VmaDeviceStream device = archive.Devices[0].OpenRead();
        device.Position = FirstData(archive.Devices[0]);
        long position = device.Position;
        using CancellationTokenSource source = new();
        stream.StandsStill = true;

        Task<int> reading = device.ReadAsync(new byte[512], source.Token).AsTask();
        Assert.False(reading.IsCompleted);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);

        // Whoever was cancelled gave its turn back, and nothing was skipped.
        stream.StandsStill = false;
        Assert.Equal(position, device.Position);
        Assert.Equal(512, await device.ReadAsync(new byte[512], Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Waiting_for_a_stream_that_stands_still_is_ended(bool hearsTokens)
    {
        byte[] bytes = await File.ReadAllBytesAsync(Plain, Token);
        using CancellationTokenSource source = new();
        await using AsyncOnlyStream still = new(bytes, canSeek: false) { StandsStill = true, HearsTokens = hearsTokens };
        Task<VmaArchive> opening = VmaArchive.OpenAsync(still, cancellationToken: source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);

        using CancellationTokenSource later = new();
        await using AsyncOnlyStream stream = new(bytes, canSeek: false) { HearsTokens = hearsTokens };
        using VmaArchive archive = await VmaArchive.OpenAsync(stream, cancellationToken: Token);
        stream.StandsStill = true;
        Task<VmaPassResult> pass = archive.ReadForwardAsync([], cancellationToken: later.Token);
        await later.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pass);
        Assert.True(pass.IsCanceled);
    }

    [Fact]
    public void A_synchronous_pass_over_a_pipe_that_stands_still_is_ended()
    {
        using CancellationTokenSource source = new();
        using StillStream stream = new(File.ReadAllBytes(Plain), 100_000);
        using VmaArchive archive = VmaArchive.Open(stream, leaveOpen: true, cancellationToken: source.Token);
        _ = stream.Still.ContinueWith(_ => source.Cancel(), TaskScheduler.Default);
        Assert.ThrowsAny<OperationCanceledException>(() => archive.ReadForward([]));
        stream.Release();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task Compare(VmaDevice device, VmaDeviceStream stream)
    {
        using VmaArchive same = VmaArchive.Open(Plain);
        byte[] expected = Read(same.FindDevice(device.DeviceId)!);
        using MemoryStream actual = new();
        await stream.CopyToAsync(actual, 100_000, Token);
        Assert.Equal(expected, actual.ToArray());

        byte[] part = new byte[5000];
        stream.Position = expected.Length - 3000;
        Assert.Equal(3000, await stream.ReadAsync(part.AsMemory(), Token));
        Assert.Equal(expected.AsSpan(expected.Length - 3000).ToArray(), part.AsSpan(0, 3000).ToArray());
        Assert.Equal(0, await stream.ReadAsync(part.AsMemory(), Token));
    }

    private static byte[] Read(VmaDevice device)
    {
        using VmaDeviceStream content = device.OpenRead();
        using MemoryStream bytes = new();
        content.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static long FirstData(VmaDevice device) => Array.FindIndex(Read(device), static b => b != 0) & ~511L;

    private sealed class ThreadSink : VmaSink
    {
        public bool WasOnPool { get; private set; }

        public override void OnData(VmaDevice device, long offset, ReadOnlySpan<byte> data) => WasOnPool |= Thread.CurrentThread.IsThreadPoolThread;
    }

    /// <summary>Bytes that know whose threads read them synchronously.</summary>
    private sealed class ThreadStream(byte[] bytes) : MemoryStream(bytes)
    {
        public bool WasRead { get; private set; }

        public bool WasOnPool { get; private set; }

        public void Forget() => WasRead = WasOnPool = false;

        public override int Read(byte[] buffer, int offset, int count)
        {
            WasRead = true;
            WasOnPool |= Thread.CurrentThread.IsThreadPoolThread;
            return base.Read(buffer, offset, count);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            WasRead = true;
            byte[] bytes = new byte[buffer.Length];
            int read = base.Read(bytes, 0, bytes.Length);
            bytes.AsSpan(0, read).CopyTo(buffer.Span);
            return ValueTask.FromResult(read);
        }
    }

    /// <summary>A stream that throws where it is read synchronously, and completes later.</summary>
    private sealed class AsyncOnlyStream(byte[] bytes, bool canSeek) : Stream
    {
        private int _position;

        public bool StandsStill { get; set; }

        public bool HearsTokens { get; init; } = true;

        public override bool CanRead => true;

        public override bool CanSeek => canSeek;

        public override bool CanWrite => false;

        public override long Length => canSeek ? bytes.Length : throw new NotSupportedException();

        public override long Position
        {
            get => canSeek ? _position : throw new NotSupportedException();
            set => _position = canSeek ? (int)value : throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Synchronous reads are not allowed.");

        public override int Read(Span<byte> buffer) => throw new NotSupportedException("Synchronous reads are not allowed.");

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            if (StandsStill)
            {
                await Task.Delay(Timeout.Infinite, HearsTokens ? cancellationToken : default);
            }

            int count = Math.Min(Math.Min(buffer.Length, 70_000), bytes.Length - _position);
            bytes.AsSpan(_position, count).CopyTo(buffer.Span);
            _position += count;
            return count;
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
