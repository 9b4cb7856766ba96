using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace VmaTools.Cli.Tests;

/// <summary><c>vma extract --salvage</c> brings back every cluster that the surviving extents hold, and reports exactly the rest.</summary>
public sealed class SalvageTests : Workspace
{
    private const int Cluster = 65536;

    [Fact]
    public void What_a_cut_archive_holds_comes_back()
    {
        (ArchiveForge forge, byte[] archive) = Make(shuffled: false);
        string file = Write("cut.vma", Splice.Cut(archive, forge.OffsetOf(4) + 512 + (3 * Cluster) + 5000));
        HashSet<(int, uint)> rest = Clusters(forge, static e => e < 4);

        // Of five clusters one is zero and stores nothing: the fourth is there in full, the fifth is not.
        rest.UnionWith(forge.Extents[4].Slots.Take(4).Select(static s => (s.Device, s.Cluster)));
        Outcome outcome = Vma.Run("extract", "--salvage", file, Out).Expect(2);
        CheckDisks(forge, rest, "Unverified");
        Assert.Equal(
            Reports().Select(static r => $"{r.Name}: 0 bytes verified, {r.Unverified} unverified, {r.Lost} lost"),
            outcome.Lines);
    }

    [Fact]
    public void What_a_shuffled_and_cut_archive_holds_comes_back()
    {
        (ArchiveForge forge, byte[] archive) = Make(shuffled: true);
        Vma.Run("extract", "--salvage", Write("cut.vma", Splice.Cut(archive, forge.OffsetOf(3) + 100)), Out).Expect(2);
        CheckDisks(forge, Clusters(forge, static e => e < 3), "Unverified");
    }

    [Fact]
    public void An_archive_with_a_damaged_header_comes_back_whole()
    {
        (ArchiveForge forge, byte[] archive) = Make(shuffled: true);
        archive[33] ^= 1;

        // Damage that cost nothing is still damage.
        Vma.Run("extract", "--salvage", Write("header.vma", archive), Out).Expect(2);
        CheckDisks(forge, Clusters(forge, static _ => true), "Unverified");
        Assert.Equal("cores: 2\n", File.ReadAllText(Path.Combine(Out, "qemu-server.conf")));
        Assert.All(Reports(), static r => Assert.Contains("HeaderChecksumMismatch", r.Findings));
    }

    [Fact]
    public void Without_a_header_names_are_made_up()
    {
        (ArchiveForge forge, byte[] archive) = Make(shuffled: true);
        Vma.Run("extract", "--salvage", Write("gone.vma", archive[forge.HeaderSize..]), Out).Expect(2);
        Assert.Equal(
            ["device-1.incomplete.json", "device-1.incomplete.raw", "device-1.incomplete.txt", "device-2.incomplete.json", "device-2.incomplete.raw", "device-2.incomplete.txt"],
            FilesIn(Out));
        Assert.Equal(forge.Disk(2), File.ReadAllBytes(Path.Combine(Out, "device-2.incomplete.raw")));
        Assert.Equal(forge.Disk(1), File.ReadAllBytes(Path.Combine(Out, "device-1.incomplete.raw"))[..forge.Disk(1).Length]);
    }

    [Fact]
    public void Behind_a_damaged_frame_the_next_ones_come_back_verified()
    {
        (ArchiveForge forge, byte[] archive) = Make(shuffled: false);
        int middle = (int)forge.OffsetOf(3);
        byte[] first = Zstd(archive[..middle]);
        first[first.Length / 2] ^= 0x10;
        Vma.Run("extract", "--salvage", Write("frames.vma.zst", [.. first, .. Zstd(archive[middle..])]), Out).Expect(2);
        HashSet<(int, uint)> sure = Clusters(forge, static e => e >= 3);
        foreach (SalvageReport report in Reports())
        {
            Assert.Contains("CompressedChecksumMismatch", report.Findings);
            byte[] disk = forge.Disk(report.Id);
            byte[] salvaged = File.ReadAllBytes(Path.Combine(Out, report.FileName));
            Assert.Equal(disk.Length, salvaged.Length);
            foreach ((int device, uint cluster) in Clusters(forge, static _ => true).Where(c => c.Device == report.Id))
            {
                // Of the frame whose checksum failed everything decoded, and who knows what.
                bool isSure = sure.Contains((device, cluster));
                Assert.Equal(isSure ? "Verified" : "Suspect", report.StateAt(cluster));
                Assert.True(!isSure || Part(disk, cluster).AsSpan().SequenceEqual(Part(salvaged, cluster)), $"cluster {cluster} of {device}");
            }
        }
    }

