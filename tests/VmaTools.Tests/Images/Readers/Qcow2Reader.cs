using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Xunit;

namespace VmaTools.Tests.Images.Readers;

internal sealed class Qcow2Reader : ImageReader
{
    private const int ClusterSize = 1 << 16;
    private const long Copied = 1L << 63;
    private readonly Dictionary<long, long> _clusters = [];

    public Qcow2Reader(Stream image)
        : base(image)
    {
        byte[] header = Bytes(0, 512);
        Assert.Equal([(byte)'Q', (byte)'F', (byte)'I', 0xFB], header[..4]);
        Assert.Equal(3u, Big32(header, 4));
        Assert.Equal(0, Big64(header, 8));
        Assert.Equal(16u, Big32(header, 20));
        Size = Big64(header, 24);
        Assert.Equal(0u, Big32(header, 32));
        Assert.Equal(0, Big64(header, 72) | Big64(header, 80) | Big64(header, 88));
        Assert.Equal(4u, Big32(header, 96));
        Assert.Equal(104u, Big32(header, 100));
        Assert.Equal(0, Big64(header, 104));

        HashSet<long> used = [0];
        long l1Position = Big64(header, 40);
        int l1Length = (int)Big32(header, 36);
        Assert.Equal((Size + (512L << 20) - 1) / (512L << 20), l1Length);
        Use(used, l1Position, ((l1Length * 8L) + ClusterSize - 1) / ClusterSize);
        byte[] l1 = Bytes(l1Position, l1Length * 8);
        for (int i = 0; i < l1Length; i++)
        {
            if (Big64(l1, i * 8) != 0)
            {
                ReadL2(i, Big64(l1, i * 8), used);
            }
        }

        long tablePosition = Big64(header, 48);
        uint tableClusters = Big32(header, 56);
        Use(used, tablePosition, tableClusters);
        byte[] table = Bytes(tablePosition, (int)tableClusters * ClusterSize);
        List<long> blocks = [.. Enumerable.Range(0, table.Length / 8).Select(i => Big64(table, i * 8)).Where(block => block != 0)];
        blocks.ForEach(block => Use(used, block, 1));

        // Every cluster of the file is used, and counted once; nothing beyond is.
        Assert.Equal(0, image.Length % ClusterSize);
        Assert.Equal(image.Length / ClusterSize, used.Count);
        for (int i = 0; i < blocks.Count; i++)
        {
            byte[] counts = Bytes(blocks[i], ClusterSize);
            for (int j = 0; j < ClusterSize / 2; j++)
            {
                long cluster = ((long)i * ClusterSize / 2) + j;
                Assert.True(BinaryPrimitives.ReadUInt16BigEndian(counts.AsSpan(j * 2)) == (cluster < used.Count ? 1 : 0), $"refcount of cluster {cluster}");
            }
        }
    }

    protected override (long Position, long Length) Map(long offset)
    {
        long within = offset % ClusterSize;
        return (_clusters.TryGetValue(offset / ClusterSize, out long position) ? position + within : -1, ClusterSize - within);
    }

    private void ReadL2(int index, long entry, HashSet<long> used)
    {
        Assert.True((entry & Copied) != 0);
        long position = entry & ~Copied;
        Use(used, position, 1);
        byte[] l2 = Bytes(position, ClusterSize);
        for (int i = 0; i < ClusterSize / 8; i++)
        {
            long data = Big64(l2, i * 8);
            if (data != 0)
            {
                Assert.True((data & Copied) != 0);
                Use(used, data & ~Copied, 1);
                _clusters.Add(((long)index * ClusterSize / 8) + i, data & ~Copied);
                Allocated += ClusterSize;
            }
        }
    }

    private static void Use(HashSet<long> used, long position, long clusters)
    {
        Assert.Equal(0, position % ClusterSize);
        for (long i = 0; i < clusters; i++)
        {
            Assert.True(used.Add((position / ClusterSize) + i), $"cluster at {position} is used twice");
        }
    }
}
