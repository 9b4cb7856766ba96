using System;
using System.Text;
using VmaTools.Bytes;
using VmaTools.Tests.Compression;
using Xunit;

namespace VmaTools.Tests.Bytes;

public class ChecksumTests
{
    [Fact]
    public void Known_values()
    {
        byte[] digits = Encoding.ASCII.GetBytes("123456789");
        Assert.Equal(0xCBF43926, Crc32.Append(Crc32.Initial, digits));
        Assert.Equal(0xFC891918, Crc32Forward.Append(Crc32Forward.Initial, digits));
        Assert.Equal(0xBB3Du, Crc16.Update(0, digits));
        Assert.Equal(0x4B37u, Crc16.Update(0xFFFF, digits));
        Assert.Equal(0x091E01DEu, Adler32.Append(Adler32.Initial, digits));
        Assert.Equal(0u, Crc32.Append(Crc32.Initial, []));
        Assert.Equal(1u, Adler32.Append(Adler32.Initial, []));
    }

    [Fact]
    public void Every_length_and_alignment_agrees_with_the_definition()
    {
        byte[] data = StreamSamples.Random(700, 5);
        for (int start = 0; start < 17; start++)
        {
            for (int length = 0; length < 600; length++)
            {
                ReadOnlySpan<byte> part = data.AsSpan(start, length);
                Assert.Equal(PlainCrc32(0, part), Crc32.Append(0, part));
                Assert.Equal(PlainAdler32(1, part), Adler32.Append(1, part));
                Assert.Equal(PlainCrc32Forward(7, part), Crc32Forward.Append(7, part));
            }
        }
    }

    [Fact]
    public void Pieces_give_the_checksum_of_the_whole()
    {
        byte[] data = StreamSamples.Mixed(200_000, 6);
        uint crc = PlainCrc32(0, data);
        uint adler = PlainAdler32(1, data);
        Random random = new(1);
        for (int round = 0; round < 20; round++)
        {
            uint pieceCrc = Crc32.Initial;
            uint pieceAdler = Adler32.Initial;
            for (int at = 0; at < data.Length;)
            {
                int length = Math.Min(data.Length - at, random.Next(1 << random.Next(1, 17)));
                pieceCrc = Crc32.Append(pieceCrc, data.AsSpan(at, length));
                pieceAdler = Adler32.Append(pieceAdler, data.AsSpan(at, length));
                at += length;
            }

            Assert.Equal(crc, pieceCrc);
            Assert.Equal(adler, pieceAdler);
        }
    }

    [Fact]
    public void Sums_never_overflow()
    {
        byte[] data = new byte[1_000_003];
        data.AsSpan().Fill(0xFF);
        const uint Highest = (65520u << 16) | 65520u;
        Assert.Equal(PlainAdler32(Highest, data), Adler32.Append(Highest, data));
    }

    [Fact]
    public void The_tables_alone_and_single_bytes_give_the_same()
    {
        byte[] data = StreamSamples.Random(1000, 7);
        uint expected = PlainCrc32(0, data);
        Assert.Equal(expected, ~Crc32.AppendByTables(~0u, data));
        uint crc = Crc32.Initial;
        foreach (byte value in data)
        {
            crc = Crc32.Append(crc, value);
        }

        Assert.Equal(expected, crc);
    }

    [Fact]
    public void Crc32C_by_the_processor_and_by_tables_agrees_with_the_definition()
    {
        byte[] data = StreamSamples.Random(700, 8);
        for (int start = 0; start < 9; start++)
        {
            for (int length = 0; length < 300; length++)
            {
                ReadOnlySpan<byte> part = data.AsSpan(start, length);
                uint expected = PlainCrc32(1, part, 0x82F63B78);
                Assert.Equal(expected, Crc32C.Append(1, part));
                Assert.Equal(expected, ~Crc32C.UpdateByTables(~1u, part));
            }
        }
    }

    private static uint PlainCrc32Forward(uint crc, ReadOnlySpan<byte> data)
    {
        crc = ~crc;
        foreach (byte value in data)
        {
            crc ^= (uint)value << 24;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x80000000) != 0 ? (crc << 1) ^ 0x04C11DB7 : crc << 1;
            }
        }

        return ~crc;
    }

    private static uint PlainCrc32(uint crc, ReadOnlySpan<byte> data, uint polynomial = 0xEDB88320)
    {
        crc = ~crc;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ polynomial : crc >> 1;
            }
        }

        return ~crc;
    }

    private static uint PlainAdler32(uint adler, ReadOnlySpan<byte> data)
    {
        ulong sum = adler & 0xFFFF;
        ulong sums = adler >> 16;
        foreach (byte value in data)
        {
            sum = (sum + value) % 65521;
            sums = (sums + sum) % 65521;
        }

        return (uint)((sums << 16) | sum);
    }
}
