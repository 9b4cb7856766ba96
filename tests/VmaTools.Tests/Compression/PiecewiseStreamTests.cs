using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using VmaTools.Compression;
using Xunit;
using static VmaTools.Tests.Compression.ApartStreams;

namespace VmaTools.Tests.Compression;

/// <summary>Blocks and members decoded on several threads give what one that decodes them in order gives, whatever happens on the way.</summary>
public class PiecewiseStreamTests
{
    private static readonly byte[] Plain = MakePlain();

    private static readonly Dictionary<string, Lazy<byte[]>> Samples = new()
    {
        ["lzop"] = Made(static () => Tool.Filter("lzop", "-1 -c", Plain)),
        ["lzop, no checksums"] = Made(static () => Tool.Filter("lzop", "-1 -F -c", Plain)),
        ["lzop, CRC-32"] = Made(static () => Tool.Filter("lzop", "-1 --crc32 -c", Plain)),
        ["lzop, joined"] = Made(static () => Joined(1_700_000, static (part, i) => Tool.Filter("lzop", i == 1 ? "-1 -F -c" : "-1 -c", part))),
        ["gzip"] = Made(static () => Tool.Filter("gzip", "-1 -c", Plain)),
        ["gzip, members"] = Made(static () => Joined(150_000, static (part, _) => GzipBytes.Member(part))),
        ["gzip, a large one among members"] = Made(static () =>
            [.. Joined(150_000, static (part, _) => GzipBytes.Member(part)), .. Tool.Filter("gzip", "-1 -c", Noise(5 << 20)), .. Joined(150_000, static (part, _) => GzipBytes.Member(part))]),
        ["gzip, members that hold much"] = Made(static () =>
            [.. Joined(600_000, static (part, _) => GzipBytes.Member(part)), .. GzipBytes.Member(new byte[20 << 20]), .. Joined(600_000, static (part, _) => GzipBytes.Member(part))]),
        ["bgzip"] = Made(static () => [.. Joined(65_280, static (part, _) => Sized(GzipBytes.Member(part))), .. Sized(GzipBytes.Member([]))]),
        ["bgzip among members"] = Made(static () => Joined(60_000, static (part, i) => i % 5 == 4 ? GzipBytes.Member(part) : Sized(GzipBytes.Member(part)))),
        ["bzip2"] = Made(static () => Tool.Filter("bzip2", "-1 -c", Plain)),
        ["bzip2, streams"] = Made(static () => Joined(90_000, static (part, _) => Tool.Filter("bzip2", "-9 -c", part))),
        ["bzip2, levels"] = Made(static () => Joined(900_000, static (part, i) => Tool.Filter("bzip2", i % 2 == 0 ? "-1 -c" : "-3 -c", part))),
    };

