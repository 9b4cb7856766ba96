using System.IO;
using VmaTools.Archives;
using Xunit;

namespace VmaTools.Tests.Archives;

public class DeviceRangeTests
{
    [Theory]
    [InlineData(0, 1000, "Data", 1000)]
    [InlineData(0, 1 << 20, "Data", 65536)]
    [InlineData(65536, 1 << 20, "Zero", 65536)]
    [InlineData(70000, 10, "Zero", 10)]
    [InlineData(131072, 1 << 20, "Lost", 65536)]
    [InlineData(196608, 1 << 20, "Zero", 4096)]
    [InlineData(200704, 1 << 20, "Data", 8192)]
    [InlineData(208896, 1 << 20, "Zero", 53248 - 100)]
    [InlineData(262044, 10, "Data", 0)]
    public void Stretches_end_where_their_kind_does(long offset, long limit, string kind, long length)
    {
        byte[] archive = new ArchiveForge()
            .Device(1, "d", (4 * ArchiveForge.ClusterSize) - 100)
            .Extent(static e => e.Cluster(1, 0).Zero(1, 1).Cluster(1, 3, 0b110))
            .Build();
        using VmaDeviceStream stream = VmaArchive.Open(new MemoryStream(archive)).FindDevice(1)!.OpenRead();
        DeviceRange range = stream.FindRange(offset, limit);
        Assert.Equal((kind, length), (range.Kind.ToString(), range.Length));
    }
}
