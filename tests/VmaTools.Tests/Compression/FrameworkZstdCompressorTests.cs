#if !ENGINE_NETSTANDARD
using System;
using System.IO;
using Xunit;

namespace VmaTools.Tests.Compression;

/// <summary>The frames of the framework's zstd, as ZstdSharp decodes them.</summary>
public class FrameworkZstdCompressorTests
{
    [Fact]
    public void It_is_there_from_NET_11_on()
    {
        Assert.Equal(Environment.Version.Major >= 11, FrameworkZstdCompressor.IsAvailable);
        if (!FrameworkZstdCompressor.IsAvailable)
        {
            Assert.Equal(VmaCodes.CompressorFailed, Assert.Throws<VmaException>(static () => new FrameworkZstdCompressor()).Code);
        }

        Assert.Throws<ArgumentOutOfRangeException>(static () => new FrameworkZstdCompressor(20));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(19)]
    public void Frames_are_whole_with_size_and_checksum(int level)
    {
        Assert.SkipUnless(FrameworkZstdCompressor.IsAvailable, $".NET {Environment.Version} has no zstd; .NET 11 has");
        FrameworkZstdCompressor compressor = new(level);
        Assert.Equal((VmaCompression.Zstd, $".NET {Environment.Version}, level {level}"), (compressor.Compression, compressor.Description));
        using VmaFrameEncoder encoder = compressor.CreateEncoder();
        Random random = new(level);
        foreach (int length in new[] { 0, 1, 4096, 70_000, 3_800_000 })
        {
            byte[] bytes = new byte[length];
            random.NextBytes(bytes.AsSpan(0, length / 2));
            byte[] packed = new byte[encoder.GetMaxSize(length)];
            int size = encoder.Encode(bytes, packed);
            byte[] again = new byte[packed.Length];
            Assert.Equal(size, encoder.Encode(bytes, again));
            Assert.True(packed.AsSpan(0, size).SequenceEqual(again.AsSpan(0, size)), $"{length} bytes: another frame the second time");

            // The descriptor of the frame: a size, and a checksum at the end.
            Assert.NotEqual(0, packed[4] & 0xe0);
            Assert.NotEqual(0, packed[4] & 0x04);
            using ZstdSharp.Decompressor judge = new();
            Assert.True(judge.Unwrap(packed.AsSpan(0, size)).SequenceEqual(bytes), $"{length} bytes");
        }
    }
}
#endif
