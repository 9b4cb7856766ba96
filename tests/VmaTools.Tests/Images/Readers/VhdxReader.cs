using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Xunit;

namespace VmaTools.Tests.Images.Readers;

internal sealed class VhdxReader : ImageReader
{
    private const int MiB = 1 << 20;
    private readonly long _blockSize;
    private readonly long[] _blocks;

    public VhdxReader(Stream image)
        : base(image)
    {
        Assert.Equal("vhdxfile", Encoding.ASCII.GetString(Bytes(0, 8)));
        Part(0, MiB, "head");

        byte[] first = Bytes(64 << 10, 4096);
        byte[] second = Bytes(128 << 10, 4096);
        foreach (byte[] header in new[] { first, second })
        {
            Assert.Equal("head", Encoding.ASCII.GetString(header, 0, 4));
            AssertChecksum(header);
            Assert.Equal(Guid.Empty, new Guid(header.AsSpan(48, 16)));
            Assert.Equal(0, header[64]);
            Assert.Equal(1, header[66]);
        }

        Assert.True(Little64(first, 8) < Little64(second, 8), "the second header is the newer one");
        AssertPart(Little64(second, 72), Little32(second, 68), "log");

        byte[] regions = Bytes(192 << 10, 64 << 10);
        Assert.Equal(regions, Bytes(256 << 10, 64 << 10));
        Assert.Equal("regi", Encoding.ASCII.GetString(regions, 0, 4));
        AssertChecksum(regions);
        Assert.Equal(2u, Little32(regions, 8));
        Dictionary<string, int> byGuid = Enumerable.Range(0, 2)
            .Select(i => 16 + (32 * i))
            .ToDictionary(at => new Guid(regions.AsSpan(at, 16)).ToString());
        int bat = byGuid["2dc27766-f623-4200-9d64-115e9bfd4a08"];
        int metadata = byGuid["8b7ca206-4790-4b9a-b8fe-575f050f886e"];
        AssertPart(Little64(regions, bat + 16), Little32(regions, bat + 24), "BAT");
        AssertPart(Little64(regions, metadata + 16), Little32(regions, metadata + 24), "metadata");

        Dictionary<string, (byte[] Value, uint Flags)> items = ReadItems(Little64(regions, metadata + 16));
        Assert.Equal(5, items.Count);
        (byte[] parameters, uint flags) = items["caa16737-fa36-4d43-b3b6-33f0aa44e76b"];
        Assert.Equal(4u, flags);
        _blockSize = Little32(parameters, 0);
        Fixed = Little32(parameters, 4) == 1;
        Size = Little64(Item("2fa54224-cd1b-4876-b211-5dbed83bf4b8", 8), 0);
        Assert.NotEqual(Guid.Empty, new Guid(Item("beca12ab-b2e6-4523-93ef-c309e000c746", 16)));
        LogicalSectorSize = (int)Little32(Item("8141bf1d-a96f-4709-ba47-f233a8faab5f", 4), 0);
        Assert.Equal(4096u, Little32(Item("cda348c7-445d-4471-9cc9-e9885251c556", 4), 0));
        Assert.Equal(0, Size % LogicalSectorSize);
        Assert.True(_blockSize is >= MiB and <= 256 * MiB && (_blockSize & (_blockSize - 1)) == 0);

        _blocks = ReadBat(Little64(regions, bat + 16), Little32(regions, bat + 24));
        AssertPartsDoNotOverlap();

        byte[] Item(string guid, int length)
        {
            (byte[] value, uint itemFlags) = items[guid];
            Assert.Equal(length, value.Length);
            Assert.Equal(6u, itemFlags);
            return value;
        }
    }

    public bool Fixed { get; }

    public int LogicalSectorSize { get; }

    protected override (long Position, long Length) Map(long offset)
    {
        long block = offset / _blockSize;
        long within = offset % _blockSize;
        return (_blocks[block] == 0 ? -1 : _blocks[block] + within, _blockSize - within);
    }

    private long[] ReadBat(long position, long length)
    {
        long blocks = (Size + _blockSize - 1) / _blockSize;
        long ratio = (1L << 23) * LogicalSectorSize / _blockSize;
        byte[] bat = Bytes(position, (int)length);
        long[] result = new long[blocks];
        long payload = 0;
        for (int i = 0; i < bat.Length / 8; i++)
        {
            long entry = Little64(bat, i * 8);
            bool sectorBitmap = i % (ratio + 1) == ratio;
            if (sectorBitmap || payload == blocks)
            {
                Assert.Equal(0, entry);
                continue;
            }

            long state = entry & 7;
            Assert.True(state is 0 or 6, "a block is absent or fully present");
            Assert.Equal(0, entry & 0xFFFF8);
            if (state == 6)
            {
                result[payload] = entry & ~0xFFFFFL;
                AssertPart(result[payload], _blockSize, $"block {payload}");
                Allocated += _blockSize;
            }

            Assert.True(!Fixed || state == 6, "a fixed image has all its blocks");
            payload++;
        }

        Assert.Equal(blocks, payload);
        return result;
    }

    private Dictionary<string, (byte[] Value, uint Flags)> ReadItems(long position)
    {
        byte[] table = Bytes(position, 64 << 10);
        Assert.Equal("metadata", Encoding.ASCII.GetString(table, 0, 8));
        Dictionary<string, (byte[] Value, uint Flags)> items = [];
        for (int i = 0; i < table[10]; i++)
        {
            int at = 32 + (32 * i);
            Assert.True(Little32(table, at + 16) >= 64 << 10);
            byte[] value = Bytes(position + Little32(table, at + 16), (int)Little32(table, at + 20));
            items.Add(new Guid(table.AsSpan(at, 16)).ToString(), (value, Little32(table, at + 24)));
        }

        return items;
    }

    private void AssertPart(long position, long length, string what)
    {
        Assert.True(position >= MiB && position % MiB == 0 && length > 0 && length % MiB == 0, $"{what} is whole MiB");
        Part(position, length, what);
    }

    private static void AssertChecksum(byte[] structure)
    {
        byte[] copy = (byte[])structure.Clone();
        copy.AsSpan(4, 4).Clear();
        Assert.Equal(BitwiseCrc32C(copy), Little32(structure, 4));
    }

    private static uint BitwiseCrc32C(byte[] bytes)
    {
        uint crc = 0xFFFFFFFF;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0x82F63B78 & (0 - (crc & 1)));
            }
        }

        return crc ^ 0xFFFFFFFF;
    }
}
