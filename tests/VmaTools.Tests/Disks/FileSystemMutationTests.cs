using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using VmaTools.Bytes;
using VmaTools.Disks;
using VmaTools.Disks.FileSystems;
using VmaTools.Disks.FileSystems.Ntfs;
using Xunit;

namespace VmaTools.Tests.Disks;

/// <summary>
/// Small volumes of every kind, written by a real implementation (Linux 6.18, ntfs-3g 2022.10.3, mtools, makefs), damaged thousands of times: as
/// they are, and with the checksums of what was hit made right again, so that what lies behind them is reached.
/// </summary>
public sealed class FileSystemMutationTests
{
    private const int NodeSize = 4096;

    [Fact]
    public void Ext4()
    {
        SparseBytes volume = Load("ext4");
        FileSystemMutations.Run(volume, Open, 1000, 1);
        ExtSeals seals = new(SparseBytes.CopyOf(volume));
        HashSet<long> pages = [.. seals.Pages];
        FileSystemMutations.Run(volume, Open, 2000, 1_000_000, pages: pages.Contains, finish: (random, page) => seals.Mend(volume, page));
    }

    [Fact]
    public void Xfs()
    {
        SparseBytes volume = Load("xfs");
        FileSystemMutations.Run(volume, Open, 1000, 2);
        HashSet<long> pages = [.. volume.Pages.Where(p => XfsSeals.IsStructure(volume.Read(p, SparseBytes.PageSize)))];
        Assert.True(pages.Count > 10);
        FileSystemMutations.Run(volume, Open, 2000, 2_000_000, pages: pages.Contains, finish: (random, page) => XfsSeals.Mend(volume, page));
    }

    [Fact]
    public void Btrfs()
    {
        SparseBytes volume = Load("btrfs");
        FileSystemMutations.Run(volume, Open, 1000, 3);
        long[] nodes = BtrfsSeals.Nodes(volume, NodeSize);
        HashSet<long> pages = [.. nodes, BtrfsSeals.Superblock];
        FileSystemMutations.Run(
            volume, Open, 2000, 3_000_000, pages: pages.Contains, finish: (random, page) => BtrfsSeals.Mend(volume, page, NodeSize));
    }

    [Fact]
    public void Ntfs()
    {
        SparseBytes volume = Load("ntfs");
        FileSystemMutations.Run(volume, Open, 1000, 4);
        int seed = 0;
        FileSystemMutations.Run(
            volume,
            v =>
            {
                // Between the fixups, which stay right. What the file system itself is made of is hit less often.
                Random random = new(4_000_000 + seed++);
                for (int i = random.Next(1, 4); i > 0; i--)
                {
                    NtfsTests.ChangeRecord(volume, random.Next(16) == 0 ? random.Next(12) : random.Next(64, 160), record =>
                    {
                        int at = random.Next(32, 500);
                        record[at] = random.Next(3) switch { 0 => 0, 1 => 0xff, _ => (byte)(record[at] ^ (1 << random.Next(8))) };
                    });
                }

                return Open(v);
            },
            2000,
            4_000_000,
            SparseBytes.PageSize);
    }

    [Fact]
    public void Fat()
    {
        SparseBytes volume = FatTests.Copy("fat12-floppy");
        FileSystemMutations.Run(volume, Open, 2000, 5, 64 << 10);
        FileSystemMutations.Run(FatTests.Copy("dmg-fat16"), Open, 1000, 5_000_000);
    }

    [Fact]
    public void ExFat()
    {
        // The kernel's volume without its large directories, which a mutation a time would be read.
        SparseBytes volume = FatTests.Copy("exfat-kernel");
        ExFatSeals.RemoveDirectories(volume, 40);
        volume = SparseBytes.CopyOf(volume);
        FileSystemMutations.Run(volume, Open, 1000, 6, 16 << 20);
        FileSystemMutations.Run(volume, Open, 2000, 6_000_000, 16 << 20, finish: (random, page) => ExFatSeals.Mend(volume, page));
    }

    [Fact]
    public void Ufs()
    {
        UfsDisk disk = new();
        FileSystemMutations.Run(disk.Volume, Open, 1000, 7, 1 << 20);
        disk.AddHashes();
        disk.Volume.Keep();
        FileSystemMutations.Run(disk.Volume, Open, 2000, 7_000_000, 1 << 20, finish: (random, page) => disk.Mend(page));
        FileSystemMutations.Run(GuestImages.OpenRaw("ufs1-big-endian"), Open, 1000, 7_500_000, 1 << 20);
    }

    private static FileSystem? Open(DiskBytes volume) => FileSystemReaders.Open(volume, new FileSystemOptions());

    private static SparseBytes Load(string kind) => GuestImages.OpenRaw("tiny/" + kind);
}
