using System;
using System.Collections.Generic;
using System.Linq;
using VmaTools.Disks;
using VmaTools.Disks.FileSystems.Ext;
using VmaTools.Disks.FileSystems.Ext.Journal;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>
/// Logs of volumes that were copied while a kernel had them mounted; the truth is what the same kernel shows once it has replayed them.
/// ext3-log: data=journal, blocks that begin with the journal's magic. ext4-log: checksums of the third kind, revoked blocks, an orphan.
/// </summary>
public sealed class ExtLogTests
{
    private const int FastTransactions = 10;

    [Theory]
    [InlineData("ext3-log", 13)]
    [InlineData("ext4-log", 17)]
    public void Everything_is_as_after_replay_by_the_kernel(string image, int transactions)
    {
        using FileSystem files = GuestImages.OpenFiles(GuestImages.OpenRaw(image));
        Assert.Empty(GuestTruth.Differences(files, GuestImages.Truth(image).Volume("disk0")));
        Assert.Empty(files.Findings);
        Assert.Equal(FileSystemState.Replayed, files.State);
        Assert.StartsWith($"Log replayed, {transactions} transactions, the last transaction of 2026-11-26T19:3", files.StateText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ext3-log")]
    [InlineData("ext4-log")]
    public void Without_replay_the_disk_is_shown_as_it_is(string image)
    {
        using FileSystem files = GuestImages.OpenFiles(GuestImages.OpenRaw(image), noReplay: true);
        Assert.Equal(FileSystemState.Dirty, files.State);
        Assert.StartsWith("Log not replayed, ", files.StateText, StringComparison.Ordinal);
        string[] names = files.ReadDirectory(files.Root).Select(static e => e.Name.ToString()).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(["big", "dir", "dir2", "filler", "lost+found"], names);
    }

    [Fact]
    public void Fast_commits_are_applied()
    {
        using FileSystem files = GuestImages.OpenFiles(GuestImages.OpenRaw("ext4-fast-commits"));
        List<string> differences = GuestTruth.Differences(files, GuestImages.Truth("ext4-fast-commits").Volume("disk0"));

        // A kernel gives directories the time of its replay, and a new one a link too few; neither is in the log.
        Assert.All(differences, static d => Assert.Matches("^/(dir|dir2|made)?: ([mca]time_ns|nlink) is ", d));
        Assert.Equal(FileSystemState.Replayed, files.State);
        Assert.Contains($" and {FastTransactions} fast commits", files.StateText, StringComparison.Ordinal);
        foreach (FileEntry entry in GuestImages.Walk(files))
        {
            Assert.Equal(entry.Id, files.Find(entry.Parent!, entry.Name)?.Id);
        }

        Assert.Null(files.Find(files.Find(files.Root, RawName.Parse("dir"))!, RawName.Parse("base3")));
        Assert.Empty(files.Findings);
    }

    [Fact]
    public void Fast_commits_behind_a_damaged_one_are_left_out()
    {
        SparseBytes volume = GuestImages.OpenRaw("ext4-fast-commits");
        (JournalBlocks blocks, JournalSuperblock superblock) = OpenJournal(volume);
        long fourth = blocks.OffsetOf(superblock.End + 1 + 3);
        byte[] bytes = volume.Read(fourth + 20, 1);
        bytes[0] ^= 1;
        volume.Write(fourth + 20, bytes);
        using FileSystem files = GuestImages.OpenFiles(volume);
        Assert.Contains(" and 3 fast commits", files.StateText, StringComparison.Ordinal);
        Assert.NotEmpty(GuestImages.Walk(files));
    }

    [Fact]
    public void A_log_is_replayed_up_to_where_it_is_damaged()
    {
        SparseBytes volume = GuestImages.OpenRaw("ext4-log");
        (JournalBlocks blocks, JournalSuperblock superblock) = OpenJournal(volume);
        JournalScan scan = JournalScan.Run(blocks, superblock, new JournalChecksums(superblock));
        Assert.Equal(17, scan.Transactions.Count);
        long offset = blocks.OffsetOf(scan.Transactions[11].Writes.Last().LogBlock);
        byte[] bytes = volume.Read(offset + 100, 1);
        bytes[0] ^= 1;
        volume.Write(offset + 100, bytes);

        using FileSystem files = GuestImages.OpenFiles(volume);
        Assert.Equal(FileSystemState.Dirty, files.State);
        Assert.StartsWith("Log replayed up to where it is damaged, 11 transactions", files.StateText, StringComparison.Ordinal);
        FileSystemFinding finding = Assert.Single(files.Findings);
        Assert.Equal(VmaCodes.FileSystemLogNotReplayed, finding.Code);
        Assert.Equal(offset, finding.VolumeOffset);
        Assert.NotNull(files.Find(files.Root, RawName.Parse("reused0")));
        Assert.Null(files.Find(files.Root, RawName.Parse("late")));
    }

    [Fact]
    public void A_log_that_cannot_be_read_is_told_and_the_disk_is_shown()
    {
        SparseBytes volume = GuestImages.OpenRaw("ext4-log");
        (JournalBlocks blocks, _) = OpenJournal(volume);
        volume.Write(blocks.OffsetOf(0) + 0x28, [0, 0, 1, 0]);
        using FileSystem files = GuestImages.OpenFiles(volume);
        Assert.Equal(FileSystemState.Dirty, files.State);
        Assert.Contains("FEATURE_I8", files.StateText, StringComparison.Ordinal);
        Assert.Equal(VmaCodes.FileSystemLogNotReplayed, Assert.Single(files.Findings).Code);
        Assert.Equal(5, files.ReadDirectory(files.Root).Count());
    }

    [Fact]
    public void A_log_on_another_device_is_told()
    {
        SparseBytes volume = GuestImages.OpenRaw("ext4-log");
        ExtStructureTests.ChangeSuperblock(volume, static s => s.AsSpan(0xE0, 4).Clear());
        using FileSystem files = GuestImages.OpenFiles(volume);
        Assert.Equal(FileSystemState.Dirty, files.State);
        Assert.Contains("another device", files.StateText, StringComparison.Ordinal);
        Assert.Single(files.Findings);
    }

    [Fact]
    public void A_log_whose_blocks_are_all_in_place_covers_nothing_up()
    {
        SparseBytes volume = GuestImages.OpenRaw("ext4-log");
        (JournalBlocks blocks, JournalSuperblock superblock) = OpenJournal(volume);
        JournalChecksums checksums = new(superblock);
        JournalReplay replay = JournalReplay.Prepare(blocks, checksums, JournalScan.Run(blocks, superblock, checksums));
        OverlayDiskBytes replayed = new(volume, blocks.BlockSize, replay.Overlay);
        foreach (long number in replay.Overlay.Keys)
        {
            volume.Write(number * blocks.BlockSize, replayed.Read(number * blocks.BlockSize, blocks.BlockSize));
        }

        using FileSystem files = GuestImages.OpenFiles(volume);
        Assert.Equal(FileSystemState.Covered, files.State);
        Assert.Empty(GuestTruth.Differences(files, GuestImages.Truth("ext4-log").Volume("disk0")));
    }

    private static (JournalBlocks Blocks, JournalSuperblock Superblock) OpenJournal(DiskBytes volume)
    {
        ExtVolume ext = new(volume, ExtSuperblock.TryReadSound(volume, ExtSuperblock.Offset)!, 0);
        ExtInode inode = ext.ReadInode(ext.Superblock.JournalInode);
        JournalBlocks blocks = new(volume, ExtContent.Read(ext, inode), inode.Length, ext.BlockSize);
        JournalSuperblock superblock = JournalSuperblock.Read(blocks.Read(0), blocks.Count, out string? problem);
        Assert.Null(problem);
        return (blocks, superblock);
    }
}
