using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using VmaTools.Compression;
using Xunit;

namespace VmaTools.Tests.Archives;

/// <summary>Archives as vzdump really leaves them: compressed. Nothing may notice the difference, but damage must be told.</summary>
public class CompressedArchiveTests
{
    private const string Standard = "vzdump-qemu-101-2026_11_20-02_00_03";

    public static TheoryData<string, string, string> Files => new()
    {
        { Standard, ".vma.zst", VmaCompression.Zstd },
        { Standard, ".vma.gz", VmaCompression.Gzip },
        { Standard, ".vma.lzo", VmaCompression.Lzop },
        { Standard, ".vma.bz2", VmaCompression.Bzip2 },
        { "small-64m-long27-nocheck", ".vma.zst", VmaCompression.Zstd },
    };

    public static TheoryData<string> Extensions => [".vma.zst", ".vma.gz", ".vma.lzo", ".vma.bz2"];

    [Theory]
    [MemberData(nameof(Files))]
    public void Archive_lists_and_delivers_the_known_digests(string name, string extension, string compression)
    {
        string path = Fixtures.Path(Path.Combine("corpus", name + extension));
        using VmaArchive archive = VmaArchive.Open(path);
        Assert.Equal(compression, archive.Compression);
        Assert.Equal(Corpus.ConfigDigests(name).Values, archive.Configs.Select(c => Corpus.Hex(SHA256.HashData(c.GetBytes()))));
        CheckDigests(name, archive);

        using VmaArchive piped = VmaArchive.Open(TricklingStream.AsPipe(File.OpenRead(path), seed: 3));
        Assert.Equal(compression, piped.Compression);
        CheckDigests(name, piped);

        using FileStream stream = File.OpenRead(path);
        using VmaArchive seekable = VmaArchive.Open(stream, leaveOpen: true);
        CheckDigests(name, seekable);
        CheckDigests(name, seekable);
    }

    [Fact]
    public void Listing_reads_only_the_first_kilobytes()
    {
        using FileStream stream = File.OpenRead(Fixtures.Path("corpus/small-64m-long27-nocheck.vma.zst"));
        using VmaArchive archive = VmaArchive.Open(TricklingStream.AsPipe(stream, seed: 5));
        Assert.Single(archive.Devices);
        Assert.InRange(stream.Position, 1, 512 << 10);
    }

    [Theory]
    [MemberData(nameof(Extensions))]
    public void Checksums_prove_the_data(string extension)
    {
        using VmaArchive archive = VmaArchive.Open(Fixtures.Path("corpus/" + Standard + extension));
        Assert.True(archive.ReadForward([]).HasChecksum);
    }

    [Fact]
    public void Frame_without_checksum_proves_nothing()
    {
        VmaTestResult result = VmaArchiveTest.Run(Fixtures.Path("corpus/small-64m-long27-nocheck.vma.zst"));
        Assert.True(result.IsValid);
        Assert.Equal(VmaDataProof.None, result.DataProof);
    }

    /// <summary>Wherever the file is cut, the compressor's own damage is what is told, and no device that could miss bytes is whole.</summary>
    [Theory]
    [MemberData(nameof(Extensions))]
    public void Every_cut_is_told(string extension)
    {
        byte[] whole = File.ReadAllBytes(Fixtures.Path("corpus/" + Standard + extension));
        int step = Math.Max(1, whole.Length / 97);
        int[] cuts = [.. Enumerable.Range(1, 24).Select(n => whole.Length - n), .. Enumerable.Range(0, 97).Select(n => 64 + (n * step))];
        foreach (int cut in cuts)
        {
            VmaTestResult result = VmaArchiveTest.Run(new MemoryStream(whole, 0, cut));
            Assert.Contains(result.Findings, static f => f.Code == VmaCodes.CompressedDataTruncated);
            Assert.DoesNotContain(result.Findings, static f => f.Code is VmaCodes.ExtentTruncated or VmaCodes.HeaderTruncated);
            Assert.False(result.IsValid);
        }
    }

    [Theory]
    [MemberData(nameof(Extensions))]
    public void Flipped_bit_is_told_wherever_it_is(string extension)
    {
        byte[] whole = File.ReadAllBytes(Fixtures.Path("corpus/" + Standard + extension));
        Random random = new(11);
        for (int i = 0; i < 60; i++)
        {
            // The fields before have bits that mean nothing for the data: names, times, levels.
            int at = random.Next(128, whole.Length);
            byte[] damaged = (byte[])whole.Clone();
            damaged[at] ^= (byte)(1 << random.Next(8));
            VmaTestResult result = VmaArchiveTest.Run(new MemoryStream(damaged));
            Assert.False(result.IsValid, $"bit flipped in byte {at}");
        }
    }

