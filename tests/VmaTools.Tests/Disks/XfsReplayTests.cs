using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using VmaTools.Disks;
using VmaTools.Disks.FileSystems.Xfs;
using VmaTools.Disks.FileSystems.Xfs.Log;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>
/// A file system that was in use (mkfs.xfs 6.1, Linux 6.18): files made, renamed, cut, cloned and removed are in its log only, and
/// content lies where directories had been. What is to be seen is what the same kernel read after it had replayed the log, or mounted
/// without doing so.
/// </summary>
public sealed class XfsReplayTests
{
    private const string Image = "xfs-replay";

    private static readonly GuestTruth Truth = GuestImages.Truth(Image);

    private static readonly JsonElement TruthOfVolume = Truth.Volume("disk0");

    private static readonly HashSet<string> Missing = [.. Truth.WithoutReplay("missing")];

    private static readonly HashSet<string> Extra = [.. Truth.WithoutReplay("extra")];

    private static readonly Lazy<SparseBytes> Volume = new(static () =>
    {
        using DiskBytes disk = GuestImages.OpenVolume(Image, TruthOfVolume, out DiskBytes range);
        return SparseBytes.CopyOf(range);
    });

    internal static SparseBytes Copy() => SparseBytes.CopyOf(Volume.Value);

    [Fact]
    public void The_log_is_replayed_as_the_kernel_does_it()
    {
        using FileSystem fileSystem = XfsTests.Open(Copy());
        Assert.Equal(FileSystemState.Replayed, fileSystem.State);
        Assert.Equal("The log was replayed, 27 transactions.", fileSystem.StateText);
        Assert.Empty(GuestTruth.Differences(fileSystem, TruthOfVolume));
        Assert.Empty(fileSystem.Findings);
        foreach (FileEntry entry in XfsTests.Walk(fileSystem))
        {
            Assert.Equal(entry.Id, fileSystem.Find(entry.Parent!, entry.Name)?.Id);
        }
    }

    /// <summary>The same changes in version 4 with names that fold (Linux 6.1 of Debian): structures that do not say when they were written.</summary>
    [Fact]
    public void Version_4_is_replayed_as_the_kernel_does_it()
    {
        const string Version4 = "xfs-v4-replay";
        JsonElement truth = GuestImages.Truth(Version4).Volume("disk0");
        using DiskBytes disk = GuestImages.OpenVolume(Version4, truth, out DiskBytes volume);
        using FileSystem fileSystem = XfsTests.Open(volume);
        Assert.Equal(FileSystemState.Replayed, fileSystem.State);
        Assert.Empty(GuestTruth.Differences(fileSystem, truth));
        Assert.Empty(fileSystem.Findings);
        Assert.DoesNotContain("crc", fileSystem.Features);
        FileEntry directory = fileSystem.Find(fileSystem.Root, RawName.Parse("NEW"))!;
        Assert.Equal("reused0", fileSystem.Find(directory, RawName.Parse("Reused0"))!.Name.ToString());
    }

    [Fact]
    public void Without_replay_the_disk_is_shown_as_it_is()
    {
        using FileSystem fileSystem = XfsTests.Open(Copy(), noReplay: true);
        AssertNotReplayed(fileSystem);
        Assert.Equal(VmaCodes.FileSystemLogNotReplayed, Assert.Single(fileSystem.Findings).Code);
    }

    [Fact]
    public void A_log_whose_content_is_in_place_is_covered()
    {
        SparseBytes volume = Copy();
        XfsSuperblock superblock = XfsSuperblock.Parse(volume.Read(0, 4096), out _)!;
        using FileSystem fileSystem = XfsTests.Open(XfsLogState.Read(superblock, volume, new FileSystemOptions()).Bytes);
        Assert.Equal(FileSystemState.Covered, fileSystem.State);
        Assert.Empty(GuestTruth.Differences(fileSystem, TruthOfVolume));
        Assert.Empty(fileSystem.Findings);
    }

    [Fact]
    public void A_damaged_log_is_told_and_nothing_of_it_counts()
    {
        SparseBytes volume = Copy();
        XfsLog log = OpenLog(volume);
        XfsLogRange range = XfsLogRange.Find(log);
        XfsLogRecord first = range.Records(log).First();
        volume.Write(log.OffsetOf(first.Block + 1) + 40, [0xff, 0x00, 0xff]);
        using FileSystem fileSystem = XfsTests.Open(volume);
        AssertNotReplayed(fileSystem);
        Assert.Contains(fileSystem.Findings, static f => f.Code == VmaCodes.FileSystemLogNotReplayed);
    }

    [Fact]
    public void Records_that_did_not_reach_the_disk_whole_are_left_out()
    {
        SparseBytes volume = Copy();
        XfsLog log = OpenLog(volume);
        XfsLogRange range = XfsLogRange.Find(log);
        List<XfsLogRecord> records = range.Records(log).ToList();
        XfsLogRecord last = records[^1];
        volume.Write(log.OffsetOf((last.Block + last.Blocks - 1) % log.Count) + 8, [0xff, 0x00, 0xff]);
        XfsLogRange cut = XfsLogRange.Find(log);
        Assert.Equal((records[^2].Block + records[^2].Blocks) % log.Count, cut.Head);
        Assert.Equal(range.Tail, cut.Tail);
        Assert.Equal(records.Count - 1, cut.Records(log).Count());
    }

    [Fact]
    public void A_log_on_another_device_and_one_that_was_never_written_are_told()
    {
        SparseBytes volume = Copy();
        XfsTests.WriteSuperblock(volume, static s => s.AsSpan(48, 8).Clear());
        using FileSystem elsewhere = XfsTests.Open(volume);
        Assert.Equal(FileSystemState.Unknown, elsewhere.State);
        Assert.Contains("another device", elsewhere.StateText, StringComparison.Ordinal);

        volume.SetBack();
        XfsLog log = OpenLog(volume);
        volume.Write(log.OffsetOf(0), new byte[log.Count * XfsLog.BlockSize]);
        using FileSystem empty = XfsTests.Open(volume);
        Assert.Equal(FileSystemState.Clean, empty.State);
    }

    private static XfsLog OpenLog(DiskBytes volume) => XfsLog.Open(XfsSuperblock.Parse(volume.Read(0, 4096), out _)!, volume)!;

    private static void AssertNotReplayed(FileSystem fileSystem)
    {
        Assert.Equal(FileSystemState.Dirty, fileSystem.State);
        HashSet<string> expected =
        [
            .. TruthOfVolume.GetProperty("files").EnumerateArray().Select(static f => f.GetProperty("path").GetString()!),
            .. Extra,
        ];
        expected.ExceptWith(Missing);
        Assert.Equal(expected.Order(), XfsTests.Walk(fileSystem).Select(static e => e.FullName).Append("/").Order());
        List<string> differences = GuestTruth.Differences(
            fileSystem, TruthOfVolume, ignore: static p => Extra.Contains(p) || Missing.Contains(p));
        Assert.Equal(
            Truth.WithoutReplay("different").Order(),
            differences.Select(static d => d.Substring(0, d.IndexOf(": ", StringComparison.Ordinal))).Distinct().Order());
    }
}
