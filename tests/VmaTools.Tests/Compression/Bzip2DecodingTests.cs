using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Compression;
using Xunit;

namespace VmaTools.Tests.Compression;

public class Bzip2DecodingTests
{
    // What an encoder would write as a last stream: no block, and so nothing to check.
    private static readonly byte[] NoData = [.. "BZh9"u8, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, 0, 0, 0, 0];

    public static TheoryData<string> FixtureNames =>
        [.. Directory.GetFiles(Fixtures.Path("bzip2"), "*.bz2").Select(path => Path.GetFileName(path)).Order()];

    public static TheoryData<string> SampleNames => [.. StreamSamples.Names];

    private static byte[] Small => File.ReadAllBytes(Fixtures.Path("bzip2/small-level1.bz2"));

    [Theory]
    [MemberData(nameof(FixtureNames))]
    public void Fixtures_decode_to_their_sample_however_they_are_read(string name)
    {
        byte[] file = File.ReadAllBytes(Fixtures.Path("bzip2/" + name));
        byte[] sample = StreamSamples.Get(name.Split('-')[0]);
        foreach (int readSize in new[] { 1, 300, 1 << 20 })
        {
            foreach (int atOnce in new[] { 1, 33, int.MaxValue })
            {
                Decoding.Of(Open(new TricklingStream(file, atOnce)), readSize).AssertIs(sample, file.Length);
            }
        }
    }

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void What_bzip2_compresses_decodes(string name)
    {
        byte[] sample = StreamSamples.Get(name);
        foreach (string arguments in new[] { "-1", "-9", "-2" })
        {
            byte[] file = Tool.Filter("bzip2", "-c " + arguments, sample);
            Decode(file).AssertIs(sample, file.Length);
        }
    }

    /// <summary>Runs are cut to four bytes and a count: all lengths around that, up to and over the longest.</summary>
    [Fact]
    public void Runs_of_all_lengths_decode()
    {
        List<byte> data = [];
        foreach (int length in Enumerable.Range(1, 20).Concat(Enumerable.Range(250, 20)).Concat([511, 518, 519, 1000]))
        {
            data.AddRange(Enumerable.Repeat((byte)length, length));
            data.AddRange(Enumerable.Repeat((byte)0xFF, 4));
        }

        byte[] sample = [.. data];
        for (int cut = 0; cut < 6; cut++)
        {
            byte[] file = Tool.Filter("bzip2", "-c", sample[..^cut]);
            foreach (int readSize in new[] { 1, 4, 257, 1 << 20 })
            {
                Decode(file, readSize).AssertIs(sample[..^cut], file.Length);
            }
        }
    }

