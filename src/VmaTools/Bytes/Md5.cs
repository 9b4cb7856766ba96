using System;
using System.Buffers.Binary;

namespace VmaTools.Bytes;

/// <summary>
/// MD5 (RFC 1321), as the format uses it: a checksum of headers. The framework's own refuses to work on hosts whose policy
/// forbids MD5 for cryptography, which this is not.
/// </summary>
internal static class Md5
{
    // One line a round; entry i is floor(2^32 * |sin(i + 1)|).
    private static readonly uint[] Sines = MakeSines();

    private static readonly byte[] Shifts =
    [
        7, 12, 17, 22,
        5, 9, 14, 20,
        4, 11, 16, 23,
        6, 10, 15, 21,
    ];

    /// <summary>Computes the 16-byte digest of <paramref name="data"/>.</summary>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        uint a = 0x67452301, b = 0xefcdab89, c = 0x98badcfe, d = 0x10325476;
        int whole = data.Length & ~63;
        for (int at = 0; at < whole; at += 64)
        {
            Transform(data.Slice(at, 64), ref a, ref b, ref c, ref d);
        }

        Span<byte> tail = stackalloc byte[128];
        tail.Clear();
        ReadOnlySpan<byte> rest = data.Slice(whole);
        rest.CopyTo(tail);
        tail[rest.Length] = 0x80;
        int tailLength = rest.Length < 56 ? 64 : 128;
        BinaryPrimitives.WriteUInt64LittleEndian(tail.Slice(tailLength - 8), (ulong)data.Length * 8);
        for (int at = 0; at < tailLength; at += 64)
        {
            Transform(tail.Slice(at, 64), ref a, ref b, ref c, ref d);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(digest, a);
        BinaryPrimitives.WriteUInt32LittleEndian(digest.Slice(4), b);
        BinaryPrimitives.WriteUInt32LittleEndian(digest.Slice(8), c);
        BinaryPrimitives.WriteUInt32LittleEndian(digest.Slice(12), d);
    }

    private static void Transform(ReadOnlySpan<byte> block, ref uint a0, ref uint b0, ref uint c0, ref uint d0)
    {
        Span<uint> words = stackalloc uint[16];
        for (int i = 0; i < 16; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(block.Slice(i * 4));
        }

        uint a = a0, b = b0, c = c0, d = d0;
        for (int i = 0; i < 64; i++)
        {
            int round = i >> 4;
            uint mix;
            int word;
            switch (round)
            {
                case 0:
                    mix = (b & c) | (~b & d);
                    word = i;
                    break;
                case 1:
                    mix = (d & b) | (~d & c);
                    word = ((5 * i) + 1) & 15;
                    break;
                case 2:
                    mix = b ^ c ^ d;
                    word = ((3 * i) + 5) & 15;
                    break;
                default:
                    mix = c ^ (b | ~d);
                    word = (7 * i) & 15;
                    break;
            }

            uint sum = a + mix + Sines[i] + words[word];
            int shift = Shifts[(round * 4) + (i & 3)];
            a = d;
            d = c;
            c = b;
            b += (sum << shift) | (sum >> (32 - shift));
        }

        a0 += a;
        b0 += b;
        c0 += c;
        d0 += d;
    }

    private static uint[] MakeSines()
    {
        uint[] sines = new uint[64];
        for (int i = 0; i < sines.Length; i++)
        {
            sines[i] = (uint)(long)Math.Floor(4294967296.0 * Math.Abs(Math.Sin(i + 1)));
        }

        return sines;
    }
}
