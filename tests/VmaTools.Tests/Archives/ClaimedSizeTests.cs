using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace VmaTools.Tests.Archives;

/// <summary>
/// A header may claim 256 TiB for what 13 KB hold. Work takes time for what is stored; where somebody asks for every byte, all the same, it
/// ends when it is told to.
/// </summary>
public class ClaimedSizeTests
{
    private const long Claimed = 1L << 48;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A vmstate, whose size is an estimate: all behind its one cluster is zero. And a disk that lost all but one.</summary>
    private static readonly byte[] Archive = new ArchiveForge().Device(1, "drive-scsi0", Claimed).Device(2, "vmstate", Claimed)
        .Extent(static e => e.Cluster(1, 7).Cluster(2, 0)).Build();

    [Fact]
    public async Task What_is_stored_sets_the_time()
    {
        await Task.Run(
            () =>
            {
                using VmaArchive archive = VmaArchive.Open(new MemoryStream(Archive));
                VmaPassResult pass = archive.ReadForward([]);
                Assert.Equal([false, true], pass.Devices.Select(static d => d.IsWhole));
                VmaDeviceMeasure measure = VmaDeviceMeasure.Run(archive).Single(static m => m.DeviceId == 2);
                Assert.Equal((Claimed - 65536, 2), (measure.ZeroBytes, measure.Ranges().Count()));
                using VmaDeviceStream stream = archive.Devices[1].OpenRead();
                Assert.Equal(Claimed, stream.Length);
                stream.Position = Claimed - 10;
                Assert.Equal(10, stream.Read(new byte[100], 0, 100));
            },
            TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("hash")]
    [InlineData("compare")]
    public async Task What_asks_for_every_byte_ends_when_it_is_told_to(string work)
    {
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(700));
        Task task = Task.Run(
            () =>
            {
                if (work == "hash")
                {
                    VmaHashing.Run(new MemoryStream(Archive), cancellationToken: stop.Token);
                    return;
                }

                using VmaArchive archive = VmaArchive.Open(new MemoryStream(Archive));
                using VmaDeviceStream one = archive.Devices[1].OpenRead();
                Assert.Empty(VmaComparison.Compare(one, new ZeroStream(one), null, stop.Token));
            },
            TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    /// <summary>As long as another stream and the same, but nobody knows what is in it.</summary>
    private sealed class ZeroStream(VmaDeviceStream other) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => other.Length;

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Clear();
            if (Position < 65536)
            {
                long before = other.Position;
                other.Position = Position;
                count = other.Read(buffer, offset, (int)Math.Min(count, 65536 - Position));
                other.Position = before;
            }

            count = (int)Math.Min(count, Length - Position);
            Position += count;
            return count;
        }

        public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => Position + offset,
            _ => Length + offset,
        };

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
