using System;
using System.Collections.Generic;
using VmaTools.Archives;
using Xunit;

namespace VmaTools.Tests.Archives;

public class StoredClustersTests
{
    [Theory]
    [InlineData(1, 200)]
    [InlineData(2, 20_000)]
    [InlineData(3, uint.MaxValue)]
    public void Agrees_with_a_dictionary(int seed, uint range)
    {
        Random random = new(seed);
        StoredClusters stored = new();
        Dictionary<uint, (long, ushort)> model = [];
        for (int i = 0; i < 10_000; i++)
        {
            uint cluster = (uint)random.NextInt64(range + 1L);
            (long Offset, ushort Mask) entry = (random.NextInt64(1L << 48), (ushort)random.Next(1, 65536));
            if (model.TryAdd(cluster, entry))
            {
                stored.Add(cluster, entry.Offset, entry.Mask);
            }
        }

        Check();
        stored.Trim();
        Check();
        Assert.True(stored.Footprint >= model.Count * 8);

        void Check()
        {
            foreach ((uint cluster, (long, ushort) entry) in model)
            {
                Assert.True(stored.TryGet(cluster, out long offset, out ushort mask));
                Assert.Equal(entry, (offset, mask));
            }

            for (int i = 0; i < 1_000; i++)
            {
                uint cluster = (uint)random.NextInt64(range + 1L);
                Assert.Equal(model.ContainsKey(cluster), stored.TryGet(cluster, out _, out _));
            }
        }
    }
}
