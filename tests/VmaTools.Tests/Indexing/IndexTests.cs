using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Compression;
using VmaTools.Format;
using VmaTools.Indexing;
using VmaTools.Sources;
using Xunit;

namespace VmaTools.Tests.Indexing;

/// <summary>Compressed archives read at any offset are what they are when they are read from front to back.</summary>
public class IndexTests
{
    public static TheoryData<string> Ways => [.. IndexSamples.Tried];

    [Theory]
    [MemberData(nameof(Ways))]
    public void Reads_the_same_bytes_from_every_checkpoint(string way)
    {
        using TempFolder folder = new();
        string path = Write(folder, IndexSamples.Compress(way));
        IndexedArchive archive = Build(path);
        byte[] plain = IndexSamples.Plain;
        int intervals = archive.UseIndex(static i => i.IntervalCount);
        Assert.InRange(intervals, 4, 100);
        Assert.Equal(plain.Length, archive.Summary.DecodedLength);
        Assert.Null(archive.Summary.Damage);
        for (int k = intervals - 1; k >= 0; k--)
        {
            // A new one each time, so that no decoder comes along from another interval.
            IndexedArchive alone = Open(path);
            using RandomBytes bytes = alone.OpenBytes();
            (long from, long to) = alone.UseIndex(i => (ArchiveIndex.FirstChunk(i.StartOf(k)) * ArchiveIndex.ChunkSize, i.EndChunkOf(k) * ArchiveIndex.ChunkSize));
            byte[] part = new byte[Math.Max(0, Math.Min(to, plain.Length) - from)];
            Assert.Equal(part.Length, bytes.ReadAt(from, part));
            Assert.True(part.AsSpan().SequenceEqual(plain.AsSpan((int)Math.Min(from, plain.Length), part.Length)), $"interval {k} differs");
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Reads_the_same_bytes_in_any_order(string way)
    {
        using TempFolder folder = new();
        string path = Write(folder, IndexSamples.Compress(way));
        IndexedArchive archive = Build(path);
        byte[] plain = IndexSamples.Plain;
        using RandomBytes bytes = archive.OpenBytes();
        byte[] whole = new byte[plain.Length + 10];
        Assert.Equal(plain.Length, bytes.ReadAt(0, whole));
        Assert.True(whole.AsSpan(0, plain.Length).SequenceEqual(plain));
        Parallel.For(0, 4, seed =>
        {
            Random random = new(seed);
            using RandomBytes own = archive.OpenBytes();
            for (int i = 0; i < 100; i++)
            {
                int at = random.Next(plain.Length);
                byte[] part = new byte[random.Next(1, 300_000)];
                int read = own.ReadAt(at, part);
                Assert.Equal(Math.Min(part.Length, plain.Length - at), read);
                Assert.True(part.AsSpan(0, read).SequenceEqual(plain.AsSpan(at, read)));
            }
        });
    }

    [Theory]
    [InlineData(4)]
    [InlineData(200)]
    public void Blocks_may_be_tiny(int size)
    {
        // Random bytes are stored as they are, in blocks of which there can be as many as there are bytes.
        const int KiB = 1 << 10;
        byte[] plain = IndexSamples.Plain.ToArray();
        Random random = new(3);
        random.NextBytes(plain.AsSpan(256 * KiB, 256 * KiB));
        random.NextBytes(plain.AsSpan(768 * KiB, 512 * KiB));
        byte[] compressed = SplitRawBlocks(Tool.Filter("zstd", "-3 -q -c", plain), size, out int blocks);
        Assert.InRange(blocks, 3000, int.MaxValue);
        using TempFolder folder = new();
        string path = Write(folder, compressed);

        // A checkpoint must be put among the first tiny blocks, when what follows those has been decoded.
        IndexStore store = IndexSamples.Store(path, IndexSamples.Near with { Longest = 896 * KiB });
        IndexedArchive archive = new(IndexSamples.Source(path), store.Build(path + ".vmaindex", null, default));
        using RandomBytes bytes = archive.OpenBytes();
        int chunk = ArchiveIndex.ChunkSize;
        for (int at = plain.Length / chunk * chunk; at >= 0; at -= chunk)
        {
            byte[] part = new byte[Math.Min(chunk, plain.Length - at)];
            Assert.Equal(part.Length, bytes.ReadAt(at, part));
            Assert.True(part.AsSpan().SequenceEqual(plain.AsSpan(at, part.Length)), $"the chunk at {at} differs");
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Devices_read_as_from_the_plain_archive(string way)
    {
        using TempFolder folder = new();
        string path = Write(folder, IndexSamples.Compress(way));
        IndexSamples.Store(path).Build(path + ".vmaindex", null, default).Dispose();
        using VmaArchive archive = VmaArchive.Open(path);
        using VmaArchive plain = VmaArchive.Open(new MemoryStream(IndexSamples.Plain));
        Assert.All(archive.Devices, static d => Assert.Null(d.GetStoredBytes()));
        foreach (VmaDevice device in archive.Devices)
        {
            byte[] content = Content(device.OpenRead());
            Assert.Equal(plain.FindDevice(device.DeviceId)!.GetStoredBytes(), device.GetStoredBytes());
            Assert.Null(archive.IndexNotice);
            Assert.True(content.AsSpan().SequenceEqual(Content(plain.FindDevice(device.DeviceId)!.OpenRead())));
            Assert.Equal(plain.GetMap()[device.DeviceId].StoredBytes, archive.GetMap()[device.DeviceId].StoredBytes);
        }
    }

    [Theory]
    [InlineData("zstd-3-threads")]
    [InlineData("zstd-long")]
    [InlineData("zstd-joined")]
    [InlineData("gzip-framework")]
    [InlineData("lzop")]
    [InlineData("bzip2")]
    public void An_interrupted_build_goes_on_where_it_stopped(string way)
    {
        using TempFolder folder = new();
        string path = Write(folder, IndexSamples.Compress(way));
        string indexPath = folder.File("index");
        long[] starts = [];
        using (ArchiveIndex index = IndexSamples.Store(path).Build(indexPath, null, default))
        {
            starts = [.. Enumerable.Range(0, index.IntervalCount).Select(index.StartOf)];
        }

        byte[] whole = File.ReadAllBytes(indexPath);
        List<int> ends = RecordEnds(whole);
        int resumed = 0;
        int[] cuts = [.. ends.SelectMany(static e => new[] { e, e + 9 }).Where(c => c < whole.Length)];
        int step = (cuts.Length / Trials.Of(8)) + 1;
        foreach (int cut in cuts.Where((_, i) => i % step == 0 || i >= cuts.Length - 4))
        {
            File.Delete(indexPath);
            File.WriteAllBytes(indexPath + ".partial", whole.AsSpan(0, cut).ToArray());
            using (FileStream file = new(indexPath + ".partial", FileMode.Open, FileAccess.ReadWrite))
            {
                ArchiveBinding binding = ArchiveBinding.Of(IndexSamples.Source(path), UuidText.Of(IndexSamples.Header.Uuid));
                if (PartialIndex.TryRead(file, binding) is { } partial && IndexRestart.TryMake(IndexSamples.Source(path), partial) is { } restart)
                {
                    restart.Bytes.Dispose();
                    resumed++;
                }
            }

            using ArchiveIndex index = IndexSamples.Store(path).Build(indexPath, null, default);
            Assert.Equal(starts, Enumerable.Range(0, index.IntervalCount).Select(index.StartOf));
            Assert.False(File.Exists(indexPath + ".partial"));
            IndexedArchive archive = new(IndexSamples.Source(path), index);
            using RandomBytes bytes = archive.OpenBytes();
            byte[] content = new byte[IndexSamples.Plain.Length];
            Assert.Equal(content.Length, bytes.ReadAt(0, content));
            Assert.True(content.AsSpan().SequenceEqual(IndexSamples.Plain));
            Assert.Empty(VmaTools.Archives.ClusterMap.FromIndex(IndexSamples.Header, archive, archive.OpenBytes()).Findings.Kept);
        }

        Assert.InRange(resumed, Math.Min(3, Trials.Of(4)), int.MaxValue);
    }

    [Fact]
    public void A_cancelled_build_leaves_no_index()
    {
        using TempFolder folder = new();
        string path = Write(folder, IndexSamples.Compress("gzip-framework"));
        using CancellationTokenSource stop = new();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => IndexSamples.Store(path).Build(folder.File("index"), null, stop.Token));
        Assert.False(File.Exists(folder.File("index")));
    }

    [Fact]
    public void Two_builders_do_not_disturb_each_other()
    {
        using TempFolder folder = new();
        string path = Write(folder, IndexSamples.Compress("gzip-framework"));
        for (int round = 0; round < 5; round++)
        {
            Parallel.For(0, 3, _ => IndexSamples.Store(path).Build(folder.File("index"), null, default).Dispose());
            using RandomBytes bytes = new IndexedArchive(
                IndexSamples.Source(path), ArchiveIndex.Open(folder.File("index"), Binding(path))).OpenBytes();
            byte[] part = new byte[1000];
            Assert.Equal(part.Length, bytes.ReadAt(5_000_000, part));
            Assert.True(part.AsSpan().SequenceEqual(IndexSamples.Plain.AsSpan(5_000_000, part.Length)));
        }

        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(path)!, "*.partial"));
    }

    [Fact]
    public void An_index_of_something_else_is_told_and_not_used()
    {
        using TempFolder folder = new();
        string path = Write(folder, IndexSamples.Compress("gzip-framework"));
        string indexPath = path + ".vmaindex";
        IndexSamples.Store(path).Build(indexPath, null, default).Dispose();
        IndexStore store = IndexSamples.Store(path);
        store.Find()!.Dispose();
        Assert.Null(store.Notice);

        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-3));
        store = IndexSamples.Store(path);
        Assert.Null(store.Find());
        Assert.Contains("has changed since", store.Notice, StringComparison.Ordinal);

