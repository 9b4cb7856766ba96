using System;
using System.Collections.Generic;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.Compression;

/// <summary>
/// Damages real streams at random: no other exception than ours, no hang, bounded output a step, and both paths of one mind.
/// </summary>
public class ZstdFuzzTests
{
    private const int DefaultCount = 5_000;
    private const int OutputLimit = 600_000;
    private static readonly string[] CodesAllowed =
    [
        VmaCodes.CompressedDataCorrupt, VmaCodes.CompressedDataTruncated, VmaCodes.CompressedChecksumMismatch,
        VmaCodes.CompressedTrailingData, VmaCodes.CompressionWindowTooLarge, VmaCodes.CompressionNotSupported,
    ];

    [Fact]
    public void Mutations_decode_alike_on_both_paths_or_fail_alike()
    {
        int count = Trials.Of(DefaultCount);
        byte[][] seeds = Seeds().ToArray();
        var codes = new Dictionary<string, int>();
        for (int i = 0; i < count; i++)
        {
            var dice = new Dice((ulong)i + 1000);
            byte[] mutant = Mutate(seeds, dice);
            ZstdOutcome fast = Decode(mutant, false, i);
            ZstdOutcome slow = Decode(mutant, true, i);
            Assert.True(fast.IsLike(slow), $"Mutation {i}: {fast.Facts} on the fast path, {slow.Facts} on the checked one.");
            Assert.True(fast.Code is null || CodesAllowed.Contains(fast.Code), $"Mutation {i}: {fast.Code}");
            string code = fast.Code ?? "none";
            codes[code] = codes.GetValueOrDefault(code) + 1;
        }

        // A fuzzer that reaches nothing proves nothing.
        Assert.Contains(VmaCodes.CompressedDataCorrupt, codes.Keys);
        Assert.Contains(VmaCodes.CompressedChecksumMismatch, codes.Keys);
        Assert.Contains(VmaCodes.CompressedDataTruncated, codes.Keys);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", codes.Select(pair => $"{pair.Key}: {pair.Value}")));
    }

    private static ZstdOutcome Decode(byte[] mutant, bool checkedOnly, int number)
    {
        try
        {
            return ZstdDecoding.Decode(mutant, checkedOnly, limit: OutputLimit);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"Mutation {number}, {(checkedOnly ? "checked" : "fast")} path.", exception);
        }
    }

    private static IEnumerable<byte[]> Seeds()
    {
        yield return ZstdFixtureTests.Load("small-1.zst");
        yield return ZstdFixtureTests.Load("small-19-piped.zst");
        yield return ZstdFixtureTests.Load("patterns-5-window1k-piped.zst");
        yield return ZstdFixtureTests.Load("zeros.zst").AsSpan(0, 60).ToArray();
        yield return ZstdFixtureTests.Load("one.zst");
        yield return [.. ZstdFixtureTests.Load("one.zst"), .. ZstdFixtureTests.Load("small-1.zst"), .. ZstdFixtureTests.Load("empty.zst")];
        yield return ZstdFixtureTests.Load("records-3.zst");
    }

    private static byte[] Mutate(byte[][] seeds, Dice dice)
    {
        var bytes = new List<byte>(seeds[dice.Below(seeds.Length)]);
        for (int changes = 1 + dice.Below(3); changes > 0 && bytes.Count > 0; changes--)
        {
            // Headers and tables are few bytes among many; half of all changes go where a block or the frame begins.
            int at = dice.Below(2) == 0 ? dice.Below(Math.Min(bytes.Count, 160)) : dice.Below(bytes.Count);
            switch (dice.Below(10))
            {
                case < 4:
                    bytes[at] ^= (byte)(1 << dice.Below(8));
                    break;
                case 4:
                    bytes[at] = (byte)dice.Below(256);
                    break;
                case 5:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 6:
                    bytes.InsertRange(at, Enumerable.Range(0, 1 + dice.Below(20)).Select(_ => (byte)dice.Below(256)).ToArray());
                    break;
                case 7:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + dice.Below(20)));
                    break;
                case 8:
                    byte[] other = seeds[dice.Below(seeds.Length)];
                    int from = dice.Below(other.Length);
                    bytes.RemoveRange(at, bytes.Count - at);
                    bytes.AddRange(other.AsSpan(from, Math.Min(other.Length - from, dice.Below(5000))).ToArray());
                    break;
                default:
                    bytes[Math.Min(bytes.Count - 1, 4 + dice.Below(12))] = (byte)dice.Below(256);
                    break;
            }
        }

        return bytes.ToArray();
    }
}
