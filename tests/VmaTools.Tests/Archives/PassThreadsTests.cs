using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Tests.Compression;
using VmaTools.Tests.Indexing;
using Xunit;

namespace VmaTools.Tests.Archives;

/// <summary>What a pass finds does not depend on how many threads decode, whatever became of the archive.</summary>
public sealed class PassThreadsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("lzop")]
    [InlineData("bzip2")]
    [InlineData("members")]
    public void Same_findings(string way)
    {
        byte[] sound = way == "members"
            ? [.. IndexSamples.Plain.Chunk(200_000).SelectMany(static part => GzipBytes.Member(part))]
            : IndexSamples.Compress(way);
        Random random = new(3);
        HashSet<string> codes = [];
        for (int i = 0; i < Math.Max(8, Trials.Of(12)); i++)
        {
            byte[] bytes = (i % 4) switch
            {
                0 => sound,
                1 => sound[..random.Next(400_000, sound.Length)],
                2 => [.. sound, .. "and more"u8],
                _ => (byte[])sound.Clone(),
            };
            if (i % 4 == 3)
            {
                bytes[random.Next(400_000, bytes.Length)] ^= 0x10;
            }

            string path = _folder.File("archive.some");
            File.WriteAllBytes(path, bytes);
            string expected = Pass(path, threads: 1, isPiped: false, codes);
            Assert.Equal(expected, Pass(path, threads: 3, isPiped: false, codes));
            Assert.Equal(expected, Pass(path, threads: 3, isPiped: true, codes));
        }

        Assert.Contains(VmaCodes.CompressedDataTruncated, codes);
        Assert.Contains(VmaCodes.CompressedTrailingData, codes);
    }

    private static string Pass(string path, int threads, bool isPiped, HashSet<string> codes)
    {
        VmaOpenOptions options = new() { ThrottleLimit = threads };
        using VmaArchive archive = isPiped
            ? VmaArchive.Open(TricklingStream.AsPipe(File.OpenRead(path)), leaveOpen: false, options)
            : VmaArchive.Open(path, options);
        VmaPassResult result = archive.ReadForward([]);
        codes.UnionWith(result.FindingCounts.Keys);
        IEnumerable<string> findings = result.Findings.Select(static f => $"{f.Code} {f.Severity} {f.Offset} {f.Device}: {f.Message}");
        IEnumerable<string> devices = result.Devices.Select(static d => $"{d.Device.Name} {d.IsWhole} {d.IsOnlyUnproven} {d.StoredBytes} {d.ZeroBytes} {d.MissingBytes}");
        return string.Join("\n", [.. findings, .. devices, $"{result.HasChecksum} {result.BytesRead}"]);
    }
}
