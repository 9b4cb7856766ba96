using System;
using System.Security.Cryptography;
using VmaTools.Bytes;
using Xunit;

namespace VmaTools.Tests.Bytes;

public class Md5Tests
{
    [Fact]
    public void Agrees_with_the_frameworks_own()
    {
        Random random = new(1);
        for (int length = 0; length <= 300; length++)
        {
            Check(random, length);
        }

        foreach (int length in new[] { 511, 512, 513, 12_288, 65_535, 1 << 20, (1 << 20) + 55, (1 << 20) + 56, 5_000_003 })
        {
            Check(random, length);
        }
    }

    private static void Check(Random random, int length)
    {
        byte[] data = new byte[length];
        random.NextBytes(data);
        byte[] digest = new byte[16];
        Md5.Hash(data, digest);
        Assert.Equal(MD5.HashData(data), digest);
    }
}
