using System;
using System.IO;
using VmaTools.Disks;
using Xunit;

namespace VmaTools.Tests.Images.Reading;

/// <summary>Compares disks byte for byte.</summary>
internal static class ImageContents
{
    /// <summary>Read from front to back in uneven pieces, then here and there; what is known as zeros must be.</summary>
    public static void AssertSame(Stream expected, Stream actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        AssertForward(expected, actual);
        Random random = new(5);
        for (int i = 0; i < 100; i++)
        {
            long position = random.NextInt64(expected.Length);
            int length = (int)Math.Min(random.Next(1, 70_000), expected.Length - position);
            AssertSame(expected, actual, position, length);
        }

        IKnownRanges known = Assert.IsAssignableFrom<IKnownRanges>(actual);
        for (long at = 0; at < expected.Length;)
        {
            KnownRange range = known.FindRange(at, expected.Length - at);
            Assert.True(range.Length > 0 && range.Kind != KnownRangeKind.Lost, $"{range} at {at}");
            if (range.Kind == KnownRangeKind.Zeros)
            {
                AssertZeros(expected, at, range.Length);
            }

            at += range.Length;
        }
    }

    private static void AssertForward(Stream expected, Stream actual)
    {
        int[] lengths = [1 << 20, 4096, 65_537, 512, 333_333];
        long at = 0;
        for (int i = 0; at < expected.Length; i++)
        {
            int length = (int)Math.Min(lengths[i % lengths.Length], expected.Length - at);
            AssertSame(expected, actual, at, length);
            at += length;
        }
    }

    private static void AssertSame(Stream expected, Stream actual, long position, int length)
    {
        byte[] wanted = new byte[length];
        byte[] found = new byte[length];
        expected.Position = position;
        actual.Position = position;
        expected.ReadExactly(wanted);
        actual.ReadExactly(found);
        Assert.True(wanted.AsSpan().SequenceEqual(found), $"{length} bytes at {position} differ");
    }

    private static void AssertZeros(Stream expected, long position, long length)
    {
        byte[] bytes = new byte[1 << 20];
        for (expected.Position = position; length > 0;)
        {
            int part = (int)Math.Min(length, bytes.Length);
            expected.ReadExactly(bytes, 0, part);
            Assert.True(bytes.AsSpan(0, part).IndexOfAnyExcept((byte)0) < 0, $"no zeros at {position}");
            length -= part;
        }
    }
}
