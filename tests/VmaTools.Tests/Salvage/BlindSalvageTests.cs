using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text.Json;
using VmaTools.Tests.Compression;
using Xunit;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace VmaTools.Tests.Salvage;

/// <summary>
/// Behind a hole in the only frame or member of an archive it goes on without what was lost: much comes back, marked as such, and never a
/// byte that is not the archive's.
/// </summary>
public sealed class BlindSalvageTests : IDisposable
{
    private const int Cluster = ArchiveForge.ClusterSize;
    private const int Block = ArchiveForge.BlockSize;
    private const int Clusters = 48;
    private const int ClustersPerExtent = 5;

    private readonly TempFolder _folder = new();
    private int _runs;

    public static TheoryData<string, string> Holes
    {
        get
        {
            TheoryData<string, string> holes = [];
            foreach (string compressor in new[] { "sharp 1", "sharp 3", "sharp 19", "gzip optimal", "gzip smallest" })
            {
                foreach (string damage in new[] { "sector", "zeros", "noise", "cut" })
                {
                    holes.Add(compressor, damage);
                }
            }

            return holes;
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Holes))]
    public void Behind_a_hole_it_goes_on(string compressor, string damage)
    {
        (ArchiveForge forge, byte[] archive, byte[] disk) = Make(1);
        byte[] packed = Compress(archive, compressor);
        int at = packed.Length / 3;
        byte[] damaged = damage switch
        {
            "cut" => Splice.Remove(packed, at, 9_999),
            _ => Fill(packed, at, damage == "sector" ? 512 : 16 << 10, damage == "noise" ? 7 : null),
        };
        VmaSalvageReport report = Salvage(damaged, compressor);
        Check(report, disk);

        // Far more than the rest of it was behind the hole; a block, and what needs it, is lost.
        Assert.Equal(0, report.VerifiedBytes);
        if (WasNotNoticed(report))
        {
            return;
        }

        Assert.InRange(report.RecoveredBytes, disk.Length / 4, disk.Length);
        VmaFinding told = Assert.Single(report.Findings, static f => f.Code == VmaCodes.DecodedBehindDamage);
        Assert.Equal(VmaSeverity.Warning, told.Severity);
        Assert.Contains(told.Message, File.ReadAllText(report.TextPath), StringComparison.Ordinal);
        Assert.Contains($"{report.RecoveredBytes} recovered", report.Summary, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(report.JsonPath));
        Assert.Equal(report.RecoveredBytes, json.RootElement.GetProperty("recoveredBytes").GetInt64());
    }

    [Theory]
    [InlineData("zstd", "-q -1 -c")]
    [InlineData("zstd", "-q -3 -c")]
    [InlineData("zstd", "-q -19 -c")]
    [InlineData("zstd", "-q -3 --long=27 -c")]
    [InlineData("zstd", "-q --rsyncable -T2 -c")]
    [InlineData("gzip", "-1 -c")]
    [InlineData("gzip", "-9 -c")]
    [InlineData("pigz", "-c")]
    public void So_it_does_in_what_the_programs_write(string program, string arguments)
    {
        (_, byte[] archive, byte[] disk) = Make(2);
        byte[] packed = Tool.Filter(program, arguments, archive);
        VmaSalvageReport report = Salvage(Fill(packed, packed.Length / 3, 4096, 7), program);
        Check(report, disk);
        Assert.True(WasNotNoticed(report) || report.RecoveredBytes > disk.Length / 4, report.Summary);
    }

    /// <summary>Blocks of a cluster that refer to what is lost read as zeros, and are listed one by one.</summary>
    [Fact]
    public void A_block_that_needs_what_is_lost_is_lost_alone()
    {
        (_, byte[] archive, byte[] disk) = Make(3);
        byte[] packed = Compress(archive, "sharp 3");
        VmaSalvageReport report = Salvage(Fill(packed, packed.Length / 3, 4096, null), "sharp 3");
        Check(report, disk);
        Assert.Contains(report.Ranges, static r => r.State == VmaRangeState.Lost && r.Size % Cluster != 0);
    }

    [Fact]
    public void Two_holes_are_gone_behind()
    {
        (_, byte[] archive, byte[] disk) = Make(4);
        foreach (string compressor in new[] { "sharp 3", "gzip optimal" })
        {
            byte[] packed = Compress(archive, compressor);
            byte[] damaged = Fill(Fill(packed, packed.Length / 4, 16 << 10, 7), packed.Length / 2, 16 << 10, 8);
            VmaSalvageReport report = Salvage(damaged, compressor);
            Check(report, disk);
            Assert.Equal(2, report.FindingCounts[VmaCodes.DecodedBehindDamage]);
            Assert.InRange(report.RecoveredBytes, disk.Length / 8, disk.Length);
        }
    }

    /// <summary>Whatever happens to the file, what is said to be right is, and every error is one of ours.</summary>
    [Fact]
    public void No_damage_gives_a_wrong_byte()
    {
        (_, byte[] archive, byte[] disk) = Make(5);
        string[] compressors = ["sharp 1", "sharp 3", "sharp 12", "gzip optimal", "gzip smallest"];
        Dictionary<string, byte[]> packed = compressors.ToDictionary(static c => c, c => Compress(archive, c));
        for (int i = 0; i < Trials.Of(40); i++)
        {
            Random random = new(i);
            string compressor = compressors[i % compressors.Length];
            byte[] damaged = packed[compressor];
            damaged = Damage(damaged, random);
            try
            {
                Check(Salvage(damaged, compressor), disk);
            }
            catch (VmaException exception)
            {
                Assert.Equal(VmaCodes.NothingToSalvage, exception.Code);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"Trial {i}, {compressor}", exception);
            }
        }
    }

    /// <summary>Whether damage decoded to something, and only the checksum of all of it tells: everything is suspect then.</summary>
    private static bool WasNotNoticed(VmaSalvageReport report) =>
        report.SuspectBytes > 0 && report.RecoveredBytes == 0 && report.FindingCounts.ContainsKey(VmaCodes.CompressedChecksumMismatch)
        && report.Ranges.All(static r => r.State is VmaRangeState.Suspect or VmaRangeState.Lost);

    private static byte[] Damage(byte[] packed, Random random)
    {
        int at = random.Next(packed.Length - (64 << 10));
        int length = 1 << random.Next(17);
        return random.Next(5) switch
        {
            0 => Flip(packed, at, (byte)(1 << random.Next(8))),
            1 => Fill(packed, at, length, null),
            2 => Fill(packed, at, length, random.Next()),
            3 => Splice.Remove(packed, at, length),
            _ => Fill(packed, at & ~511, 512, null),
        };
    }

    /// <summary>What is neither lost nor suspect is the disk's; what is lost is zeros.</summary>
    private static void Check(VmaSalvageReport report, byte[] disk)
    {
        byte[] salvaged = File.ReadAllBytes(report.File);
        Assert.Equal(disk.Length, salvaged.Length);
        long at = 0;
        foreach (VmaDeviceRange range in report.Ranges)
        {
            Assert.Equal(at, range.Offset);
            at += range.Size;
            ReadOnlySpan<byte> found = salvaged.AsSpan((int)range.Offset, (int)range.Size);
            if (range.State == VmaRangeState.Lost)
            {
                Assert.True(found.IndexOfAnyExcept((byte)0) < 0);
            }
            else if (range.State != VmaRangeState.Suspect)
            {
                int right = found.CommonPrefixLength(disk.AsSpan((int)range.Offset, (int)range.Size));
                Assert.True(right == found.Length, $"{range}: wrong at {range.Offset + right}");
            }
        }

        Assert.Equal(disk.Length, at);
        Assert.Equal(
            disk.Length, report.VerifiedBytes + report.UnverifiedBytes + report.RecoveredBytes + report.SuspectBytes + report.LostBytes);
    }

    /// <summary>A disk of blocks as they are on real ones: some repeat others in part, some themselves, some cannot be compressed.</summary>
    private static (ArchiveForge Forge, byte[] Archive, byte[] Disk) Make(int seed)
    {
        Random random = new(seed);
        byte[] disk = new byte[Clusters * Cluster];
        random.NextBytes(disk);
        for (int block = 0; block < disk.Length; block += Block)
        {
            Span<byte> bytes = disk.AsSpan(block, Block);
            switch (random.Next(8))
            {
                case 0 when block > 0:
                    disk.AsSpan(random.Next(Math.Max(0, block - (512 << 10)), block - (Block / 2)), Block / 2).CopyTo(bytes);
                    break;
                case < 4:
                    for (int i = 0; i < Block; i++)
                    {
                        bytes[i] &= 0x3F;
                    }

                    break;
                case < 6:
                    for (int i = 512; i < Block; i += 512)
                    {
                        bytes[..500].CopyTo(bytes[i..]);
                    }

                    break;
            }
        }

        ArchiveForge forge = new ArchiveForge().Device(1, "disk", disk.Length);
        foreach (int[] chunk in Enumerable.Range(0, Clusters).Chunk(ClustersPerExtent))
        {
            forge.Extent(e =>
            {
                foreach (int cluster in chunk)
                {
                    e.Slot((0xFFFFUL << 48) | (1UL << 32) | (uint)cluster, disk[(cluster * Cluster)..((cluster + 1) * Cluster)]);
                }
            });
        }

        return (forge, forge.Build(), disk);
    }

    private static byte[] Compress(byte[] archive, string compressor)
    {
        string[] words = compressor.Split(' ');
        using MemoryStream result = new();
        if (words[0] == "sharp")
        {
            using Compressor sharp = new(int.Parse(words[1], null));
            sharp.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
            using CompressionStream stream = new(result, sharp, leaveOpen: true);
            stream.Write(archive);
        }
        else
        {
            CompressionLevel level = words[1] == "optimal" ? CompressionLevel.Optimal : CompressionLevel.SmallestSize;
            using GZipStream stream = new(result, level, leaveOpen: true);
            stream.Write(archive);
        }

        return result.ToArray();
    }

    private static byte[] Fill(byte[] bytes, int at, int length, int? noise)
    {
        byte[] filled = [.. bytes];
        Span<byte> part = filled.AsSpan(at, Math.Min(length, filled.Length - at));
        part.Clear();
        if (noise is int seed)
        {
            new Random(seed).NextBytes(part);
        }

        return filled;
    }

    private static byte[] Flip(byte[] bytes, int at, byte bits)
    {
        byte[] flipped = [.. bytes];
        flipped[at] ^= bits;
        return flipped;
    }

    private VmaSalvageReport Salvage(byte[] archive, string compressor)
    {
        string folder = Path.Combine(_folder.FullName, "run" + _runs++);
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, compressor.Contains('z', StringComparison.Ordinal) && !compressor.StartsWith('z') ? "a.vma.gz" : "a.vma.zst");
        File.WriteAllBytes(path, archive);
        using VmaSalvage salvage = VmaSalvage.Open(path, new VmaSalvageOptions { DeviceSizes = new Dictionary<int, long> { [1] = Clusters * Cluster } });
        return Assert.Single(salvage.Run(new Dictionary<int, string> { [1] = Path.Combine(folder, "disk.incomplete.raw") }));
    }
}
