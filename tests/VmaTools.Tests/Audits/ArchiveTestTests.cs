using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.Audits;

/// <summary>The verdict on each archive, sound, odd or damaged.</summary>
public sealed class ArchiveTestTests : IDisposable
{
    private const string Standard = "vzdump-qemu-101-2026_11_20-02_00_03.vma";

    // The codes of severity Error by which each damaged variant fails; none for those that stay valid.
    private static readonly Dictionary<string, string[]> Verdicts = new()
    {
        ["blockcount-plus1.vma"] = [VmaCodes.ExtentBlockCountMismatch],
        ["cluster-far-beyond.vma"] = [VmaCodes.ClusterMissing, VmaCodes.ClusterOutOfRange],
        ["cut-at-extent.vma"] = [VmaCodes.ClusterMissing],
        ["cut-in-data.vma"] = [VmaCodes.ClusterMissing, VmaCodes.ExtentTruncated],
        ["cut-in-header.vma"] = [VmaCodes.HeaderTruncated],
        ["data-bitflip.vma"] = [],
        ["devname-drive.vma"] = [],
        ["devname-traversal.vma"] = [],
        ["extent-bitflip.vma"] = [VmaCodes.ClusterMissing, VmaCodes.ExtentChecksumMismatch],
        ["extent-removed.vma"] = [VmaCodes.ClusterMissing],
        ["extent-twice.vma"] = [VmaCodes.ClusterDuplicate],
        ["header-md5.vma"] = [VmaCodes.HeaderChecksumMismatch],
        ["headersize-2g.vma"] = [VmaCodes.HeaderSizeInvalid],
    };

    private readonly TempFolder _folder = new();

    public static TheoryData<string> Damaged => [.. Corpus.DamagedNames];

    public static TheoryData<string> Sound => [.. Corpus.Names];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Damaged))]
    public void The_verdict_on_damage_is_right(string name)
    {
        string path = Save(Standard, Corpus.Damaged(name));
        foreach (bool structureOnly in new[] { false, true })
        {
            VmaTestResult result = VmaArchiveTest.Run(path, new VmaTestOptions { StructureOnly = structureOnly });
            Assert.Equal(Verdicts[name].Length == 0, result.IsValid);
            Assert.Equal(Verdicts[name], result.Findings.Where(static f => f.Severity == VmaSeverity.Error).Select(static f => f.Code).Distinct().Order());
            Assert.Equal(VmaDataProof.None, result.DataProof);
            Assert.Equal(path, result.ArchivePath);
        }
    }

    [Theory]
    [MemberData(nameof(Sound))]
    public void Sound_archives_are_valid(string name)
    {
        VmaTestResult all = VmaArchiveTest.Run(Corpus.PathOf(name));
        VmaTestResult structure = VmaArchiveTest.Run(Corpus.PathOf(name), new VmaTestOptions { StructureOnly = true });
        Assert.All(new[] { all, structure }, r => Assert.True(r.IsValid));
        Assert.Equal(
            all.Devices.Select(static d => (d.DeviceId, d.Name, d.Size, d.IsWhole, d.StoredBytes, d.ZeroBytes, d.MissingBytes)),
            structure.Devices.Select(static d => (d.DeviceId, d.Name, d.Size, d.IsWhole, d.StoredBytes, d.ZeroBytes, d.MissingBytes)));
        Assert.Equal(new FileInfo(Corpus.PathOf(name)).Length, all.BytesRead);
    }

    [Theory]
    [InlineData(Standard, false)]
    [InlineData("vzdump-qemu-mine.vma", false)]
    [InlineData("mine.vma", true)]
    [InlineData("vzdump-qemu-101-2026_13_40-02_00_03.vma", true)]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03.VMA", true)]
    [InlineData("vzdump-qemu-101-2026_11_20-02_00_03.vma.bak", true)]
    public void A_name_that_a_restore_refuses_is_a_warning(string name, bool isRefused)
    {
        string path = Save(name, Corpus.Bytes("nodisk"));
        foreach (bool structureOnly in new[] { false, true })
        {
            VmaTestResult result = VmaArchiveTest.Run(path, new VmaTestOptions { StructureOnly = structureOnly });
            Assert.True(result.IsValid);
            Assert.Equal(isRefused, result.Findings.Any(static f => f.Code == VmaCodes.RestoreNameRefused && f.Severity == VmaSeverity.Warning));
        }
    }

    [Fact]
    public void A_change_meanwhile_is_told()
    {
        string path = Save(Standard, Corpus.Bytes("shuffled"));
        VmaTestResult result = VmaArchiveTest.Run(path, new VmaTestOptions { StructureOnly = true }, new Toucher(path));
        Assert.False(result.IsValid);
        Assert.Contains(result.Findings, static f => f.Code == VmaCodes.SourceChanged);
        Assert.All(result.Devices, static d => Assert.False(d.IsWhole));
    }

    [Fact]
    public void Findings_are_capped_and_counted()
    {
        ArchiveForge forge = new ArchiveForge().Device(1, "a", 400 * 65536);
        for (uint cluster = 1; cluster < 400; cluster += 2)
        {
            forge.Extent(e => e.Zero(1, cluster));
        }

        VmaTestResult result = VmaArchiveTest.Run(Save("mine.vma", forge.Build()));
        Assert.Equal(100, result.Findings.Count(static f => f.Code == VmaCodes.ClusterMissing));
        Assert.Equal(200, result.FindingCounts[VmaCodes.ClusterMissing]);
        Assert.Equal(1, result.FindingCounts[VmaCodes.RestoreNameRefused]);
    }

    private string Save(string name, byte[] bytes)
    {
        string path = _folder.File(name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private sealed class Toucher(string path) : IProgress<VmaProgress>
    {
        private bool _isDone;

        public void Report(VmaProgress value)
        {
            if (!_isDone)
            {
                _isDone = true;
                File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(1));
            }
        }
    }
}
