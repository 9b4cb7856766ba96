using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Bytes;
using VmaTools.Compression;
using Xunit;

namespace VmaTools.Tests.Compression;

public class GzipDecodingTests
{
    public static TheoryData<string> FixtureNames =>
        [.. Directory.GetFiles(Fixtures.Path("gzip"), "*.gz").Select(path => Path.GetFileName(path)).Order()];

    public static TheoryData<string> SampleNames => [.. StreamSamples.Names];

    [Theory]
    [MemberData(nameof(FixtureNames))]
    public void Fixtures_decode_to_their_sample_however_they_are_read(string name)
    {
        byte[] file = File.ReadAllBytes(Fixtures.Path("gzip/" + name));
        byte[] sample = StreamSamples.Get(name.Split('-')[0]);
        Random random = new(1);
        Decode(file).AssertIs(sample, file.Length);
        foreach (int readSize in new[] { 1, 7, 300, 4096 })
        {
            Decode(file, readSize).AssertIs(sample, file.Length);
            Decoding.Of(Open(new TricklingStream(file, 1)), readSize).AssertIs(sample, file.Length);
            Decoding.Of(Open(new TricklingStream(new MemoryStream(file), () => random.Next(40))), readSize).AssertIs(sample, file.Length);
        }
    }

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void What_the_framework_compresses_decodes(string name)
    {
        byte[] sample = StreamSamples.Get(name);
        byte[] file = GzipBytes.Member(sample);
        Decode(file).AssertIs(sample, file.Length);
    }

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void What_gzip_compresses_decodes(string name)
    {
        byte[] sample = StreamSamples.Get(name);
        foreach (string arguments in new[] { "-1", "-2", "-3", "-4", "-5", "-6", "-7", "-8", "-9", "-1 --rsyncable" })
        {
            byte[] file = Tool.Filter("gzip", "-c " + arguments, sample);
            Decode(file).AssertIs(sample, file.Length);
        }
    }

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void What_pigz_compresses_decodes(string name)
    {
        byte[] sample = StreamSamples.Get(name);
        foreach (string arguments in new[] { "-1", "-b 128 -p 3", "-b 32 -i -R", "-0" })
        {
            byte[] file = Tool.Filter("pigz", "-c " + arguments, sample);
            Decode(file).AssertIs(sample, file.Length);
        }
    }

    [Fact]
    public void What_zopfli_in_pigz_compresses_decodes()
    {
        byte[] sample = StreamSamples.Get("small");
        byte[] file = Tool.Filter("pigz", "-c -11", sample);
        Decode(file).AssertIs(sample, file.Length);
    }

    [Fact]
    public void Many_tiny_members_decode()
    {
        byte[] sample = StreamSamples.Text(3000, 9);
        byte[] file = sample.SelectMany(value => GzipBytes.Member([value])).ToArray();
        Decode(file).AssertIs(sample, file.Length);
        Decode(file, 1).AssertIs(sample, file.Length);
    }

    [Fact]
    public void Blocks_may_end_wherever_the_source_was_read_to()
    {
        GzipBytes bytes = new GzipBytes().Header();
        byte[] data = StreamSamples.Random(2000, 31);
        for (int at = 0; at < data.Length; at++)
        {
            bytes.Fixed().Symbol(data[at]).Symbol(256);
        }

        byte[] file = bytes.Fixed(last: true).Symbol(256).Trailer(data);
        for (int atOnce = 16; atOnce < 80; atOnce++)
        {
            Decoding.Of(Open(new TricklingStream(file, atOnce))).AssertIs(data, file.Length);
        }
    }

    [Fact]
    public void Each_member_starts_without_history()
    {
        byte[] data = StreamSamples.Random(100, 1);
        byte[] reaching = new GzipBytes().Header().Fixed(last: true).Symbol(257).Distance(0).Symbol(256).Trailer([]);
        Decoding decoding = Decode([.. GzipBytes.Member(data), .. reaching]);
        Assert.Equal(VmaCodes.CompressedDataCorrupt, decoding.Code);
        Assert.Equal(data, decoding.Data);
        Assert.Equal(data.Length, decoding.VerifiedPosition);
    }

    [Fact]
    public void All_optional_header_fields_are_passed_over_and_their_checksum_is_checked()
    {
        byte[] data = [1, 2, 3];
        byte[] extraField = new byte[0x104];
        byte[] header = new GzipBytes().Header(flags: 0x1F).Raw(4, 1).Raw(extraField).Raw(9, 9, 0).Raw(8, 0).ToArray();
        ushort checksum = (ushort)Crc32.Append(Crc32.Initial, header);
        byte[] file = new GzipBytes().Raw(header).Raw((byte)checksum, (byte)(checksum >> 8)).Stored(data, last: true).Trailer(data);
        Decode(file).AssertIs(data, file.Length);

        file[5] ^= 1;
        Decoding damaged = Decode(file);
        Assert.Equal(VmaCodes.CompressedChecksumMismatch, damaged.Code);
        Assert.Equal(header.Length, damaged.ErrorCompressedOffset);
    }

