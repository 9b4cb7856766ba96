using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Compression;
using Xunit;

namespace VmaTools.Tests.Compression;

public class LzopDecodingTests
{
    private static readonly byte[] Data = StreamSamples.Text(100, 1);

    public static TheoryData<string> FixtureNames =>
        [.. Directory.GetFiles(Fixtures.Path("lzop"), "*.lzo").Select(path => Path.GetFileName(path)).Order()];

    public static TheoryData<string> SampleNames => [.. StreamSamples.Names];

    [Theory]
    [MemberData(nameof(FixtureNames))]
    public void Fixtures_decode_to_their_sample_however_they_are_read(string name)
    {
        byte[] file = File.ReadAllBytes(Fixtures.Path("lzop/" + name));
        byte[] sample = StreamSamples.Get(name.Split('-')[0]);
        bool isUnchecked = name.Contains("unchecked");
        foreach (int readSize in new[] { 1, 300, 1 << 20 })
        {
            foreach (int atOnce in new[] { 1, 33, int.MaxValue })
            {
                Decoding decoding = Decoding.Of(Open(new TricklingStream(file, atOnce)), readSize);
                decoding.AssertIs(sample, file.Length);
                Assert.Equal(isUnchecked, decoding.HasUncheckedContent);
                Assert.Equal(isUnchecked ? 0 : sample.Length, decoding.VerifiedPosition);
            }
        }
    }

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void What_lzop_compresses_decodes(string name)
    {
        byte[] sample = StreamSamples.Get(name);
        foreach (string arguments in new[]
        {
            // 2 to 6 are one and the same.
            "-1", "-3", "-7", "-8", "-9", "-F", "--no-checksum", "--crc32",
        })
        {
            byte[] file = Tool.Filter("lzop", "-c " + arguments, sample);
            Decoding decoding = Decode(file);
            decoding.AssertIs(sample, file.Length);
            Assert.Equal(arguments is "-F" or "--no-checksum" && sample.Length > 0, decoding.HasUncheckedContent);
        }
    }

    [Fact]
    public void From_every_boundary_the_rest_is_the_same_and_still_checked()
    {
        new Tool("lzop").SkipIfMissing();
        byte[] sample = StreamSamples.Matches(900_000, 11);
        byte[] checkedFile = Tool.Filter("lzop", "-c", sample);
        byte[] uncheckedFile = Tool.Filter("lzop", "-cF", sample);
        Check([.. checkedFile, .. checkedFile], [.. sample, .. sample], verified: 1_800_000, boundaries: 10);
        Check([.. checkedFile, .. uncheckedFile], [.. sample, .. sample], verified: 900_000, boundaries: 10);
    }

    [Theory]
    [MemberData(nameof(FixtureNames))]
    public void From_every_boundary_of_fixtures(string name)
    {
        byte[] sample = StreamSamples.Get(name.Split('-')[0]);
        Check(
            File.ReadAllBytes(Fixtures.Path("lzop/" + name)),
            sample,
            verified: name.Contains("unchecked") ? 0 : sample.Length,
            boundaries: name.Contains("joined") ? 4 : 3);
    }

    [Theory]
    [InlineData((uint)(LzopFlags.None), 0x1040)]
    [InlineData((uint)(LzopFlags.DataAdler32), 0x0900)]
    [InlineData((uint)(LzopFlags.DataAdler32 | LzopFlags.HeaderCrc32 | LzopFlags.ExtraField), 0x1041)]
    [InlineData((uint)(LzopFlags.DataAdler32 | LzopFlags.Multipart | LzopFlags.ExtraField), 0x0940)]
    [InlineData((uint)(LzopFlags.DataAdler32 | LzopFlags.CompressedAdler32 | LzopFlags.DataCrc32 | LzopFlags.CompressedCrc32), 0x1040)]
    public void Kinds_of_headers_that_lzop_reads(uint flags, int version)
    {
        LzopFlags set = (LzopFlags)flags;
        byte[] extraField = [1, 2, 3];
        LzopBytes file = new LzopBytes().Header(set, (ushort)version, extraField: (set & LzopFlags.ExtraField) != 0 ? extraField : null);
        byte[] bytes = file.Stored(Data).Block(new byte[300], Zeros300).End();
        Decode(bytes).AssertIs([.. Data, .. new byte[300]], bytes.Length);
    }