    [Fact]
    public void A_sound_archive_is_no_failure()
    {
        Outcome outcome = Vma.Run("extract", "--salvage", Corpus.PathOf(Sample), Out).Expect(0);
        Assert.Empty(outcome.Error);
        foreach ((string name, _, _, string digest) in Corpus.Devices(Sample))
        {
            Assert.Equal(digest, Digest(Path.Combine(Out, name + ".incomplete.raw")));
        }
    }

    [Theory]
    [InlineData("cut", null)]
    [InlineData("cut it's", "drive-b")]
    [InlineData("header", null)]
    [InlineData("frames", null)]
    public void The_error_of_an_ordinary_extraction_is_the_command(string damage, string? drive)
    {
        Assert.SkipUnless(new Tool("sh").Exists, "no shell to take the command apart");
        (ArchiveForge forge, byte[] archive) = Make(shuffled: false);
        byte[] damaged = damage switch
        {
            "header" => Flip(archive, 33),
            "frames" => Flip(Zstd(archive), 100_000),
            _ => Splice.Cut(archive, forge.OffsetOf(4)),
        };
        string file = Write(damage + ".vma", damaged);
        Outcome failed = Vma.Run(["extract", file, Out, .. drive is null ? Array.Empty<string>() : ["-d", drive]]).Expect(2);
        Match command = Regex.Match(failed.Error, @"vma (extract --salvage .*?)( Byte offset: .*| File: .*)?$", RegexOptions.Multiline);
        Assert.True(command.Success, failed.Error);
        string words = Sh($"printf '%s\\n' {command.Groups[1].Value}");
        string[] arguments = words.Split('\n')[..^1];
        Assert.Equal(["extract", "--salvage", file, Out + "-salvaged", .. drive is null ? Array.Empty<string>() : ["-d", drive]], arguments);
        Vma.Run(arguments).Expect(2);
        string[] disks = [.. FilesIn(Out + "-salvaged").Where(static f => f.EndsWith(".raw", StringComparison.Ordinal))];
        Assert.Equal(drive is null ? ["drive-a.incomplete.raw", "drive-b.incomplete.raw"] : [drive + ".incomplete.raw"], disks);
    }

