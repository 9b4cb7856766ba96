using System;
using System.IO;
using VmaTools.Compression;
using Xunit;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace VmaTools.Tests.Compression;

/// <summary>The decoder against a port of zstd that is always there: what it encodes, and what it makes of damage.</summary>
public class ZstdSharpTests
{
    public static TheoryData<int, string> Combinations
    {
        get
        {
            TheoryData<int, string> combinations = [];
            foreach (int level in new[] { -7, 1, 3, 6, 12, 19 })
            {
                foreach (string sample in new[] { "empty", "one", "random", "text", "records", "mixed", "patterns" })
                {
                    combinations.Add(level, sample);
                }
            }

            return combinations;
        }
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Decodes_what_it_encoded(int level, string sample)
    {
        byte[] content = ZstdSamples.Make(sample);
        foreach (bool isChecked in new[] { true, false })
        {
            byte[] whole = Whole(content, level, isChecked);
            foreach (byte[] compressed in level < 10 ? [whole, InPieces(content, level, isChecked)] : new[] { whole })
            {
                foreach (bool checkedOnly in new[] { false, true })
                {
                    ZstdOutcome outcome = ZstdDecoding.Decode(compressed, checkedOnly);
                    Assert.Null(outcome.Message);
                    Assert.True(content.AsSpan().SequenceEqual(outcome.Bytes));
                    Assert.Equal(compressed.Length, outcome.CompressedPosition);
                    Assert.Equal(!isChecked, outcome.Unchecked);
                    Assert.Equal(isChecked ? content.Length : 0, outcome.VerifiedPosition);
                }
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(19)]
    public void References_over_megabytes(int level)
    {
        byte[] content = ZstdSamples.Make("far");
        using Compressor compressor = new(level);
        compressor.SetParameter(ZSTD_cParameter.ZSTD_c_enableLongDistanceMatching, 1);
        compressor.SetParameter(ZSTD_cParameter.ZSTD_c_windowLog, 23);
        ZstdOutcome outcome = ZstdDecoding.Decode(compressor.Wrap(content).ToArray(), checkedOnly: false);
        Assert.Null(outcome.Message);
        Assert.True(content.AsSpan().SequenceEqual(outcome.Bytes));
    }

    /// <summary>Nothing but zstd's own checks tells this damage; ours may tell more of it, never less.</summary>
    [Fact]
    public void Damage_that_it_refuses_is_refused_and_what_it_makes_of_other_damage_is_the_same()
    {
        int taken = 0;
        int refused = 0;
        foreach ((int level, string sample) in new[] { (1, "small"), (3, "small"), (19, "small"), (6, "text") })
        {
            byte[] sound = Whole(ZstdSamples.Make(sample), level, isChecked: false);
            Random random = new(level);
            int count = Trials.Of(80);
            for (int i = 0; i < count; i++)
            {
                byte[] bad = (byte[])sound.Clone();
                bad[random.Next(bad.Length)] ^= (byte)(1 << random.Next(8));
                ZstdOutcome ours = ZstdDecoding.Decode(bad, checkedOnly: i % 2 == 0);
                if (ours.Code is null)
                {
                    Assert.True(Decode(bad) is { } theirs && theirs.AsSpan().SequenceEqual(ours.Bytes), $"level {level}, {sample}, {i}");
                    taken++;
                }
                else
                {
                    refused++;
                }
            }
        }

        Assert.InRange(taken, 10, int.MaxValue);
        Assert.InRange(refused, 10, int.MaxValue);
    }

    private static byte[] Whole(byte[] content, int level, bool isChecked)
    {
        using Compressor compressor = new(level);
        compressor.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, isChecked ? 1 : 0);
        return compressor.Wrap(content).ToArray();
    }

    /// <summary>A frame that does not know its size, with a block wherever the stream was flushed.</summary>
    private static byte[] InPieces(byte[] content, int level, bool isChecked)
    {
        using MemoryStream compressed = new();
        using (CompressionStream stream = new(compressed, level))
        {
            stream.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, isChecked ? 1 : 0);
            for (int at = 0, size = 1000; at < content.Length; at += size, size = size * 3 / 2)
            {
                stream.Write(content, at, Math.Min(size, content.Length - at));
                stream.Flush();
            }
        }

        return compressed.ToArray();
    }

    private static byte[]? Decode(byte[] compressed)
    {
        try
        {
            using MemoryStream content = new();
            using DecompressionStream stream = new(new MemoryStream(compressed));
            stream.CopyTo(content);
            return content.ToArray();
        }
        catch (Exception exception) when (exception is ZstdException or EndOfStreamException)
        {
            return null;
        }
    }
}
