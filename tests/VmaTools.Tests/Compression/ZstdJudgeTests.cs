using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Xunit;

namespace VmaTools.Tests.Compression;

/// <summary>Decoding what the zstd program makes of all kinds of content, with all kinds of options.</summary>
public class ZstdJudgeTests
{
    private static readonly string? Zstd = FindZstd();

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
    public async Task Decodes_what_zstd_wrote(string options, string sample)
    {
        byte[] content = ZstdSamples.Make(sample);
        byte[] piped = await CompressPiped(options, content);
        byte[] fromFile = await CompressFile(options, content);
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
    public async Task Many_tiny_frames_join()
    {
        byte[] content = ZstdSamples.Make("mixed");
        byte[][] frames = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => CompressPiped("-3", content.AsSpan(i * 300, 150 * i).ToArray())));
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

    private static async Task<byte[]> CompressPiped(string options, byte[] content)
    {
        using Process process = Start(options + " -q -c");
        Task writing = Task.Run(
            async () =>
            {
                await process.StandardInput.BaseStream.WriteAsync(content);
                process.StandardInput.Close();
            },
            TestContext.Current.CancellationToken);
        byte[] compressed = await ReadAll(process);
        await writing;
        return compressed;
    }

    private static async Task<byte[]> CompressFile(string options, byte[] content)
    {
        string path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, content, TestContext.Current.CancellationToken);
            using Process process = Start($"{options} -q -c \"{path}\"");
            return await ReadAll(process);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static Process Start(string arguments)
    {
        Assert.SkipUnless(Zstd is not null, "zstd not found on PATH");
        return Process.Start(new ProcessStartInfo(Zstd!, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
    }

    private static async Task<byte[]> ReadAll(Process process)
    {
        var bytes = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(bytes);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return bytes.ToArray();
    }

    private static string? FindZstd() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => new[] { Path.Combine(folder, "zstd"), Path.Combine(folder, "zstd.exe") })
            .FirstOrDefault(File.Exists);
}
