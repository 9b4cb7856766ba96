using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Numerics;
using System.Text.Json;
using Xunit;

namespace VmaTools.Tests.Salvage;

/// <summary>Everything that surviving extents hold comes back, and the report names exactly the rest.</summary>
public sealed class SalvageTests : IDisposable
{
    private const int Cluster = 65536;

    private readonly TempFolder _folder = new();
    private int _runs;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_cut_archive_gives_what_its_extents_hold()
    {
        (ArchiveForge forge, byte[] archive) = Make(shuffled: false);

        // Of five clusters one is zero and stores nothing: the fourth is there in full, the fifth is not.
        long cut = forge.OffsetOf(4) + 512 + (3 * Cluster) + 5000;
        Check(forge, Splice.Cut(archive, cut), extents: 4, partial: (4, 4));
    }

    [Fact]
    public void A_shuffled_and_cut_archive_gives_what_its_extents_hold()
    {
        (ArchiveForge forge, byte[] archive) = Make(shuffled: true);
        Check(forge, Splice.Cut(archive, forge.OffsetOf(3) + 100), extents: 3);
    }

    [Fact]
    public void Of_bytes_converted_as_text_no_data_counts_as_intact()
    {
        (ArchiveForge forge, byte[] archive) = Make(shuffled: false);

        // How lzop begins, with a carriage return before each line feed; it stores in clear what does not shrink.
        byte[] converted = [0x89, .. "LZO"u8, 0x00, 0x0D, 0x0D, 0x0A, 0x1A, 0x0D, 0x0A, .. archive.AsSpan((int)forge.OffsetOf(0))];
        Dictionary<int, VmaSalvageReport> reports = Salvage(converted, extension: ".vma.lzo").ToDictionary(static r => r.DeviceId);
        HashSet<string> states = [];
        foreach ((int device, uint cluster) in Clusters(forge, static _ => true))
        {
            bool isZero = Part(forge.Disk(device), cluster).All(static b => b == 0);
            Assert.Equal(isZero ? VmaRangeState.Unverified : VmaRangeState.Suspect, StateAt(reports[device], cluster));
            states.Add(StateAt(reports[device], cluster));
        }

        Assert.Equal(2, states.Count);
    }

    [Fact]
    public void Behind_a_damaged_extent_it_goes_on()
    {
        (ArchiveForge forge, byte[] archive) = Make(shuffled: true);
        archive[forge.OffsetOf(2) + 45] ^= 1;
        Check(forge, archive, lost: [2]);
    }

    [Fact]
    public void Behind_bytes_that_went_missing_it_goes_on()
    {
        (ArchiveForge forge, byte[] archive) = Make(shuffled: false);
        byte[] holed = Splice.Remove(archive, forge.OffsetOf(2) - 7000, 12_345);
        Dictionary<int, VmaSalvageReport> reports = Salvage(holed).ToDictionary(static r => r.DeviceId);
        foreach ((int device, uint cluster) in Clusters(forge, static e => e is 0 or >= 3))
        {
            Assert.Equal(Part(forge.Disk(device), cluster), Part(File.ReadAllBytes(reports[device].File), cluster));
        }

        // The second extent lost some of its data, nobody knows which; the third lost its header, and with it everything.
        CheckStates(forge, reports, static e => e switch { 1 => VmaRangeState.Suspect, 2 => VmaRangeState.Lost, _ => VmaRangeState.Unverified });
    }

    [Fact]
    public void A_device_of_a_size_that_none_can_have_is_as_long_as_what_came_of_it()
    {
        ArchiveForge forge = new ArchiveForge().Device(1, "drive-a", 3 * Cluster).Device(2, "drive-b", -1)
            .Extent(static e => e.Cluster(1, 2).Cluster(2, 1));
        using VmaSalvage salvage = VmaSalvage.Open(Save(forge.Build()));
        Assert.Equal(VmaCodes.DeviceSizeInvalid, salvage.HeaderDamage?.Code);
        VmaSalvageReport[] reports = [.. Run(salvage)];
        Assert.Equal([("drive-a", 3L * Cluster, VmaSalvageSource.Header), ("drive-b", 2L * Cluster, VmaSalvageSource.LastCluster)], reports.Select(static r => (r.Name, r.Size, r.SizeSource)));
        Assert.All(reports, static r => Assert.Equal(Cluster, r.UnverifiedBytes));
    }

