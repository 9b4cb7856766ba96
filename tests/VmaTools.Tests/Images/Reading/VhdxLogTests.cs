using System;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Security.Cryptography;
using Xunit;

namespace VmaTools.Tests.Images.Reading;

/// <summary>VHDX files that were not closed: what their log holds is read, and QEMU, which writes it back, agrees.</summary>
public sealed class VhdxLogTests
{
    private const int MiB = 1 << 20;

    /// <summary>Where the writer puts the table of blocks, of whose first sector the entries change some.</summary>
    private const int TableOffset = 3 * MiB;

    [Fact]
    public void What_the_log_holds_is_read_as_QEMU_writes_it_back()
    {
        Tool.QemuImg.SkipIfMissing();
        using TempFolder folder = new();
        byte[] image = Dirty(out _);
        string dirty = folder.File("dirty.vhdx");
        string clean = folder.File("clean.vhdx");
        File.WriteAllBytes(dirty, image);
        File.WriteAllBytes(clean, image);
        Tool.QemuImg.Run("check", "-r", "all", clean);
        Tool.QemuImg.Run("convert", "-O", "raw", clean, folder.File("raw"));
        VmaImage opened = VmaImage.Open(dirty);
        Assert.Equal([VmaCodes.ImageLogReplayed], opened.Findings.Select(static f => f.Code));
        using Stream expected = File.OpenRead(folder.File("raw"));
        using Stream actual = opened.OpenRead();
        ImageContents.AssertSame(expected, actual);
        Assert.Equal(image, File.ReadAllBytes(dirty));
    }

    /// <summary>What QEMU itself left behind, and what it reads once it has written its log back.</summary>
    [Theory]
    [InlineData("replayed", VmaCodes.ImageLogReplayed, "873bdcbe2bd4acb863fc96efb2db04ecae3b5f769d99112d4a2280735b4186e5")]
    [InlineData("lost-table", VmaCodes.ImageLogReplayed, "caa5a89c001cb85481bb471f79714ec688c696527c537cde796b690f63bde384")]
    [InlineData("torn", VmaCodes.ImageNotClosed, "b98818b96b16e4713c64d663350773ef0426d3b1487f409913a972b5ce51cc70")]
    public void What_QEMU_did_not_close(string name, string code, string digest)
    {
        using MemoryStream image = new();
        using (GZipStream packed = new(File.OpenRead(Fixtures.Path($"images/{name}.vhdx.gz")), CompressionMode.Decompress))
        {
            packed.CopyTo(image);
        }

        VmaImage opened = VmaImage.Open(image);
        Assert.Equal([code], opened.Findings.Select(static f => f.Code));
        using Stream disk = opened.OpenRead();
        Assert.Equal(digest, Convert.ToHexString(SHA256.HashData(disk)).ToLowerInvariant());
    }

    [Fact]
    public void A_torn_entry_is_as_if_it_had_not_been_written()
    {
        byte[] image = Dirty(out int end);
        byte[] later = VhdxForge.Entry(43, 0, image.Length, (TableOffset, null, VhdxForge.SectorSize));
        later[100] ^= 1;
        VhdxForge.Put(image, end, later);
        using Stream without = VmaImage.Open(new MemoryStream(Dirty(out _))).OpenRead();
        using Stream torn = VmaImage.Open(new MemoryStream(image)).OpenRead();
        ImageContents.AssertSame(without, torn);
    }

    [Fact]
    public void Entries_of_an_older_use_of_the_log_are_passed_over()
    {
        byte[] image = Dirty(out int end);
        byte[] older = VhdxForge.Entry(9, (uint)end, image.Length, (TableOffset, null, VhdxForge.SectorSize));
        VhdxForge.Put(image, end, older);
        using Stream without = VmaImage.Open(new MemoryStream(Dirty(out _))).OpenRead();
        using Stream with = VmaImage.Open(new MemoryStream(image)).OpenRead();
        ImageContents.AssertSame(without, with);
    }

    [Fact]
    public void A_log_that_counts_on_a_longer_file_shows_that_it_was_cut()
    {
        byte[] image = VhdxForge.Make("vhdx", Scenario.Mixed(6 * MiB, "ascending"));
        VhdxForge.Put(image, 0, VhdxForge.Entry(5, 0, image.Length + MiB, (TableOffset, null, VhdxForge.SectorSize)));
        VhdxForge.MarkInUse(image);
        Assert.Equal(VmaCodes.ImageDamaged, Assert.Throws<VmaException>(() => VmaImage.Open(new MemoryStream(image))).Code);
    }

    [Fact]
    public void A_log_without_whole_entries_is_told()
    {
        byte[] image = VhdxForge.Make("vhdx", Scenario.Mixed(6 * MiB, "ascending"));
        VhdxForge.MarkInUse(image);
        Assert.Equal([VmaCodes.ImageNotClosed], VmaImage.Open(new MemoryStream(image)).Findings.Select(static f => f.Code));
    }

    /// <summary>The table of blocks is wrong in the file; two entries write it as it should be, and zeros over a part of the data.</summary>
    private static byte[] Dirty(out int end)
    {
        byte[] image = VhdxForge.Make("vhdx", Scenario.Mixed(6 * MiB, "ascending"));
        byte[] table = VhdxForge.SectorOf(image, TableOffset);
        Assert.Contains(table, static b => b != 0);
        long data = BitConverter.ToInt64(table) >> 20 << 20;
        image.AsSpan(TableOffset, VhdxForge.SectorSize).Clear();
        byte[] half = (byte[])table.Clone();
        half.AsSpan(16).Clear();
        byte[] first = VhdxForge.Entry(41, 0, image.Length, (TableOffset, half, 0), (data + VhdxForge.SectorSize, null, 2 * VhdxForge.SectorSize));
        byte[] second = VhdxForge.Entry(42, 0, image.Length, (TableOffset, table, 0));
        VhdxForge.Put(image, 0, first);
        VhdxForge.Put(image, first.Length, second);
        end = first.Length + second.Length;
        VhdxForge.MarkInUse(image);
        return image;
    }
}