    public static TheoryData<string> Names => [.. Samples.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Same_bytes(string name)
    {
        byte[] packed = Samples[name].Value;
        using PieceDecodingStream inPlace = InPlace(packed);
        byte[] expected = Read(inPlace).Bytes;
        Assert.True(expected.Length >= Plain.Length);
        foreach (byte[] bytes in new[] { packed, name.StartsWith("lzop", StringComparison.Ordinal) ? packed : [.. packed, .. new byte[70_000]] })
        {
            foreach (Stream source in SourcesOf(bytes))
            {
                using PiecewiseStream apart = new(CompressionFormats.Detect(bytes), source, threads: 3);
                (byte[] read, VmaCompressionException? error) = Read(apart);
                Assert.Null(error);
                Assert.True(read.AsSpan().SequenceEqual(expected));
                Assert.Equal(bytes.Length, apart.CompressedPosition);
                Assert.Equal(inPlace.VerifiedPosition, apart.VerifiedPosition);
                Assert.Equal(inPlace.HasUncheckedContent, apart.HasUncheckedContent);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Most_of_it_is_decoded_apart(string name)
    {
        using PiecewiseStream apart = new(CompressionFormats.Detect(Samples[name].Value), new MemoryStream(Samples[name].Value), threads: 3);
        _ = Read(apart);

        // Where pieces do not fit together, one decoder goes on for a while.
        long least = name switch
        {
            "gzip" => 0,
            "bzip2, levels" or "lzop, joined" => 400_000,
            _ => Plain.Length / 2,
        };
        Assert.InRange(apart.DecodedApart, least, name == "gzip" ? 0 : apart.DecodedPosition);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Damage_is_told_where_decoding_in_place_tells_it(string name)
    {
        byte[] sound = Samples[name].Value;
        Random random = new(7);
        for (int i = 0; i < Math.Max(12, Trials.Of(20)); i++)
        {
            byte[] damaged = (i % 4) switch
            {
                0 => sound.AsSpan(0, random.Next(1000, sound.Length)).ToArray(),
                1 => [.. sound, .. i % 8 == 1 ? new byte[40_000] : [], .. "and more"u8],
                2 => [.. sound.AsSpan(0, random.Next(sound.Length)), .. sound.AsSpan(random.Next(sound.Length))],
                _ => (byte[])sound.Clone(),
            };
            if (i % 4 == 3)
            {
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            }

            using PieceDecodingStream inPlace = InPlace(damaged);
            using PiecewiseStream apart = new(CompressionFormats.Detect(sound), SourcesOf(damaged)[i % 3], threads: 2 + (i % 3));
            ApartStreams.AssertSame(inPlace, apart);
        }
    }

    [Theory]
    [InlineData("bzip2", 0)]
    [InlineData("bzip2", 1)]
    [InlineData("bzip2, streams", 0)]
    [InlineData("bzip2, streams", 1)]
    public void What_the_blocks_of_a_stream_give_together_is_checked(string name, int behind)
    {
        // Each block is right by itself, and the checksum at the end of a stream is not; of the last stream, or of one before it.
        byte[] packed = [.. Samples[name].Value, .. behind == 0 ? [] : Tool.Filter("bzip2", "-1 -c", Noise(500_000))];
        packed[Samples[name].Value.Length - 3] ^= 0x40;
        using PieceDecodingStream inPlace = InPlace(packed);
        VmaCompressionException expected = Read(inPlace).Error!;
        Assert.Equal(VmaCodes.CompressedChecksumMismatch, expected.Code);
        using PiecewiseStream apart = new(VmaCompression.Bzip2, new MemoryStream(packed), threads: 3);
        VmaCompressionException told = Read(apart).Error!;
        Assert.Equal((expected.Message, expected.CompressedOffset, expected.Offset), (told.Message, told.CompressedOffset, told.Offset));
    }

    [Fact]
    public void Lengths_that_lie_change_nothing()
    {
        // Of one member among many: too short, too long, as long as two, and zeros between two.
        byte[][] members = [.. Plain.Chunk(65_280).Select(static part => Sized(GzipBytes.Member(part)))];
        foreach (int more in new[] { -5, 5, members[41].Length })
        {
            byte[][] changed = [.. members];
            changed[40] = (byte[])members[40].Clone();
            BinaryPrimitives.WriteUInt16LittleEndian(changed[40].AsSpan(16), (ushort)Math.Min(ushort.MaxValue, members[40].Length - 1 + more));
            AssertSame([.. changed.SelectMany(static m => m)], VmaCompression.Gzip);
        }

        byte[] padded = [.. members[40], .. new byte[9]];
        BinaryPrimitives.WriteUInt16LittleEndian(padded.AsSpan(16), (ushort)(padded.Length - 1));
        AssertSame([.. members.Take(40).Append(padded).Concat(members.Skip(41)).SelectMany(static m => m)], VmaCompression.Gzip);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Source_that_fails_says_so_after_what_it_gave(string name)
    {
        byte[] packed = Samples[name].Value;
        int failAt = packed.Length * 3 / 4;
        using PiecewiseStream apart = new(CompressionFormats.Detect(packed), TricklingStream.UpTo(packed, 100_000, failAt), threads: 3);
        using PieceDecodingStream inPlace = InPlace(packed);
        byte[] expected = Read(inPlace).Bytes;
        AssertTellsSourceError(apart, expected, expected.Length / 2);
    }

    [Theory]
    [InlineData("lzop")]
    [InlineData("bgzip")]
    [InlineData("bzip2")]
    public Task Can_be_given_up_at_any_time(string name) => AssertCanBeGivenUp(
        Samples[name].Value, s => new PiecewiseStream(CompressionFormats.Detect(Samples[name].Value), s, threads: 3), 1, 600_000, 1_500_000, Plain.Length);

    [Fact]
    public void One_thread_is_one_decoder()
    {
        using DecodingStream stream = CompressionFormats.CreateDecoder(VmaCompression.Lzop, new MemoryStream(), 1 << 20, threads: 1);
        Assert.IsType<LzopDecodingStream>(stream);
    }

    private static void AssertSame(byte[] packed, string compression)
    {
        using PieceDecodingStream inPlace = InPlace(packed);
        using PiecewiseStream apart = new(compression, new MemoryStream(packed), threads: 3);
        ApartStreams.AssertSame(inPlace, apart);
    }

    private static Lazy<byte[]> Made(Func<byte[]> make) => new(make);

    private static byte[] Joined(int size, Func<byte[], int, byte[]> pack) => [.. Plain.Chunk(size).SelectMany(pack)];

    /// <summary>A member as bgzip makes it: its length less one in a field of its header.</summary>
    private static byte[] Sized(byte[] member)
    {
        byte[] field = [6, 0, (byte)'B', (byte)'C', 2, 0, 0, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(field.AsSpan(6), (ushort)(member.Length + field.Length - 1));
        byte[] header = member[..10];
        header[3] |= 4;
        return [.. header, .. field, .. member[10..]];
    }

    private static PieceDecodingStream InPlace(byte[] packed) => InPlace(new MemoryStream(packed), packed);

    private static PieceDecodingStream InPlace(Stream source, byte[] packed) =>
        CompressionFormats.CreatePieceDecoder(CompressionFormats.Detect(packed), source, leaveOpen: false);

    private static byte[] Noise(int length)
    {
        byte[] noise = new byte[length];
        new Random(2).NextBytes(noise);
        return noise;
    }

    /// <summary>Half of it noise, half of it words, in stretches.</summary>
    private static byte[] MakePlain()
    {
        byte[] plain = Noise(5_000_000);
        Random random = new(3);
        for (int at = 0; at < plain.Length; at += 60_000)
        {
            for (int i = at; i < Math.Min(plain.Length, at + 30_000); i++)
            {
                plain[i] = (byte)"etaoin shrdlu\n"[random.Next(14)];
            }
        }

        return plain;
    }
}