    [Theory]
    [InlineData("md5")]
    [InlineData("zeroed")]
    [InlineData("gone")]
    [InlineData("size")]
    public void Without_a_header_the_extents_suffice(string damage)
    {
        (ArchiveForge forge, byte[] archive) = Make(shuffled: true);
        archive = damage switch
        {
            "md5" => Flip(archive, 33),
            "zeroed" => [.. new byte[forge.HeaderSize], .. archive[forge.HeaderSize..]],
            "gone" => archive[forge.HeaderSize..],
            _ => Flip(archive, 56),
        };
        using VmaSalvage salvage = VmaSalvage.Open(Save(archive));
        Assert.NotNull(salvage.HeaderDamage);
        Assert.Equal(new Guid(forge.Uuid, bigEndian: true).ToString(), salvage.Archive.Uuid);
        Dictionary<int, VmaSalvageReport> reports = Run(salvage).ToDictionary(static r => r.DeviceId);
        bool hasNames = damage is "md5";
        foreach (int id in new[] { 1, 2 })
        {
            byte[] disk = forge.Disk(id);
            byte[] salvaged = File.ReadAllBytes(reports[id].File);
            Assert.Equal(disk, salvaged.Take(disk.Length));
            Assert.All(salvaged.Skip(disk.Length), static b => Assert.Equal(0, b));
            Assert.Equal((0L, (long)salvaged.Length), (reports[id].LostBytes, reports[id].UnverifiedBytes));
            Assert.Equal(hasNames ? disk.Length : (disk.Length + Cluster - 1) / Cluster * Cluster, salvaged.Length);
            Assert.Equal(hasNames ? VmaSalvageSource.Header : VmaSalvageSource.LastCluster, reports[id].SizeSource);
            Assert.Equal(hasNames ? "disk" + id : "device-" + id, reports[id].Name);
        }
    }

    [Fact]
    public void Sizes_may_be_given()
    {
        (ArchiveForge forge, byte[] archive) = Make(shuffled: false);
        using VmaSalvage salvage = VmaSalvage.Open(
            Save(archive[forge.HeaderSize..]),
            new VmaSalvageOptions { DeviceSizes = new Dictionary<int, long> { [1] = forge.Disk(1).Length } });
        Dictionary<int, VmaSalvageReport> reports = Run(salvage).ToDictionary(static r => r.DeviceId);
        Assert.Equal(VmaSalvageSource.Parameter, reports[1].SizeSource);
        Assert.Equal(forge.Disk(1), File.ReadAllBytes(reports[1].File));
    }

    [Fact]
    public void Nothing_left_is_an_error()
    {
        VmaException error = Assert.ThrowsAny<VmaException>(() => VmaSalvage.Open(Save(Splice.Noise(100_000))));
        Assert.Equal(VmaCodes.NothingToSalvage, error.Code);
    }

    [Fact]
    public void A_compressors_checksum_verifies()
    {
        (ArchiveForge forge, byte[] archive) = Make(shuffled: false);
        Dictionary<int, VmaSalvageReport> reports = Salvage(Gzip(archive)).ToDictionary(static r => r.DeviceId);
        Assert.All(reports.Values, static r => Assert.Equal(r.Size, r.VerifiedBytes));
        Assert.Equal(forge.Disk(1), File.ReadAllBytes(reports[1].File));
    }

    [Fact]
    public void A_member_whose_checksum_fails_proves_nothing_and_those_after_it_do()
    {
        (ArchiveForge forge, byte[] archive) = Make(shuffled: false);
        int middle = (int)forge.OffsetOf(3);
        byte[] first = Gzip(archive[..middle]);
        first[^6] ^= 0xff;
        byte[] both = [.. first, .. Gzip(archive[middle..])];
        Dictionary<int, VmaSalvageReport> reports = Salvage(both).ToDictionary(static r => r.DeviceId);
        CheckContents(forge, reports, Clusters(forge, static _ => true));
        CheckStates(forge, reports, static e => e < 3 ? VmaRangeState.Suspect : VmaRangeState.Verified);
        Assert.All(reports.Values, static r => Assert.DoesNotContain(r.Findings, static f => f.Code == VmaCodes.RestUnreadable));
    }

