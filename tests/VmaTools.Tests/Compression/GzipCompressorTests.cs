using System;
using System.IO;
using System.IO.Compression;
using Xunit;

namespace VmaTools.Tests.Compression;

/// <summary>The frames of the framework's gzip.</summary>
public class GzipCompressorTests
{
    /// <summary>Bytes of 144 and more have the longest of the fixed codes, which the framework's quickest level writes whatever comes.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(9)]
    public void Gzip_has_room_for_what_cannot_be_made_shorter(int level)
    {
        Random random = new(level);
        VmaFrameEncoder encoder = new GzipCompressor(level).CreateEncoder();
        foreach ((int length, int least) in new[] { (0, 0), (1, 144), (100, 144), (65_536, 144), (65_536, 0), (3_800_000, 144) })
        {
            byte[] noise = new byte[length];
            for (int i = 0; i < length; i++)
            {
                noise[i] = (byte)random.Next(least, 256);
            }

            byte[] packed = new byte[encoder.GetMaxSize(length)];
            int size = encoder.Encode(noise, packed);
            using GZipStream unpacked = new(new MemoryStream(packed, 0, size), CompressionMode.Decompress);
            using MemoryStream back = new();
            unpacked.CopyTo(back);
            Assert.True(noise.AsSpan().SequenceEqual(back.ToArray()), $"{length} bytes");
        }
    }
}
