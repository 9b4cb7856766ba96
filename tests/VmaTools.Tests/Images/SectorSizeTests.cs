using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Images;
using VmaTools.Tests.Disks.Partitions;
using VmaTools.Tests.Images.Readers;
using Xunit;

namespace VmaTools.Tests.Images;

/// <summary>A disk whose GPT counts sectors of 4096 bytes needs an image with such sectors.</summary>
public class SectorSizeTests
{
    private const int Cluster = 64 << 10;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_vhdx_has_the_sectors_that_the_gpt_counts_in(bool isFixed)
    {
        byte[] disk = Disk();
        using MemoryStream target = new();
        using ImageWriter writer = ImageFormats.Create(ImageFormat.Vhdx, new ImageOptions { Fixed = isFixed }, target, disk.Length);
        Write(writer, disk, Enumerable.Range(0, disk.Length / Cluster).Reverse());
        writer.Complete();
        VhdxReader reader = new(target);
        Assert.Equal(4096, reader.LogicalSectorSize);
        Assert.Equal(disk, ReadAll(reader, disk.Length));
        Assert.Empty(writer.Notes);
    }

    /// <summary>The table of blocks is laid out by the size of sectors, and much may be in it before that is known.</summary>
    [Fact]
    public void Blocks_that_came_before_are_found()
    {
        const long Size = 40L << 30;
        long[] early = [3L << 20, 4095L << 20, 4096L << 20, 4097L << 20, 8192L << 20, 20_000L << 20, 32_768L << 20, 40_959L << 20];
        using TempFolder folder = new();
        using FileStream target = new(folder.File("disk.vhdx"), FileMode.Create, FileAccess.ReadWrite);
        using ImageWriter writer = ImageFormats.Create(ImageFormat.Vhdx, new ImageOptions(), target, Size);
        byte[] disk = Disk();
        byte[] piece = new byte[Cluster];
        foreach (long offset in early)
        {
            piece.AsSpan().Fill((byte)(offset >> 20));
            piece[0] = 0x5A;
            writer.Write(offset, piece);
        }

        writer.Write(0, disk.AsSpan(0, Cluster));
        piece.AsSpan().Fill(0x77);
        writer.Write(10_000L << 20, piece);
        writer.Complete();
        VhdxReader reader = new(target);
        Assert.Equal(4096, reader.LogicalSectorSize);
        byte[] read = new byte[Cluster];
        foreach (long offset in early)
        {
            reader.Read(offset, read);
            piece.AsSpan().Fill((byte)(offset >> 20));
            piece[0] = 0x5A;
            Assert.Equal(piece, read);
        }

        reader.Read(0, read);
        Assert.Equal(disk.AsSpan(0, Cluster).ToArray(), read);
        reader.Read(10_000L << 20, read);
        Assert.All(read, static b => Assert.Equal(0x77, b));
        reader.Read(5L << 20, read);
        Assert.All(read, static b => Assert.Equal(0, b));
    }

    [Theory]
    [InlineData("vhd", true)]
    [InlineData("vhd-fixed", true)]
    [InlineData("vdi", true)]
    [InlineData("vmdk", true)]
    [InlineData("vmdk-stream", true)]
    [InlineData("qcow2", false)]
    [InlineData("vhdx", true)]
    [InlineData("vhdx-4096", false)]
    public void What_cannot_have_them_or_was_asked_for_otherwise_is_told(string variant, bool isTold)
    {
        byte[] disk = Disk();
        Variant of = Variant.Get(variant);
        using MemoryStream target = new();
        using ImageWriter writer = variant == "vhdx"
            ? ImageFormats.Create(ImageFormat.Vhdx, new ImageOptions { LogicalSectorSize = 512 }, target, disk.Length)
            : of.CreateWriter(target, disk.Length);
        Write(writer, disk, Enumerable.Range(0, disk.Length / Cluster));
        writer.Complete();
        Assert.Equal(isTold ? 1 : 0, writer.Notes.Count(static n => n.Contains("4096 bytes", StringComparison.Ordinal) && n.Contains("finds no partitions", StringComparison.Ordinal)));
        Assert.Equal(isTold ? 1 : 0, writer.Notes.Count);
    }

    [Fact]
    public void A_table_of_512_bytes_in_an_image_of_4096_is_told()
    {
        byte[] disk = DiskFixture.Load("gpt");
        using MemoryStream target = new();
        using ImageWriter writer = Variant.Get("vhdx-4096").CreateWriter(target, disk.Length);
        Write(writer, disk, Enumerable.Range(0, disk.Length / Cluster));
        writer.Complete();
        Assert.Contains("512 bytes", Assert.Single(writer.Notes), StringComparison.Ordinal);

        using MemoryStream second = new();
        using ImageWriter plain = Variant.Get("vhdx").CreateWriter(second, disk.Length);
        Write(plain, disk, Enumerable.Range(0, disk.Length / Cluster));
        plain.Complete();
        Assert.Equal(512, new VhdxReader(second).LogicalSectorSize);
        Assert.Empty(plain.Notes);
    }

    [Fact]
    public void A_damaged_gpt_tells_nothing()
    {
        byte[] disk = Disk();
        disk[4096 + 60] ^= 1;
        using MemoryStream target = new();
        using ImageWriter writer = Variant.Get("vhdx").CreateWriter(target, disk.Length);
        Write(writer, disk, Enumerable.Range(0, disk.Length / Cluster));
        writer.Complete();
        Assert.Equal(512, new VhdxReader(target).LogicalSectorSize);
    }

    private static void Write(ImageWriter writer, byte[] disk, IEnumerable<int> clusters)
    {
        foreach (int cluster in clusters)
        {
            ReadOnlySpan<byte> data = disk.AsSpan(cluster * Cluster, Cluster);
            if (data.ContainsAnyExcept((byte)0))
            {
                writer.Write((long)cluster * Cluster, data);
            }
        }
    }

    private static byte[] ReadAll(VhdxReader reader, int length)
    {
        byte[] all = new byte[length];
        for (int at = 0; at < length; at += Cluster)
        {
            byte[] piece = new byte[Cluster];
            reader.Read(at, piece);
            piece.CopyTo(all, at);
        }

        return all;
    }

    private static byte[] Disk()
    {
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path("disks/odd/4kn.vma.zst"));
        using MemoryStream disk = new();
        using Stream content = archive.Devices[0].OpenRead();
        content.CopyTo(disk);
        return disk.ToArray();
    }
}
