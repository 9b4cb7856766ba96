using System;
using System.Buffers.Binary;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.Disks.Partitions;

/// <summary>Disks that say two things at once, or something rare: what sfdisk, blkid and mmls say of them is right.</summary>
public class OddDisksTests
{
    private const long Sector = 512;

    [Fact]
    public void A_guarded_gpt_wins_over_the_boot_sector_of_what_was_there_before()
    {
        PartitionTable table = Read("gpt-fat");
        Assert.Equal(PartitionScheme.Gpt, table.Scheme);
        Assert.Equal([(2048 * Sector, 40_960 * Sector), (43_008 * Sector, 86_016 * Sector)], table.Partitions.Select(static p => (p.Offset, p.Size)));
        Assert.Equal([PartitionWarningCode.StaleBootSector], table.Warnings.Select(static w => w.Code));
    }

    [Fact]
    public void With_a_damaged_gpt_the_boot_sector_counts()
    {
        byte[] disk = Load("gpt-fat");
        disk[512 + 20] ^= 1;
        disk[disk.Length - 512 + 20] ^= 1;
        PartitionTable table = Read(disk);
        Assert.Equal("FAT16", Assert.Single(table.Partitions).FileSystem);
    }

    [Fact]
    public void A_table_in_the_boot_sector_of_a_file_system_is_told()
    {
        PartitionTable plain = Read("mkfs-fat-mbr");
        Assert.Equal("FAT12", Assert.Single(plain.Partitions).FileSystem);
        Assert.Empty(plain.Warnings);

        byte[] disk = Load("mkfs-fat-mbr");
        Span<byte> entry = disk.AsSpan(446, 64);
        entry.Clear();
        entry[4] = 0x83;
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], 2048);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], 4096);
        PartitionTable table = Read(disk);
        Assert.Equal("FAT12", Assert.Single(table.Partitions).FileSystem);
        Assert.Equal([PartitionWarningCode.MbrUnderFileSystem], table.Warnings.Select(static w => w.Code));

        // What reaches beyond the disk is no table, but code that happens to look like one.
        BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], 0x7000_0000);
        Assert.Empty(Read(disk).Warnings);
    }

    [Theory]
    [InlineData("exfat-over-zfs", "exFAT", "EXX", "7B2D-D965")]
    [InlineData("btrfs-over-zfs", "btrfs", "btx", "2f29faa9-9b9b-4536-b07f-123875f65189")]
    public void An_old_label_of_zfs_hides_nothing(string name, string fileSystem, string label, string uuid)
    {
        Partition whole = Assert.Single(Read(name).Partitions);
        Assert.Equal((fileSystem, label, uuid), (whole.FileSystem, whole.Label, whole.Uuid));
    }

    [Fact]
    public void An_old_second_label_of_zfs_hides_no_ntfs_and_a_first_one_counts()
    {
        byte[] zfs = Load("exfat-over-zfs");
        byte[] disk = DiskFixture.Load("ntfs");
        Array.Resize(ref disk, Math.Max(disk.Length, 1 << 20));
        zfs.AsSpan(272 << 10, 112 << 10).CopyTo(disk.AsSpan(272 << 10));
        Assert.Equal("NTFS", Read(disk).Partitions.Single().FileSystem);

        // A pool leaves the first 8 KiB alone, with the boot sector that was there.
        zfs.AsSpan(272 << 10, 112 << 10).CopyTo(disk.AsSpan(16 << 10));
        Assert.Equal("ZFS", Read(disk).Partitions.Single().FileSystem);
        zfs.AsSpan(8 << 10, 8 << 10).Clear();
        Assert.Equal("ZFS", Read(zfs).Partitions.Single().FileSystem);

        Array.Clear(disk, 0, 256 << 10);
        Assert.Equal("ZFS", Read(disk).Partitions.Single().FileSystem);
    }

    [Fact]
    public void Slices_of_a_bsd_disklabel_are_listed()
    {
        PartitionTable table = Read("freebsd-mbr");
        (int, string, string?, string?, long, long)[] expected =
        [
            (1, "FreeBSD", null, null, 63, 36_880),
            (5, "BSD fast file system", "a", "UFS2", 63 + 16, 16_384),
            (6, "BSD swap", "b", null, 63 + 16_400, 4096),
            (7, "BSD fast file system", "e", "UFS2", 63 + 20_496, 16_384),
        ];
        Assert.Equal(
            expected, table.Partitions.Select(static p => (p.Index, p.Type, p.Name, p.FileSystem, p.Offset / Sector, p.Size / Sector)));
        Assert.Empty(table.Warnings);

        using VolumeSet volumes = VolumeSet.Open([new VolumeDisk("disk", new MemoryStream(Load("freebsd-mbr")))]);
        Assert.Equal(
            [("disk/p5", "ufs", 16_384 * Sector), ("disk/p6", null, 4096 * Sector), ("disk/p7", "ufs", 16_384 * Sector)],
            volumes.Volumes.Select(static v => (v.Id, v.FileSystemKind, v.Size)));
        Assert.All(
            (DiskVolume[])[volumes.Find("disk/p5"), volumes.Find("p7")],
            static v =>
            {
                using FileSystem files = v.OpenFileSystem();
                Assert.Equal(("ufs", v.Uuid, v.Size), (files.Kind, files.Uuid, files.Size));
                Assert.Equal(["/a"], files.ReadDirectory(files.Root).Select(static e => e.FullName));
            });
    }

    [Fact]
    public void Slices_may_be_counted_from_the_start_of_the_disk()
    {
        // As OpenBSD counts; where FreeBSD's slice c does not begin at 0, its slices do so, too.
        byte[] disk = Load("freebsd-mbr");
        byte[] relative = [.. disk];
        Span<byte> label = disk.AsSpan(64 * 512, 512);
        for (int slice = 0; slice < 5; slice++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(
                label[(148 + (slice * 16) + 4)..], BinaryPrimitives.ReadUInt32LittleEndian(label[(148 + (slice * 16) + 4)..]) + 63);
        }

        Assert.Single(Read(disk).Partitions);
        Seal(label);
        Assert.Equal(Places(Read(relative)), Places(Read(disk)));
        disk[446 + 4] = 0xA6;
        Assert.Equal(Places(Read(relative)), Places(Read(disk)));
        disk[446 + 4] = 0x83;
        Assert.Single(Read(disk).Partitions);
    }

    [Fact]
    public void A_disklabel_may_have_the_whole_disk_to_itself()
    {
        PartitionTable table = Read(Load("freebsd-mbr").AsSpan(63 * 512).ToArray());
        Assert.Equal(PartitionScheme.Bsd, table.Scheme);
        Assert.Equal([16L, 16_400, 20_496], table.Partitions.Select(static p => p.Offset / Sector));
        Assert.Equal(["UFS2", null, "UFS2"], table.Partitions.Select(static p => p.FileSystem));
    }

    [Fact]
    public void Slices_that_leave_their_partition_are_left_out()
    {
        byte[] disk = Load("freebsd-mbr");
        Span<byte> label = disk.AsSpan(64 * 512, 512);
        BinaryPrimitives.WriteUInt32LittleEndian(label[148..], uint.MaxValue);
        BinaryPrimitives.WriteUInt32LittleEndian(label[(148 + 16 + 4)..], uint.MaxValue);
        Seal(label);
        Assert.Equal([63L, 63 + 20_496], Places(Read(disk)));
    }

    [Theory]
    [InlineData("ufs2-bare", 0, 0)]
    [InlineData("openbsd-mbr", 4, 64)]
    public void Ufs_is_told(string name, int index, long first)
    {
        Partition partition = Assert.Single(Read(name).Partitions);
        Assert.Equal((index, first, "UFS2"), (partition.Index, partition.Offset / Sector, partition.FileSystem));
        Assert.Equal("6b08497c6b8b4567", partition.Uuid);
    }

    [Fact]
    public void What_nothing_recognises_is_listed_as_such()
    {
        byte[] disk = new byte[1 << 20];
        Assert.Empty(Read(disk).Partitions);
        disk[5000] = 1;
        Partition whole = Assert.Single(Read(disk).Partitions);
        Assert.Equal((0, null, 1L << 20), (whole.Index, whole.FileSystem, whole.Size));
    }

    [Fact]
    public void Sectors_of_4096_bytes_are_told_by_the_gpt()
    {
        PartitionTable table = Read("4kn");
        Assert.Equal((PartitionScheme.Gpt, 4096, 2), (table.Scheme, table.SectorSize, table.Partitions.Count));
    }

    [Fact]
    public void Damaged_labels_never_fail()
    {
        byte[] disk = Load("freebsd-mbr").AsSpan(0, 70 * 512).ToArray();
        for (int seed = 0; seed < 3000; seed++)
        {
            Random random = new(seed);
            byte[] damaged = [.. disk];
            Span<byte> label = damaged.AsSpan(64 * 512, 512);
            for (int i = 0; i < 4; i++)
            {
                label[random.Next(512)] = (byte)random.Next(256);
            }

            Seal(label);
            PartitionTable table = Read(damaged);
            Assert.InRange(table.Partitions.Count, 1, 60);
        }
    }

    private static long[] Places(PartitionTable table) => [.. table.Partitions.Select(static p => p.Offset / Sector)];

    /// <summary>Makes the checksum of a disklabel right.</summary>
    private static void Seal(Span<byte> label)
    {
        int size = Math.Min(148 + (BinaryPrimitives.ReadUInt16LittleEndian(label[138..]) * 16), label.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(label[136..], 0);
        ushort sum = 0;
        for (int at = 0; at + 2 <= size; at += 2)
        {
            sum ^= BinaryPrimitives.ReadUInt16LittleEndian(label[at..]);
        }

        BinaryPrimitives.WriteUInt16LittleEndian(label[136..], sum);
    }

    private static PartitionTable Read(string name) => Read(Load(name));

    private static PartitionTable Read(byte[] disk) => PartitionTable.Read(new MemoryStream(disk), disk.Length);

    private static byte[] Load(string name)
    {
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path($"disks/odd/{name}.vma.zst"));
        using MemoryStream disk = new();
        using Stream content = archive.Devices[0].OpenRead();
        content.CopyTo(disk);
        return disk.ToArray();
    }
}
