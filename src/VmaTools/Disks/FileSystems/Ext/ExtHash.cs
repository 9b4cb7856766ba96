using System;

namespace VmaTools.Disks.FileSystems.Ext;

/// <summary>The hashes of names by which directories are ordered: half an MD4, TEA, and an old one of its own kind.</summary>
internal static class ExtHash
{
    public const int Legacy = 0;
    public const int HalfMd4 = 1;
    public const int Tea = 2;

    private const uint EndOfDirectory = 0xfffffffe;

    /// <summary>The hash of a name; its lowest bit is 0. Null for a version that is not known.</summary>
    public static uint? Compute(ReadOnlySpan<byte> name, int version, bool isUnsigned, ReadOnlySpan<uint> seed) =>
        Compute(name, version, isUnsigned, seed, out _);

    /// <inheritdoc cref="Compute(ReadOnlySpan{byte}, int, bool, ReadOnlySpan{uint})"/>
    /// <param name="name">The name.</param>
    /// <param name="version">Which hash.</param>
    /// <param name="isUnsigned">True where bytes count from 0 to 255.</param>
    /// <param name="seed">What the file system begins with.</param>
    /// <param name="minor">More of the hash, which orders names of the same one.</param>
    public static uint? Compute(ReadOnlySpan<byte> name, int version, bool isUnsigned, ReadOnlySpan<uint> seed, out uint minor)
    {
        minor = 0;
        Span<uint> state = stackalloc uint[4] { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
        if ((seed[0] | seed[1] | seed[2] | seed[3]) != 0)
        {
            seed.CopyTo(state);
        }

        uint hash;
        switch (version)
        {
            case Legacy:
                hash = LegacyHash(name, isUnsigned);
                break;
            case HalfMd4:
                Span<uint> eight = stackalloc uint[8];
                for (ReadOnlySpan<byte> rest = name; !rest.IsEmpty; rest = rest.Slice(Math.Min(32, rest.Length)))
                {
                    Fill(rest, eight, isUnsigned);
                    HalfMd4Transform(state, eight);
                }

                hash = state[1];
                minor = state[2];
                break;
            case Tea:
                Span<uint> four = stackalloc uint[4];
                for (ReadOnlySpan<byte> rest = name; !rest.IsEmpty; rest = rest.Slice(Math.Min(16, rest.Length)))
                {
                    Fill(rest, four, isUnsigned);
                    TeaTransform(state, four);
                }

                hash = state[0];
                minor = state[1];
                break;
            default:
                return null;
        }

        hash &= ~1u;
        return hash == EndOfDirectory ? hash - 2 : hash;
    }

    private static uint LegacyHash(ReadOnlySpan<byte> name, bool isUnsigned)
    {
        uint hash0 = 0x12a3fe2d;
        uint hash1 = 0x37abe8f9;
        foreach (byte b in name)
        {
            int character = isUnsigned ? b : (int)(sbyte)b;
            uint hash = hash1 + (hash0 ^ (uint)(character * 7152373));
            hash = (hash & 0x80000000) != 0 ? hash - 0x7fffffff : hash;
            hash1 = hash0;
            hash0 = hash;
        }

        return hash0 << 1;
    }

    /// <summary>Packs a name into words; what is left is filled with its length.</summary>
    private static void Fill(ReadOnlySpan<byte> name, Span<uint> words, bool isUnsigned)
    {
        uint pad = (uint)name.Length | ((uint)name.Length << 8);
        pad |= pad << 16;
        int length = Math.Min(name.Length, words.Length * 4);
        int word = 0;
        uint value = pad;
        for (int i = 0; i < length; i++)
        {
            value = (uint)(isUnsigned ? name[i] : (int)(sbyte)name[i]) + (value << 8);
            if (i % 4 == 3)
            {
                words[word++] = value;
                value = pad;
            }
        }

        if (word < words.Length)
        {
            words[word++] = value;
        }

        while (word < words.Length)
        {
            words[word++] = pad;
        }
    }

    private static void TeaTransform(Span<uint> state, ReadOnlySpan<uint> key)
    {
        uint sum = 0;
        uint b0 = state[0];
        uint b1 = state[1];
        for (int n = 0; n < 16; n++)
        {
            sum += 0x9E3779B9;
            b0 += ((b1 << 4) + key[0]) ^ (b1 + sum) ^ ((b1 >> 5) + key[1]);
            b1 += ((b0 << 4) + key[2]) ^ (b0 + sum) ^ ((b0 >> 5) + key[3]);
        }

        state[0] += b0;
        state[1] += b1;
    }

    private static void HalfMd4Transform(Span<uint> state, ReadOnlySpan<uint> words)
    {
        const uint K2 = 0x5A827999;
        const uint K3 = 0x6ED9EBA1;
        ReadOnlySpan<byte> order2 = [1, 3, 5, 7, 0, 2, 4, 6];
        ReadOnlySpan<byte> order3 = [3, 7, 2, 6, 1, 5, 0, 4];
        ReadOnlySpan<byte> shifts = [3, 7, 11, 19, 3, 5, 9, 13, 3, 9, 11, 15];
        uint a = state[0];
        uint b = state[1];
        uint c = state[2];
        uint d = state[3];
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 8; i++)
            {
                uint mixed = round switch
                {
                    0 => (d ^ (b & (c ^ d))) + words[i],
                    1 => (b & c) + ((b ^ c) & d) + words[order2[i]] + K2,
                    _ => (b ^ c ^ d) + words[order3[i]] + K3,
                };
                uint value = a + mixed;
                int shift = shifts[(round * 4) + (i % 4)];
                value = (value << shift) | (value >> (32 - shift));
                a = d;
                d = c;
                c = b;
                b = value;
            }
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
    }
}