    // Four literals, then a match of 296 from one byte back, then the end.
    private static byte[] Zeros300 => [21, 0, 0, 0, 0, 0x20, 0, 8, 0, 0, 0x11, 0, 0];

    public static IEnumerable<TheoryDataRow<string, byte[], string>> Refused()
    {
        static byte[] With(LzopBytes header) => header.Stored(Data).End();

        const string Corrupt = VmaCodes.CompressedDataCorrupt;
        const string Unsupported = VmaCodes.CompressionNotSupported;
        const string Mismatch = VmaCodes.CompressedChecksumMismatch;
        yield return new("no lzop", [0x89, 0x4C, 0x5A, 0x50], Corrupt);
        yield return new("version", With(new LzopBytes().Header(version: 0x08FF)), Corrupt);
        yield return new("old version needed", With(new LzopBytes().Header(versionNeeded: 0x08FF)), Corrupt);
        yield return new("new version needed", With(new LzopBytes().Header(versionNeeded: 0x1041)), Unsupported);
        yield return new("method 0", With(new LzopBytes().Header(method: 0)), Unsupported);
        yield return new("method 4", With(new LzopBytes().Header(method: 4)), Unsupported);
        yield return new("level", With(new LzopBytes().Header(level: 10)), Unsupported);
        yield return new("reserved", With(new LzopBytes().Header((LzopFlags)0x4001)), Unsupported);
        yield return new("filter", With(new LzopBytes().Header(LzopFlags.Filter)), Unsupported);
        yield return new("only compressed Adler-32", With(new LzopBytes().Header(LzopFlags.CompressedAdler32)), Corrupt);
        yield return new("only compressed CRC-32", With(new LzopBytes().Header(LzopFlags.CompressedCrc32 | LzopFlags.DataAdler32)), Corrupt);
        yield return new("checksum", With(new LzopBytes().Header(checksumError: 1)), Mismatch);
        yield return new("CRC-32", With(new LzopBytes().Header(LzopFlags.HeaderCrc32, checksumError: 1)), Mismatch);
        yield return new("split", new LzopBytes().Header().Number(0xFFFFFFFF).ToArray(), Unsupported);
        yield return new("block of 64 MiB and a byte", new LzopBytes().Header().Number((64 << 20) + 1).Number(1).ToArray(), Corrupt);
        yield return new("longer compressed", new LzopBytes().Header().Number(4).Number(5).ToArray(), Corrupt);
        yield return new("nothing compressed", new LzopBytes().Header().Number(4).Number(0).ToArray(), Corrupt);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_refused_before_any_data(string what, byte[] file, string code)
    {
        _ = what;
        Decoding decoding = Decode(file);
        Assert.Equal(code, decoding.Code);
        Assert.Empty(decoding.Data);
    }

    [Fact]
    public void A_wrong_checksum_of_an_extra_field_is_told()
    {
        byte[] file = new LzopBytes().Header(LzopFlags.DataAdler32 | LzopFlags.ExtraField, extraField: [5]).ToArray();
        file[^1] ^= 1;
        Decoding decoding = Decode(file);
        Assert.Equal((VmaCodes.CompressedChecksumMismatch, file.Length - 4), (decoding.Code, decoding.ErrorCompressedOffset));
    }

    [Theory]
    [InlineData((uint)(LzopFlags.DataAdler32), 0)]
    [InlineData((uint)(LzopFlags.DataCrc32), 0)]
    [InlineData((uint)(LzopFlags.DataAdler32 | LzopFlags.CompressedAdler32), 4)]
    [InlineData((uint)(LzopFlags.DataCrc32 | LzopFlags.CompressedCrc32), 4)]
    [InlineData((uint)(LzopFlags.DataAdler32 | LzopFlags.DataCrc32), 4)]
    public void Each_checksum_is_checked_before_the_block_is_delivered(uint flags, int which)
    {
        byte[] file = new LzopBytes().Header((LzopFlags)flags).Stored(Data).ToArray();
        int checksums = file.Length + 8;
        byte[] second = new LzopBytes().Header((LzopFlags)flags).Block(new byte[300], Zeros300).End();
        int header = new LzopBytes().Header((LzopFlags)flags).ToArray().Length;
        byte[] whole = [.. file, .. second[header..]];
        Decode(whole).AssertIs([.. Data, .. new byte[300]], whole.Length);
        whole[checksums + which] ^= 1;
        Decoding decoding = Decode(whole);
        Assert.Equal((VmaCodes.CompressedChecksumMismatch, checksums), (decoding.Code, decoding.ErrorCompressedOffset));
        Assert.Equal(Data, decoding.Data);
        Assert.Equal(Data.Length, decoding.VerifiedPosition);
        Assert.Equal(Data.Length, decoding.ErrorOffset);
    }

    [Fact]
    public void Every_cut_is_told_and_all_whole_blocks_before_it_delivered()
    {
        byte[] file = File.ReadAllBytes(Fixtures.Path("lzop/small-joined.lzo"));
        for (int length = 0; length < file.Length; length++)
        {
            Decoding decoding = Decode(file[..length]);
            if (decoding.Code is null)
            {
                // Between the two files that are joined a cut cannot be told.
                Assert.Equal(3000, decoding.Data.Length);
                Assert.Equal((byte)0x89, file[length]);
                continue;
            }

            Assert.Equal(VmaCodes.CompressedDataTruncated, decoding.Code);
            Assert.Equal(length, decoding.ErrorCompressedOffset);
            Assert.Equal(decoding.Data.Length, decoding.ErrorOffset);
            Assert.Equal(decoding.Data.Length, decoding.VerifiedPosition);
        }
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 7 }, VmaCodes.CompressedTrailingData, 2)]
    [InlineData(new byte[] { 0x89, 0x4C, 0x5A, 0x4F, 0, 0 }, VmaCodes.CompressedTrailingData, 0)]
    [InlineData(new byte[] { 0x89, 0x4C, 0x5A }, VmaCodes.CompressedDataTruncated, 3)]
    [InlineData(new byte[] { 0, 0, 0 }, null, 0)]
    public void What_follows_the_data_is_told(byte[] rest, string? code, int offset)
    {
        byte[] file = new LzopBytes().Header().Stored(Data).End();
        Decoding decoding = Decode([.. file, .. rest]);
        Assert.Equal(code, decoding.Code);
        Assert.Equal(code is null ? -1 : file.Length + offset, decoding.ErrorCompressedOffset);
        Assert.Equal(Data, decoding.Data);
        Assert.Equal(Data.Length, decoding.VerifiedPosition);
    }

    [Fact]
    public void A_header_alone_cannot_ask_for_much_memory()
    {
        byte[] file = new LzopBytes().Header(LzopFlags.None).Number(LzopDecodingStream.MaxBlockSize).Number(LzopDecodingStream.MaxBlockSize - 1).ToArray();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(VmaCodes.CompressedDataTruncated, Decode(file, 100).Code);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
    }

    [Fact]
    public void Matches_its_own_first_bytes_only()
    {
        Assert.True(LzopDecodingStream.Matches(new LzopBytes().Header().ToArray()));
        Assert.False(LzopDecodingStream.Matches([0x89, 0x4C, 0x5A, 0x4F]));
        Assert.False(LzopDecodingStream.Matches([0x1F, 0x8B]));
    }

    internal static LzopDecodingStream Open(Stream source) => new(source, leaveOpen: true);

    internal static Decoding Decode(byte[] file, int readSize = 1 << 20) =>
        Decoding.Of(Open(new TricklingStream(file)), readSize);

    private static void Check(byte[] file, byte[] sample, long verified, int boundaries)
    {
        LzopDecodingStream stream = Open(new TricklingStream(file));
        List<DecoderState> states = [stream.CaptureState()];
        Decoding.Of(stream, 70_000, s =>
        {
            if (s.AtBlockBoundary)
            {
                states.Add(s.CaptureState());
            }
            else
            {
                Assert.Throws<InvalidOperationException>(s.CaptureState);
            }
        }).AssertIs(sample, file.Length);
        states.Add(stream.CaptureState());
        Assert.Equal(boundaries, states.Count);
        foreach (DecoderState state in states)
        {
            TricklingStream source = new(file, start: (int)state.CompressedPosition);
            Decoding rest = Decoding.Of(LzopDecodingStream.Resume(source, leaveOpen: true, state));
            Assert.Null(rest.Code);
            Assert.True(rest.Data.AsSpan().SequenceEqual(sample.AsSpan((int)state.DecodedPosition)));
            Assert.Equal(verified, rest.VerifiedPosition);
            Assert.Equal(file.Length, rest.CompressedPosition);
        }
    }
}
