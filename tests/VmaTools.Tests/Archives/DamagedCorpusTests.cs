using System.Collections.Generic;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.Archives;

/// <summary>The damaged variants of a real archive: what is found where, and which devices come out whole all the same.</summary>
public class DamagedCorpusTests
{
    private const string Source = "vzdump-qemu-101-2026_11_20-02_00_03";

    // Where the undamaged archive has its first and second extent.
    private const long First = 13824;
    private const long Second = 702464;

    private static readonly int[] All = [1, 2, 3, 4];

    // What is found (code, offset, device), each kind once, and which devices are whole.
    private static readonly Dictionary<string, ((string Code, long? Offset, int? Device)[] Findings, int[] Whole)> Readable = new()
    {
        ["blockcount-plus1.vma"] = ([(VmaCodes.ExtentBlockCountMismatch, First, null)], []),
        ["cluster-far-beyond.vma"] = ([(VmaCodes.ClusterOutOfRange, First, 1), (VmaCodes.ClusterMissing, null, 1)], [2, 3, 4]),
        ["cut-at-extent.vma"] = ([(VmaCodes.ClusterMissing, null, 2), (VmaCodes.ClusterMissing, null, 4)], [1, 3]),
        ["cut-in-data.vma"] = (
            [
                (VmaCodes.ExtentTruncated, 697464, null),
                (VmaCodes.ClusterMissing, null, 2),
                (VmaCodes.ClusterMissing, null, 3),
                (VmaCodes.ClusterMissing, null, 4),
            ],
            [1]),

        // Only a digest taken before can tell this one.
        ["data-bitflip.vma"] = ([], All),
        ["devname-drive.vma"] = ([(VmaCodes.NameMalformed, 13376, 2), (VmaCodes.NameUnsafe, 13376, 2)], All),
        ["devname-traversal.vma"] = ([(VmaCodes.NameMalformed, 13376, 2), (VmaCodes.NameUnsafe, 13376, 2)], All),
        ["extent-bitflip.vma"] = (
            [
                (VmaCodes.ExtentChecksumMismatch, Second, null),
                (VmaCodes.ClusterMissing, null, 2),
                (VmaCodes.ClusterMissing, null, 3),
                (VmaCodes.ClusterMissing, null, 4),
            ],
            [1]),
        ["extent-removed.vma"] = ([(VmaCodes.ClusterMissing, null, 2), (VmaCodes.ClusterMissing, null, 3), (VmaCodes.ClusterMissing, null, 4)], [1]),
        ["extent-twice.vma"] = (
            [
                (VmaCodes.ClusterDuplicate, Second, 1),
                (VmaCodes.ClusterDuplicate, Second, 2),
                (VmaCodes.ClusterDuplicate, Second, 3),
                (VmaCodes.ClusterDuplicate, Second, 4),
            ],
            []),
    };

    private static readonly Dictionary<string, (string Code, long Offset)> Unreadable = new()
    {
        ["cut-in-header.vma"] = (VmaCodes.HeaderTruncated, 6000),
        ["header-md5.vma"] = (VmaCodes.HeaderChecksumMismatch, 32),
        ["headersize-2g.vma"] = (VmaCodes.HeaderSizeInvalid, 56),
    };

    public static TheoryData<string> Names => [.. Corpus.DamagedNames];

    [Theory]
    [MemberData(nameof(Names))]
    public void Damage_is_told_and_the_rest_survives(string name)
    {
        Reading reading = Reading.Of(Corpus.Damaged(name));
        if (Unreadable.TryGetValue(name, out (string Code, long Offset) error))
        {
            Assert.Equal(error, (reading.OpenError?.Code, reading.OpenError?.Offset ?? -1));
            return;
        }

        Assert.Null(reading.OpenError);
        (var findings, int[] whole) = Readable[name];
        Assert.Equal(findings, reading.Pass.Findings.Select(static f => (f.Code, f.Offset, f.DeviceId)).Distinct().OrderByDescending(static f => f.Offset is not null));
        Assert.Equal(whole, reading.WholeDevices);
        Assert.Equal(findings.Length == 0 || name.StartsWith("devname", System.StringComparison.Ordinal), reading.Pass.IsValid);
        foreach ((string device, int id, long size, string digest) in Corpus.Devices(Source).Where(d => whole.Contains(d.Id)))
        {
            Assert.Equal(name == "data-bitflip.vma" && id == 2, reading.Disks[id].Hash(size) != digest);
            Assert.DoesNotContain(id, reading.StreamErrors.Keys);
        }
    }

    [Fact]
    public void Errors_name_the_file()
    {
        using TempFolder folder = new();
        string path = folder.File("damaged.vma");
        File.WriteAllBytes(path, Corpus.Damaged("header-md5.vma"));
        VmaException error = Assert.ThrowsAny<VmaException>(() => VmaArchive.Open(path));
        Assert.Equal(path, error.Path);
        Assert.Contains(path, error.Message, System.StringComparison.Ordinal);
    }
}