    [Fact]
    public void Behind_a_broken_frame_the_next_one_counts()
    {
        Tool.Zstd.SkipIfMissing();
        (ArchiveForge forge, byte[] archive) = Make(shuffled: false);
        int middle = (int)forge.OffsetOf(2);
        byte[] first = Zstd(archive[..middle]);

        // Within the frame's last block, which then is not decoded, or decodes to something else.
        byte[] broken = first[..^(Cluster / 2)];
        byte[] both = [.. broken, .. Zstd(archive[middle..])];
        Dictionary<int, VmaSalvageReport> reports = Salvage(both).ToDictionary(static r => r.DeviceId);
        HashSet<(int, uint)> sure = Clusters(forge, static e => e >= 2);
        foreach ((int device, uint cluster) in sure)
        {
            Assert.Equal(Part(forge.Disk(device), cluster), Part(File.ReadAllBytes(reports[device].File), cluster));
            Assert.Equal(VmaRangeState.Verified, StateAt(reports[device], cluster));
        }

        foreach ((int device, uint cluster) in Clusters(forge, static e => e < 2))
        {
            string state = StateAt(reports[device], cluster);
            Assert.NotEqual(VmaRangeState.Verified, state);
            byte[] part = Part(File.ReadAllBytes(reports[device].File), cluster);
            Assert.Equal(state == VmaRangeState.Lost ? new byte[part.Length] : Part(forge.Disk(device), cluster), part);
        }

        // All but what the cut took: the first extent came before it.
        Assert.All(Clusters(forge, static e => e == 0), c => Assert.Equal(VmaRangeState.Unverified, StateAt(reports[c.Device], c.Cluster)));
    }

    [Theory]
    [InlineData(1, "data")]
    [InlineData(3, "data")]
    [InlineData(3, "length")]
    [InlineData(3, "huge")]
    [InlineData(3, "packed length")]
    [InlineData(0, "data")]
    [InlineData(6, "data")]
    [InlineData(-1, "magic")]
    [InlineData(-1, "header")]
    public void Behind_a_broken_lzop_block_the_next_one_counts(int block, string damage)
    {
        (ArchiveForge forge, byte[] archive) = Make(shuffled: false);
        byte[] packed = Tool.Filter("lzop", "-c", archive);
        int[] blocks = LzopBlocks(packed);
        Assert.Equal(7, blocks.Length);
        (int at, byte with) = damage switch
        {
            "data" => (blocks[block] + 1000, (byte)0x40),
            "length" => (blocks[block] + 1, (byte)0x01),
            "huge" => (blocks[block], (byte)0xff),
            "packed length" => (blocks[block] + 6, (byte)0x01),
            "magic" => (1, (byte)0x01),
            _ => (20, (byte)0x01),
        };
        packed[at] ^= with;
        Dictionary<int, VmaSalvageReport> reports = Salvage(packed, extension: ".vma.lzo").ToDictionary(static r => r.DeviceId);
        const int BlockSize = 256 << 10;
        CheckHole(forge, reports, block < 0 ? (0, 0) : ((long)block * BlockSize, (block + 1L) * BlockSize));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(-1)]
    public void Behind_a_broken_bzip2_block_the_next_one_counts(int block)
    {
        // A stream of its own for each piece: where in the archive the blocks are is known, and each begins with a mark all the same.
        (ArchiveForge forge, byte[] archive) = Make(shuffled: false);
        const int BlockSize = 256 << 10;
        byte[][] blocks = [.. archive.Chunk(BlockSize).Select(static part => Tool.Filter("bzip2", "-c", part))];
        blocks[Math.Max(block, 0)][block < 0 ? 0 : 3000] ^= 0x01;
        byte[] packed = [.. blocks.SelectMany(static part => part)];
        Dictionary<int, VmaSalvageReport> reports = Salvage(packed, extension: ".vma.bz2").ToDictionary(static r => r.DeviceId);
        CheckHole(forge, reports, block < 0 ? (0, 0) : ((long)block * BlockSize, (block + 1L) * BlockSize));
    }

