using System;
using System.Collections.Generic;
using System.Linq;
using VmaTools.Extents;
using Xunit;

namespace VmaTools.Tests.Archives;

public class ClusterSetTests
{
    [Theory]
    [InlineData(1, 100)]
    [InlineData(2, 3_000)]
    [InlineData(3, 100_000)]
    [InlineData(4, uint.MaxValue)]
    public void Agrees_with_a_hash_set(int seed, uint range)
    {
        Random random = new(seed);
        ClusterSet set = new();
        HashSet<uint> model = [];
        for (int i = 0; i < 5_000; i++)
        {
            uint cluster = (uint)random.NextInt64(range + 1L);
            Assert.Equal(model.Add(cluster), set.Add(cluster));
        }

        Assert.Equal(model.Count, set.Count);
        Assert.All(model, c => Assert.True(set.Contains(c)));
        for (int i = 0; i < 2_000; i++)
        {
            uint cluster = (uint)random.NextInt64(range + 1L);
            Assert.Equal(model.Contains(cluster), set.Contains(cluster));
        }

        foreach (long total in new[] { 0L, 1, 63, 64, 65, 511, 512, 513, range / 2, range, range + 1L })
        {
            Assert.Equal(Missing(model, total), set.Missing(total));
        }
    }

    [Fact]
    public void Full_and_empty_ranges()
    {
        ClusterSet set = new();
        Assert.Equal([(0L, 1L << 32)], set.Missing(1L << 32));
        Assert.Empty(set.Missing(0));
        for (uint i = 0; i < 2_000; i++)
        {
            set.Add(i);
        }

        Assert.Empty(set.Missing(2_000));
        Assert.Empty(set.Missing(1_000));
        Assert.Equal([(2_000L, 1L)], set.Missing(2_001));
    }

    private static IEnumerable<(long First, long Count)> Missing(HashSet<uint> model, long total)
    {
        long first = 0;
        foreach (uint cluster in model.Where(c => c < total).Order())
        {
            if (cluster > first)
            {
                yield return (first, cluster - first);
            }

            first = cluster + 1L;
        }

        if (first < total)
        {
            yield return (first, total - first);
        }
    }
}