    [Theory]
    [InlineData(".vma.zst")]
    [InlineData(".vma.gz")]
    public void Checksum_that_fails_at_the_end_leaves_no_device_whole(string extension)
    {
        byte[] bytes = File.ReadAllBytes(Fixtures.Path("corpus/" + Standard + extension));
        bytes[extension == ".vma.zst" ? bytes.Length - 2 : bytes.Length - 6] ^= 0x10;
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(bytes));
        VmaPassResult result = archive.ReadForward([]);
        VmaFinding finding = Assert.Single(result.Findings);
        Assert.Equal(VmaCodes.CompressedChecksumMismatch, finding.Code);
        Assert.Contains("Compressed offset: ", finding.Message, StringComparison.Ordinal);
        Assert.All(result.Devices, static d => Assert.False(d.IsWhole));
        Assert.All(result.Devices, static d => Assert.Equal(0, d.MissingBytes));
    }

    [Theory]
    [MemberData(nameof(Extensions))]
    public void Garbage_behind_proven_data_is_told_and_harms_no_device(string extension)
    {
        byte[] bytes = [.. File.ReadAllBytes(Fixtures.Path("corpus/" + Standard + extension)), .. "garbage!"u8];
        using VmaArchive archive = VmaArchive.Open(new MemoryStream(bytes));
        VmaPassResult result = archive.ReadForward([]);
        Assert.Equal(VmaCodes.CompressedTrailingData, Assert.Single(result.Findings).Code);
        Assert.All(result.Devices, static d => Assert.True(d.IsWhole));
    }

    [Fact]
    public void Joined_frames_are_one_archive()
    {
        byte[] plain = Corpus.Bytes(Standard);
        byte[] gzip = File.ReadAllBytes(Fixtures.Path("corpus/" + Standard + ".vma.gz"));
        using MemoryStream second = new();
        using (System.IO.Compression.GZipStream packer = new(second, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            packer.Write(plain, 12288, 3);
        }

        // An extra member after the archive's end is decompressed, and then is trailing data of the archive itself.
        using VmaArchive archive = VmaArchive.Open(new MemoryStream([.. gzip, .. second.ToArray()]));
        VmaPassResult result = archive.ReadForward([]);
        Assert.Equal(VmaCodes.TrailingData, Assert.Single(result.Findings).Code);
    }

    [Fact]
    public void Window_beyond_the_limit_is_refused_by_name()
    {
        string path = Fixtures.Path("corpus/small-64m-long27-nocheck.vma.zst");
        VmaCompressionException error = Assert.Throws<VmaCompressionException>(
            () => VmaArchive.Open(path, new VmaOpenOptions { MaxWindowSize = 1 << 20 }));
        Assert.Equal(VmaCodes.CompressionWindowTooLarge, error.Code);
        Assert.Contains("1048576", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Extensions))]
    public void Archive_that_went_through_text_is_told_as_such(string extension)
    {
        byte[] bytes = File.ReadAllBytes(Fixtures.Path("corpus/" + Standard + extension)).AsSpan(0, 4096).ToArray();
        byte[][] mangled =
        [
            Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes)),
            Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(bytes)),
            [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(Encoding.Latin1.GetString(bytes))],
            [.. Encoding.UTF8.GetPreamble(), .. Encoding.UTF8.GetBytes(Encoding.Latin1.GetString(bytes))],
        ];
        foreach (byte[] text in mangled)
        {
            VmaException error = Assert.ThrowsAny<VmaException>(() => VmaArchive.Open(new MemoryStream(text)));
            Assert.Equal(VmaCodes.MangledByTextConversion, error.Code);
        }
    }

    [Fact]
    public void What_is_no_archive_is_not_taken_for_text() =>
        Assert.Equal(
            VmaCodes.NotAnArchive,
            Assert.ThrowsAny<VmaException>(() => VmaArchive.Open(new MemoryStream(Encoding.ASCII.GetBytes("Very much plain text")))).Code);

    [Fact]
    public void Formats_are_told_by_their_first_bytes()
    {
        Assert.Equal(VmaCompression.Zstd, CompressionFormats.Detect([0x28, 0xB5, 0x2F, 0xFD]));
        Assert.Equal(VmaCompression.Zstd, CompressionFormats.Detect([0x5A, 0x2A, 0x4D, 0x18]));
        Assert.Equal(VmaCompression.None, CompressionFormats.Detect([0x28, 0xB5, 0x2F]));
        Assert.Equal(VmaCompression.None, CompressionFormats.Detect("VMA\0"u8));
        Assert.Equal(VmaCompression.None, CompressionFormats.Detect([]));
    }

    private static void CheckDigests(string name, VmaArchive archive)
    {
        DiskSink disks = new();
        VmaPassResult result = archive.ReadForward([disks]);
        Assert.Empty(result.Findings);
        foreach ((string device, int id, long size, string digest) in Corpus.Devices(name))
        {
            VmaDevice found = archive.FindDevice(device)!;
            Assert.Equal((id, size), (found.DeviceId, found.Size));
            Assert.Equal(digest, disks[id].Hash(result.Devices.First(d => d.Device.DeviceId == id).Length));
        }
    }
}