    /// <summary>One frame or member is all of the archive, as vzdump makes it: behind a hole is nothing that could be decoded.</summary>
    [Theory]
    [InlineData("zstd", "-q -c", ".vma.zst")]
    [InlineData("gzip", "-c", ".vma.gz")]
    public void That_nothing_comes_behind_a_hole_is_said(string tool, string arguments, string extension)
    {
        (_, byte[] archive) = Make(shuffled: false);
        byte[] packed = Tool.Filter(tool, arguments, archive);
        int hole = packed.Length / 2;
        packed.AsSpan(hole, 4096).Clear();
        foreach (VmaSalvageReport report in Salvage(packed, extension: extension))
        {
            VmaFinding rest = Assert.Single(report.Findings, static f => f.Code == VmaCodes.RestUnreadable);
            Assert.Contains($"Of the archive's {packed.Length} bytes", rest.Message, StringComparison.Ordinal);
            Assert.Contains(rest.Message, File.ReadAllText(report.TextPath), StringComparison.Ordinal);

            // What merely looks like the begin of a member is none, and nothing is said of it.
            Assert.DoesNotContain(report.Findings, static f => f.Code == VmaCodes.CompressionNotSupported);
        }

        Assert.All(Salvage(Tool.Filter(tool, arguments, archive), extension: extension), static r => Assert.Empty(r.Findings));
    }

    [Fact]
    public void Without_the_first_frames_magic_the_later_frames_count()
    {
        (ArchiveForge forge, byte[] archive) = Make(shuffled: false);
        int middle = (int)forge.OffsetOf(2);
        byte[] first = Tool.Filter("zstd", "-q -c --check", archive[..middle]);
        first[0] ^= 1;
        byte[] second = Tool.Filter("zstd", "-q -c --check", archive[middle..]);
        CheckHalf(forge, Salvage([.. first, .. second], extension: ".vma.zst").ToDictionary(static r => r.DeviceId), static e => e >= 2);
    }

    [Fact]
    public void Without_the_first_members_magic_the_later_members_count()
    {
        (ArchiveForge forge, byte[] archive) = Make(shuffled: false);
        int middle = (int)forge.OffsetOf(2);
        byte[] both = [.. Gzip(archive[..middle]), .. Gzip(archive[middle..])];
        both[0] ^= 1;
        CheckHalf(forge, Salvage(both, extension: ".vma.gz").ToDictionary(static r => r.DeviceId), static e => e >= 2);
    }

    [Fact]
    public void An_extent_that_lacks_bytes_gives_nothing_of_the_next_one()
    {
        (ArchiveForge forge, byte[] archive) = Make(shuffled: true);

        // Within the third cluster of the third extent: two and a bit are right, and the last two clusters' places are beyond its end.
        byte[] holed = Splice.Remove(archive, forge.OffsetOf(2) + 512 + (2 * Cluster) + 4096, Cluster + 5000);
        Dictionary<int, VmaSalvageReport> reports = Salvage(holed).ToDictionary(static r => r.DeviceId);
        long dataAt = 0;
        long left = forge.OffsetOf(3) - forge.OffsetOf(2) - 512 - Cluster - 5000;
        foreach ((int device, uint cluster, ushort mask) in forge.Extents[2].Slots)
        {
            bool isWhole = dataAt + Cluster <= 2 * Cluster;
            dataAt += BitOperations.PopCount(mask) * 4096;
            Assert.Equal(dataAt <= left ? VmaRangeState.Suspect : VmaRangeState.Lost, StateAt(reports[device], cluster));
            if (isWhole)
            {
                Assert.Equal(Part(forge.Disk(device), cluster), Part(File.ReadAllBytes(reports[device].File), cluster));
            }
        }

        Assert.Contains(reports.Values, static r => r.LostBytes > 0);
        Assert.All(reports.Values, static r => Assert.Contains(r.Findings, static f => f.Code == VmaCodes.ExtentDataDisplaced));
        foreach ((int device, uint cluster) in Clusters(forge, static e => e != 2))
        {
            Assert.Equal(Part(forge.Disk(device), cluster), Part(File.ReadAllBytes(reports[device].File), cluster));
        }
    }

