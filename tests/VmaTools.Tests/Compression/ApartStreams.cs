using System;
using System.IO;
using System.Threading.Tasks;
using VmaTools.Bytes;
using VmaTools.Compression;
using Xunit;

namespace VmaTools.Tests.Compression;

/// <summary>What is asked of every stream that is decoded on several threads: what one decoder gives that goes through it in order.</summary>
internal static class ApartStreams
{
    /// <summary>Bytes at hand, read ahead, and coming in small parts.</summary>
    public static Stream[] SourcesOf(byte[] bytes) =>
    [
        new MemoryStream(bytes),
        new ReadAheadStream(new MemoryStream(bytes), leaveOpen: false),
        new ReadAheadStream(TricklingStream.UpTo(bytes, 150_000), leaveOpen: false, readDirectly: 0),
    ];

    /// <summary>All that comes, and what ended it.</summary>
    public static (byte[] Bytes, VmaCompressionException? Error) Read(DecodingStream stream)
    {
        using MemoryStream all = new();
        try
        {
            stream.CopyTo(all, 90_000);
            return (all.ToArray(), null);
        }
        catch (VmaCompressionException exception)
        {
            return (all.ToArray(), exception);
        }
    }

    /// <summary>Asserts that two streams of the same bytes give and tell the same, and that the second tells its error again.</summary>
    /// <returns>The error.</returns>
    public static VmaCompressionException? AssertSame(DecodingStream inPlace, DecodingStream apart)
    {
        (byte[] expected, VmaCompressionException? error) = Read(inPlace);
        (byte[] bytes, VmaCompressionException? told) = Read(apart);
        Assert.True(bytes.AsSpan().SequenceEqual(expected), $"{bytes.Length} bytes in place of {expected.Length}");
        Assert.Equal((error?.Code, error?.Message, error?.CompressedOffset, error?.Offset), (told?.Code, told?.Message, told?.CompressedOffset, told?.Offset));
        Assert.Equal(inPlace.VerifiedPosition, apart.VerifiedPosition);
        Assert.Equal(inPlace.HasUncheckedContent, apart.HasUncheckedContent);
        Assert.Equal(inPlace.FailedBlock, apart.FailedBlock);
        if (told is not null)
        {
            Assert.Equal(told.Message, Assert.Throws<VmaCompressionException>(() => apart.Read(new byte[1], 0, 1)).Message);
        }

        return told;
    }

    /// <summary>Asserts that a source's own error comes after what it gave before.</summary>
    /// <param name="apart">Reads from such a source.</param>
    /// <param name="expected">What a sound one gives.</param>
    /// <param name="least">How much has to come.</param>
    public static void AssertTellsSourceError(DecodingStream apart, byte[] expected, long least)
    {
        using MemoryStream all = new();
        Assert.Throws<IOException>(() => apart.CopyTo(all));
        Assert.True(expected.AsSpan().StartsWith(all.ToArray()));
        Assert.True(all.Length > least, $"only {all.Length} bytes came");
    }

    /// <summary>Asserts that reading can end wherever it has come to, without anybody being waited for in vain.</summary>
    public static async Task AssertCanBeGivenUp(byte[] packed, Func<Stream, DecodingStream> open, params int[] afterBytes)
    {
        byte[] buffer = new byte[64 << 10];
        foreach (int taken in afterBytes)
        {
            foreach (Stream source in SourcesOf(packed))
            {
                DecodingStream apart = open(source);
                for (int left = taken; left > 0;)
                {
                    left -= apart.Read(buffer, 0, Math.Min(left, buffer.Length));
                }

                await Task.Run(apart.Dispose, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
                Assert.Throws<ObjectDisposedException>(() => apart.Read(buffer, 0, 1));
            }
        }
    }
}
