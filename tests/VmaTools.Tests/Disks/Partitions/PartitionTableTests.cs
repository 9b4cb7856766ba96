using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.Disks.Partitions;

public class PartitionTableTests
{
    private const int GptEntry = 128;

    public static TheoryData<string> Disks => [.. DiskFixture.All.Select(row => row.Disk).Distinct()];

    [Theory]
    [MemberData(nameof(Disks))]
    public void A_disk_is_read_as_sfdisk_and_blkid_read_it(string name)
    {
        PartitionTable table = Read(DiskFixture.Load(name));

        DiskFixture.Expected[] expected = [.. DiskFixture.All.Where(row => row.Disk == name)];
        Assert.Equal(
            expected.OrderBy(p => p.Index).Select(p => (p.Index, p.Offset, p.Size, p.TypeId, p.Name, p.IsBootable, p.FileSystem, p.Label, p.Uuid)),
            table.Partitions.OrderBy(p => p.Index).Select(p => (p.Index, p.Offset, p.Size, p.TypeId, p.Name, p.IsBootable, p.FileSystem, p.Label, p.Uuid)));
        Assert.Empty(table.Warnings);
        Assert.False(table.UsedBackup);
    }

    [Fact]
    public void Facts_of_a_gpt()
    {
        PartitionTable table = Read(DiskFixture.Load("gpt"));

        Assert.Equal((PartitionScheme.Gpt, "0fade000-1111-4222-8333-444444444444", 512), (table.Scheme, table.DiskId, table.SectorSize));
        Assert.Equal(["EFI System", "Linux filesystem", "Microsoft basic data", "Linux swap"], table.Partitions.Select(p => p.Type));
        Assert.All(table.Partitions, p => Assert.True(Guid.TryParse(p.PartitionUuid, out _)));
    }

    [Fact]
    public void Facts_of_an_mbr()
    {
        PartitionTable table = Read(DiskFixture.Load("mbr"));

        Assert.Equal((PartitionScheme.Mbr, "deadbeef", 512), (table.Scheme, table.DiskId, table.SectorSize));
        Assert.Equal(["HPFS/NTFS/exFAT", "Linux", "W95 Extended (LBA)", "Linux", "Linux swap", "FAT16"], table.Partitions.Select(p => p.Type));
        Assert.Equal("deadbeef-05", table.Partitions[3].PartitionUuid);
    }

    [Theory]
    [InlineData(512)]
    [InlineData(512 + 16)]
    [InlineData(512 + 56)]
    [InlineData(1024 + 40)]
    public void A_damaged_gpt_is_read_from_its_copy(int damagedByte)
    {
        byte[] disk = DiskFixture.Load("gpt");
        IEnumerable<(int, long, string?)> whole = Read(disk).Partitions.Select(p => (p.Index, p.Size, p.Uuid)).ToArray();
        disk[damagedByte] ^= 1;

        PartitionTable table = Read(disk);

        Assert.True(table.UsedBackup);
        Assert.Equal([PartitionWarningCode.GptPrimaryDamaged], Codes(table));
        Assert.Equal(whole, table.Partitions.Select(p => (p.Index, p.Size, p.Uuid)));
    }

    [Fact]
    public void A_damaged_copy_is_told()
    {
        byte[] disk = DiskFixture.Load("gpt");
        disk[^512] ^= 1;
        Assert.Equal([PartitionWarningCode.GptBackupDamaged], Codes(Read(disk)));

        // An enlarged disk: the copy is where the header says, not at the end.
        PartitionTable enlarged = Read([.. DiskFixture.Load("gpt"), .. new byte[1 << 20]]);
        Assert.Equal([PartitionWarningCode.GptBackupNotAtEnd], Codes(enlarged));
        Assert.Equal(4, enlarged.Partitions.Count);
    }

    [Fact]
    public void With_both_copies_damaged_what_can_be_read_is_read()
    {
        byte[] disk = DiskFixture.Load("gpt");
        disk[1024 + 60] ^= 1;
        disk[^512] ^= 1;

        PartitionTable table = Read(disk);

        Assert.Equal([PartitionWarningCode.GptDamaged], Codes(table));
        Assert.Equal(4, table.Partitions.Count);
        Assert.False(table.UsedBackup);

        disk[512] ^= 1;
        PartitionTable nothing = Read(disk);
        Assert.Equal([PartitionWarningCode.GptDamaged], Codes(nothing));
        Assert.Empty(nothing.Partitions);
        Assert.Equal(PartitionScheme.Gpt, nothing.Scheme);
    }

    [Fact]
    public void Copies_that_differ_are_told()
    {
        byte[] disk = DiskFixture.Load("gpt");
        disk[1024 + 56] = (byte)'X';
        SignGpt(disk, 512, 1024);

        PartitionTable table = Read(disk);

        Assert.Equal([PartitionWarningCode.GptCopiesDiffer], Codes(table));
        Assert.StartsWith("X", table.Partitions[0].Name, StringComparison.Ordinal);
    }