    [Fact]
    public void A_manifest_proves_a_device_that_came_whole()
    {
        (ArchiveForge forge, byte[] archive) = Make(shuffled: false);
        VmaManifest manifest = VmaManifest.Create(Save(archive));
        archive[forge.OffsetOf(forge.Extents.Count - 1) + 30] ^= 1;
        Dictionary<int, VmaSalvageReport> reports = Salvage(archive, new VmaSalvageOptions { Manifest = manifest }).ToDictionary(static r => r.DeviceId);
        Assert.Equal(forge.Disk(1).Length, reports[1].VerifiedBytes);
        Assert.Equal(0, reports[2].VerifiedBytes);
        Assert.True(reports[2].LostBytes > 0);
    }

    [Fact]
    public void Clusters_that_contradict_each_other_are_suspect()
    {
        ArchiveForge forge = new ArchiveForge().Device(1, "disk1", 4 * Cluster)
            .Extent(static e => e.Cluster(1, 0).Cluster(1, 1))
            .Extent(static e => e.Cluster(1, 1).Cluster(1, 2).Zero(1, 3));
        VmaSalvageReport report = Salvage(Gzip(forge.Build())).Single();
        Assert.Equal(
            [(VmaRangeState.Verified, 0L, (long)Cluster), (VmaRangeState.Suspect, Cluster, Cluster), (VmaRangeState.Verified, 2 * Cluster, 2 * Cluster)],
            report.Ranges.Select(static r => (r.State, r.Offset, r.Size)));
    }

