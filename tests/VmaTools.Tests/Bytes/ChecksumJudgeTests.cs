using System;
using System.IO.Hashing;
using System.Numerics;
using VmaTools.Bytes;
using VmaTools.Tests.Compression;
using Xunit;
using Crc32 = VmaTools.Bytes.Crc32;

namespace VmaTools.Tests.Bytes;

/// <summary>Checksums as the framework's own library makes them, which is always there.</summary>
public class ChecksumJudgeTests
{
    private static readonly byte[] Data = StreamSamples.Mixed(300_000, 11);

    [Fact]
    public void Crc32_is_that_of_the_framework() =>
        Compare(System.IO.Hashing.Crc32.HashToUInt32, static part => Crc32.Append(Crc32.Initial, part));

    [Fact]
    public void Crc32C_is_that_of_the_processor() => Compare(
        static part =>
        {
            uint crc = ~0u;
            foreach (byte value in part)
            {
                crc = BitOperations.Crc32C(crc, value);
            }

            return ~crc;
        },
        static part => Crc32C.Compute(part));

    [Fact]
    public void Xxh64_is_that_of_the_framework()
    {
        Compare(static part => XxHash64.HashToUInt64(part), static part => Xxh64.Of(part));
        XxHash64 theirs = new();
        Xxh64 ours = new();
        Random random = new(2);
        for (int at = 0; at < Data.Length;)
        {
            ReadOnlySpan<byte> part = Data.AsSpan(at, Math.Min(Data.Length - at, random.Next(1 << random.Next(1, 15))));
            theirs.Append(part);
            ours.Append(part);
            at += part.Length;
            Assert.Equal(theirs.GetCurrentHashAsUInt64(), ours.Digest());
        }
    }

    private delegate T Sum<T>(ReadOnlySpan<byte> data);

    private static void Compare<T>(Sum<T> theirs, Sum<T> ours)
    {
        for (int start = 0; start < 9; start++)
        {
            for (int length = 0; length < 300; length++)
            {
                Assert.Equal(theirs(Data.AsSpan(start, length)), ours(Data.AsSpan(start, length)));
            }

            Assert.Equal(theirs(Data.AsSpan(start)), ours(Data.AsSpan(start)));
        }
    }
}