    [Fact]
    public void Every_cut_is_told_and_all_before_it_delivered()
    {
        byte[] sample = StreamSamples.Get("small");
        byte[] file = File.ReadAllBytes(Fixtures.Path("gzip/small-level9.gz"));
        int delivered = 0;
        for (int length = 0; length < file.Length; length++)
        {
            Decoding decoding = Decode(file[..length]);
            Assert.Equal(VmaCodes.CompressedDataTruncated, decoding.Code);
            Assert.Equal(length, decoding.ErrorCompressedOffset);
            Assert.Equal(decoding.Data.Length, decoding.ErrorOffset);
            Assert.Equal(0, decoding.VerifiedPosition);
            Assert.InRange(decoding.Data.Length, delivered, sample.Length);
            Assert.Equal(sample[..decoding.Data.Length], decoding.Data);
            delivered = decoding.Data.Length;
        }

        Assert.Equal(sample.Length, delivered);
    }

    [Fact]
    public void A_wrong_checksum_or_length_is_told_after_the_data()
    {
        byte[] sample = StreamSamples.Get("small");
        byte[] file = GzipBytes.Member(sample);
        foreach (int back in new[] { 8, 5, 4, 1 })
        {
            byte[] damaged = (byte[])file.Clone();
            damaged[^back] ^= 0x10;
            Decoding decoding = Decode([.. file, .. damaged]);
            Assert.Equal(VmaCodes.CompressedChecksumMismatch, decoding.Code);
            Assert.Equal((2 * file.Length) - (back > 4 ? 8 : 4), decoding.ErrorCompressedOffset);
            Assert.Equal(2 * sample.Length, decoding.ErrorOffset);
            Assert.Equal(2 * sample.Length, decoding.Data.Length);
            Assert.Equal(sample.Length, decoding.VerifiedPosition);
        }
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 7 }, VmaCodes.CompressedTrailingData, 2)]
    [InlineData(new byte[] { 7 }, VmaCodes.CompressedTrailingData, 0)]
    [InlineData(new byte[] { 0x1F, 0x8C }, VmaCodes.CompressedTrailingData, 0)]
    [InlineData(new byte[] { 0, 0x1F, 0x8B, 8 }, VmaCodes.CompressedTrailingData, 1)]
    [InlineData(new byte[] { 0x1F }, VmaCodes.CompressedDataTruncated, 1)]
    [InlineData(new byte[] { 0x1F, 0x8B, 7 }, VmaCodes.CompressionNotSupported, 2)]
    [InlineData(new byte[] { 0x1F, 0x8B, 8, 0x20 }, VmaCodes.CompressionNotSupported, 3)]
    public void What_follows_the_data_is_told(byte[] rest, string code, int offset)
    {
        byte[] sample = StreamSamples.Get("small");
        byte[] file = GzipBytes.Member(sample);
        Decoding decoding = Decode([.. file, .. rest]);
        Assert.Equal(code, decoding.Code);
        Assert.Equal(file.Length + offset, decoding.ErrorCompressedOffset);
        Assert.Equal(sample, decoding.Data);
        Assert.Equal(sample.Length, decoding.VerifiedPosition);
    }

    public static IEnumerable<TheoryDataRow<string, byte[], int>> Malformed()
    {
        static GzipBytes Start() => new GzipBytes().Header();

        // So much that the fast loop meets the error, not the end.
        byte[] padding = new byte[400];
        yield return new("no gzip", [0x50, 0x4B, 3, 4], 0);
        yield return new("block of kind 3", Start().Bits(7, 3).Raw(padding).ToArray(), 10);
        yield return new("stored length", Start().Bits(1, 3).Align().Raw(5, 0, 0xFA, 0xFE).Raw(padding).ToArray(), 11);
        yield return new("distance without data", Start().Fixed().Symbol(257).Distance(0).Raw(padding).ToArray(), 10);
        yield return new("distance beyond data", Start().Fixed().Symbol(65).Symbol(285).Distance(1).Align().Raw(padding).ToArray(), 11);
        yield return new("length symbol 286", Start().Fixed().Symbol(65).Symbol(286).Align().Raw(padding).ToArray(), 11);
        yield return new("distance symbol 30", Start().Fixed().Symbol(65).Symbol(257).Distance(30).Align().Raw(padding).ToArray(), 11);
        yield return new("287 length symbols", Start().Dynamic().Bits(30, 5).Bits(0, 5).Bits(15, 4).Raw(padding).ToArray(), 10);
        yield return new("31 distance symbols", Start().Dynamic().Bits(0, 5).Bits(30, 5).Bits(15, 4).Raw(padding).ToArray(), 10);
        yield return new("no code lengths", Start().Dynamic().Bits(0, 5).Bits(0, 5).Bits(0, 4).Bits(0, 12).Raw(padding).ToArray(), 10);
        yield return new("one code length", Start().Dynamic().Bits(0, 5).Bits(0, 5).Bits(0, 4).Bits(1, 12).Raw(padding).ToArray(), 10);
        yield return new("too many code lengths", Start().Dynamic().Bits(0, 5).Bits(0, 5).Bits(0, 4).Bits(0x249, 12).Raw(padding).ToArray(), 10);

        // Code lengths for 16 and 0 of one bit each: 0 is the symbol 0, 1 is 16.
        static GzipBytes RepeatOrZero() => Start().Dynamic().Bits(0, 5).Bits(0, 5).Bits(0, 4).Bits(1, 3).Bits(0, 6).Bits(1, 3);
        yield return new("repeat before the first", RepeatOrZero().Code(1, 1).Align().Raw(padding).ToArray(), 13);
        yield return new("repeat beyond the last", RepeatOrZero().Code(0, 1).Raw([.. Enumerable.Repeat((byte)0xFF, 400)]).ToArray(), 29);

        // Code lengths for 18 and 1 of one bit each: 0 is the symbol 1, 1 is 18.
        static GzipBytes OneOrZeros() => Start().Dynamic().Bits(0, 5).Bits(0, 5).Bits(14, 4)
            .Bits(0, 6).Bits(1, 3).Bits(0, 42).Bits(1, 3);
        yield return new("no end of block", OneOrZeros().Code(1, 1).Bits(127, 7).Code(1, 1).Bits(109, 7).Code(0, 1).Align().Raw(padding).ToArray(), 10);
        yield return new("too many literals", OneOrZeros().Code(0, 3).Code(1, 1).Bits(127, 7).Code(1, 1).Bits(104, 7).Code(0, 2).Align().Raw(padding).ToArray(), 10);
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public void What_breaks_a_rule_is_told_where_it_does(string what, byte[] file, int offset)
    {
        _ = what;
        Decoding fast = Decode(file);
        Assert.Equal((VmaCodes.CompressedDataCorrupt, offset), (fast.Code, fast.ErrorCompressedOffset));
        Assert.Equal(fast.Data.Length, fast.ErrorOffset);
        Decode(file, 1).AssertSame(fast);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_block_may_know_no_more_than_its_end(uint distanceCode)
    {
        // Code lengths for 18 of one bit, for 0 and 1 of two: 256 zeros and a one; then no distance, or a single one.
        byte[] file = new GzipBytes().Header().Dynamic(last: true).Bits(0, 5).Bits(0, 5).Bits(14, 4)
            .Bits(0, 6).Bits(1, 3).Bits(2, 3).Bits(0, 39).Bits(2, 3)
            .Code(0, 1).Bits(127, 7).Code(0, 1).Bits(107, 7).Code(3, 2).Code(distanceCode, 2)
            .Code(0, 1)
            .Trailer([]);
        Decode(file).AssertIs([], file.Length);
    }

    [Fact]
    public void Errors_repeat_and_the_source_is_closed_when_owned()
    {
        TricklingStream source = new(GzipBytes.Member([1])[..^1]);
        GzipDecodingStream stream = new(source, leaveOpen: false);
        byte[] buffer = new byte[10];
        Assert.Equal(1, stream.Read(buffer, 0, 10));
        Assert.Equal(0, stream.Read(buffer, 0, 0));
        for (int i = 0; i < 2; i++)
        {
            VmaCompressionException error = Assert.Throws<VmaCompressionException>(() => stream.Read(buffer, 0, 10));
            Assert.Equal(VmaCodes.CompressedDataTruncated, error.Code);
            Assert.False(stream.AtBlockBoundary);
        }

        stream.Dispose();
        Assert.True(source.IsDisposed);
    }

    [Fact]
    public void What_fails_in_the_source_comes_through_after_what_was_decoded()
    {
        byte[] sample = StreamSamples.Get("mixed");
        byte[] file = GzipBytes.Member(sample);
        int left = 5;
        TricklingStream source = new(new MemoryStream(file), () => left-- > 0 ? file.Length / 8 : throw new IOException("gone"));
        GzipDecodingStream stream = new(source, leaveOpen: true);
        byte[] buffer = new byte[sample.Length];
        int total = 0;
        Assert.Throws<IOException>(() =>
        {
            int read;
            while ((read = stream.Read(buffer, total, buffer.Length - total)) > 0)
            {
                total += read;
            }
        });
        Assert.InRange(total, 1, sample.Length - 1);
        Assert.Equal(sample[..total], buffer[..total]);
        Assert.Equal(total, stream.DecodedPosition);
    }

    [Fact]
    public void Matches_its_own_first_bytes_only()
    {
        Assert.True(GzipDecodingStream.Matches([0x1F, 0x8B, 8]));
        Assert.False(GzipDecodingStream.Matches([0x1F]));
        Assert.False(GzipDecodingStream.Matches([0x28, 0xB5, 0x2F, 0xFD]));
    }

    internal static GzipDecodingStream Open(Stream source) => new(source, leaveOpen: true);

    internal static Decoding Decode(byte[] file, int readSize = 1 << 20) =>
        Decoding.Of(Open(new TricklingStream(file)), readSize);
}
