using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using VmaTools.Disks;
using VmaTools.Disks.Volumes.Raid;
using Xunit;

namespace VmaTools.Tests.Disks.Volumes;

/// <summary>Arrays of every level and layout that mdadm makes, and what Linux read from them.</summary>
public sealed class RaidTests
{
    public static TheoryData<string> Arrays => [.. GuestDisks.TruthsOf("md").Select(static t => t.Name).Where(static n => !n.EndsWith("-after", StringComparison.Ordinal) && !n.EndsWith("-stale", StringComparison.Ordinal) && n != "r6-old")];

    [Theory]
    [MemberData(nameof(Arrays))]
    public void Every_layout_is_as_Linux_reads_it_with_and_without_members(string name)
    {
        GuestDisks disks = GuestDisks.OfSet("md", name);
        byte[] content = Whole(disks, name);
        int count = disks.Count;
        int parities = name[..2] switch { "r6" => 2, "r4" or "r5" => 1, _ => name[5] - '1' };
        foreach (int[] missing in Sets(count, parities))
        {
            using VolumeSet set = disks.Without(missing).Open();
            DiskVolume array = set.Volumes.Single(static v => v.Type == DiskVolumeType.Array);
            Assert.Contains(array.Warnings, static w => w.Message.Contains("degraded", StringComparison.Ordinal));
            Assert.True(content.AsSpan().SequenceEqual(ReadAll(array)), $"Without {string.Join(", ", missing)} of {count}.");
        }
    }

    [Theory]
    [InlineData("r4", 4, 2)]
    [InlineData("r5-left-symmetric", 4, 2)]
    [InlineData("r6-left-symmetric", 5, 3)]
    public void With_too_few_members_it_is_refused(string name, int members, int missing)
    {
        using VolumeSet set = GuestDisks.OfSet("md", name).Without([.. Enumerable.Range(0, missing)]).Open();
        DiskVolume array = set.Volumes.Single(static v => v.Type == DiskVolumeType.Array);
        Assert.Contains($"Of the {members} members", array.Problem, StringComparison.Ordinal);
        Assert.Equal(VmaCodes.VolumeMemberMissing, Assert.Throws<VmaFileSystemException>(() => array.OpenRead()).Code);
    }

    [Theory]
    [InlineData("r10-n2-4")]
    [InlineData("r10-f2-3")]
    [InlineData("r10-o2-5")]
    public void Of_copies_only_what_all_of_them_lack_is_lost(string name)
    {
        GuestDisks disks = GuestDisks.OfSet("md", name);
        byte[] content = Whole(disks, name);
        using VolumeSet set = disks.Without(0, 1).Open();
        DiskVolume array = set.Volumes.Single(static v => v.Type == DiskVolumeType.Array);
        bool isAnyLost = false;
        for (long offset = 0; offset < array.Size;)
        {
            KnownRange range = array.Bytes.FindRange(offset, long.MaxValue);
            byte[] read = new byte[range.Length];
            if (range.Kind == KnownRangeKind.Lost)
            {
                isAnyLost = true;
                Assert.Throws<VmaFileSystemException>(() => array.Bytes.Read(offset, read));
            }
            else
            {
                array.Bytes.Read(offset, read);
                Assert.True(content.AsSpan((int)offset, read.Length).SequenceEqual(read));
            }

            offset += range.Length;
        }

        Assert.True(isAnyLost);
    }

    [Theory]
    [InlineData("r5-stale")]
    [InlineData("r6-old")]
    [InlineData("r10-stale")]
    public void A_member_that_failed_while_the_array_went_on_is_not_read(string name)
    {
        GuestDisks disks = GuestDisks.OfSet("md", name);
        using VolumeSet set = disks.Open();
        DiskVolume array = set.Volumes.Single(static v => v.Type == DiskVolumeType.Array);
        Assert.Contains(array.Members, static m => m.State == VolumeMemberState.Stale);
        Assert.Contains(array.Warnings, static w => w.Message.Contains("earlier", StringComparison.Ordinal));
        Assert.Contains(array.Warnings, static w => w.Message.Contains("degraded", StringComparison.Ordinal));
        Assert.Equal(GuestDisks.TruthsOf("md").Single(t => t.Name == name + "-after").Sha256, Sha256(ReadAll(array)));
    }

