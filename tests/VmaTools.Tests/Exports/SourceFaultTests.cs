using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Images;
using Xunit;

namespace VmaTools.Tests.Exports;

/// <summary>What goes wrong with a source is told of the source: not of the target, and not as whatever the stream threw.</summary>
public sealed class SourceFaultTests : IDisposable
{
    private const int Cluster = 65536;
    private const string Standard = "corpus/vzdump-qemu-101-2026_11_20-02_00_03.vma";

    private readonly TempFolder _folder = new();

    public static TheoryData<string> Faults => [.. All.Keys];

    // All that .NET's own streams end in, and what those of others do.
    private static Dictionary<string, Exception> All => new()
    {
        ["EIO"] = new IOException("Input/output error", 5),
        ["full, of all things"] = new IOException("No space left on device", 28),
        ["closed"] = new ObjectDisposedException("theirs"),
        ["denied"] = new UnauthorizedAccessException("no"),
        ["unsupported"] = new NotSupportedException("no"),
        ["argument"] = new ArgumentOutOfRangeException("value"),
        ["its own damage"] = new InvalidDataException("not theirs"),
        ["operation"] = new InvalidOperationException("no"),
        ["time"] = new TimeoutException("too late"),
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_stream_that_fails_is_a_source_that_fails(string fault)
    {
        Exception thrown = All[fault];
        foreach (string suffix in new[] { string.Empty, ".zst", ".gz", ".lzo" })
        {
            byte[] bytes = File.ReadAllBytes(Fixtures.Path(Standard + suffix));
            foreach (bool canSeek in new[] { true, false })
            {
                Failing stream = new(bytes, canSeek) { FailAt = long.MaxValue, Exception = thrown };
                using VmaArchive archive = VmaArchive.Open(stream);
                stream.FailAt = bytes.Length / 2;
                VmaExport export = new(archive);
                foreach (VmaDevice device in archive.Devices)
                {
                    export.Add(device, _folder.File(device.Name));
                }

                Check(thrown, Assert.Throws<VmaException>(() => export.Run()));
                Assert.Empty(Directory.GetFileSystemEntries(_folder.FullName));
                Failing again = new(bytes, canSeek) { FailAt = bytes.Length / 2, Exception = thrown };
                Check(thrown, Assert.Throws<VmaException>(() => VmaArchiveTest.Run(again)));
            }
        }
    }

    [Fact]
    public async Task One_that_is_awaited_fails_as_well()
    {
        byte[] bytes = File.ReadAllBytes(Fixtures.Path(Standard));
        Failing stream = new(bytes, canSeek: true) { FailAt = long.MaxValue, Exception = All["EIO"] };
        CancellationToken none = TestContext.Current.CancellationToken;
        using VmaArchive archive = await VmaArchive.OpenAsync(stream, cancellationToken: none);
        using Stream device = archive.Devices[0].OpenRead();
        archive.LoadMap();
        stream.FailAt = 0;
        Check(stream.Exception, await Assert.ThrowsAsync<VmaException>(async () => await device.ReadExactlyAsync(new byte[Cluster], none)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_read_a_second_time_for_the_order_of_an_image_fails_as_a_source(bool hasMap)
    {
        byte[] bytes = new ArchiveForge().Device(1, "a", 4 * Cluster).Device(2, "b", Cluster)
            .Extent(static e => e.Cluster(1, 3).Cluster(1, 2).Cluster(2, 0)).Extent(static e => e.Cluster(1, 1).Cluster(1, 0)).Build();
        Failing stream = new(bytes, canSeek: true) { FailAt = long.MaxValue, Exception = new IOException("No space left on device", 28) };
        using VmaArchive archive = VmaArchive.Open(stream);
        if (hasMap)
        {
            archive.LoadMap();
        }

        VmaExport export = new(archive, new VmaExportOptions { Format = ImageFormat.Vmdk, VmdkSubformat = VmdkSubformat.StreamOptimized });
        foreach (VmaDevice device in archive.Devices)
        {
            export.Add(device, _folder.File(device.Name + ".vmdk"));
        }

        stream.FailsWhenRead = true;
        VmaExportOutput[] outputs = [.. export.Run().Outputs];
        Check(stream.Exception, outputs[0].Error);
        Assert.Null(outputs[1].Error);
        Assert.Equal("b.vmdk", Path.GetFileName(Assert.Single(Directory.GetFileSystemEntries(_folder.FullName))));
    }

    [Fact]
    public void A_file_that_is_gone_is_a_source_that_changed()
    {
        string path = _folder.File("a.vma");
        File.Copy(Fixtures.Path(Standard), path);
        using VmaArchive archive = VmaArchive.Open(path);
        VmaImage image = VmaImage.Open(path, ImageFormat.Raw);
        File.Delete(path);
        string target = Directory.CreateDirectory(_folder.File("out")).FullName;
        VmaExport export = new(archive);
        export.Add(archive.Devices[0], Path.Combine(target, "a.raw"));
        Changed(() => export.Run());
        Changed(() => archive.ReadForward([]));
        Changed(() => archive.LoadMap());
        Changed(() => image.OpenRead());
        using VmaCreation creation = new();
        creation.AddImage("drive-scsi0", image);
        Changed(() => creation.Run(Path.Combine(target, "b.vma")));
        Assert.Empty(Directory.GetFileSystemEntries(target));

        void Changed(Action action)
        {
            VmaException error = Assert.Throws<VmaException>(action);
            Assert.Equal((VmaCodes.SourceChanged, path), (error.Code, error.Path));
        }
    }

    [Fact]
    public void What_the_system_does_not_read_is_told_with_its_place()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "a file whose first byte cannot be read is found on Linux only");
        VmaException error = Assert.Throws<VmaException>(() => VmaArchive.Open("/proc/self/mem"));
        Assert.Equal((VmaCodes.SourceReadFailed, "/proc/self/mem"), (error.Code, error.Path));
        Assert.Contains("from its byte 0 on", error.Message, StringComparison.Ordinal);
    }

    private static void Check(Exception thrown, VmaException? error)
    {
        Assert.Equal(VmaCodes.SourceReadFailed, error?.Code);
        Assert.Same(thrown, error!.InnerException);
        Assert.Null(error.Path);
    }

    /// <summary>Bytes that can be read up to some place, which may change.</summary>
    private sealed class Failing(byte[] bytes, bool canSeek) : MemoryStream(new byte[bytes.Length])
    {
        private bool _wasRead;

        public long FailAt { get; set; }

        public required Exception Exception { get; init; }

        /// <summary>Whether the first half cannot be read any more once the last byte was.</summary>
        public bool FailsWhenRead { get; set; }

        public override bool CanSeek => canSeek;

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            if (Position >= Length)
            {
                return 0;
            }

            bool isAllowed = Position < FailAt && (!_wasRead || Position > Length / 2);
            int read = (int)Math.Min(isAllowed ? Math.Min(buffer.Length, FailAt - Position) : throw Exception, Length - Position);
            bytes.AsSpan((int)Position, read).CopyTo(buffer);
            Position += read;
            _wasRead |= FailsWhenRead && Position == Length;
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            Task.FromResult(Read(buffer, offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));
    }
}
