using System;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.Compression;

/// <summary>Decoding what the zstd program makes of all kinds of content, with all kinds of options.</summary>
public class ZstdJudgeTests
{
    public static TheoryData<string, string> Combinations
    {
        get
        {
            var combinations = new TheoryData<string, string>();
            string[] small = ["empty", "one", "random", "text", "records", "mixed", "small", "patterns"];
            string[] options =
            [
                "-1", "-3", "-9", "-19", "-3 --rsyncable", "-3 -T0", "-5 --no-check", "-3 --single-thread",
                "-6 --zstd=wlog=10", "-12 --zstd=wlog=12", "--fast=10", "-19 --zstd=wlog=14,tlen=999", "-7 --no-compress-literals",
            ];
            foreach (string option in options)
            {
                foreach (string sample in small)
                {
                    combinations.Add(option, sample);
                }
            }

            combinations.Add("--ultra -22 --long=27", "mixed");
            combinations.Add("--ultra -22 --long=27", "patterns");
            combinations.Add("-1", "zeros");
            combinations.Add("-3 -T0", "zeros");
            combinations.Add("-19 --zstd=wlog=17", "zeros");
            combinations.Add("-3", "far");
            combinations.Add("-3 --long=27", "veryfar");
            combinations.Add("-3 --long=25 -T0", "veryfar");
            combinations.Add("-2 --zstd=wlog=18", "far");
            combinations.Add("-9 --zstd=wlog=20", "far");
            return combinations;
        }
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public void Decodes_what_zstd_wrote(string options, string sample)
    {
        byte[] content = ZstdSamples.Make(sample);
        byte[] piped = CompressPiped(options, content);
        byte[] fromFile = CompressFile(options, content);
        foreach (byte[] compressed in new[] { piped, fromFile })
        {
            foreach (bool checkedOnly in new[] { false, true })
            {
                ZstdOutcome outcome = ZstdDecoding.Decode(compressed, checkedOnly);
                Assert.Null(outcome.Message);
                Assert.True(content.AsSpan().SequenceEqual(outcome.Bytes));
                Assert.Equal(outcome.Unchecked ? 0 : content.Length, outcome.VerifiedPosition);
                Assert.Equal(compressed.Length, outcome.CompressedPosition);
            }
        }
    }

    [Fact]
    public void Many_tiny_frames_join()
    {
        byte[] content = ZstdSamples.Make("mixed");
        byte[][] frames = [.. Enumerable.Range(0, 6).Select(i => CompressPiped("-3", content.AsSpan(i * 300, 150 * i).ToArray()))];
        var compressed = new MemoryStream();
        var expected = new MemoryStream();
        for (int i = 0; i < 3000; i++)
        {
            int which = i % frames.Length;
            compressed.Write(frames[which]);
            expected.Write(content, which * 300, 150 * which);
        }

        foreach (bool checkedOnly in new[] { false, true })
        {
            ZstdOutcome outcome = ZstdDecoding.Decode(compressed.ToArray(), checkedOnly);
            Assert.Null(outcome.Message);
            Assert.True(expected.ToArray().AsSpan().SequenceEqual(outcome.Bytes));
        }
    }

    private static byte[] CompressPiped(string options, byte[] content) => Tool.Filter("zstd", options + " -q -c", content);

    private static byte[] CompressFile(string options, byte[] content)
    {
        using TempFolder folder = new();
        string path = folder.File("content");
        File.WriteAllBytes(path, content);
        return Tool.Filter("zstd", $"{options} -q -c {path}", []);
    }
}