    [Fact]
    public void What_a_member_has_lost_is_computed_in_its_place_and_only_there()
    {
        GuestDisks disks = GuestDisks.OfSet("md", "r6-left-symmetric");
        byte[] content = Whole(disks, "r6-left-symmetric");
        DiskBytes?[] members = [.. Enumerable.Range(0, disks.Count).Select(i => (DiskBytes)new RangeDiskBytes(disks[i], 0, 100 * 1024))];
        members[0] = FatTests.WithLoss(members[0]!, 4096, 6000);
        members[3] = FatTests.WithLoss(members[3]!, 5000, 20_000);
        ParityDiskBytes array = new(members, ParityLayout.Create(6, 2, 5)!, 4096, 100 * 1024);
        for (long offset = 0; offset < array.Length; offset += array.FindRange(offset, long.MaxValue).Length)
        {
            Assert.Equal(KnownRangeKind.Data, array.FindRange(offset, long.MaxValue).Kind);
        }

        Assert.Equal(content, array.Read(0, content.Length));

        // With a third one gone, what lies beside the losses is still there.
        members[1] = null;
        long lost = 0;
        for (long offset = 0; offset < array.Length;)
        {
            KnownRange range = array.FindRange(offset, long.MaxValue);
            lost += range.Kind == KnownRangeKind.Lost ? range.Length : 0;
            byte[] read = new byte[range.Length];
            if (range.Kind == KnownRangeKind.Lost)
            {
                Assert.ThrowsAny<VmaException>(() => array.Read(offset, read));
            }
            else
            {
                array.Read(offset, read);
                Assert.True(content.AsSpan((int)offset, read.Length).SequenceEqual(read));
            }

            offset += range.Length;
        }

        Assert.InRange(lost, 1, 20_000);
    }

    [Theory]
    [InlineData(5, 6, 4)]
    [InlineData(6, 7, 5)]
    [InlineData(6, 21, 5)]
    [InlineData(6, 2, 2)]
    [InlineData(6, 2, 300)]
    public void Layouts_that_Linux_does_not_have_are_none(int level, int layout, int members) => Assert.Null(ParityLayout.Create(level, layout, members));

    [Fact]
    public void Hostile_changes_end_in_errors_of_ours()
    {
        int seed = 1;
        foreach (string name in new[] { "r5-parity-first", "r6-ddf-N-continue", "r10-f2-5", "r10-o3-4", "r6-old", "r5-stale" })
        {
            VolumeMutations.Run(GuestDisks.OfSet("md", name), 300, seed += 1000, 16 << 10);
        }
    }

    private static byte[] Whole(GuestDisks disks, string name)
    {
        using VolumeSet set = disks.Open();
        Assert.Empty(set.Warnings);
        DiskVolume array = set.Volumes.Single(static v => v.Type == DiskVolumeType.Array);
        byte[] content = ReadAll(array);
        (_, long length, string digest) = GuestDisks.TruthsOf("md").Single(t => t.Name == name);
        Assert.Equal(length, content.Length);
        Assert.Equal(digest, Sha256(content));
        return content;
    }

    internal static byte[] ReadAll(DiskVolume volume)
    {
        using Stream stream = volume.OpenRead();
        using MemoryStream content = new();
        stream.CopyTo(content);
        return content.ToArray();
    }

    internal static string Sha256(byte[] content) => Convert.ToHexString(SHA256.HashData(content)).ToLowerInvariant();

    /// <summary>Every choice of one to <paramref name="most"/> of some numbers.</summary>
    private static IEnumerable<int[]> Sets(int count, int most) => Enumerable.Range(1, (1 << count) - 1)
        .Select(bits => Enumerable.Range(0, count).Where(i => (bits >> i & 1) != 0).ToArray())
        .Where(s => s.Length <= most);
}