    [Fact]
    public void Sectors_of_4096_bytes()
    {
        byte[] disk = MakeGpt(4096, 256, (6, 15, "one"), (16, 20, "two"));

        PartitionTable table = Read(disk);

        Assert.Equal((PartitionScheme.Gpt, 4096), (table.Scheme, table.SectorSize));
        Assert.Equal([("one", 6 * 4096L, 10 * 4096L), ("two", 16 * 4096L, 5 * 4096L)], table.Partitions.Select(p => (p.Name, p.Offset, p.Size)));
        Assert.Empty(table.Warnings);
    }

    [Fact]
    public void A_hybrid_mbr_gives_way_to_the_gpt()
    {
        byte[] disk = DiskFixture.Load("gpt");
        PutMbrEntry(disk, 0, 1, 0x83, 2048, 100);

        Assert.Equal([PartitionWarningCode.HybridMbr], Codes(Read(disk)));
        Assert.Equal(4, Read(disk).Partitions.Count);
    }

    [Fact]
    public void An_mbr_in_use_outranks_a_stale_gpt()
    {
        byte[] disk = DiskFixture.Load("gpt");
        PutMbrEntry(disk, 0, 0, 0x83, 10_240, 16_384);

        PartitionTable table = Read(disk);

        Assert.Equal((PartitionScheme.Mbr, "ext4"), (table.Scheme, Assert.Single(table.Partitions).FileSystem));
        Assert.Equal([PartitionWarningCode.StaleGpt], Codes(table));
    }

    [Fact]
    public void A_gpt_without_a_guard_is_read_with_a_warning()
    {
        byte[] disk = DiskFixture.Load("gpt");
        Array.Clear(disk, 0, 512);

        PartitionTable table = Read(disk);

        Assert.Equal(4, table.Partitions.Count);
        Assert.Equal([PartitionWarningCode.GptWithoutProtectiveMbr], Codes(table));
    }

    [Fact]
    public void A_gpt_of_four_billion_entries_is_cut()
    {
        byte[] disk = DiskFixture.Load("gpt");
        foreach (int header in new[] { 512, disk.Length - 512 })
        {
            BinaryPrimitives.WriteUInt32LittleEndian(disk.AsSpan(header + 80), uint.MaxValue);
            SignHeader(disk, header);
        }

        PartitionTable table = Read(disk);

        Assert.Equal([PartitionWarningCode.GptDamaged, PartitionWarningCode.GptTooManyEntries], Codes(table).Take(2));
        Assert.Equal([1, 2, 3, 5], table.Partitions.Select(p => p.Index).Take(4));
    }

    [Fact]
    public void Thousands_of_partitions_do_not_take_forever()
    {
        (ulong, ulong, string)[] entries = [.. Enumerable.Repeat((100UL, 50_000UL, "x"), 8000)];
        byte[] disk = MakeGpt(512, 60_000, entries);
        CountingStream stream = new(disk);

        PartitionTable table = PartitionTable.Read(stream, disk.Length);

        Assert.Equal(8000, table.Partitions.Count);
        Assert.Contains(PartitionWarningCode.TooManyPartitions, Codes(table));
        Assert.Contains(PartitionWarningCode.PartitionsOverlap, Codes(table));
        Assert.True(table.Warnings.Count < 200);
        Assert.True(stream.BytesRead < 100L << 20, $"{stream.BytesRead} bytes read");
    }

    [Fact]
    public void Partitions_beyond_the_disk_and_nonsense_are_told()
    {
        byte[] disk = MakeGpt(512, 200, (50, 99, "fine"), (60, 1000, "beyond"), (90, 80, "backwards"), (0, ulong.MaxValue, "all"), (ulong.MaxValue - 1, ulong.MaxValue, "far"));

        PartitionTable table = Read(disk);

        Assert.Equal(["fine", "beyond"], table.Partitions.Select(p => p.Name));
        Assert.Equal(941 * 512L, table.Partitions[1].Size);
        Assert.Equal(
            [
                (PartitionWarningCode.PartitionInvalid, 3), (PartitionWarningCode.PartitionInvalid, 4), (PartitionWarningCode.PartitionInvalid, 5),
                (PartitionWarningCode.PartitionBeyondDisk, 2), (PartitionWarningCode.PartitionsOverlap, 2),
            ],
            table.Warnings.Select(warning => (warning.Code, warning.Index!.Value)));
    }

