using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using VmaTools.Bytes;
using VmaTools.Compression;
using Xunit;

namespace VmaTools.Tests.Compression;

/// <summary>Decoding on a thread of its own gives what decoding in place gives, whatever happens on the way.</summary>
public class ZstdDecoderThreadTests
{
    // Enough compressed bytes for the thread to be set to work, and for the decoder to have to wait for whoever reads.
    private const int RandomBytes = 9 << 20;

    private static readonly Lazy<byte[]> Plain = new(MakePlain);

    [Theory]
    [InlineData("-3")]
    [InlineData("-1 --no-check")]
    [InlineData("-3 -T2 -B1MiB")]
    [InlineData("-3 --long=24")]
    public void Same_bytes(string arguments)
    {
        byte[] compressed = Tool.Filter("zstd", arguments + " -q -c", Plain.Value);
        foreach (Stream source in Sources(compressed))
        {
            using ZstdStream ahead = ZstdStream.DecodingAhead(source, ZstdStream.DefaultMaxWindowSize, threads: 1);
            Assert.True(ReadAll(ahead).AsSpan().SequenceEqual(Plain.Value));
            Assert.Equal(Plain.Value.Length, ahead.DecodedPosition);
            Assert.Equal(ahead.HasUncheckedContent ? 0 : Plain.Value.Length, ahead.VerifiedPosition);
            Assert.Equal(compressed.Length, ahead.CompressedPosition);
            Assert.Equal(arguments.Contains("no-check", StringComparison.Ordinal), ahead.HasUncheckedContent);
        }
    }

    [Theory]
    [InlineData(300)]
    [InlineData(70_000)]
    [InlineData(3_000_000)]
    public void Many_frames(int size)
    {
        byte[] plain = Plain.Value.AsSpan(0, Math.Min(Plain.Value.Length, 12_000 * size)).ToArray();
        byte[] frames = [.. plain.Chunk(size).SelectMany(static part => Frame(part)), .. Frame([]), .. Skippable(200_000), .. Frame([1, 2, 3])];
        foreach (Stream source in Sources(frames))
        {
            using ZstdStream ahead = ZstdStream.DecodingAhead(source, ZstdStream.DefaultMaxWindowSize, threads: 1);
            byte[] decoded = ReadAll(ahead);
            Assert.True(decoded.AsSpan(0, plain.Length).SequenceEqual(plain));
            Assert.Equal<byte>([1, 2, 3], decoded.AsSpan(plain.Length).ToArray());
        }
    }

    [Fact]
    public void Damage_is_told_where_decoding_in_place_tells_it()
    {
        byte[] sound = Tool.Filter("zstd", "-3 -q -c", Plain.Value);
        Random random = new(7);
        for (int i = 0; i < Mutations.Count / 400; i++)
        {
            byte[] damaged = i % 3 == 2 ? sound.AsSpan(0, random.Next(2 << 20, sound.Length)).ToArray() : (byte[])sound.Clone();
            damaged[random.Next(1 << 20, damaged.Length)] ^= (byte)(1 << random.Next(8));
            using ZstdStream inPlace = new(new MemoryStream(damaged), false);
            (byte[] expected, VmaCompressionException error) = ReadUntilDamage(inPlace);
            foreach (Stream source in Sources(damaged))
            {
                using ZstdStream ahead = ZstdStream.DecodingAhead(source, ZstdStream.DefaultMaxWindowSize, threads: 1);
                (byte[] bytes, VmaCompressionException told) = ReadUntilDamage(ahead);
                Assert.True(bytes.AsSpan().SequenceEqual(expected));
                Assert.Equal((error.Code, error.CompressedOffset, error.Offset), (told.Code, told.CompressedOffset, told.Offset));
                Assert.Equal(inPlace.VerifiedPosition, ahead.VerifiedPosition);
                VmaCompressionException again = Assert.Throws<VmaCompressionException>(() => ahead.Read(new byte[1], 0, 1));
                Assert.Equal(told.Message, again.Message);
            }
        }
    }

