using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Indexing;
using VmaTools.Sources;
using Xunit;

namespace VmaTools.Tests.Indexing;

/// <summary>What is decoded before it is asked for: seen by taking the archive away.</summary>
public class ReadThroughPolicyTests
{
    // Other tests may keep all threads busy meanwhile.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("zstd-3-threads")]
    [InlineData("gzip-framework")]
    [InlineData("lzop")]
    [InlineData("bzip2")]
    public void Where_an_interval_is_read_through_the_next_is_decoded_meanwhile(string way)
    {
        using TempFolder folder = new();
        (string path, IndexedArchive archive) = Build(folder, way);
        using RandomBytes bytes = archive.OpenBytes();
        int interval = LongInterval(archive);
        (long from, long to) = Range(archive, interval);
        ReadRight(bytes, from, to);
        (long next, long end) = Range(archive, interval + 1);
        Assert.NotEqual(0, archive.BegunAhead());
        Assert.True(SpinWait.SpinUntil(() => Remembers(archive, next, end), Patience));
        File.WriteAllBytes(path, new byte[new FileInfo(path).Length]);
        ReadRight(bytes, next, end);
    }

    [Theory]
    [InlineData("zstd-3-threads")]
    [InlineData("gzip-framework")]
    [InlineData("lzop")]
    [InlineData("bzip2")]
    public void A_read_at_random_decodes_nothing_else(string way)
    {
        using TempFolder folder = new();
        (string path, IndexedArchive archive) = Build(folder, way);
        using RandomBytes bytes = archive.OpenBytes();
        int interval = LongInterval(archive);
        (long from, _) = Range(archive, interval);
        ReadRight(bytes, from, from + 4096);
        ReadRight(bytes, from + 4096, from + 9000);
        Assert.Equal(0, archive.BegunAhead());
        (long next, _) = Range(archive, interval + 1);
        File.WriteAllBytes(path, new byte[new FileInfo(path).Length]);
        Assert.ThrowsAny<VmaException>(() => bytes.ReadAt(next, new byte[1]));
        ReadRight(bytes, from, from + 9000);
    }

    [Theory]
    [InlineData("zstd-3-threads")]
    [InlineData("zstd-nocheck")]
    [InlineData("gzip-framework")]
    [InlineData("lzop")]
    [InlineData("bzip2")]
    public void Damage_is_told_where_it_is_and_each_time(string way)
    {
        using TempFolder folder = new();
        (string path, IndexedArchive archive) = Build(folder, way);
        int damaged = LongInterval(archive) + 1;
        long compressed = archive.UseIndex(i => i.ReadInterval(damaged).ReadCheckpoint(i.Binding.Compression, 128 << 20).CompressedPosition);
        byte[] file = File.ReadAllBytes(path);

        // A block of bzip2 may begin within a byte.
        file.AsSpan((int)compressed + 1, 3000).Fill(0xA5);
        File.WriteAllBytes(path, file);
        using RandomBytes bytes = archive.OpenBytes();
        (long start, _) = Range(archive, damaged);

        // The chunk in which it begins is decoded from the interval before.
        ReadRight(bytes, 0, start - ArchiveIndex.ChunkSize);
        string[] codes = [.. Enumerable.Range(0, 3).Select(_ => Assert.ThrowsAny<VmaException>(() => bytes.ReadAt(start, new byte[1])).Code)];
        Assert.Single(codes.Distinct());
        (long after, long end) = Range(archive, damaged + 1);
        ReadRight(bytes, after, end);
    }

    [Fact]
    public void Closing_leaves_nothing_open_whatever_is_being_decoded()
    {
        using TempFolder folder = new();
        (string path, IndexedArchive archive) = Build(folder, "gzip-framework");
        for (int i = 0; i < 60; i++)
        {
            using (RandomBytes bytes = archive.OpenBytes())
            {
                ReadRight(bytes, 0, 700_000 + (i * 10_000));
            }

            if (Directory.Exists("/proc/self/fd"))
            {
                Assert.DoesNotContain(Directory.GetFiles("/proc/self/fd"), f => new FileInfo(f).LinkTarget == path);
            }
        }
    }

    [Fact]
    public void Readers_come_and_go_while_others_read()
    {
        using TempFolder folder = new();
        (_, IndexedArchive archive) = Build(folder, "zstd-3-threads");
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, seed =>
        {
            Random random = new(seed);
            for (int i = 0; i < 12; i++)
            {
                using RandomBytes bytes = archive.OpenBytes();
                long from = random.Next(IndexSamples.Plain.Length);
                ReadRight(bytes, from, Math.Min(IndexSamples.Plain.Length, from + random.Next(2_000_000)));
            }
        });
    }

    private static (string Path, IndexedArchive Archive) Build(TempFolder folder, string way)
    {
        string path = folder.File("archive");
        File.WriteAllBytes(path, IndexSamples.Compress(way));
        return (path, new IndexedArchive(IndexSamples.Source(path), IndexSamples.Store(path).Build(folder.File("index"), null, default)));
    }

    private static bool Remembers(IndexedArchive archive, long from, long to)
    {
        for (long chunk = from / ArchiveIndex.ChunkSize; chunk * ArchiveIndex.ChunkSize < to; chunk++)
        {
            if (!archive.Remembers(chunk))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>An interval of several chunks, in the middle.</summary>
    private static int LongInterval(IndexedArchive archive) => archive.UseIndex(static index =>
        Enumerable.Range(1, index.IntervalCount - 3).First(i => index.EndChunkOf(i) - ArchiveIndex.FirstChunk(index.StartOf(i)) >= 2));

    /// <summary>What is decoded from an interval's checkpoint.</summary>
    private static (long From, long To) Range(IndexedArchive archive, int interval) => archive.UseIndex(index =>
        (ArchiveIndex.FirstChunk(index.StartOf(interval)) * ArchiveIndex.ChunkSize,
            Math.Min(IndexSamples.Plain.Length, index.EndChunkOf(interval) * ArchiveIndex.ChunkSize)));

    private static void ReadRight(RandomBytes bytes, long from, long to)
    {
        byte[] part = new byte[to - from];
        Assert.Equal(part.Length, bytes.ReadAt(from, part));
        Assert.True(part.AsSpan().SequenceEqual(IndexSamples.Plain.AsSpan((int)from, part.Length)), $"{from} to {to} differs");
    }
}
