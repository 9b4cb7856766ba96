using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using VmaTools.Compression;
using Xunit;
using static VmaTools.Tests.Compression.ApartStreams;

namespace VmaTools.Tests.Compression;

/// <summary>Frames decoded on several threads give what one thread that decodes them in order gives, whatever happens on the way.</summary>
public class ZstdFramesApartTests
{
    private static readonly byte[] Plain = MakePlain();

    private static readonly Lazy<byte[][]> Frames = new(static () =>
        [.. Plain.Chunk(450_000).Select(static (part, i) => Tool.Filter("zstd", i % 4 == 3 ? "-1 -q -c --no-check" : "-3 -q -c", part))]);

    [Theory]
    [InlineData("")]
    [InlineData("skippable")]
    [InlineData("empty")]
    [InlineData("large skippable")]
    [InlineData("large frame")]
    public void Same_bytes(string between)
    {
        byte[] other = between switch
        {
            "skippable" => Skippable(5_000),
            "empty" => Tool.Filter("zstd", "-3 -q -c", []),
            "large skippable" => Skippable(3 << 20),
            "large frame" => Tool.Filter("zstd", "-1 -q -c", new byte[40 << 20]),
            _ => [],
        };
        byte[] compressed = [.. Frames.Value.SelectMany((frame, i) => i is 14 or 21 ? [.. frame, .. other] : frame)];
        ZstdOutcome expected = ZstdDecoding.Decode(compressed, checkedOnly: false);
        Assert.Null(expected.Code);
        foreach (Stream source in SourcesOf(compressed))
        {
            using ZstdStream apart = ZstdStream.DecodingAhead(source, ZstdStream.DefaultMaxWindowSize, threads: 3);
            ZstdOutcome outcome = ZstdDecoding.Decode(apart);
            Assert.True(apart.IsApart);
            Assert.True(outcome.IsLike(expected), $"{outcome.Facts} where it is {expected.Facts}");
        }
    }

    [Fact]
    public void Damage_is_told_where_decoding_in_place_tells_it()
    {
        byte[] sound = [.. Frames.Value.SelectMany(static frame => frame)];
        Random random = new(5);
        HashSet<string> codes = [];
        int count = Math.Max(20, Trials.Of(40));
        for (int i = 0; i < count; i++)
        {
            byte[] damaged = (i % 4) switch
            {
                0 => sound.AsSpan(0, random.Next(2 << 20, sound.Length)).ToArray(),
                1 => [.. sound, .. "and more"u8],
                _ => (byte[])sound.Clone(),
            };
            if (i % 4 > 1)
            {
                // Into the head of a frame, or anywhere.
                int frame = random.Next(8, Frames.Value.Length);
                int start = Frames.Value.Take(frame).Sum(static f => f.Length);
                int at = start + random.Next(i % 4 == 2 ? 20 : Frames.Value[frame].Length);
                damaged[at] ^= (byte)(1 << random.Next(8));
            }

            using ZstdStream inPlace = new(new MemoryStream(damaged), leaveOpen: false);
            using ZstdStream apart = ZstdStream.DecodingAhead(SourcesOf(damaged)[i % 3], ZstdStream.DefaultMaxWindowSize, threads: 2 + (i % 3));
            codes.Add(AssertSame(inPlace, apart)?.Code ?? "none");
        }

        Assert.Superset(
            new HashSet<string>
            {
                VmaCodes.CompressedDataTruncated, VmaCodes.CompressedTrailingData, VmaCodes.CompressedDataCorrupt, VmaCodes.CompressedChecksumMismatch,
            },
            codes);
    }

    [Fact]
    public void Source_that_fails_says_so_after_what_it_gave()
    {
        byte[] compressed = [.. Frames.Value.SelectMany(static frame => frame)];
        using ZstdStream apart = ZstdStream.DecodingAhead(
            TricklingStream.UpTo(compressed, 100_000, failAt: 5_000_000), ZstdStream.DefaultMaxWindowSize, threads: 3);
        AssertTellsSourceError(apart, Plain, least: 3_000_000);
    }

    [Fact]
    public Task Can_be_given_up_at_any_time() => AssertCanBeGivenUp(
        [.. Frames.Value.SelectMany(static frame => frame)],
        static s => ZstdStream.DecodingAhead(s, ZstdStream.DefaultMaxWindowSize, threads: 3),
        1, 3 << 20, 5 << 20, 9 << 20, Plain.Length);

    private static byte[] Skippable(int length) => [0x50, 0x2A, 0x4D, 0x18, .. BitConverter.GetBytes(length), .. new byte[length]];

    // Half of it cannot be compressed, so that the frames are long enough for threads to be set to work.
    private static byte[] MakePlain()
    {
        byte[] plain = new byte[14 << 20];
        new Random(3).NextBytes(plain);
        for (int i = 0; i < plain.Length; i++)
        {
            plain[i] = (i >> 15) % 2 == 0 ? plain[i] : (byte)"a few letters that come again"[plain[i] % 29];
        }

        return plain;
    }
}
