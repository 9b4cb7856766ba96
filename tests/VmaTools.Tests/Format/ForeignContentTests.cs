using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Xunit;

namespace VmaTools.Tests.Format;

/// <summary>What is no archive is named for what it is, and nobody is told to salvage it.</summary>
public class ForeignContentTests
{
    [Fact]
    public void The_mark_of_a_protected_backup_is_no_empty_archive()
    {
        using TempFolder folder = new();
        string mark = Path.Combine(folder.FullName, "x.vma.zst.protected");
        File.WriteAllBytes(mark, []);
        VmaTestResult result = VmaArchiveTest.Run(mark);
        Assert.Equal("NO ARCHIVE", result.Verdict);
        Assert.Contains("keeps a backup from being pruned", Assert.Single(result.Findings).Message, StringComparison.Ordinal);
        Assert.Equal(mark, Assert.Throws<VmaFormatException>(() => VmaArchive.Open(mark)).Path);

        string empty = Path.Combine(folder.FullName, "x.vma.zst");
        File.WriteAllBytes(empty, []);
        Assert.Equal(VmaCodes.EmptyFile, Assert.Throws<VmaFormatException>(() => VmaArchive.Open(empty)).Code);
    }

    public static IEnumerable<TheoryDataRow<string, byte[]>> Named()
    {
        foreach ((string extension, string words) in new[] { ("7z", "7z archive"), ("zip", "zip archive"), ("xz", "compressed with xz"), ("lz4", "compressed with lz4") })
        {
            yield return new(words, File.ReadAllBytes(Fixtures.Path("kinds/small.vma." + extension)));
        }

        yield return new("an HTML page", Text("<!DOCTYPE html><html><head><title>Sign in</title></head></html>\n"));
        yield return new("an HTML page", Text("\r\n  <HTML>\n"));
        yield return new("a JSON text", Text("{ \"schema\": \"VmaTools manifest\" }"));
        yield return new("the log of a backup", File.ReadAllBytes(Fixtures.Path("guests/vzdump-qemu-101-2026_11_20-02_00_03.log")));
        yield return new("a text", File.ReadAllBytes(Fixtures.Path("guests/vzdump-qemu-101-2026_11_20-02_00_03.vma.zst.notes")));
        yield return new("a text", Text("VMA is how they call it; größer\n"));
        yield return new("a text", Text(new string('ä', 400)));
        yield return new("an index", [.. "VMAINDEX"u8, 3, 0, 0, 0, 9, 9, 9, 9, .. new byte[40]]);
        yield return new("a tar archive", [.. new byte[] { 0x65 }, .. new byte[256], .. "ustar"u8, 0, 0x30, 0x30, .. new byte[248]]);
        yield return new("a QCOW2 image", [.. "QFI"u8, 0xFB, 0, 0, 0, 3]);
        yield return new("a VHDX image", [.. "vhdxfile"u8, 0, 0]);
        yield return new("a VMDK image", [.. "KDMV"u8, 1, 0, 0, 0]);
        yield return new("encrypted with GnuPG", [0x8C, 0x0D, 0x04, 0x09, 0x03, 0x02, 0x81, 0xF3]);
        yield return new("encrypted with age", Text("age-encryption.org/v1\n-> X25519 abc\n"));
        yield return new("a raw disk image", [.. new byte[510], 0x55, 0xAA]);
        yield return new("a raw disk image", [.. new byte[512], .. "EFI PART"u8, .. new byte[400]]);
        yield return new("a physical volume of LVM", [.. new byte[512], .. "LABELONE"u8, .. new byte[40_000]]);
        yield return new("a file system (XFS)", [.. "XFSB"u8, .. new byte[508]]);
        yield return new("a file system (ext)", [.. new byte[1080], 0x53, 0xEF, .. new byte[14], 3, 0, 0, 0, 1, 0, 0, 0, .. new byte[9000]]);
        yield return new("a file system (Btrfs)", [.. new byte[65_600], .. "_BHRfS_M"u8, .. new byte[100_000]]);
        yield return new("nothing but zeros (3 bytes)", new byte[3]);
        yield return new("nothing but zeros (20000 bytes)", new byte[20_000]);
        yield return new("nothing but zeros, as far as its first 67108864 bytes tell", new byte[(64 << 20) + 5]);
    }