    [Fact]
    public void What_exists_stays()
    {
        (_, byte[] archive) = Make(shuffled: false);
        string file = Write("a.vma", archive);
        Directory.CreateDirectory(Out);
        File.WriteAllText(Path.Combine(Out, "drive-a.incomplete.raw"), "mine");
        Assert.Contains("TargetExists", Vma.Run("extract", "--salvage", file, Out).Expect(2).Error, StringComparison.Ordinal);
        Assert.Equal(["drive-a.incomplete.raw"], FilesIn(Out));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(Out, "drive-a.incomplete.raw")));
    }

    [Theory]
    [InlineData("salv-names.vma.zst", new[] { "a", "a-3", "a-4", "z" })]
    [InlineData("salv-names2.vma.zst", new[] { "x", "x.incomplete", "z" })]
    public void Names_that_met_once_stay_apart(string name, string[] files)
    {
        string file = Fixtures.Path("hostile/" + name);
        Vma.Run("extract", "--salvage", file, Out);
        Assert.Equal(
            files.SelectMany(static f => new[] { "json", "raw", "txt" }.Select(e => $"{f}.incomplete.{e}")).Order(StringComparer.Ordinal), FilesIn(Out));
    }

    [Fact]
    public void Configs_disks_and_reports_that_meet_all_stay()
    {
        ArchiveForge forge = new ArchiveForge()
            .Config("drive-a.incomplete.raw", "1").Config("drive-a.incomplete.json", "2").Config("same.conf", "3").Config("SAME.conf", "4").Config("same.conf-2", "5")
            .Device(1, "drive-a", Cluster).Device(2, "drive-a", Cluster).Device(3, "drive-a-2", Cluster)
            .Extent(static e => e.Cluster(1, 0).Cluster(2, 0).Cluster(3, 0));
        Vma.Run("extract", "--salvage", Write("a.vma", forge.Build()), Out);
        string[] files = FilesIn(Out);
        Assert.Equal(14, files.Length);
        Assert.Equal(
            ["1", "2", "3", "4", "5"],
            files.Select(f => File.ReadAllText(Path.Combine(Out, f))).Where(static t => t.Length == 1).Order(StringComparer.Ordinal));
        Assert.Equal([1, 2, 3], Reports().Select(static r => r.Id).Order());
        Assert.All(Reports(), r => Assert.Equal(forge.Disk(r.Id), File.ReadAllBytes(Path.Combine(Out, r.FileName))));
    }

    [Fact]
    public void What_makes_no_sense_is_refused_before_anything_is_made()
    {
        (_, byte[] archive) = Make(shuffled: false);
        string file = Write("a.vma", archive);
        Assert.Contains("--salvage", Vma.Run("extract", "--salvage", "--format", "qcow2", file, Out).Expect(1).Error, StringComparison.Ordinal);
        Assert.Contains("drive-z", Vma.Run("extract", "--salvage", file, Out, "-d", "drive-z").Expect(2).Error, StringComparison.Ordinal);
        Assert.Contains("SourceNotReopenable", Vma.Run(archive, null, "extract", "--salvage", "-", Out).Expect(2).Error, StringComparison.Ordinal);
        Assert.Contains("NothingToSalvage", Vma.Run("extract", "--salvage", Write("noise", Splice.Noise(50_000)), Out).Expect(2).Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Out));
    }

    /// <summary>Two disks over six extents, most of their blocks stored, and a config.</summary>
    private static (ArchiveForge Forge, byte[] Archive) Make(bool shuffled)
    {
        ArchiveForge forge = new ArchiveForge().Config("qemu-server.conf", "cores: 2\n")
            .Device(1, "drive-a", (13 * Cluster) - 8192).Device(2, "drive-b", 17 * Cluster);
        (int, uint)[] order = [.. Enumerable.Range(0, 13).Select(static c => (1, (uint)c)), .. Enumerable.Range(0, 17).Select(static c => (2, (uint)c))];
        if (shuffled)
        {
            new Random(3).Shuffle(order);
        }

        foreach ((int Device, uint Cluster)[] chunk in order.Chunk(5))
        {
            forge.Extent(e => Array.ForEach(chunk, c => e.Cluster(
                c.Device, c.Cluster, c is (1, 12) ? (ushort)0x3fff : c.Cluster % 5 == 4 ? (ushort)0 : (ushort)0xffff)));
        }

        return (forge, forge.Build());
    }

    private static HashSet<(int Device, uint Cluster)> Clusters(ArchiveForge forge, Func<int, bool> survives) =>
        [.. forge.Extents.SelectMany((e, i) => survives(i) ? e.Slots.Select(static s => (s.Device, s.Cluster)) : [])];

    /// <summary>Holds every byte of the disks, and both reports, against what survived.</summary>
    private void CheckDisks(ArchiveForge forge, HashSet<(int Device, uint Cluster)> rest, string state)
    {
        Assert.Equal(["drive-a", "drive-b"], Reports().Select(static r => r.Name));
        foreach (SalvageReport report in Reports())
        {
            Assert.Equal(report.Name + ".incomplete.raw", report.FileName);
            byte[] wanted = forge.Disk(report.Id);
            List<(string, long, long)> ranges = [];
            for (uint cluster = 0; cluster * Cluster < wanted.Length; cluster++)
            {
                int length = Part(wanted, cluster).Length;
                bool survived = rest.Contains((report.Id, cluster));
                if (!survived)
                {
                    wanted.AsSpan((int)cluster * Cluster, length).Clear();
                }

                string of = survived ? state : "Lost";
                (string State, long Offset, long Size) last = ranges.LastOrDefault();
                if (last.State == of)
                {
                    ranges[^1] = (of, last.Offset, last.Size + length);
                }
                else
                {
                    ranges.Add((of, cluster * (long)Cluster, length));
                }
            }

            Assert.True(wanted.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(Out, report.FileName))), report.Name);
            Assert.Equal(ranges, report.Ranges);
            Assert.Equal(ranges.Where(static r => r.Item1 == "Lost").Sum(static r => r.Item3), report.Lost);
            string text = File.ReadAllText(Path.Combine(Out, report.Name + ".incomplete.txt"));
            Assert.Equal(
                ranges.Select(static r => string.Create(CultureInfo.InvariantCulture, $"{r.Item1} {r.Item2} {r.Item3}")),
                Regex.Matches(text, @"^  (Verified|Unverified|Lost) +(\d+) +(\d+)$", RegexOptions.Multiline).Select(static m => $"{m.Groups[1]} {m.Groups[2]} {m.Groups[3]}"));
        }
    }

    private SalvageReport[] Reports() => [.. FilesIn(Out).Where(static f => f.EndsWith(".json", StringComparison.Ordinal)).Select(f => new SalvageReport(Path.Combine(Out, f)))];

    private static byte[] Part(byte[] disk, uint cluster) => disk[(int)(cluster * Cluster)..(int)Math.Min(disk.Length, (cluster + 1) * Cluster)];

    private static byte[] Flip(byte[] bytes, int at)
    {
        bytes[at] ^= 0x10;
        return bytes;
    }

    private byte[] Zstd(byte[] bytes)
    {
        string plain = Write("plain", bytes);
        Tool.Zstd.Run("-q", "-f", "--check", plain, "-o", plain + ".zst");
        return File.ReadAllBytes(plain + ".zst");
    }

    private static string Sh(string script) => new Tool("sh").Run("-c", script);

    /// <summary>A report as its JSON has it.</summary>
    private sealed class SalvageReport
    {
        public SalvageReport(string path)
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(path));
            JsonElement root = json.RootElement;
            JsonElement device = root.GetProperty("device");
            Id = device.GetProperty("id").GetInt32();
            Name = device.GetProperty("name").GetString()!;
            FileName = device.GetProperty("file").GetString()!;
            Unverified = root.GetProperty("unverifiedBytes").GetInt64();
            Lost = root.GetProperty("lostBytes").GetInt64();
            Ranges = [.. root.GetProperty("ranges").EnumerateArray().Select(static r => (
                r.GetProperty("state").GetString()!, r.GetProperty("offset").GetInt64(), r.GetProperty("size").GetInt64()))];
            Findings = [.. root.GetProperty("findings").EnumerateArray().Select(static f => f.GetProperty("code").GetString()!)];
        }

        public int Id { get; }

        public string Name { get; }

        public string FileName { get; }

        public long Unverified { get; }

        public long Lost { get; }

        public List<(string State, long Offset, long Size)> Ranges { get; }

        public string[] Findings { get; }

        public string StateAt(uint cluster) => Ranges.Single(r => r.Offset <= (long)cluster * Cluster && r.Offset + r.Size > (long)cluster * Cluster).State;
    }
}