    [Fact]
    public void Source_that_fails_says_so_after_what_it_gave()
    {
        byte[] compressed = Tool.Filter("zstd", "-3 -q -c", Plain.Value);
        using ZstdStream ahead = ZstdStream.DecodingAhead(
            TricklingStream.UpTo(compressed, 100_000, failAt: 5_000_000), ZstdStream.DefaultMaxWindowSize, threads: 1);
        byte[] buffer = new byte[100_000];
        long total = 0;
        void ReadOn()
        {
            while (true)
            {
                int read = ahead.Read(buffer, 0, buffer.Length);
                Assert.True(buffer.AsSpan(0, read).SequenceEqual(Plain.Value.AsSpan((int)total, read)));
                total += read;
            }
        }

        Assert.Throws<IOException>(ReadOn);
        Assert.True(total > 4_000_000, $"only {total} bytes came");
    }

    [Fact]
    public async Task Can_be_given_up_at_any_time()
    {
        byte[] compressed = Tool.Filter("zstd", "-3 -q -c", Plain.Value);
        foreach (int taken in new[] { 0, 1, 2 << 20, 5 << 20, RandomBytes, Plain.Value.Length })
        {
            foreach (Stream source in Sources(compressed))
            {
                ZstdStream ahead = ZstdStream.DecodingAhead(source, ZstdStream.DefaultMaxWindowSize, threads: 1);
                byte[] buffer = new byte[64 << 10];
                for (int left = taken; left > 0;)
                {
                    left -= ahead.Read(buffer, 0, Math.Min(left, buffer.Length));
                }

                await Task.Run(ahead.Dispose, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
                Assert.Throws<ObjectDisposedException>(() => ahead.Read(buffer, 0, 1));
            }
        }
    }

    [Fact]
    public async Task Can_be_given_up_while_the_source_stands_still()
    {
        byte[] compressed = Tool.Filter("zstd", "-3 -q -c", Plain.Value);
        using StillStream source = new(compressed, 4 << 20);
        ZstdStream ahead = ZstdStream.DecodingAhead(new ReadAheadStream(source, leaveOpen: true), ZstdStream.DefaultMaxWindowSize, threads: 1);
        byte[] buffer = new byte[64 << 10];
        for (int left = 3 << 20; left > 0;)
        {
            left -= ahead.Read(buffer, 0, Math.Min(left, buffer.Length));
        }

        await Task.Run(ahead.Dispose, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private static Stream[] Sources(byte[] bytes) =>
    [
        new MemoryStream(bytes),
        new ReadAheadStream(new MemoryStream(bytes), leaveOpen: false),
        new ReadAheadStream(TricklingStream.UpTo(bytes, 150_000), leaveOpen: false, readDirectly: 0),
    ];

    private static byte[] ReadAll(Stream stream)
    {
        using MemoryStream all = new();
        stream.CopyTo(all, 300_000);
        return all.ToArray();
    }

    private static (byte[] Bytes, VmaCompressionException Error) ReadUntilDamage(ZstdStream stream)
    {
        using MemoryStream all = new();
        VmaCompressionException error = Assert.Throws<VmaCompressionException>(() => stream.CopyTo(all, 90_000));
        return (all.ToArray(), error);
    }

    // A frame of one raw block for each 128 KiB, without a checksum.
    private static byte[] Frame(byte[] content)
    {
        using MemoryStream frame = new();
        frame.Write([0x28, 0xB5, 0x2F, 0xFD, 0x80 | 0x20, .. BitConverter.GetBytes(content.Length)]);
        int at = 0;
        do
        {
            int length = Math.Min(content.Length - at, 128 << 10);
            int header = (length << 3) | (at + length == content.Length ? 1 : 0);
            frame.Write([(byte)header, (byte)(header >> 8), (byte)(header >> 16)]);
            frame.Write(content, at, length);
            at += length;
        }
        while (at < content.Length);
        return frame.ToArray();
    }

    private static byte[] Skippable(int length) => [0x50, 0x2A, 0x4D, 0x18, .. BitConverter.GetBytes(length), .. new byte[length]];

    private static byte[] MakePlain()
    {
        // Random bytes, text that refers back, and zeros, in turn.
        byte[] plain = new byte[RandomBytes * 2];
        Random random = new(11);
        random.NextBytes(plain);
        for (int at = 0; at + (3 << 20) < plain.Length; at += 3 << 20)
        {
            for (int i = 1 << 20; i < 2 << 20; i++)
            {
                plain[at + i] = (byte)"abcdefgh ijklmnop"[plain[at + i] % 17];
            }

            plain.AsSpan(at + (5 << 19), 300_000).Clear();
        }

        return plain;
    }
}