        File.WriteAllBytes(indexPath, []);
        store = IndexSamples.Store(path);
        Assert.Null(store.Find());
        Assert.Contains("no index", store.Notice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zstd-1")]
    [InlineData("gzip-framework")]
    public void A_damaged_index_never_gives_wrong_data(string way)
    {
        using TempFolder folder = new();
        string path = Write(folder, IndexSamples.Compress(way));
        string indexPath = path + ".vmaindex";
        IndexSamples.Store(path).Build(indexPath, null, default).Dispose();
        byte[] whole = File.ReadAllBytes(indexPath);
        List<int> ends = RecordEnds(whole);
        Random random = new(3);
        int refused = 0;
        int count = Trials.Of(150);
        for (int i = 0; i < count; i++)
        {
            byte[] bad = (byte[])whole.Clone();
            int at = random.Next(i % 4 == 0 ? 200 : bad.Length);
            bad[at] ^= (byte)(1 << random.Next(8));
            if (i % 3 == 0)
            {
                // As somebody would who wants it to be believed.
                int start = ends.LastOrDefault(e => e <= at, -1);
                if (start >= 0 && start < bad.Length - 24)
                {
                    Sign(bad, start);
                }
            }

            File.WriteAllBytes(indexPath, bad);
            refused += ReadsRightOrFails(path) ? 0 : 1;
        }

        for (int i = 0; i < 20; i++)
        {
            File.WriteAllBytes(indexPath, whole.AsSpan(0, random.Next(whole.Length)).ToArray());
            Assert.Null(IndexSamples.Store(path).Find());
        }

        Assert.InRange(refused, count / 3, count);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_damaged_archive_never_gives_wrong_data(string way)
    {
        using TempFolder folder = new();
        byte[] good = IndexSamples.Compress(way);
        Random random = new(5);
        using VmaArchive plain = VmaArchive.Open(new MemoryStream(IndexSamples.Plain));
        byte[][] truth = [.. plain.Devices.Select(static d => Content(d.OpenRead()))];
        int count = Trials.Of(8);
        for (int i = 0; i < count; i++)
        {
            byte[] bad = i % 4 == 0 ? good.AsSpan(0, (good.Length / 2) + random.Next(good.Length / 2)).ToArray() : (byte[])good.Clone();
            if (i % 4 != 0)
            {
                bad[50_000 + random.Next(bad.Length - 50_000)] ^= (byte)(1 << random.Next(8));
            }

            string path = folder.File($"bad{i}");
            File.WriteAllBytes(path, bad);
            IndexSamples.Store(path).Build(path + ".vmaindex", null, default).Dispose();
            using VmaArchive archive = VmaArchive.Open(path);
            bool isWhole = archive.ReadForward([]).IsValid;
            bool failed = false;
            foreach (VmaDevice device in archive.Devices)
            {
                failed |= !Compare(device, truth[device.DeviceId - 1], way == "zstd-nocheck");
            }

            Assert.Equal(isWhole, !failed);
        }
    }

    [Fact]
    public void Bytes_that_changed_behind_the_index_are_not_handed_out()
    {
        using TempFolder folder = new();
        byte[] bytes = IndexSamples.Compress("zstd-nocheck");
        string path = Write(folder, bytes);
        DateTime written = File.GetLastWriteTimeUtc(path);
        IndexSamples.Store(path).Build(path + ".vmaindex", null, default).Dispose();
        Random random = new(9);
        int noticed = 0;
        for (int i = 0; i < 40; i++)
        {
            byte[] bad = (byte[])bytes.Clone();
            bad[(bad.Length / 5) + random.Next(bad.Length * 3 / 5)] ^= 4;
            File.WriteAllBytes(path, bad);
            File.SetLastWriteTimeUtc(path, written);
            noticed += ReadsRightOrFails(path) ? 0 : 1;
        }

        Assert.InRange(noticed, 20, 40);
    }

    [Fact]
    public void An_archive_that_changes_while_its_index_is_used_is_told()
    {
        using TempFolder folder = new();
        byte[] bytes = IndexSamples.Compress("zstd-nocheck");
        string path = Write(folder, bytes);
        IndexSamples.Store(path).Build(path + ".vmaindex", null, default).Dispose();
        DateTime written = File.GetLastWriteTimeUtc(path);
        Random random = new(9);
        HashSet<string?> codes = [];
        for (int i = 0; i < 8; i++)
        {
            File.WriteAllBytes(path, bytes);
            File.SetLastWriteTimeUtc(path, written);
            using ArchiveIndex index = IndexSamples.Store(path).Find()!;
            byte[] bad = (byte[])bytes.Clone();
            bad[(bad.Length / 5) + random.Next(bad.Length * 3 / 5)] ^= 4;
            File.WriteAllBytes(path, bad);
            codes.Add(ErrorOfReading(new IndexedArchive(IndexSamples.Source(path), index)));
        }

        Assert.Contains(VmaCodes.IndexMismatch, codes);
    }

    [Fact]
    public void An_index_that_turns_out_to_be_damaged_is_told()
    {
        using TempFolder folder = new();
        string path = Write(folder, IndexSamples.Compress("gzip-framework"));
        string indexPath = path + ".vmaindex";
        IndexSamples.Store(path).Build(indexPath, null, default).Dispose();
        using ArchiveIndex index = IndexSamples.Store(path).Find()!;
        byte[] bytes = File.ReadAllBytes(indexPath);
        foreach (int record in RecordEnds(bytes)[..^2])
        {
            bytes[record + IndexFormat.RecordHeaderSize + 5] ^= 1;
        }

        using (FileStream file = new(indexPath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            file.Write(bytes);
        }

        Assert.Equal(VmaCodes.IndexDamaged, ErrorOfReading(new IndexedArchive(IndexSamples.Source(path), index)));
    }

    /// <summary>The same frame with its uncompressed blocks in pieces.</summary>
    private static byte[] SplitRawBlocks(byte[] frame, int size, out int blocks)
    {
        const int Raw = 0;
        const int Repeated = 1;
        blocks = 0;
        int at = ZstdFrameHeader.Size(frame[ZstdFrameHeader.MagicSize]);
        using MemoryStream result = new();
        result.Write(frame, 0, at);
        bool isLast = false;
        while (!isLast)
        {
            int header = frame[at] | (frame[at + 1] << 8) | (frame[at + 2] << 16);
            isLast = (header & 1) != 0;
            int type = (header >> 1) & 3;
            int left = type == Repeated ? 1 : header >> 3;
            if (type != Raw)
            {
                result.Write(frame, at, 3 + left);
                at += 3 + left;
                continue;
            }

            for (at += 3; left > 0;)
            {
                int count = Math.Min(size, left);
                left -= count;
                int piece = (count << 3) | (isLast && left == 0 ? 1 : 0);
                result.Write([(byte)piece, (byte)(piece >> 8), (byte)(piece >> 16), .. frame.AsSpan(at, count)]);
                at += count;
                blocks++;
            }
        }

        result.Write(frame, at, frame.Length - at);
        return result.ToArray();
    }

    private static string Write(TempFolder folder, byte[] bytes)
    {
        string path = folder.File("archive");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static ArchiveBinding Binding(string path) =>
        ArchiveBinding.Of(IndexSamples.Source(path), UuidText.Of(IndexSamples.Header.Uuid));

    private static IndexedArchive Build(string path) =>
        new(IndexSamples.Source(path), IndexSamples.Store(path).Build(path + ".vmaindex", null, default));

    private static IndexedArchive Open(string path) => new(IndexSamples.Source(path), IndexSamples.Store(path).Find()!);

    /// <summary>The code of the error that reading everything ends with, if any; what is read must be right.</summary>
    private static string? ErrorOfReading(IndexedArchive archive)
    {
        try
        {
            using RandomBytes bytes = archive.OpenBytes();
            byte[] content = new byte[IndexSamples.Plain.Length];
            Assert.Equal(content.Length, bytes.ReadAt(0, content));
            Assert.True(content.AsSpan().SequenceEqual(IndexSamples.Plain), "wrong data");
            return null;
        }
        catch (VmaException exception)
        {
            return exception.Code;
        }
    }

    /// <summary>True where the index is used and all reads are right; false where it is refused or a read fails.</summary>
    private static bool ReadsRightOrFails(string path)
    {
        using ArchiveIndex? index = IndexSamples.Store(path).Find();
        if (index is null)
        {
            return false;
        }

        try
        {
            IndexedArchive archive = new(IndexSamples.Source(path), index);
            using RandomBytes bytes = archive.OpenBytes();
            byte[] buffer = new byte[200_000];
            for (int at = IndexSamples.Plain.Length - buffer.Length; at >= 0; at -= 777_777)
            {
                int read = bytes.ReadAt(at, buffer);
                Assert.True(buffer.AsSpan(0, read).SequenceEqual(IndexSamples.Plain.AsSpan(at, read)), "wrong data");
                if (read < buffer.Length)
                {
                    return false;
                }
            }

            VmaTools.Archives.ClusterMap.FromIndex(IndexSamples.Header, archive, archive.OpenBytes());
            return true;
        }
        catch (VmaException)
        {
            return false;
        }
    }

    /// <summary>Reads a device; whatever is delivered must be right. False where something failed.</summary>
    private static bool Compare(VmaDevice device, byte[] truth, bool isUnguarded)
    {
        try
        {
            using VmaDeviceStream stream = device.OpenRead();
            byte[] buffer = new byte[100_000];
            int read;
            while ((read = stream.Read(buffer, 0, buffer.Length)) > 0)
            {
                if (!isUnguarded)
                {
                    Assert.True(buffer.AsSpan(0, read).SequenceEqual(truth.AsSpan((int)stream.Position - read, read)), "wrong data");
                }
            }

            return stream.Position == truth.Length;
        }
        catch (VmaException)
        {
            return false;
        }
    }

    private static byte[] Content(VmaDeviceStream stream)
    {
        using (stream)
        {
            byte[] content = new byte[stream.Length];
            stream.ReadExactly(content);
            return content;
        }
    }

    /// <summary>Where the head and each record end.</summary>
    private static List<int> RecordEnds(byte[] index)
    {
        int at = IndexFormat.HeaderSize + BinaryPrimitives.ReadInt32LittleEndian(index.AsSpan(12));
        List<int> ends = [at];
        while (at < index.Length - IndexFormat.TrailerSize)
        {
            at += IndexFormat.RecordHeaderSize + BinaryPrimitives.ReadInt32LittleEndian(index.AsSpan(at + 4));
            ends.Add(at);
        }

        return ends;
    }

    private static void Sign(byte[] index, int start)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(index.AsSpan(start + 4));
        if (length >= 0 && length <= index.Length - start - IndexFormat.RecordHeaderSize)
        {
            ulong digest = IndexFormat.RecordDigest(index.AsSpan(start, 8), index.AsSpan(start + IndexFormat.RecordHeaderSize, length));
            BinaryPrimitives.WriteUInt64LittleEndian(index.AsSpan(start + 8), digest);
        }
    }
}