    [Theory]
    [MemberData(nameof(FixtureNames))]
    public void From_every_boundary_the_rest_is_the_same_and_still_checked(string name)
    {
        byte[] sample = StreamSamples.Get(name.Split('-')[0]);
        byte[] file = File.ReadAllBytes(Fixtures.Path("bzip2/" + name));
        Bzip2DecodingStream stream = Open(new TricklingStream(file));
        List<DecoderState> states = [stream.CaptureState()];
        Decoding.Of(stream, 10_000, s =>
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

        // Its start and its end, and the end of each block of 100,000 bytes, but for what runs make of that.
        Assert.InRange(states.Count, 3 + (name.StartsWith("text") ? sample.Length / 110_000 : 0), 4 + (sample.Length / 40_000));
        foreach (DecoderState state in states)
        {
            TricklingStream source = new(file, start: (int)state.CompressedPosition);
            Decoding rest = Decoding.Of(Bzip2DecodingStream.Resume(source, leaveOpen: true, state));
            Assert.Null(rest.Code);
            Assert.True(rest.Data.AsSpan().SequenceEqual(sample.AsSpan((int)state.DecodedPosition)));
            Assert.Equal(sample.Length, rest.VerifiedPosition);
            Assert.Equal(file.Length, rest.CompressedPosition);
        }

        // What the checksums of the blocks give together is carried along.
        byte[] damaged = [.. file];
        damaged[^2] ^= 0x10;
        Bzip2DecodingStream late = Bzip2DecodingStream.Resume(
            new TricklingStream(damaged, start: (int)states[^2].CompressedPosition), leaveOpen: true, states[^2]);
        Assert.NotNull(Decoding.Of(late).Code);
    }

    [Fact]
    public void Every_cut_is_told_and_whole_blocks_before_it_are_delivered()
    {
        byte[] sample = StreamSamples.Get("small");
        byte[] file = Small;
        for (int length = 0; length < file.Length; length++)
        {
            Decoding decoding = Decode(file[..length]);
            Assert.Equal((VmaCodes.CompressedDataTruncated, length), (decoding.Code, decoding.ErrorCompressedOffset));
            Assert.True(decoding.Data.Length == 0 || decoding.Data.AsSpan().SequenceEqual(sample));
            Assert.Equal(decoding.Data.Length, decoding.VerifiedPosition);
        }
    }

    [Fact]
    public void No_flipped_bit_goes_unnoticed()
    {
        byte[] sample = StreamSamples.Get("small");
        byte[] file = Small;
        int passed = 0;
        for (int bit = 32; bit < file.Length * 8; bit++)
        {
            byte[] damaged = [.. file];
            damaged[bit >> 3] ^= (byte)(0x80 >> (bit & 7));
            Decoding decoding = Decode(damaged);
            if (decoding.Code is null)
            {
                // A code that is not used, a selector that nothing needs, the bits that fill up the last byte.
                Assert.True(decoding.Data.AsSpan().SequenceEqual(sample));
                passed++;
            }
            else
            {
                // Nothing of a block comes before its checksum has matched; the end of the stream is behind it.
                Assert.True(decoding.Data.Length == 0 || decoding.Data.AsSpan().SequenceEqual(sample));
                Assert.Equal(decoding.Data.Length, decoding.VerifiedPosition);
            }
        }

        Assert.InRange(passed, 0, 300);
    }

    [Fact]
    public void Checksums_of_block_and_stream_are_told_with_their_place()
    {
        byte[] sample = StreamSamples.Get("small");
        byte[] file = Small;
        byte[] block = [.. file];
        block[10] ^= 1;
        Decoding decoding = Decode(block);
        Assert.Equal((VmaCodes.CompressedChecksumMismatch, 4L), (decoding.Code, decoding.ErrorCompressedOffset));
        Assert.Empty(decoding.Data);

        byte[] stream = [.. file];
        stream[^3] ^= 1;
        decoding = Decode(stream);
        Assert.Equal(VmaCodes.CompressedChecksumMismatch, decoding.Code);
        Assert.InRange(decoding.ErrorCompressedOffset, file.Length - 5, file.Length - 4);
        Assert.Equal(sample, decoding.Data);
        Assert.Equal(sample.Length, decoding.VerifiedPosition);
    }

    [Fact]
    public void A_missing_block_shows_in_the_checksum_of_the_stream()
    {
        // What two streams hold in one: the second block begins where the first stream's end would.
        byte[] sample = StreamSamples.Get("small");
        byte[] twice = [.. Small, .. NoData, .. Small];
        Decode(twice).AssertIs([.. sample, .. sample], twice.Length);
        byte[] emptied = [.. "BZh9"u8, .. NoData[4..10], .. new byte[] { 1, 2, 3, 4 }];
        Decoding decoding = Decode(emptied);
        Assert.Equal((VmaCodes.CompressedChecksumMismatch, 10L), (decoding.Code, decoding.ErrorCompressedOffset));
    }

    [Fact]
    public void Randomised_blocks_are_refused_by_name()
    {
        byte[] file = Small;
        file[14] |= 0x80;
        Decoding decoding = Decode(file);
        Assert.Equal(VmaCodes.CompressionNotSupported, decoding.Code);
        Assert.Empty(decoding.Data);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 7 }, VmaCodes.CompressedTrailingData, 2)]
    [InlineData(new byte[] { 0x42, 0x5A, 0x68, 0x30, 0, 0 }, VmaCodes.CompressedDataCorrupt, 0)]
    [InlineData(new byte[] { 0x42, 0x5A, 0x68 }, VmaCodes.CompressedDataTruncated, 3)]
    [InlineData(new byte[] { 0, 0, 0 }, null, 0)]
    public void What_follows_the_data_is_told(byte[] rest, string? code, int offset)
    {
        byte[] sample = StreamSamples.Get("small");
        Decoding decoding = Decode([.. Small, .. rest]);
        Assert.Equal(code, decoding.Code);
        Assert.Equal(code is null ? -1 : Small.Length + offset, decoding.ErrorCompressedOffset);
        Assert.Equal(sample, decoding.Data);
        Assert.Equal(sample.Length, decoding.VerifiedPosition);
    }

    [Fact]
    public void A_header_alone_cannot_ask_for_much_memory()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(VmaCodes.CompressedDataTruncated, Decode([.. "BZh9"u8, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59]).Code);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
    }

    [Fact]
    public void Matches_its_own_first_bytes_only()
    {
        Assert.True(Bzip2DecodingStream.Matches(Small.AsSpan(0, 10)));
        Assert.True(Bzip2DecodingStream.Matches(NoData));
        Assert.False(Bzip2DecodingStream.Matches("BZh9"u8));
        Assert.False(Bzip2DecodingStream.Matches([.. "BZh0"u8, .. Small.AsSpan(4, 12)]));
        Assert.False(Bzip2DecodingStream.Matches("BZh9 is how a text may begin"u8));
    }

    [Fact]
    public void Damaged_files_end_in_a_known_error_or_were_not_damaged()
    {
        byte[] joined = File.ReadAllBytes(Fixtures.Path("bzip2/small-joined.bz2"));
        List<byte[]> seeds = [Small, joined, [.. Small, .. joined]];

        // The blocks of these are quick to decode.
        seeds.Add([.. joined[..^20], .. NoData]);
        for (int number = 0; number < Mutations.Count; number++)
        {
            byte[] file = Mutations.Apply(seeds, new Random(number));
            Decoding whole = Decode(file, 1 << 16);
            Decoding pieces = Decoding.Of(Open(new TricklingStream(file, 1 + (number % 50))), 999);
            pieces.AssertSame(whole);
            if (whole.Code is null)
            {
                Assert.Equal(whole.Data.Length, whole.VerifiedPosition);
                Assert.Equal(file.Length, whole.CompressedPosition);
            }
        }
    }

    /// <summary>Behind damage anywhere in a block the next whole one is found, wherever within a byte it begins.</summary>
    [Fact]
    public void The_next_block_is_found_behind_each()
    {
        using TempFolder folder = new();
        byte[] file = File.ReadAllBytes(Fixtures.Path("bzip2/text-level1.bz2"));
        byte[] sample = StreamSamples.Get("text");
        string path = folder.File("text.bz2");
        File.WriteAllBytes(path, file);
        List<Bzip2State> states = [];
        Bzip2DecodingStream stream = Open(new TricklingStream(file));
        Decoding.Of(stream, 1 << 20, s => states.Add((Bzip2State)s.CaptureState()));
        Assert.Contains(states, static s => s.SkippedBits > 0);
        long from = 0;
        foreach (Bzip2State state in states.Where(static s => s.Step == Bzip2Step.Mark).SkipLast(1))
        {
            long start = (state.CompressedPosition * 8) + state.SkippedBits;
            Bzip2State? found = Bzip2Resync.FindBlock(path, from + 40, default);
            Assert.Equal(start, (found!.CompressedPosition * 8) + found.SkippedBits);
            TricklingStream rest = new(file, start: (int)found.CompressedPosition);
            Decoding decoding = Decoding.Of(Bzip2DecodingStream.Resume(rest, leaveOpen: true, found));
            Assert.Null(decoding.Code);
            Assert.True(decoding.Data.AsSpan().SequenceEqual(sample.AsSpan((int)state.DecodedPosition)));
            from = start;
        }

        Assert.Null(Bzip2Resync.FindBlock(path, from + 1, default));
    }

    internal static Bzip2DecodingStream Open(Stream source) => new(source, leaveOpen: true);

    private static Decoding Decode(byte[] file, int readSize = 1 << 20) =>
        Decoding.Of(Open(new TricklingStream(file)), readSize);
}
