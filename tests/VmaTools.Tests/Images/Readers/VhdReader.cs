using System;
using System.IO;
using System.Linq;
using System.Text;
using Xunit;

namespace VmaTools.Tests.Images.Readers;

internal sealed class VhdReader : ImageReader
{
    private readonly uint _blockSize;
    private readonly uint[]? _bat;

    public VhdReader(Stream image)
        : base(image)
    {
        byte[] footer = Bytes(image.Length - 512, 512);
        Part(image.Length - 512, 512, "footer");
        Assert.Equal("conectix", Encoding.ASCII.GetString(footer, 0, 8));
        Assert.Equal(0x00010000u, Big32(footer, 12));
        AssertChecksum(footer, 64);
        Creator = Encoding.ASCII.GetString(footer, 28, 4);
        Created = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(Big32(footer, 24));
        Size = Big64(footer, 48);
        Assert.Equal(Size, Big64(footer, 40));
        Assert.Equal(0, Size % 512);
        Geometry = ((footer[56] << 8) + footer[57], footer[58], footer[59]);
        Fixed = Big32(footer, 60) == 2;
        if (Fixed)
        {
            Assert.Equal(-1, Big64(footer, 16));
            Assert.Equal(Size + 512, image.Length);
            Allocated = Size;
            return;
        }

        Assert.Equal(3u, Big32(footer, 60));
        Assert.Equal(footer, Bytes(0, 512));
        Part(0, 512, "footer's copy");

        byte[] header = Bytes(Big64(footer, 16), 1024);
        Part(Big64(footer, 16), 1024, "header");
        Assert.Equal("cxsparse", Encoding.ASCII.GetString(header, 0, 8));
        Assert.Equal(-1, Big64(header, 8));
        Assert.Equal(0x00010000u, Big32(header, 24));
        AssertChecksum(header, 36);
        _blockSize = Big32(header, 32);
        uint count = Big32(header, 28);
        Assert.Equal((Size + _blockSize - 1) / _blockSize, count);
        long batLength = ((count * 4L) + 511) / 512 * 512;
        Part(Big64(header, 16), batLength, "BAT");
        byte[] bat = Bytes(Big64(header, 16), (int)batLength);
        Assert.All(Enumerable.Range((int)count, (int)((batLength / 4) - count)), i => Assert.Equal(uint.MaxValue, Big32(bat, i * 4)));
        _bat = new uint[count];
        for (int i = 0; i < count; i++)
        {
            _bat[i] = Big32(bat, i * 4);
            if (_bat[i] != uint.MaxValue)
            {
                Part(_bat[i] * 512L, 512 + _blockSize, $"block {i}");
                Assert.Equal(0, ((_bat[i] * 512L) + 512) % 4096);
                Assert.Equal(-1, Bytes(_bat[i] * 512L, 512).AsSpan().IndexOfAnyExcept((byte)0xFF));
                Allocated += _blockSize;
            }
        }

        AssertPartsDoNotOverlap();
    }

    public bool Fixed { get; }

    public string Creator { get; }

    public DateTime Created { get; }

    public (int Cylinders, int Heads, int PerTrack) Geometry { get; }

    protected override (long Position, long Length) Map(long offset)
    {
        if (_bat is null)
        {
            return (offset, Size - offset);
        }

        uint sector = _bat[offset / _blockSize];
        long within = offset % _blockSize;
        return (sector == uint.MaxValue ? -1 : (sector * 512L) + 512 + within, _blockSize - within);
    }

    private static void AssertChecksum(byte[] structure, int at)
    {
        long sum = structure.Where((_, i) => i < at || i >= at + 4).Sum(value => (long)value);
        Assert.Equal(~(uint)sum, Big32(structure, at));
    }
}
