using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using VmaTools.Compression;
using VmaTools.Indexing;
using VmaTools.Sources;
using VmaTools.Tests.Compression;
using Xunit;

namespace VmaTools.Tests.Indexing;

/// <summary>Intervals decoded on several threads give what one decoder from the start gives, whatever became of archive or index.</summary>
public sealed class IntervalsApartTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string> Ways => [.. IndexSamples.Tried];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public void Same_bytes(string way)
    {
        string path = Write(IndexSamples.Compress(way));
        Outcome expected = InOrder(path);
        IntervalsApart stream = new(IndexSamples.Source(path), IndexSamples.Store(path).Find()!, threads: 3);
        Outcome apart = Read(stream);

        // Where nothing is checked, no decoder can go on for another.
        Assert.Equal(way == "zstd-nocheck", stream.IsAlone);
        Assert.Null(expected.Error);
        Assert.Equal(expected.Facts, apart.Facts);
        Assert.True(apart.Bytes.AsSpan().SequenceEqual(expected.Bytes));
        Assert.True(apart.Bytes.AsSpan().SequenceEqual(IndexSamples.Plain));
    }

    [Theory]
    [InlineData("zstd-3-threads")]
    [InlineData("zstd-nocheck")]
    [InlineData("zstd-joined")]
    [InlineData("pigz")]
    [InlineData("lzop")]
    [InlineData("bzip2")]
    public void Damage_that_came_after_the_index_is_told_as_without_it(string way)
    {
        byte[] sound = IndexSamples.Compress(way);
        string path = Write(sound);
        DateTime written = File.GetLastWriteTimeUtc(path);
        Random random = new(9);
        HashSet<string> codes = [];
        int count = Trials.Of(12);
        for (int i = 0; i < count; i++)
        {
            byte[] damaged = (byte[])sound.Clone();
            damaged[random.Next(64, damaged.Length)] ^= (byte)(1 << random.Next(8));

            // What an index is bound to is not every byte of its archive: the damage is done while the index is open.
            File.WriteAllBytes(path, sound);
            File.SetLastWriteTimeUtc(path, written);
            ArchiveIndex index = IndexSamples.Store(path).Find()!;
            File.WriteAllBytes(path, damaged);
            Outcome expected = InOrder(path);
            Outcome apart = Read(new IntervalsApart(IndexSamples.Source(path), index, threads: 3));
            codes.Add(expected.Error?.Code ?? "none");
            Assert.Equal(expected.Facts, apart.Facts);
            Assert.True(apart.Bytes.AsSpan().SequenceEqual(expected.Bytes));
        }

        Assert.Contains(codes, static code => code != "none");
    }

    [Theory]
    [InlineData("zstd-1")]
    [InlineData("gzip-9")]
    public void Damaged_index_changes_nothing(string way)
    {
        string path = Write(IndexSamples.Compress(way));
        Outcome expected = InOrder(path);
        string beside = IndexStore.PathBeside(path);
        byte[] sound = File.ReadAllBytes(beside);
        Random random = new(4);
        for (int i = 0; i < 20; i++)
        {
            using ArchiveIndex index = IndexSamples.Store(path).Find()!;

            // While it is open, as what checks it when it is opened is not in question here.
            byte[] damaged = (byte[])sound.Clone();
            damaged[random.Next(200, damaged.Length)] ^= (byte)(1 << random.Next(8));
            using (FileStream file = new(beside, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
            {
                file.Write(damaged);
            }

            Outcome apart = Read(new IntervalsApart(IndexSamples.Source(path), index, threads: 3));
            File.WriteAllBytes(beside, sound);
            Assert.Equal(expected.Facts, apart.Facts);
            Assert.True(apart.Bytes.AsSpan().SequenceEqual(expected.Bytes));
        }
    }

    [Fact]
    public async Task Can_be_given_up_at_any_time()
    {
        string path = Write(IndexSamples.Compress("zstd-1"));
        byte[] buffer = new byte[100_000];
        foreach (int taken in new[] { 0, 1, 300_000, 2_000_000, IndexSamples.Plain.Length })
        {
            IntervalsApart apart = new(IndexSamples.Source(path), IndexSamples.Store(path).Find()!, threads: 3);
            for (int left = taken; left > 0;)
            {
                left -= apart.Read(buffer.AsSpan(0, Math.Min(left, buffer.Length)));
            }

            await Task.Run(apart.Dispose, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            Assert.Throws<ObjectDisposedException>(() => apart.Read(buffer.AsSpan()));
        }
    }

    [Theory]
    [InlineData("zstd-3-threads")]
    [InlineData("gzip-1")]
    public void A_pass_takes_the_index_that_is_there(string way)
    {
        string path = Write(IndexSamples.Compress(way));
        using VmaArchive archive = VmaArchive.Open(path);
        using ForwardBytes bytes = archive.TakeForward();
        Assert.Equal(Environment.ProcessorCount > 1, bytes.IsAhead);
        VmaPassResult result = archive.ReadForward([]);
        Assert.True(result.IsValid);
        Assert.True(result.HasChecksum);
        Assert.All(result.Devices, static device => Assert.True(device.IsWhole));
    }

    private string Write(byte[] compressed)
    {
        string path = _folder.File("archive.vma.compressed");
        File.WriteAllBytes(path, compressed);
        IndexSamples.Store(path).Build(IndexStore.PathBeside(path), null, CancellationToken.None).Dispose();
        return path;
    }

    private static Outcome InOrder(string path) => Read(CompressionFormats.CreateDecoder(
        IndexSamples.Source(path).Compression, new MemoryStream(File.ReadAllBytes(path)), CompressionFormats.DefaultMaxWindowSize, threads: 1));

    private static Outcome Read(DecodingStream stream)
    {
        using (stream)
        {
            using MemoryStream all = new();
            byte[] buffer = new byte[70_000];
            VmaCompressionException? error = null;
            try
            {
                while (stream.Read(buffer.AsSpan()) is > 0 and int read)
                {
                    all.Write(buffer, 0, read);
                }
            }
            catch (VmaCompressionException exception)
            {
                error = exception;
            }

            return new Outcome(all.ToArray(), error, stream.VerifiedPosition, stream.HasUncheckedContent);
        }
    }

    private sealed record Outcome(byte[] Bytes, VmaCompressionException? Error, long Verified, bool HasUnchecked)
    {
        public string Facts =>
            $"{Bytes.Length} bytes, {Error?.Code} {Error?.Sentence} at {Error?.CompressedOffset} and {Error?.Offset}, {Verified} proven, {HasUnchecked}";
    }
}
