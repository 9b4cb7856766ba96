using System;
using System.IO;
using System.Linq;
using VmaTools.Archives;
using VmaTools.Extents;
using VmaTools.Sources;
using Xunit;

namespace VmaTools.Tests.Archives;

public sealed class MapCacheTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly MapCache _cache = new();
    private int _built;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_used_last_stays()
    {
        FileSource[] archives = [.. Enumerable.Range(0, MapCache.MaxCount + 1).Select(Archive)];
        foreach (FileSource archive in archives[..^1])
        {
            Get(archive);
        }

        Get(archives[0]);
        Get(archives[^1]);
        Assert.Equal(MapCache.MaxCount + 1, _built);

        Get(archives[0]);
        Assert.Equal(MapCache.MaxCount + 1, _built);

        Get(archives[1]);
        Assert.Equal(MapCache.MaxCount + 2, _built);
    }

    [Fact]
    public void A_file_that_was_written_since_is_another()
    {
        FileSource first = Archive(0);
        ClusterMap map = Get(first);
        Assert.Same(map, Get(new FileSource(first.Path, 0)));

        File.SetLastWriteTimeUtc(first.Path, new DateTime(first.WriteTicks, DateTimeKind.Utc).AddSeconds(1));
        Assert.NotSame(map, Get(new FileSource(first.Path, 0)));
    }

    private FileSource Archive(int number)
    {
        string path = _folder.File($"{number}.vma");
        File.WriteAllBytes(path, new ArchiveForge().Device(1, "drive-scsi0", 65536).Extent(static e => e.Cluster(1, 0)).Build());
        return new FileSource(path, 0);
    }

    private ClusterMap Get(FileSource source) => _cache.GetOrBuild(source, () =>
    {
        _built++;
        using ForwardBytes bytes = source.OpenForward();
        return ClusterMap.Build(HeaderReader.Read(bytes), source.OpenRandom(), source.StoredLength, null, TestContext.Current.CancellationToken);
    });
}