    [Fact]
    public void A_chain_of_logical_partitions_that_loops_ends()
    {
        byte[] disk = MakeMbr(1 << 20);
        PutMbrEntry(disk, 0, 0, 0x05, 100, 1000);
        PutMbrEntry(disk, 100 * 512, 0, 0x83, 10, 20);
        PutMbrEntry(disk, 100 * 512, 1, 0x05, 200, 100);
        PutMbrEntry(disk, 300 * 512, 0, 0x83, 10, 20);
        PutMbrEntry(disk, 300 * 512, 1, 0x05, 0, 100);

        PartitionTable table = Read(disk);

        Assert.Equal([(1, 51_200L), (5, 110 * 512L), (6, 310 * 512L)], table.Partitions.Select(p => (p.Index, p.Offset)));
        Assert.Equal([PartitionWarningCode.LogicalChainBroken], Codes(table));
    }

    [Theory]
    [InlineData(5000u)]
    [InlineData(500u)]
    public void A_chain_that_leads_nowhere_ends(uint link)
    {
        byte[] disk = MakeMbr(1 << 20);
        PutMbrEntry(disk, 0, 3, 0x0F, 100, 1000);
        PutMbrEntry(disk, 100 * 512, 0, 0x83, 10, 20);
        PutMbrEntry(disk, 100 * 512, 1, 0x0F, link, 100);

        PartitionTable table = Read(disk);

        Assert.Equal([4, 5], table.Partitions.Select(p => p.Index));
        Assert.Equal([PartitionWarningCode.LogicalChainBroken], Codes(table));
    }

    [Fact]
    public void A_chain_without_end_is_cut()
    {
        byte[] disk = MakeMbr(2 << 20);
        PutMbrEntry(disk, 0, 0, 0x05, 1, 4000);
        for (uint link = 1; link < 4000; link++)
        {
            PutMbrEntry(disk, (int)link * 512, 0, 0x83, 1, 1);
            PutMbrEntry(disk, (int)link * 512, 1, 0x05, link, 1);
        }

        PartitionTable table = Read(disk);

        Assert.InRange(table.Partitions.Count, 100, 300);
        Assert.Contains(PartitionWarningCode.LogicalChainBroken, Codes(table));
    }

    [Fact]
    public void Empty_disks_have_no_partitions()
    {
        foreach (int length in new[] { 0, 1, 511, 512, 1023, 4096, 1 << 20 })
        {
            PartitionTable table = Read(new byte[length]);
            Assert.Equal((PartitionScheme.None, 0, 0), (table.Scheme, table.Partitions.Count, table.Warnings.Count));
        }

        Assert.Equal(PartitionScheme.Mbr, Read(MakeMbr(1 << 20)).Scheme);
    }

    [Fact]
    public void A_stream_that_delivers_less_than_it_should_is_tolerated()
    {
        byte[] disk = DiskFixture.Load("gpt");

        PartitionTable bySmallSteps = PartitionTable.Read(new CountingStream(disk, 7), disk.Length);
        Assert.Equal(Read(disk).Partitions.Select(p => p.Uuid), bySmallSteps.Partitions.Select(p => p.Uuid));

        // Cut in the second partition, while the length is still that of the whole.
        PartitionTable cut = PartitionTable.Read(new MemoryStream(disk[..6_000_000]), disk.Length);
        Assert.Equal(4, cut.Partitions.Count);
        Assert.Equal([PartitionWarningCode.GptBackupDamaged], Codes(cut));
    }

    [Theory]
    [InlineData("gpt")]
    [InlineData("mbr")]
    [InlineData("ntfs")]
    [InlineData("fat32")]
    [InlineData("exfat")]
    [InlineData("lvm2")]
    public void Mutated_disks_never_fail_and_reads_stay_bounded(string name)
    {
        byte[] original = DiskFixture.Load(name);
        Random random = new(name.Length);
        byte[] disk = (byte[])original.Clone();
        for (int i = 0; i < 80; i++)
        {
            List<int> touched = [];
            for (int j = random.Next(1, 40); j > 0; j--)
            {
                // Mostly in the fields of tables and boot sectors.
                int at = random.Next(4) switch { 0 => random.Next(512), 1 => 512 + random.Next(1024), 2 => disk.Length - 1 - random.Next(1024), _ => random.Next(disk.Length) };
                disk[at] = random.Next(3) == 0 ? (byte)0xFF : (byte)random.Next(256);
                touched.Add(at);
            }

            if (name == "gpt" && i % 2 == 0)
            {
                // A valid checksum lets the nonsense through.
                SignHeader(disk, 512);
            }

            CountingStream stream = new(disk);
            PartitionTable table = PartitionTable.Read(stream, disk.Length);
            Assert.True(stream.BytesRead < 64L << 20);
            Assert.All(table.Partitions, p => Assert.True(p.Offset >= 0 && p.Size >= 0 && p.Offset + p.Size >= 0));
            touched.ForEach(at => disk[at] = original[at]);
        }
    }

