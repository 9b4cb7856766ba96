using System;
using System.Collections.Generic;

namespace VmaTools.Tests.Compression;

/// <summary>Damages files in ways that can be repeated: each number is one damage.</summary>
internal static class Mutations
{
    /// <summary>How many a test runs.</summary>
    public static int Count { get; } = Trials.Of(5_000);

    public static byte[] Apply(IReadOnlyList<byte[]> seeds, Random random) => Mutator.Change(seeds[random.Next(seeds.Count)], random);
}
