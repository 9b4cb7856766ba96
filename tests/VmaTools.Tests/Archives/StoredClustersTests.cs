using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using VmaTools.Archives;
using Xunit;

namespace VmaTools.Tests.Archives;

public class StoredClustersTests
{
    [Theory]
    [InlineData(1, 200, ClusterPages.MaxResident)]
    [InlineData(2, 20_000, ClusterPages.MaxResident)]
    [InlineData(3, uint.MaxValue, ClusterPages.MaxResident)]
    [InlineData(4, 200, 0)]
    [InlineData(5, 20_000, 50_000)]
    [InlineData(6, 200_000, 20_000)]
    public void Agrees_with_a_dictionary(int seed, uint range, long most)
    {
        Random random = new(seed);
        ClusterPages pages = new(most);
        StoredClusters stored = new(pages);
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
        Assert.InRange(pages.Resident, 1, Math.Max(most, ClusterPage.MaxBytes));

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

    [Fact]
    public void Several_threads_look_at_pages_that_come_and_go()
    {
        const uint Count = 40 * ClusterPage.Size;
        ClusterPages pages = new(most: 6 * ClusterPage.MaxBytes);
        StoredClusters stored = Fill(pages, Count);
        Parallel.For(0, 8, thread =>
        {
            Random random = new(thread);
            for (int i = 0; i < 5_000; i++)
            {
                uint cluster = (uint)random.NextInt64(Count);
                Assert.True(stored.TryGet(cluster, out long offset, out ushort mask));
                Assert.Equal((cluster * 512L, (ushort)(cluster | 1)), (offset, mask));
            }
        });
        Assert.InRange(pages.Resident, 1, 6 * ClusterPage.MaxBytes);
    }

    [Fact]
    public void Where_no_scratch_file_can_be_all_stays_in_memory()
    {
        using TempFolder folder = new();
        const uint Count = 3 * ClusterPage.Size;
        ClusterPages pages = new(most: 1, folder.File("no such folder"));
        StoredClusters stored = Fill(pages, Count);
        Assert.Equal(Count * 8L, pages.Resident);
        Assert.True(stored.TryGet(Count - 1, out long offset, out _));
        Assert.Equal((Count - 1) * 512L, offset);
    }

    private static StoredClusters Fill(ClusterPages pages, uint count)
    {
        StoredClusters stored = new(pages);
        for (uint cluster = 0; cluster < count; cluster++)
        {
            stored.Add(cluster, cluster * 512L, (ushort)(cluster | 1));
        }

        stored.Trim();
        return stored;
    }
}
