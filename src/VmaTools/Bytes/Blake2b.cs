using System;
using System.Buffers.Binary;

namespace VmaTools.Bytes;

/// <summary>BLAKE2b (RFC 7693) without a key, which Btrfs can guard its blocks with.</summary>
internal static class Blake2b
{
    private const int BlockSize = 128;
    private const int Rounds = 12;

    private static readonly ulong[] Start =
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ];

    // Which word of a block each step of a round takes; rounds 10 and 11 are those of 0 and 1.
    private static readonly byte[] Order =
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
    ];

    /// <summary>Computes a digest of <paramref name="digest"/>'s length, a multiple of 8 bytes up to 64.</summary>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        Span<ulong> state = stackalloc ulong[8];
        Start.AsSpan().CopyTo(state);
        state[0] ^= 0x01010000 ^ (ulong)digest.Length;
        ulong length = 0;
        while (data.Length > BlockSize)
        {
            length += BlockSize;
            Mix(state, data.Slice(0, BlockSize), length, isLast: false);
            data = data.Slice(BlockSize);
        }

        Span<byte> last = stackalloc byte[BlockSize];
        last.Clear();
        data.CopyTo(last);
        Mix(state, last, length + (ulong)data.Length, isLast: true);
        for (int i = 0; i < digest.Length / sizeof(ulong); i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(digest.Slice(i * sizeof(ulong)), state[i]);
        }
    }

    private static void Mix(Span<ulong> state, ReadOnlySpan<byte> block, ulong length, bool isLast)
    {
        Span<ulong> words = stackalloc ulong[16];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt64LittleEndian(block.Slice(i * sizeof(ulong)));
        }

        Span<ulong> work = stackalloc ulong[16];
        state.CopyTo(work);
        Start.AsSpan().CopyTo(work.Slice(8));
        work[12] ^= length;
        if (isLast)
        {
            work[14] = ~work[14];
        }

        for (int round = 0; round < Rounds; round++)
        {
            ReadOnlySpan<byte> order = Order.AsSpan(round % 10 * 16, 16);
            for (int i = 0; i < 4; i++)
            {
                Step(ref work[i], ref work[4 + i], ref work[8 + i], ref work[12 + i], words[order[2 * i]], words[order[(2 * i) + 1]]);
            }

            // The diagonals.
            for (int i = 0; i < 4; i++)
            {
                Step(
                    ref work[i],
                    ref work[4 + ((i + 1) & 3)],
                    ref work[8 + ((i + 2) & 3)],
                    ref work[12 + ((i + 3) & 3)],
                    words[order[8 + (2 * i)]],
                    words[order[9 + (2 * i)]]);
            }
        }

        for (int i = 0; i < state.Length; i++)
        {
            state[i] ^= work[i] ^ work[8 + i];
        }
    }

    private static void Step(ref ulong a, ref ulong b, ref ulong c, ref ulong d, ulong x, ulong y)
    {
        unchecked
        {
            a += b + x;
            d = RotateRight(d ^ a, 32);
            c += d;
            b = RotateRight(b ^ c, 24);
            a += b + y;
            d = RotateRight(d ^ a, 16);
            c += d;
            b = RotateRight(b ^ c, 63);
        }
    }

    private static ulong RotateRight(ulong value, int count) => (value >> count) | (value << (64 - count));
}
