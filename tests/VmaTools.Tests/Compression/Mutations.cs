using System;
using System.Collections.Generic;

namespace VmaTools.Tests.Compression;

/// <summary>Damages files in ways that can be repeated: each number is one damage.</summary>
internal static class Mutations
{
    /// <summary>How many a test runs.</summary>
    public static int Count { get; } = Trials.Of(5_000);

    public static byte[] Apply(IReadOnlyList<byte[]> seeds, Random random)
    {
        List<byte> data = [.. seeds[random.Next(seeds.Count)]];
        for (int i = random.Next(4); i >= 0 && data.Count > 0; i--)
        {
            // Half of all damages go where headers are, a quarter to the end.
            int at = random.Next(4) switch
            {
                0 or 1 => random.Next(Math.Min(data.Count, 80)),
                2 => data.Count - 1 - random.Next(Math.Min(data.Count, 16)),
                _ => random.Next(data.Count),
            };
            switch (random.Next(7))
            {
                case 0:
                    data[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    data[at] = (byte)random.Next(256);
                    break;
                case 2:
                    data.RemoveRange(at, data.Count - at);
                    break;
                case 3:
                    data.RemoveRange(at, Math.Min(random.Next(1, 40), data.Count - at));
                    break;
                case 4:
                    byte[] inserted = new byte[random.Next(1, 20)];
                    random.NextBytes(inserted);
                    data.InsertRange(at, inserted);
                    break;
                case 5:
                    int length = Math.Min(random.Next(1, 200), data.Count - at);
                    data.InsertRange(random.Next(data.Count), data.GetRange(at, length));
                    break;
                default:
                    byte value = (byte)(random.Next(2) * 255);
                    for (int end = Math.Min(data.Count, at + random.Next(1, 9)); at < end; at++)
                    {
                        data[at] = value;
                    }

                    break;
            }
        }

        return data.ToArray();
    }
}
