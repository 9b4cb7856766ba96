using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using Xunit;

namespace VmaTools.Tests.Digests;

/// <summary>Digests are those of the raw disks, in whatever order the clusters come and wherever they come from.</summary>
public class HashingTests
{
    public static TheoryData<string> Names => [.. Corpus.Names];

    public enum Source
    {
        File,
        Stream,
        Pipe,
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Digests_are_those_of_the_disks(string name)
    {
        VmaHashResult result = VmaHashing.Run(Corpus.PathOf(name));
        Assert.Empty(result.Errors);
        Assert.Equal(
            Corpus.Devices(name).Select(static d => (d.Name, (int?)d.Id, d.Digest)),
            result.Hashes.Select(static h => (h.Name!, h.DeviceId, h.Hash.ToLowerInvariant())));
        Assert.All(result.Hashes, h => Assert.Equal((VmaHashAlgorithm.Sha256, Corpus.PathOf(name)), (h.Algorithm, h.ArchivePath)));
        Assert.All(result.Hashes, static h => Assert.Equal(h.Hash, h.Hash.ToUpperInvariant()));
    }

    [Theory]
    [InlineData(Source.File)]
    [InlineData(Source.Stream)]
    [InlineData(Source.Pipe)]
    public void Order_does_not_matter_while_memory_lasts(Source source)
    {
        VmaHashResult result = Run(Corpus.Bytes("shuffled"), source, new VmaHashOptions());
        Assert.Empty(result.Errors);
        Assert.Equal(Corpus.Devices("shuffled").Select(static d => d.Digest), result.Hashes.Select(static h => h.Hash.ToLowerInvariant()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    [InlineData(1_000_000)]
    public void What_memory_cannot_hold_is_read_again(long lookAhead)
    {
        foreach ((byte[] archive, string[] digests) in Disordered())
        {
            foreach (Source source in new[] { Source.File, Source.Stream })
            {
                VmaHashResult result = Run(archive, source, new VmaHashOptions { LookAhead = lookAhead });
                Assert.Empty(result.Errors);
                Assert.Equal(digests, result.Hashes.Select(static h => h.Hash));
            }
        }
    }

    [Theory]
    [InlineData(Source.File)]
    [InlineData(Source.Stream)]
    public void The_container_is_digested_once_though_the_archive_is_read_again(Source source)
    {
        foreach ((byte[] archive, string[] digests) in Disordered())
        {
            VmaHashResult result = Run(archive, source, new VmaHashOptions { LookAhead = 0, IncludeArchive = true });
            Assert.Empty(result.Errors);
            Assert.Equal([.. digests, Hex(SHA256.HashData(archive))], result.Hashes.Select(static h => h.Hash));
        }
    }

    [Theory]
    [InlineData("zstd", "-q -c")]
    [InlineData("gzip", "-c -1")]
    [InlineData("lzop", "-c")]
    public void A_compressed_file_is_read_again_by_its_index_or_goes_on_with_a_scratch_file(string tool, string arguments)
    {
        using TempFolder folder = new();
        foreach ((byte[] archive, string[] digests) in Disordered())
        {
            byte[] packed = Tool.Filter(tool, arguments, archive);
            string[] all = [.. digests, Hex(SHA256.HashData(packed))];
            foreach (string? spill in new[] { null, folder.FullName })
            {
                VmaHashResult result = Run(packed, Source.File, new VmaHashOptions { LookAhead = 100_000, IncludeArchive = true, SpillPath = spill });
                Assert.Empty(result.Errors);
                Assert.Equal(all, result.Hashes.Select(static h => h.Hash));
                Assert.Empty(Directory.GetFiles(folder.FullName));
            }

            VmaHashResult piped = Run(packed, Source.Pipe, new VmaHashOptions { LookAhead = 100_000, IncludeArchive = true, SpillPath = folder.FullName });
            Assert.Equal(all, piped.Hashes.Select(static h => h.Hash));
            VmaHashResult lost = Run(packed, Source.Pipe, new VmaHashOptions { LookAhead = 100_000, IncludeArchive = true });
            Assert.Contains(lost.Errors, static e => e.Code == VmaCodes.HashNeedsOrder);
            Assert.Equal(all[^1], lost.Hashes[^1].Hash);
        }
    }

    [Fact]
    public void A_pipe_ends_where_memory_does()
    {
        foreach ((byte[] archive, _) in Disordered())
        {
            VmaException error = Assert.ThrowsAny<VmaException>(() => Run(archive, Source.Pipe, new VmaHashOptions { LookAhead = 0 }));
            Assert.Equal(VmaCodes.HashNeedsOrder, error.Code);
        }
    }

    [Fact]
    public void A_pipe_goes_on_with_a_scratch_file()
    {
        using TempFolder folder = new();
        foreach ((byte[] archive, string[] digests) in Disordered())
        {
            VmaHashResult result = Run(archive, Source.Pipe, new VmaHashOptions { LookAhead = 70_000, SpillPath = folder.FullName });
            Assert.Empty(result.Errors);
            Assert.Equal(digests, result.Hashes.Select(static h => h.Hash));
            Assert.Empty(Directory.GetFiles(folder.FullName));
        }
    }

    [Theory]
    [InlineData(Source.File)]
    [InlineData(Source.Stream)]
    [InlineData(Source.Pipe)]
    public void The_container_is_digested_as_stored(Source source)
    {
        foreach (byte[] archive in new[]
        {
            Corpus.Bytes("vzdump-qemu-101-2026_11_20-02_00_03"),
            Corpus.Damaged("cut-in-data.vma"),
            Corpus.Damaged("blockcount-plus1.vma"),
            [.. Corpus.Bytes("vmstate"), .. Splice.Noise(5000)],
        })
        {
            VmaHashResult result = Run(archive, source, new VmaHashOptions
            {
                Algorithms = ["sha256", VmaHashAlgorithm.Md5],
                IncludeArchive = true,
            });
            VmaHash[] container = [.. result.Hashes.Where(static h => h.Name is null)];
            Assert.Equal([Convert.ToHexString(SHA256.HashData(archive)), Convert.ToHexString(MD5.HashData(archive))], container.Select(static h => h.Hash));
            Assert.All(container, h => Assert.Equal(archive.Length, h.Size));
        }
    }

    [Fact]
    public void Several_algorithms_work_in_one_pass()
    {
        ArchiveForge forge = new ArchiveForge().Device(1, "a", 200_000).Extent(static e => e.Cluster(1, 0).Cluster(1, 1, 0x00f0).Zero(1, 2).Cluster(1, 3));
        byte[] archive = forge.Build();
        byte[] disk = forge.Disk(1);
        VmaHashResult result = Run(archive, Source.Stream, new VmaHashOptions { Algorithms = ["MD5", "SHA1", "SHA384", "SHA512"] });
        Assert.Equal(
            [Hex(MD5.HashData(disk)), Hex(SHA1.HashData(disk)), Hex(SHA384.HashData(disk)), Hex(SHA512.HashData(disk))],
            result.Hashes.Select(static h => h.Hash));
    }

    [Fact]
    public void A_device_that_is_not_whole_has_no_digest()
    {
        VmaHashResult result = Run(Corpus.Damaged("cut-at-extent.vma"), Source.File, new VmaHashOptions());
        Assert.Equal([1, 3], result.Hashes.Select(static h => h.DeviceId ?? 0));
        Assert.Equal([VmaCodes.DeviceNotWhole, VmaCodes.DeviceNotWhole], result.Errors.Select(static e => e.Code));
        Assert.Equal(["drive-scsi0", "drive-tpmstate0-backup"], result.Errors.Select(static e => e.Device));
    }

    [Fact]
    public void A_large_device_of_zeros_takes_neither_reading_nor_memory()
    {
        VmaHashResult result = VmaHashing.Run(Corpus.PathOf("allzero-1g"));
        Assert.Equal(1L << 30, Assert.Single(result.Hashes).Size);
    }

    [Fact]
    public void Cancelling_ends_the_digesting()
    {
        using CancellationTokenSource stop = new();
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => VmaHashing.Run(Corpus.PathOf("allzero-1g"), cancellationToken: stop.Token));
    }

    [Theory]
    [InlineData("drive-scsi0.raw", "aa  drive-scsi0.raw", "SHA256 (drive-scsi0.raw) = aa")]
    [InlineData("a\\b\nc", "\\aa  a\\\\b\\nc", "\\SHA256 (a\\\\b\\nc) = aa")]
    public void Lines_are_those_of_the_tools(string file, string plain, string tagged)
    {
        VmaHash hash = new("SHA256", "AA", null, "n", 1, 1);
        Assert.Equal(plain, hash.ToChecksumLine(file));
        Assert.Equal(tagged, hash.ToChecksumLine(file, withAlgorithm: true));
    }

    /// <summary>Archives whose clusters come in any order, with the digests of their disks.</summary>
    private static IEnumerable<(byte[] Archive, string[] Digests)> Disordered()
    {
        for (int seed = 1; seed <= 4; seed++)
        {
            Random random = new(seed);
            long[] sizes = [(23 * 65536) - 512, 7 * 65536, 40 * 65536];
            ArchiveForge forge = new();
            List<(int Device, uint Cluster)> clusters = [];
            for (int i = 0; i < sizes.Length; i++)
            {
                forge.Device(i + 1, "disk" + i, sizes[i]);
                clusters.AddRange(Enumerable.Range(0, (int)((sizes[i] + 65535) / 65536)).Select(c => (i + 1, (uint)c)));
            }

            (int Device, uint Cluster)[] order = [.. clusters];
            if (seed == 1)
            {
                Array.Reverse(order);
            }
            else
            {
                random.Shuffle(order);
            }

            foreach ((int Device, uint Cluster)[] chunk in order.Chunk(random.Next(3, 58)))
            {
                forge.Extent(e =>
                {
                    foreach ((int device, uint cluster) in chunk)
                    {
                        // Whole, zero, and in stripes; the last cluster of the first device ends within its last block.
                        ushort mask = random.Next(3) switch { 0 => 0xffff, 1 => 0, _ => (ushort)random.Next(0x10000) };
                        e.Cluster(device, cluster, mask);
                    }
                });
            }

            byte[] archive = forge.Build();
            yield return (archive, [.. Enumerable.Range(1, sizes.Length).Select(id => Hex(SHA256.HashData(forge.Disk(id))))]);
        }
    }

    private static VmaHashResult Run(byte[] archive, Source source, VmaHashOptions options)
    {
        if (source == Source.File)
        {
            using TempFolder folder = new();
            string path = folder.File("archive");
            File.WriteAllBytes(path, archive);
            return VmaHashing.Run(path, null, options);
        }

        using MemoryStream stream = new(archive);
        return VmaHashing.Run(source == Source.Pipe ? TricklingStream.AsPipe(stream) : stream, null, options);
    }

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes);
}
