using System;
using System.IO;
using System.IO.Compression;
using System.Linq;
using VmaTools.Bytes;
using VmaTools.Compression;
using Xunit;

namespace VmaTools.Tests.Compression;

public class MemoryDecoderTests
{
    /// <summary>zlib begins a new block when one is full: where the data ends just there, the last block holds nothing.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(0, false)]
    public void The_end_is_found_behind_empty_blocks(int empty, bool isWhole)
    {
        byte[] data = [.. Enumerable.Range(0, 65_536).Select(static i => (byte)(i * i >> 7))];
        MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(data);
            for (int i = 0; i < empty; i++)
            {
                zlib.Flush();
            }

            if (!isWhole)
            {
                zlib.WriteByte(1);
            }
        }

        byte[] stored = packed.ToArray();
        using MemoryDecoder decoder = new();

        // Twice, as a decoder that came to its end begins anew.
        for (int i = 0; i < 2; i++)
        {
            byte[] target = new byte[data.Length];
            int length = decoder.Inflate(stored, MemoryDecoder.ZlibHeaderSize, stored.Length - MemoryDecoder.ZlibHeaderSize, target, out uint? sum);
            Assert.Equal(data.Length, length);
            Assert.Equal(data, target);
            Assert.Equal(isWhole ? Adler32.Append(Adler32.Initial, data) : null, sum);
        }
    }

    [Fact]
    public void A_stream_cut_between_blocks_has_no_end()
    {
        byte[] data = [.. Enumerable.Range(0, 4096).Select(static i => (byte)(i * i >> 7))];
        MemoryStream packed = new();
        using ZLibStream zlib = new(packed, CompressionLevel.Optimal);
        zlib.Write(data);
        zlib.Flush();
        byte[] stored = packed.ToArray();
        using MemoryDecoder decoder = new();
        byte[] target = new byte[data.Length];
        Assert.Equal(data.Length, decoder.Inflate(stored, MemoryDecoder.ZlibHeaderSize, stored.Length - MemoryDecoder.ZlibHeaderSize, target, out uint? sum));
        Assert.Null(sum);
        Assert.Equal(data, target);
    }
}