    [Fact]
    public void Random_bytes_never_fail()
    {
        Random random = new(9);
        for (int i = 0; i < 150; i++)
        {
            byte[] disk = new byte[random.Next(80_000)];
            random.NextBytes(disk);
            if (disk.Length > 1024)
            {
                disk[510] = 0x55;
                disk[511] = 0xAA;
                for (int j = 446; j < 510; j += 16)
                {
                    disk[j] = 0;
                }

                "EFI PART"u8.CopyTo(disk.AsSpan(512));
            }

            Read(disk);
        }
    }

    [Fact]
    public void Arguments_are_checked()
    {
        Assert.Throws<ArgumentNullException>(() => PartitionTable.Read(null!, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => PartitionTable.Read(Stream.Null, -1));
    }

    private static PartitionTable Read(byte[] disk) => PartitionTable.Read(new MemoryStream(disk), disk.Length);

    private static IEnumerable<PartitionWarningCode> Codes(PartitionTable table) => table.Warnings.Select(warning => warning.Code);

    private static byte[] MakeMbr(int length)
    {
        byte[] disk = new byte[length];
        disk[510] = 0x55;
        disk[511] = 0xAA;
        return disk;
    }

    private static void PutMbrEntry(byte[] disk, int sector, int index, byte type, uint start, uint sectors)
    {
        Span<byte> entry = disk.AsSpan(sector + 446 + (index * 16), 16);
        entry.Clear();
        entry[4] = type;
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], start);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], sectors);
        disk[sector + 510] = 0x55;
        disk[sector + 511] = 0xAA;
    }

    private static byte[] MakeGpt(int sectorSize, int sectors, params (ulong First, ulong Last, string Name)[] partitions)
    {
        byte[] disk = MakeMbr(sectorSize * sectors);
        PutMbrEntry(disk, 0, 0, 0xEE, 1, (uint)sectors - 1);
        int count = Math.Max(128, partitions.Length);
        int tableSectors = ((count * GptEntry) + sectorSize - 1) / sectorSize;
        ulong last = (ulong)sectors - 1;
        foreach ((ulong self, ulong other, ulong table) in new[] { (1UL, last, 2UL), (last, 1UL, last - (ulong)tableSectors) })
        {
            Span<byte> header = disk.AsSpan((int)self * sectorSize, 92);
            "EFI PART"u8.CopyTo(header);
            BinaryPrimitives.WriteUInt32LittleEndian(header[8..], 0x10000);
            BinaryPrimitives.WriteUInt32LittleEndian(header[12..], 92);
            BinaryPrimitives.WriteUInt64LittleEndian(header[24..], self);
            BinaryPrimitives.WriteUInt64LittleEndian(header[32..], other);
            BinaryPrimitives.WriteUInt64LittleEndian(header[72..], table);
            BinaryPrimitives.WriteUInt32LittleEndian(header[80..], (uint)count);
            BinaryPrimitives.WriteUInt32LittleEndian(header[84..], GptEntry);
            for (int i = 0; i < partitions.Length; i++)
            {
                Span<byte> entry = disk.AsSpan(((int)table * sectorSize) + (i * GptEntry), GptEntry);
                new Guid("0FC63DAF-8483-4772-8E79-3D69D8477DE4").TryWriteBytes(entry);
                BinaryPrimitives.WriteUInt64LittleEndian(entry[32..], partitions[i].First);
                BinaryPrimitives.WriteUInt64LittleEndian(entry[40..], partitions[i].Last);
                System.Text.Encoding.Unicode.GetBytes(partitions[i].Name).CopyTo(entry[56..]);
            }

            SignGpt(disk, (int)self * sectorSize, (int)table * sectorSize);
        }

        return disk;
    }

    private static void SignGpt(byte[] disk, int header, int table)
    {
        int count = (int)BinaryPrimitives.ReadUInt32LittleEndian(disk.AsSpan(header + 80));
        BinaryPrimitives.WriteUInt32LittleEndian(disk.AsSpan(header + 88), Checksum(disk.AsSpan(table, count * GptEntry)));
        SignHeader(disk, header);
    }

    private static void SignHeader(byte[] disk, int header)
    {
        disk.AsSpan(header + 16, 4).Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(disk.AsSpan(header + 16), Checksum(disk.AsSpan(header, 92)));
    }

    /// <summary>CRC-32 bit by bit, apart from the one under test.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) == 0 ? 0 : 0xEDB88320);
            }
        }

        return ~crc;
    }

    private sealed class CountingStream(byte[] bytes, int step = int.MaxValue) : MemoryStream(bytes, false)
    {
        public long BytesRead { get; private set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = base.Read(buffer, offset, Math.Min(count, step));
            BytesRead += read;
            return read;
        }
    }
}
