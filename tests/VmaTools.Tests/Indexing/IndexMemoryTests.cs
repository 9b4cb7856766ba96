using System;
using System.IO;
using VmaTools.Indexing;
using VmaTools.Sources;
using VmaTools.Tests.Archives;
using Xunit;

namespace VmaTools.Tests.Indexing;

/// <summary>What reading through an index keeps in memory. Alone, because what others allocate would count.</summary>
[Collection(nameof(MemoryTests))]
public class IndexMemoryTests
{
    [Fact]
    public void Reading_everything_often_keeps_little()
    {
        using TempFolder folder = new();
        string path = folder.File("archive");
        File.WriteAllBytes(path, IndexSamples.Compress("gzip-framework"));
        IndexedArchive archive = new(IndexSamples.Source(path), IndexSamples.Store(path).Build(path + ".vmaindex", null, default));
        long before = GC.GetTotalMemory(forceFullCollection: true);
        using RandomBytes bytes = archive.OpenBytes();
        byte[] buffer = new byte[1 << 16];
        for (int round = 0; round < 3; round++)
        {
            for (long at = 0; at < bytes.Length; at += buffer.Length)
            {
                bytes.ReadAt(at, buffer);
            }
        }

        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(archive);
        Assert.True(grown < 64 << 20, $"{grown >> 20} MiB are kept");
    }
}
