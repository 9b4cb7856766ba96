using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Archives;
using VmaTools.Sources;
using Xunit;

namespace VmaTools.Tests.Archives;

/// <summary>A pass is stopped, broken off by a sink or by its source, and watched.</summary>
public class PassControlTests
{
    private const int Extents = 40;

    private static readonly byte[] Large = MakeLarge();

    [Fact]
    public void Cancelled_before_it_begins()
    {
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(Large));
        CancellationToken cancelled = new(canceled: true);
        Assert.ThrowsAny<OperationCanceledException>(() => archive.ReadForward([], null, cancelled));
        Assert.ThrowsAny<OperationCanceledException>(() => archive.LoadMap(null, cancelled));
        Assert.ThrowsAny<OperationCanceledException>(() => archive.Devices[0].OpenRead(null, cancelled));

        // What was cancelled leaves nothing behind.
        Assert.True(archive.ReadForward([]).IsValid);
        archive.LoadMap();
    }

    [Fact]
    public async Task Cancelled_midway()
    {
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(Large));
        using CancellationTokenSource source = new();
        Hook sink = new(call =>
        {
            if (call == 5)
            {
                source.Cancel();
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => archive.ReadForwardAsync([sink], null, source.Token));
        Assert.InRange(sink.Calls, 5, 10);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(Extents)]
    public void Sink_that_throws_ends_the_pass(int call)
    {
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(Large));
        InvalidTimeZoneException thrown = new();
        Hook sink = new(c =>
        {
            if (c == call)
            {
                throw thrown;
            }
        });
        Assert.Same(thrown, Assert.Throws<InvalidTimeZoneException>(() => archive.ReadForward([new DiskSink(), sink])));
        Assert.Equal(call, sink.Calls);
    }

    [Fact]
    public void Sink_that_throws_at_a_finding_ends_the_pass()
    {
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(Splice.Cut(Large, Large.Length - 1000)));
        Assert.Throws<InvalidTimeZoneException>(() => archive.ReadForward([new ThrowsAtFinding()]));
    }

    [Fact]
    public void Source_that_throws_ends_the_pass()
    {
        using VmaArchive archive = VmaArchive.Open(new TricklingStream(new Breaks(new MemoryStream(Large), Large.Length / 2)));
        Hook sink = new(static _ => { });
        VmaException thrown = Assert.Throws<VmaException>(() => archive.ReadForward([sink]));
        Assert.Equal((VmaCodes.SourceReadFailed, "the disk is gone"), (thrown.Code, thrown.InnerException?.Message));
        Assert.InRange(sink.Calls, 1, Extents - 1);
    }

    [Fact]
    public void Progress_only_goes_up()
    {
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(Large));
        Reports reports = new();
        VmaPassResult result = RunTellingAlways(archive, reports);
        Assert.Equal(Extents + 1, reports.Seen.Count);
        Check(reports, archive.StoredLength);
        Assert.Equal(Large.Length, reports.Seen[^1].BytesRead);
        Assert.Equal(Large.Length, result.BytesRead);

        Reports mapping = new();
        archive.LoadMap(mapping);
        Check(mapping, archive.StoredLength);
    }

    [Fact]
    public void Progress_only_goes_up_where_data_is_displaced()
    {
        byte[] bytes = Splice.Remove(Large, Large.Length / 2, 1 << 19);
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(bytes));
        Reports reports = new();
        VmaPassResult result = RunTellingAlways(archive, reports);
        Assert.InRange(reports.Seen.Count, Extents / 2, Extents);
        Assert.Contains(result.Findings, static f => f.Code == VmaCodes.ExtentDataDisplaced);
        Check(reports, archive.StoredLength);
    }

    [Fact]
    public void Sink_hears_only_of_what_it_wants()
    {
        using VmaArchive archive = VmaArchive.Open(Corpus.PathOf("shuffled"));
        Only only = new(2);
        VmaPassResult result = archive.ReadForward([only, new DiskSink()]);
        Assert.True(result.IsValid);
        Assert.Equal([2], only.Heard);
        Assert.Equal(4, only.Asked);
    }

    /// <summary>A pass that reports after each extent, however little time it took.</summary>
    private static VmaPassResult RunTellingAlways(VmaArchive archive, Reports reports)
    {
        using ForwardBytes bytes = archive.TakeForward();
        return new ForwardPass(archive, bytes, [new DiskSink()], reports, recording: null, knownIndex: null, recordingError: null) { ProgressInterval = TimeSpan.Zero }
            .Run(TestContext.Current.CancellationToken);
    }

    private static void Check(Reports reports, long? total)
    {
        long last = 0;
        foreach (VmaProgress progress in reports.Seen)
        {
            Assert.Equal(total, progress.BytesTotal);
            Assert.InRange(progress.BytesRead, last, total!.Value);
            last = progress.BytesRead;
        }
    }

    private static byte[] MakeLarge()
    {
        ArchiveForge forge = new ArchiveForge().Device(1, "a", Extents * 16 * 65536L);
        for (uint i = 0; i < Extents; i++)
        {
            forge.Extent(e =>
            {
                for (uint c = 0; c < 16; c++)
                {
                    e.Cluster(1, (i * 16) + c);
                }
            });
        }

        return forge.Build();
    }

    private sealed class Reports : IProgress<VmaProgress>
    {
        public List<VmaProgress> Seen { get; } = [];

        public void Report(VmaProgress value) => Seen.Add(value);
    }

    private sealed class Hook(Action<int> onData) : VmaSink
    {
        public int Calls { get; private set; }

        public override void OnData(VmaDevice device, long offset, ReadOnlySpan<byte> data) => onData(++Calls);
    }

    private sealed class ThrowsAtFinding : VmaSink
    {
        public override void OnFinding(VmaFinding finding) => throw new InvalidTimeZoneException();
    }

    private sealed class Only(int id) : VmaSink
    {
        public HashSet<int> Heard { get; } = [];

        public int Asked { get; private set; }

        public override bool Wants(VmaDevice device)
        {
            Asked++;
            return device.DeviceId == id;
        }

        public override void OnData(VmaDevice device, long offset, ReadOnlySpan<byte> data) => Heard.Add(device.DeviceId);

        public override void OnZeros(VmaDevice device, long offset, long length) => Heard.Add(device.DeviceId);
    }

    /// <summary>A source that fails halfway.</summary>
    private sealed class Breaks(Stream inner, long after) : MemoryStream
    {
        private long _read;

        public override int Read(Span<byte> buffer)
        {
            int read = inner.Read(buffer);
            _read += read;
            return _read > after ? throw new IOException("the disk is gone") : read;
        }
    }
}
