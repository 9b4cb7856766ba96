using System;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Text;
using Xunit;

namespace VmaTools.Tests.Images.Readers;

/// <summary>Reads a streamOptimized VMDK front to back by its markers, then holds the tables against what it found.</summary>
internal sealed class VmdkStreamReader : ImageReader
{
    private const int GrainSize = 64 << 10;
    private readonly Dictionary<long, long> _grains = [];
    private readonly Dictionary<long, byte[]> _tables = [];

    public VmdkStreamReader(Stream image)
        : base(image)
    {
        byte[] header = Bytes(0, 512);
        Assert.Equal("KDMV", Encoding.ASCII.GetString(header, 0, 4));
        Assert.Equal(3u, Little32(header, 4));
        Assert.Equal(0x30001u, Little32(header, 8));
        Assert.Equal(-1, Little64(header, 56));
        Assert.Equal(1, header[77]);
        Size = Little64(header, 12) * 512;
        Descriptor = Encoding.UTF8.GetString(Bytes(Little64(header, 28) * 512, (int)Little64(header, 36) * 512)).TrimEnd('\0');

        long sector = Little64(header, 64);
        long previous = -1;
        byte[]? directory = null;
        byte[]? footer = null;
        long directorySector = 0;
        while (true)
        {
            byte[] marker = Bytes(sector * 512, 512);
            long value = Little64(marker, 0);
            uint size = Little32(marker, 8);
            if (size != 0)
            {
                Assert.True(value > previous && value % (GrainSize / 512) == 0, "grains ascend");
                previous = value;
                _grains.Add(value / (GrainSize / 512), sector);
                Allocated += GrainSize;
                sector += (12 + size + 511) / 512;
                continue;
            }

            sector++;
            switch (Little32(marker, 12))
            {
                case 0:
                    Assert.Equal(image.Length, sector * 512);
                    break;
                case 1:
                    Assert.Equal(4, value);
                    _tables.Add(sector, Bytes(sector * 512, 2048));
                    sector += value;
                    continue;
                case 2:
                    directorySector = sector;
                    directory = Bytes(sector * 512, (int)value * 512);
                    sector += value;
                    continue;
                case 3:
                    footer = Bytes(sector * 512, 512);
                    sector += value;
                    continue;
                default:
                    Assert.Fail("unknown marker");
                    break;
            }

            break;
        }

        Assert.NotNull(footer);
        Assert.NotNull(directory);
        Assert.Equal(directorySector, Little64(footer, 56));
        footer.AsSpan(56, 8).Fill(0xFF);
        Assert.Equal(header, footer);
        AssertTables(directory);
    }

    public string Descriptor { get; }

    public override void Read(long offset, Span<byte> target)
    {
        byte[] grain = new byte[GrainSize];
        while (!target.IsEmpty)
        {
            int within = (int)(offset % GrainSize);
            Span<byte> part = target.Slice(0, Math.Min(GrainSize - within, target.Length));
            part.Clear();
            if (_grains.TryGetValue(offset / GrainSize, out long sector))
            {
                byte[] head = Bytes(sector * 512, 12);
                using ZLibStream inflate = new(new MemoryStream(Bytes((sector * 512) + 12, (int)Little32(head, 8))), CompressionMode.Decompress);
                inflate.ReadExactly(grain);
                Assert.Equal(-1, inflate.ReadByte());
                grain.AsSpan(within, part.Length).CopyTo(part);
            }

            offset += part.Length;
            target = target.Slice(part.Length);
        }
    }

    protected override (long Position, long Length) Map(long offset) => throw new NotSupportedException();

    private void AssertTables(byte[] directory)
    {
        int found = 0;
        for (int i = 0; i < (Size + (32 << 20) - 1) / (32 << 20); i++)
        {
            uint sector = Little32(directory, i * 4);
            if (sector == 0)
            {
                continue;
            }

            byte[] table = _tables[sector];
            for (int j = 0; j < 512; j++)
            {
                uint grain = Little32(table, j * 4);
                if (grain != 0)
                {
                    Assert.Equal(_grains[(i * 512L) + j], grain);
                    found++;
                }
            }
        }

        Assert.Equal(_grains.Count, found);
    }
}