    [Fact]
    public void The_reports_say_it_in_JSON_and_in_words()
    {
        (ArchiveForge forge, byte[] archive) = Make(shuffled: true);
        foreach (VmaSalvageReport report in Salvage(Splice.Cut(archive, forge.OffsetOf(3))))
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(report.JsonPath));
            Assert.Equal(
                report.Ranges.Select(static r => (r.State, r.Offset, r.Size)),
                json.RootElement.GetProperty("ranges").EnumerateArray().Select(static r => (
                    r.GetProperty("state").GetString()!, r.GetProperty("offset").GetInt64(), r.GetProperty("size").GetInt64())));
            Assert.Equal(report.LostBytes, json.RootElement.GetProperty("lostBytes").GetInt64());
            Assert.Equal(report.Findings.Count, json.RootElement.GetProperty("findings").GetArrayLength());
            Assert.Contains($"{report.LostBytes} bytes: filled with zeros", File.ReadAllText(report.TextPath), StringComparison.Ordinal);
            Assert.EndsWith($"disk{report.DeviceId}.incomplete.raw", report.File, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Existing_files_stay()
    {
        (_, byte[] archive) = Make(shuffled: false);
        string taken = Path.Combine(_folder.FullName, "out0", "disk1.incomplete.txt");
        Directory.CreateDirectory(Path.GetDirectoryName(taken)!);
        File.WriteAllText(taken, "mine");
        VmaException error = Assert.ThrowsAny<VmaException>(() => Salvage(archive));
        Assert.Equal(VmaCodes.TargetExists, error.Code);
        Assert.Equal([taken], Directory.GetFiles(Path.GetDirectoryName(taken)!));
    }

    [Theory]
    [InlineData("a.raw", "a.raw")]
    [InlineData("a.raw", "a.json")]
    public void Two_devices_never_meet_in_a_file(string first, string second)
    {
        (_, byte[] archive) = Make(shuffled: false);
        string folder = Path.Combine(_folder.FullName, "meet");
        using VmaSalvage salvage = VmaSalvage.Open(Save(archive), new VmaSalvageOptions { Force = true });
        VmaException error = Assert.Throws<VmaException>(() => salvage.Run(
            new Dictionary<int, string> { [1] = Path.Combine(folder, first), [2] = Path.Combine(folder, second) }));
        Assert.Equal(VmaCodes.OutputNameCollision, error.Code);
        Assert.Contains("'disk1' (1) and 'disk2' (2)", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<VmaException>(() => salvage.Run(new Dictionary<int, string> { [1] = Path.Combine(folder, "a.txt") }));
        Assert.Equal(VmaCodes.OutputNameCollision, error.Code);
        Assert.False(Directory.Exists(folder));
    }

    /// <summary>Two disks whose blocks are all stored but for a few, over six extents.</summary>
    private static (ArchiveForge Forge, byte[] Archive) Make(bool shuffled)
    {
        Random random = new(3);
        ArchiveForge forge = new ArchiveForge().Device(1, "disk1", (13 * Cluster) - 8192).Device(2, "disk2", 17 * Cluster);
        (int, uint)[] order = [.. Enumerable.Range(0, 13).Select(static c => (1, (uint)c)), .. Enumerable.Range(0, 17).Select(static c => (2, (uint)c))];
        if (shuffled)
        {
            random.Shuffle(order);
        }

        foreach ((int Device, uint Cluster)[] chunk in order.Chunk(5))
        {
            forge.Extent(e =>
            {
                foreach ((int device, uint cluster) in chunk)
                {
                    ushort mask = (device, cluster) == (1, 12) ? (ushort)0x3fff : cluster % 5 == 4 ? (ushort)0 : (ushort)0xffff;
                    e.Cluster(device, cluster, mask);
                }
            });
        }

        return (forge, forge.Build());
    }

    private void Check(ArchiveForge forge, byte[] damaged, int extents = int.MaxValue, (int Extent, int Clusters)? partial = null, int[]? lost = null)
    {
        HashSet<(int, uint)> rest = Clusters(forge, e => e < extents && lost?.Contains(e) != true);
        if (partial is { } part)
        {
            rest.UnionWith(forge.Extents[part.Extent].Slots.Take(part.Clusters).Select(static s => (s.Device, s.Cluster)));
        }

        CheckContents(forge, Salvage(damaged).ToDictionary(static r => r.DeviceId), rest);
    }

    private static void CheckContents(ArchiveForge forge, Dictionary<int, VmaSalvageReport> reports, HashSet<(int Device, uint Cluster)> rest)
    {
        foreach (VmaSalvageReport report in reports.Values)
        {
            byte[] disk = forge.Disk(report.DeviceId);
            byte[] salvaged = File.ReadAllBytes(report.File);
            Assert.Equal(disk.Length, salvaged.Length);
            Assert.Equal(disk.Length, report.VerifiedBytes + report.UnverifiedBytes + report.SuspectBytes + report.LostBytes);
            for (uint cluster = 0; cluster * Cluster < disk.Length; cluster++)
            {
                bool survived = rest.Contains((report.DeviceId, cluster));
                Assert.Equal(survived, StateAt(report, cluster) != VmaRangeState.Lost);
                byte[] wanted = Part(disk, cluster);
                Assert.Equal(survived ? wanted : new byte[wanted.Length], Part(salvaged, cluster));
            }
        }
    }

    private static void CheckStates(ArchiveForge forge, Dictionary<int, VmaSalvageReport> reports, Func<int, string> stateOf)
    {
        for (int i = 0; i < forge.Extents.Count; i++)
        {
            foreach ((int device, uint cluster, _) in forge.Extents[i].Slots)
            {
                Assert.Equal(stateOf(i), StateAt(reports[device], cluster));
            }
        }
    }

    /// <summary>Holds what was salvaged of some extents, without the header, against the truth; the rest is lost.</summary>
    private static void CheckHalf(ArchiveForge forge, Dictionary<int, VmaSalvageReport> reports, Func<int, bool> survives)
    {
        HashSet<(int, uint)> rest = Clusters(forge, survives);
        foreach ((int device, uint cluster) in Clusters(forge, static _ => true))
        {
            bool isThere = rest.Contains((device, cluster));
            if (!reports.TryGetValue(device, out VmaSalvageReport? report))
            {
                Assert.False(isThere);
                continue;
            }

            Assert.Equal("device-" + device, report.Name);

            // Blocks of the frame or member without a begin may come back all the same.
            string state = StateAt(report, cluster);
            Assert.Equal(isThere, state == VmaRangeState.Verified);
            Assert.True(isThere || state is VmaRangeState.Lost or VmaRangeState.Recovered);
            byte[] wanted = Part(forge.Disk(device), cluster);
            Assert.Equal(state != VmaRangeState.Lost ? wanted : new byte[wanted.Length], Part(File.ReadAllBytes(report.File), cluster).Take(wanted.Length));
        }
    }

    /// <summary>Of what a hole in the archive leaves nothing is missing, and nothing else is there.</summary>
    private static void CheckHole(ArchiveForge forge, Dictionary<int, VmaSalvageReport> reports, (long From, long To) hole)
    {
        Dictionary<int, (byte[] Wanted, byte[] Found)> disks = reports.Values.ToDictionary(
            static r => r.DeviceId, r => (forge.Disk(r.DeviceId), File.ReadAllBytes(r.File)));
        for (int i = 0; i < forge.Extents.Count; i++)
        {
            // An extent counts where its header came through; of one that the hole is in, the clusters before the hole do.
            long start = forge.OffsetOf(i);
            long dataAt = start + 512;
            foreach ((int device, uint cluster, ushort mask) in forge.Extents[i].Slots)
            {
                dataAt += BitOperations.PopCount(mask) * 4096;
                bool survives = start >= hole.To || dataAt <= hole.From;
                Assert.Equal(survives ? VmaRangeState.Verified : VmaRangeState.Lost, StateAt(reports[device], cluster));
                byte[] wanted = Part(disks[device].Wanted, cluster);
                Assert.Equal(survives ? wanted : new byte[wanted.Length], Part(disks[device].Found, cluster)[..wanted.Length]);
            }
        }
    }

    /// <summary>Where the blocks of an lzop file begin.</summary>
    private static int[] LzopBlocks(byte[] packed)
    {
        List<int> blocks = [];
        int at = 34 + packed[33] + 4;
        uint flags = BinaryPrimitives.ReadUInt32BigEndian(packed.AsSpan(17));
        while (BinaryPrimitives.ReadUInt32BigEndian(packed.AsSpan(at)) is var length and not 0)
        {
            blocks.Add(at);
            uint stored = BinaryPrimitives.ReadUInt32BigEndian(packed.AsSpan(at + 4));
            at += 8 + (int)stored + ((flags & 1) != 0 ? 4 : 0) + ((flags & 2) != 0 && stored < length ? 4 : 0);
        }

        return [.. blocks];
    }

    private static string StateAt(VmaSalvageReport report, uint cluster) =>
        report.Ranges.Single(r => r.Offset <= (long)cluster * Cluster && r.Offset + r.Size > (long)cluster * Cluster).State;

    private static byte[] Part(byte[] disk, uint cluster) => disk[(int)(cluster * Cluster)..(int)Math.Min(disk.Length, (cluster + 1) * Cluster)];

    private static HashSet<(int Device, uint Cluster)> Clusters(ArchiveForge forge, Func<int, bool> survives) =>
        [.. forge.Extents.SelectMany((e, i) => survives(i) ? e.Slots.Select(static s => (s.Device, s.Cluster)) : [])];

    private static byte[] Flip(byte[] bytes, int at)
    {
        bytes[at] ^= 0x40;
        return bytes;
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using MemoryStream result = new();
        using (GZipStream gzip = new(result, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return result.ToArray();
    }

    private byte[] Zstd(byte[] bytes)
    {
        string plain = Path.Combine(_folder.FullName, Path.GetRandomFileName());
        File.WriteAllBytes(plain, bytes);
        Tool.Zstd.Run("-q", "--check", plain, "-o", plain + ".zst");
        return File.ReadAllBytes(plain + ".zst");
    }

    private string Save(byte[] archive, string extension = "")
    {
        string path = Path.Combine(_folder.FullName, Path.GetRandomFileName() + extension);
        File.WriteAllBytes(path, archive);
        return path;
    }

    private IReadOnlyList<VmaSalvageReport> Salvage(byte[] archive, VmaSalvageOptions? options = null, string extension = "")
    {
        using VmaSalvage salvage = VmaSalvage.Open(Save(archive, extension), options);
        return Run(salvage);
    }

    private IReadOnlyList<VmaSalvageReport> Run(VmaSalvage salvage)
    {
        string folder = Path.Combine(_folder.FullName, "out" + _runs++);
        return salvage.Run(salvage.Archive.Devices.ToDictionary(static d => d.DeviceId, d => VmaSalvage.FileFor(Path.Combine(folder, d.Name + ".raw"))));
    }
}
