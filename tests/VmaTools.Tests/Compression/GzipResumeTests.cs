using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Compression;
using Xunit;

namespace VmaTools.Tests.Compression;

public class GzipResumeTests
{
    public static TheoryData<string> FixtureNames => GzipDecodingTests.FixtureNames;

    [Theory]
    [MemberData(nameof(FixtureNames))]
    public void From_every_boundary_the_rest_is_the_same_and_still_checked(string name)
    {
        byte[] file = File.ReadAllBytes(Fixtures.Path("gzip/" + name));
        Check(file, StreamSamples.Get(name.Split('-')[0]), minBoundaries: name.Contains("level9") ? 2 : 3);
    }

    [Fact]
    public void From_every_boundary_of_many_kinds_of_blocks()
    {
        byte[] data = [.. StreamSamples.Random(40_000, 3), 65, .. Enumerable.Repeat((byte)65, 258), 66];
        GzipBytes file = new GzipBytes().Header();
        file.Stored(data[..30_000]).Stored([]).Stored(data[30_000..40_000]).Fixed().Symbol(65).Symbol(256).Fixed().Symbol(256);
        file.Fixed().Symbol(285).Distance(0).Symbol(256).Fixed(last: true).Symbol(66).Symbol(256);
        byte[] member = file.Trailer(data);
        Check([.. member, .. member], [.. data, .. data], minBoundaries: 10);
    }

    [Fact]
    public void Boundaries_are_the_same_however_it_is_read()
    {
        byte[] file = File.ReadAllBytes(Fixtures.Path("gzip/mixed-joined-padded.gz"));
        List<(long, long)> expected = Boundaries(file, 1 << 20).Select(s => (s.CompressedPosition, s.DecodedPosition)).ToList();
        foreach (int readSize in new[] { 1, 13, 1000 })
        {
            Assert.Equal(expected, Boundaries(file, readSize).Select(s => (s.CompressedPosition, s.DecodedPosition)));
        }
    }

    [Fact]
    public void A_damaged_rest_fails_from_every_boundary_too()
    {
        byte[] file = File.ReadAllBytes(Fixtures.Path("gzip/mixed-rsyncable.gz"));
        List<GzipState> states = Boundaries(file, 1 << 20);
        file[^8] ^= 1;
        foreach (GzipState state in states.Where(s => s.Step is GzipStep.Block or GzipStep.Trailer))
        {
            Assert.Equal(VmaCodes.CompressedChecksumMismatch, Rest(file, state).Code);
        }
    }

    [Fact]
    public void Within_a_block_there_is_no_state()
    {
        GzipDecodingStream stream = GzipDecodingTests.Open(new MemoryStream(GzipBytes.Member(StreamSamples.Get("text"))));
        Assert.True(stream.AtBlockBoundary);
        stream.ReadByte();
        Assert.False(stream.AtBlockBoundary);
        Assert.Throws<InvalidOperationException>(stream.CaptureState);
    }

    private static void Check(byte[] file, byte[] sample, int minBoundaries)
    {
        List<GzipState> states = Boundaries(file, 1 << 20);
        Assert.InRange(states.Count, minBoundaries, int.MaxValue);
        foreach (GzipState state in states)
        {
            // Twice, since a state serves any number of times.
            for (int i = 0; i < 2; i++)
            {
                Decoding rest = Rest(file, state);
                Assert.Null(rest.Code);
                Assert.True(rest.Data.AsSpan().SequenceEqual(sample.AsSpan((int)state.DecodedPosition)));
                Assert.Equal(sample.Length, rest.VerifiedPosition);
                Assert.Equal(file.Length, rest.CompressedPosition);
            }

            GzipState again = (GzipState)Resume(file, state).CaptureState();
            Assert.Equal(state.CompressedPosition, again.CompressedPosition);
            Assert.Equal(state.Window, again.Window);
            Assert.Equal((state.PartialBits, state.PartialBitCount), (again.PartialBits, again.PartialBitCount));
        }
    }

    private static List<GzipState> Boundaries(byte[] file, int readSize)
    {
        GzipDecodingStream stream = GzipDecodingTests.Open(new TricklingStream(file));
        List<GzipState> states = [(GzipState)stream.CaptureState()];
        Decoding.Of(stream, readSize, s =>
        {
            if (s.AtBlockBoundary)
            {
                states.Add((GzipState)s.CaptureState());
            }
        });
        states.Add((GzipState)stream.CaptureState());
        return states;
    }

    private static GzipDecodingStream Resume(byte[] file, GzipState state) => GzipDecodingStream.Resume(
        new TricklingStream(file, start: (int)state.CompressedPosition), leaveOpen: true, state);

    private static Decoding Rest(byte[] file, GzipState state) => Decoding.Of(Resume(file, state));
}
