using System;
using System.IO;
using System.Text;
using Xunit;

namespace VmaTools.Tests.Images.Readers;

internal sealed class VmdkReader : ImageReader
{
    private const int GrainSize = 64 << 10;
    private readonly uint[] _grains;

    public VmdkReader(Stream image)
        : base(image)
    {
        byte[] header = Bytes(0, 512);
        Assert.Equal("KDMV", Encoding.ASCII.GetString(header, 0, 4));
        Assert.Equal(1u, Little32(header, 4));
        Assert.Equal(3u, Little32(header, 8));
        Size = Little64(header, 12) * 512;
        Assert.Equal(GrainSize / 512, Little64(header, 20));
        Assert.Equal(512u, Little32(header, 44));
        Assert.Equal("\n \r\n", Encoding.ASCII.GetString(header, 73, 4));
        Assert.Equal(0, header[77]);
        Part(0, 512, "header");
        Part(Little64(header, 28) * 512, Little64(header, 36) * 512, "descriptor");
        Descriptor = Encoding.UTF8.GetString(Bytes(Little64(header, 28) * 512, (int)Little64(header, 36) * 512)).TrimEnd('\0');

        long firstGrain = Little64(header, 64);
        Assert.Equal(0, firstGrain % (GrainSize / 512));
        _grains = ReadTables(Little64(header, 56), firstGrain);
        uint[] copy = ReadTables(Little64(header, 48), firstGrain);
        Assert.True(_grains.AsSpan().SequenceEqual(copy), "the redundant tables are equal");
        for (int i = 0; i < _grains.Length; i++)
        {
            if (_grains[i] != 0)
            {
                Assert.True(_grains[i] >= firstGrain);
                Part(_grains[i] * 512L, GrainSize, $"grain {i}");
                Allocated += GrainSize;
            }
        }

        AssertPartsDoNotOverlap();
    }

    public string Descriptor { get; }

    protected override (long Position, long Length) Map(long offset)
    {
        uint sector = _grains[offset / GrainSize];
        long within = offset % GrainSize;
        return (sector == 0 ? -1 : (sector * 512L) + within, GrainSize - within);
    }

    private uint[] ReadTables(long directorySector, long firstGrain)
    {
        int count = (int)((Size + (32 << 20) - 1) / (32 << 20));
        Part(directorySector * 512, count * 4L, "directory");
        byte[] directory = Bytes(directorySector * 512, count * 4);
        uint[] grains = new uint[count * 512];
        for (int i = 0; i < count; i++)
        {
            long sector = Little32(directory, i * 4);
            Assert.True(sector != 0 && sector < firstGrain);
            Part(sector * 512, 2048, $"table {i}");
            byte[] table = Bytes(sector * 512, 2048);
            for (int j = 0; j < 512; j++)
            {
                grains[(i * 512) + j] = Little32(table, j * 4);
            }
        }

        return grains;
    }
}