    [Theory]
    [MemberData(nameof(Named))]
    public void It_is_named(string words, byte[] content)
    {
        VmaException error = Assert.ThrowsAny<VmaException>(() => VmaArchive.Open(new MemoryStream(content)));
        Assert.Equal(VmaCodes.NotAnArchive, error.Code);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.False(VmaSalvage.MayHelp(error));
        VmaTestResult result = VmaArchiveTest.Run(new MemoryStream(content));
        Assert.Equal("NO ARCHIVE", result.Verdict);
        Assert.False(result.IsValid);
    }

    [Fact]
    public void What_a_compressor_holds_is_named_too()
    {
        byte[] packed = Tool.Filter("gzip", "-c", Text("<html>404</html>"));
        VmaException error = Assert.ThrowsAny<VmaException>(() => VmaArchive.Open(new MemoryStream(packed)));
        Assert.Contains("an HTML page", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nothing_is_known_salvaging_may_help()
    {
        foreach (byte[] content in new[] { Splice.Noise(20_000), [.. new byte[20_000], 1], [.. new byte[200_000], 1], [1, 2, 3] })
        {
            VmaException error = Assert.ThrowsAny<VmaException>(() => VmaArchive.Open(new MemoryStream(content)));
            Assert.Equal(VmaCodes.NotAnArchive, error.Code);
            Assert.True(VmaSalvage.MayHelp(error));
            Assert.Equal("DAMAGED", VmaArchiveTest.Run(new MemoryStream(content)).Verdict);
        }

        byte[] damaged = Corpus.Bytes("vzdump-qemu-101-2026_11_20-02_00_03");
        damaged[40] ^= 1;
        Assert.True(VmaSalvage.MayHelp(Assert.ThrowsAny<VmaException>(() => VmaArchive.Open(new MemoryStream(damaged)))));
    }

    /// <summary>The magic of a plain archive is ASCII: what else became of the header tells.</summary>
    [Fact]
    public void A_plain_archive_that_went_through_text_is_told_as_such()
    {
        byte[] plain = Corpus.Bytes("vzdump-qemu-101-2026_11_20-02_00_03");
        foreach (byte[] text in new[]
        {
            Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(plain)),
            Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(plain).Replace("\n", "\r\n", StringComparison.Ordinal)),
            Encoding.UTF8.GetBytes(Encoding.Latin1.GetString(plain)),
        })
        {
            VmaException error = Assert.ThrowsAny<VmaException>(() => VmaArchive.Open(new MemoryStream(text)));
            Assert.Equal(VmaCodes.MangledByTextConversion, error.Code);
            Assert.False(VmaSalvage.MayHelp(error));
        }

        // Damage of another kind stays what it is.
        foreach (int at in new[] { 5, 33, 56, 57, 4100 })
        {
            byte[] damaged = [.. plain];
            damaged[at] ^= 0x80;
            VmaException error = Assert.ThrowsAny<VmaException>(() => VmaArchive.Open(new MemoryStream(damaged)));
            Assert.NotEqual(VmaCodes.MangledByTextConversion, error.Code);
        }
    }

    [Fact]
    public void The_window_that_is_named_can_be_allowed()
    {
        string path = Fixtures.Path("kinds/long31.zst");
        VmaCompressionException error = Assert.Throws<VmaCompressionException>(() => VmaArchive.Open(path));
        Assert.Equal((VmaCodes.CompressionWindowTooLarge, 2147483648L), (error.Code, error.NeededWindow));
        Assert.Contains("2147483648", error.Message, StringComparison.Ordinal);
        Assert.False(VmaSalvage.MayHelp(error));
        using VmaArchive archive = VmaArchive.Open(path, new VmaOpenOptions { MaxWindowSize = 2147483648 });
        VmaPassResult result = archive.ReadForward([]);
        Assert.True(result.HasChecksum);
        Assert.Empty(result.Findings);
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
