using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.Images.Reading;

/// <summary>Images that qemu-img writes, of every kind there is a reader for: the disk in them is the one that it was given.</summary>
public sealed class QemuImagesTests
{
    private const int MiB = 1 << 20;

    public static TheoryData<string, string[], ImageFormat, string> Kinds => new()
    {
        { "qcow2", [], ImageFormat.Qcow2, "version 3" },
        { "qcow2", ["-o", "compat=0.10"], ImageFormat.Qcow2, "version 2" },
        { "qcow2", ["-o", "cluster_size=512"], ImageFormat.Qcow2, "version 3" },
        { "qcow2", ["-o", "cluster_size=2M"], ImageFormat.Qcow2, "version 3" },
        { "qcow2", ["-o", "preallocation=metadata"], ImageFormat.Qcow2, "version 3" },
        { "qcow2", ["-o", "preallocation=falloc"], ImageFormat.Qcow2, "version 3" },
        { "qcow2", ["-c"], ImageFormat.Qcow2, "version 3" },
        { "qcow2", ["-c", "-o", "compat=0.10"], ImageFormat.Qcow2, "version 2" },
        { "qcow2", ["-c", "-o", "cluster_size=4k"], ImageFormat.Qcow2, "version 3" },
        { "qcow2", ["-c", "-o", "cluster_size=2M"], ImageFormat.Qcow2, "version 3" },
        { "qcow2", ["-c", "-o", "compression_type=zstd"], ImageFormat.Qcow2, "version 3" },
        { "qcow2", ["-c", "-o", "compression_type=zstd,cluster_size=2M"], ImageFormat.Qcow2, "version 3" },
        { "qcow2", ["-o", "extended_l2=on"], ImageFormat.Qcow2, "version 3" },
        { "qcow2", ["-o", "extended_l2=on,cluster_size=16k"], ImageFormat.Qcow2, "version 3" },
        { "qcow2", ["-o", "extended_l2=on,cluster_size=2M"], ImageFormat.Qcow2, "version 3" },
        { "qcow2", ["-o", "extended_l2=on,preallocation=metadata"], ImageFormat.Qcow2, "version 3" },
        { "qcow2", ["-c", "-o", "extended_l2=on"], ImageFormat.Qcow2, "version 3" },
        { "qcow2", ["-o", "lazy_refcounts=on"], ImageFormat.Qcow2, "version 3" },
        { "vhdx", [], ImageFormat.Vhdx, "dynamic" },
        { "vhdx", ["-o", "subformat=fixed"], ImageFormat.Vhdx, "fixed" },
        { "vhdx", ["-o", "block_size=1M"], ImageFormat.Vhdx, "dynamic" },
        { "vhdx", ["-o", "block_size=256M"], ImageFormat.Vhdx, "dynamic" },
        { "vpc", ["-o", "force_size=on"], ImageFormat.Vhd, "dynamic" },
        { "vpc", ["-o", "force_size=on,subformat=fixed"], ImageFormat.Vhd, "fixed" },
        { "vmdk", [], ImageFormat.Vmdk, "monolithicSparse" },
        { "vmdk", ["-o", "adapter_type=lsilogic,compat6=on"], ImageFormat.Vmdk, "monolithicSparse" },
        { "vmdk", ["-o", "zeroed_grain=on"], ImageFormat.Vmdk, "monolithicSparse" },
        { "vmdk", ["-o", "subformat=streamOptimized"], ImageFormat.Vmdk, "streamOptimized" },
        { "vmdk", ["-o", "subformat=monolithicFlat"], ImageFormat.Vmdk, "monolithicFlat" },
        { "vmdk", ["-o", "subformat=twoGbMaxExtentSparse"], ImageFormat.Vmdk, "twoGbMaxExtentSparse" },
        { "vmdk", ["-o", "subformat=twoGbMaxExtentFlat"], ImageFormat.Vmdk, "twoGbMaxExtentFlat" },
        { "vdi", [], ImageFormat.Vdi, "dynamic" },
        { "vdi", ["-o", "static=on"], ImageFormat.Vdi, "fixed" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_disk_is_the_one_that_was_converted(string qemuFormat, string[] options, ImageFormat format, string variant)
    {
        Tool.QemuImg.SkipIfMissing();
        using TempFolder folder = new();
        foreach (long size in new long[] { (9 * MiB) + 512, 65536 + 512 })
        {
            AssertReads(folder, Scenario.Mixed(size, "ascending", seed: (int)(size % 97)), qemuFormat, options, format, variant);
        }
    }

    /// <summary>Clusters of which some 32nds are stored, some are zeros, and some are not there, in every order.</summary>
    [Theory]
    [InlineData("64k", 2)]
    [InlineData("16k", 0.5)]
    public void Clusters_that_are_stored_in_part(string cluster, double kib)
    {
        Tool.QemuImg.SkipIfMissing();
        Tool.QemuIo.SkipIfMissing();
        using TempFolder folder = new();
        string image = folder.File("image");
        Tool.QemuImg.Run("create", "-f", "qcow2", "-o", $"extended_l2=on,cluster_size={cluster}", image, "3M");
        Random random = new(11);
        List<string> commands = ["-f", "qcow2"];
        for (int i = 0; i < 200; i++)
        {
            int unit = (int)(kib * 1024);
            int start = random.Next((3 * MiB / unit) - 40);
            string what = random.Next(3) switch { 0 => "write -z", 1 => "discard", _ => $"write -P {random.Next(1, 256)}" };
            commands.AddRange(["-c", $"{what} {start * unit} {random.Next(1, 40) * unit}"]);
        }

        Tool.QemuIo.Run([.. commands, image]);
        Tool.QemuImg.Run("convert", "-O", "raw", image, folder.File("raw"));
        using Stream expected = File.OpenRead(folder.File("raw"));
        using Stream actual = VmaImage.Open(image).OpenRead();
        ImageContents.AssertSame(expected, actual);
    }

    /// <summary>Compressed clusters are decoded side by side; what is told is the first that is damaged, as if they were not.</summary>
    [Theory]
    [InlineData("qcow2", "-c")]
    [InlineData("vmdk", "-o", "subformat=streamOptimized")]
    public void The_first_damaged_cluster_is_told(string qemuFormat, params string[] options)
    {
        Tool.QemuImg.SkipIfMissing();
        using TempFolder folder = new();
        byte[] disk = new byte[8 * MiB];
        new Random(3).NextBytes(disk);
        foreach (ref byte value in disk.AsSpan())
        {
            value &= 0xF;
        }

        File.WriteAllBytes(folder.File("raw"), disk);
        string image = folder.File("image");
        Tool.QemuImg.Run(["convert", "-f", "raw", "-O", qemuFormat, .. options, folder.File("raw"), image]);
        byte[] whole = File.ReadAllBytes(image);

        // Longer than a cluster that is compressed: the beginning of one is in it.
        const int Damaged = 50_000;
        foreach (int place in new[] { whole.Length / 2, whole.Length * 3 / 4 })
        {
            byte[] damaged = (byte[])whole.Clone();
            damaged.AsSpan(place, Damaged).Fill(0xFF);
            damaged.AsSpan(whole.Length * 7 / 8, Damaged).Fill(0xFF);
            using Stream stream = VmaImage.Open(new MemoryStream(damaged)).OpenRead();
            VmaException exception = Assert.Throws<VmaException>(() => stream.ReadExactly(new byte[disk.Length]));
            Assert.InRange(exception.Offset!.Value, place - Damaged, place + Damaged);
        }
    }

    /// <summary>Tables of tables with gaps, and a disk of more than one file of two GiB.</summary>
    [Theory]
    [InlineData("qcow2", ImageFormat.Qcow2)]
    [InlineData("vhdx", ImageFormat.Vhdx)]
    [InlineData("vpc", ImageFormat.Vhd, "-o", "force_size=on")]
    [InlineData("vmdk", ImageFormat.Vmdk)]
    [InlineData("vmdk", ImageFormat.Vmdk, "-o", "subformat=streamOptimized")]
    [InlineData("vmdk", ImageFormat.Vmdk, "-o", "subformat=twoGbMaxExtentSparse")]
    [InlineData("vmdk", ImageFormat.Vmdk, "-o", "subformat=twoGbMaxExtentFlat")]
    [InlineData("vdi", ImageFormat.Vdi)]
    public void A_large_disk_is_read_where_there_is_something(string qemuFormat, ImageFormat format, params string[] options)
    {
        Tool.QemuImg.SkipIfMissing();
        const long Size = (5L << 30) + (3 * MiB) + 512;
        using TempFolder folder = new();
        Scenario scenario = Scenario.Around(Size, "ascending", 2L << 30, 4L << 30);
        string image = Convert(folder, scenario, qemuFormat, options);
        VmaImage opened = VmaImage.Open(image);
        Assert.Equal((format, Size), (opened.Format, opened.Size));
        using Stream stream = opened.OpenRead();
        long data = 0;
        foreach (Piece piece in scenario.Pieces.Where(p => p.IsData))
        {
            byte[] expected = new byte[piece.Length];
            byte[] actual = new byte[piece.Length];
            Scenario.Fill(piece.Offset, expected);
            stream.Position = piece.Offset;
            stream.ReadExactly(actual);
            Assert.Equal(expected, actual);
            data += piece.Length;
        }

        // What is not there is known as zeros, without reading.
        long known = 0;
        VmaTools.Disks.IKnownRanges ranges = (VmaTools.Disks.IKnownRanges)stream;
        for (long at = 0; at < Size;)
        {
            VmaTools.Disks.KnownRange range = ranges.FindRange(at, Size - at);
            Assert.True(range.Length > 0);
            known += range.Kind == VmaTools.Disks.KnownRangeKind.Data ? range.Length : 0;
            at += range.Length;
        }

        Assert.InRange(known, data, data + (200L * MiB));
    }

    private static void AssertReads(
        TempFolder folder, Scenario scenario, string qemuFormat, string[] options, ImageFormat format, string variant)
    {
        string path = Convert(folder, scenario, qemuFormat, options);
        VmaImage image = VmaImage.Open(path);
        Assert.Equal((format, variant, scenario.DiskSize, 512), (image.Format, image.Variant, image.Size, image.SectorSize));
        Assert.Empty(image.Findings);
        using Stream expected = File.OpenRead(folder.File($"{scenario.DiskSize}.raw"));
        using Stream actual = image.OpenRead();
        ImageContents.AssertSame(expected, actual);
    }

    private static string Convert(TempFolder folder, Scenario scenario, string qemuFormat, string[] options)
    {
        string raw = folder.File($"{scenario.DiskSize}.raw");
        if (!File.Exists(raw))
        {
            scenario.WriteRaw(raw, scenario.DiskSize);
        }

        string image = folder.File($"{scenario.DiskSize}.image");
        Tool.QemuImg.Run(["convert", "-f", "raw", "-O", qemuFormat, .. options, raw, image]);
        return image;
    }
}
