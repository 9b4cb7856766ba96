using System;
using System.Text;
using VmaTools.Bytes;
using VmaTools.Tests.Compression;
using Xunit;

namespace VmaTools.Tests.Bytes;

public class Xxh64Tests
{
    [Theory]
    [InlineData("", 0xEF46DB3751D8E999)]
    [InlineData("a", 0xD24EC4F1A98C6E5B)]
    [InlineData("abc", 0x44BC2CF5AD770999)]
    public void Known_values(string text, ulong expected)
    {
        var hash = new Xxh64();
        hash.Append(Encoding.ASCII.GetBytes(text));
        Assert.Equal(expected, hash.Digest());
    }

    [Fact]
    public void Pieces_hash_like_the_whole()
    {
        byte[] bytes = ZstdSamples.Make("random").AsSpan(0, 200).ToArray();
        for (int length = 0; length <= bytes.Length; length++)
        {
            var whole = new Xxh64();
            whole.Append(bytes.AsSpan(0, length));
            for (int cut = 0; cut <= length; cut += 7)
            {
                var pieces = new Xxh64();
                pieces.Append(bytes.AsSpan(0, cut));
                Xxh64 copy = pieces.Clone();
                pieces.Append(bytes.AsSpan(0, length));
                copy.Append(bytes.AsSpan(cut, length - cut));
                Assert.Equal(whole.Digest(), copy.Digest());
            }
        }
    }
}
