using System;
using System.Collections.Generic;
using System.IO;
using Xunit;

namespace VmaTools.Tests.Images.Readers;

internal sealed class VdiReader : ImageReader
{
    private const int BlockSize = 1 << 20;
    private readonly uint[] _map;
    private readonly long _data;

    public VdiReader(Stream image)
        : base(image)
    {
        byte[] head = Bytes(0, 512);
        Assert.Equal(0xBEDA107Fu, Little32(head, 64));
        Assert.Equal(0x00010001u, Little32(head, 68));
        Assert.Equal(400u, Little32(head, 72));
        Assert.Equal(1u, Little32(head, 76));
        Assert.Equal(512u, Little32(head, 0x168));
        Size = Little64(head, 0x170);
        Assert.Equal((uint)BlockSize, Little32(head, 0x178));
        uint count = Little32(head, 0x180);
        uint stored = Little32(head, 0x184);
        Assert.Equal((Size + BlockSize - 1) / BlockSize, count);
        Assert.NotEqual(Guid.Empty, new Guid(head.AsSpan(0x188, 16)));
        Assert.NotEqual(Guid.Empty, new Guid(head.AsSpan(0x198, 16)));
        Assert.Equal(Guid.Empty, new Guid(head.AsSpan(0x1A8, 16)));
        Assert.Equal(Guid.Empty, new Guid(head.AsSpan(0x1B8, 16)));

        long map = Little32(head, 0x154);
        _data = Little32(head, 0x158);
        Assert.True(map >= 512 && map + (count * 4L) <= _data);
        Assert.Equal(_data + ((long)stored * BlockSize), image.Length);
        _map = new uint[count];
        HashSet<uint> indices = [];
        byte[] bytes = Bytes(map, (int)count * 4);
        for (int i = 0; i < count; i++)
        {
            _map[i] = Little32(bytes, i * 4);
            Assert.True(_map[i] == uint.MaxValue || (_map[i] < stored && indices.Add(_map[i])));
        }

        Assert.Equal((int)stored, indices.Count);
        Allocated = (long)stored * BlockSize;
    }

    protected override (long Position, long Length) Map(long offset)
    {
        uint index = _map[offset / BlockSize];
        long within = offset % BlockSize;
        return (index == uint.MaxValue ? -1 : _data + ((long)index * BlockSize) + within, BlockSize - within);
    }
}
