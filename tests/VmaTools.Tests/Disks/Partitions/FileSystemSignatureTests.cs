using System;
using System.Buffers.Binary;
using System.IO;
using System.Text;
using Xunit;

namespace VmaTools.Tests.Disks.Partitions;

/// <summary>Signatures that the disks among the fixtures do not show, built by hand after their layouts.</summary>
public class FileSystemSignatureTests
{
    private const int DiskSize = 2 << 20;

    [Theory]
    [InlineData("1.0", DiskSize - 0x2000)]
    [InlineData("1.1", 0)]
    [InlineData("1.2", 4096)]
    public void Mdraid_1(string version, int at)
    {
        byte[] disk = new byte[DiskSize];
        Span<byte> block = disk.AsSpan(at);
        BinaryPrimitives.WriteUInt32LittleEndian(block, 0xA92B4EFC);
        BinaryPrimitives.WriteUInt32LittleEndian(block[4..], 1);
        PutSequence(block[16..]);
        Put(block[32..], "host:0");
        BinaryPrimitives.WriteUInt64LittleEndian(block[144..], (ulong)at / 512);
        PutExt(disk, at == 0 ? 0 : 0x4);

        Expect(disk, "mdraid " + version, "host:0", "00010203-0405-0607-0809-0a0b0c0d0e0f");

        // A superblock that names another place was copied here with what it was a part of.
        block[144] ^= 1;
        Assert.NotEqual("mdraid " + version, Probe(disk)?.FileSystem);
    }

    [Fact]
    public void Mdraid_0_90_in_both_byte_orders()
    {
        foreach (bool isLittle in new[] { true, false })
        {
            byte[] disk = new byte[DiskSize + 4096];
            Span<byte> block = disk.AsSpan(DiskSize - 65_536);
            foreach ((int offset, uint value) in new[] { (0, 0xA92B4EFC), (8, 90u), (20, 0x00010203u), (32, 100u), (52, 0x04050607u), (56, 0x08090A0Bu), (60, 0x0C0D0E0Fu) })
            {
                if (isLittle)
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(block[offset..], value);
                }
                else
                {
                    BinaryPrimitives.WriteUInt32BigEndian(block[offset..], value);
                }
            }

            Expect(disk, "mdraid 0.90", null, "00010203-0405-0607-0809-0a0b0c0d0e0f");
        }
    }

    [Fact]
    public void BitLocker()
    {
        byte[] disk = new byte[DiskSize];
        disk[0] = 0xEB;
        Put(disk.AsSpan(3), "-FVE-FS-");
        disk[510] = 0x55;
        disk[511] = 0xAA;
        Expect(disk, "BitLocker", null, null);

        BinaryPrimitives.WriteUInt64LittleEndian(disk.AsSpan(176), 0x10000);
        Put(disk.AsSpan(0x10000), "-FVE-FS-");
        PutSequence(disk.AsSpan(0x10000 + 80));
        Expect(disk, "BitLocker", null, "03020100-0504-0706-0809-0a0b0c0d0e0f");
    }

    [Fact]
    public void Zfs_in_the_first_or_second_label()
    {
        foreach (int label in new[] { 0, 256 * 1024 })
        {
            byte[] disk = new byte[DiskSize];
            Span<byte> list = disk.AsSpan(label + (16 * 1024));
            list[0] = 1;
            list[1] = 1;
            list[11] = 1;
            int at = 12;
            at += PutPair(list[at..], "version", 8, [0, 0, 0, 0, 0, 0, 0x13, 0x88]);
            at += PutPair(list[at..], "name", 9, [0, 0, 0, 4, .. "tank"u8]);
            PutPair(list[at..], "pool_guid", 8, [0, 0, 0, 0, 0, 0, 1, 0]);

            Expect(disk, "ZFS", "tank", "256");
        }
    }

    [Theory]
    [InlineData(0, "\0\0\0ReFS\0", "ReFS")]
    [InlineData(32, "NXSB", "APFS")]
    [InlineData(1024, "H+\0\u0004", "HFS+")]
    [InlineData(1024, "HX\0\u0005", "HFS+")]
    [InlineData(1024, "H+\0\u0009", null)]
    [InlineData(4086, "SWAP-SPACE", "swap")]
    [InlineData(0, "LUKS\0\0", null)]
    [InlineData(3, "MSWIN4.1", null)]
    [InlineData(24, "LVM2 001", null)]
    public void Short_signatures(int at, string signature, string? name)
    {
        byte[] disk = new byte[DiskSize];
        Put(disk.AsSpan(at), signature);
        Assert.Equal(name, Probe(disk)?.FileSystem);
    }

    [Theory]
    [InlineData(0x0, 0x2, 0x3, "ext2")]
    [InlineData(0x4, 0x6, 0x3, "ext3")]
    [InlineData(0x4, 0x42, 0x3, "ext4")]
    [InlineData(0x0, 0x2, 0x8, "ext4")]
    [InlineData(0x0, 0x6, 0x3, "ext4")]
    [InlineData(0x0, 0x8, 0x0, "ext journal")]
    public void Generations_of_ext_are_told_by_features(int compatible, int incompatible, int readOnly, string name)
    {
        byte[] disk = new byte[DiskSize];
        PutExt(disk, compatible);
        BinaryPrimitives.WriteInt32LittleEndian(disk.AsSpan(1024 + 96), incompatible);
        BinaryPrimitives.WriteInt32LittleEndian(disk.AsSpan(1024 + 100), readOnly);
        Assert.Equal(name, Probe(disk)?.FileSystem);
    }

    private static void Expect(byte[] disk, string name, string? label, string? uuid)
    {
        Partition? partition = Probe(disk);
        Assert.Equal((name, label, uuid), (partition?.FileSystem, partition?.Label, partition?.Uuid));
        Assert.Equal((0, 0L, (long)disk.Length), (partition!.Index, partition.Offset, partition.Size));
    }

    private static Partition? Probe(byte[] disk)
    {
        PartitionTable table = PartitionTable.Read(new MemoryStream(disk), disk.Length);
        return table.Partitions.Count == 0 ? null : Assert.Single(table.Partitions);
    }

    private static void PutExt(byte[] disk, int compatible)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(disk.AsSpan(1024 + 56), 0xEF53);
        BinaryPrimitives.WriteInt32LittleEndian(disk.AsSpan(1024 + 92), compatible);
    }

    private static void Put(Span<byte> target, string text) => Encoding.Latin1.GetBytes(text).CopyTo(target);

    private static void PutSequence(Span<byte> target)
    {
        for (byte i = 0; i < 16; i++)
        {
            target[i] = i;
        }
    }

    private static int PutPair(Span<byte> target, string name, int type, byte[] value)
    {
        int padded = (name.Length + 3) & ~3;
        int size = 12 + padded + 8 + value.Length;
        BinaryPrimitives.WriteInt32BigEndian(target, size);
        BinaryPrimitives.WriteInt32BigEndian(target[8..], name.Length);
        Put(target[12..], name);
        BinaryPrimitives.WriteInt32BigEndian(target[(12 + padded)..], type);
        BinaryPrimitives.WriteInt32BigEndian(target[(16 + padded)..], 1);
        value.CopyTo(target[(20 + padded)..]);
        return size;
    }
}
