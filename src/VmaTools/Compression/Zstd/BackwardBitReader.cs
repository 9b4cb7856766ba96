using System;
using System.IO;

namespace VmaTools.Compression;

/// <summary>Reads a Zstandard bit stream from its last bit to its first, bounds-checked.</summary>
/// <remarks>
/// The last byte's highest set bit only marks the end: what lies below it is data, and reading goes downwards from there.
/// Reading past the beginning yields zeros and makes <see cref="BitsLeft"/> negative, which is for the caller to judge:
/// one of the streams of the format ends that way.
/// </remarks>
internal ref struct BackwardBitReader
{
    private readonly ReadOnlySpan<byte> _bytes;

    /// <summary>Goes on where <paramref name="bitsLeft"/> bits are unread.</summary>
    public BackwardBitReader(ReadOnlySpan<byte> bytes, int bitsLeft)
    {
        _bytes = bytes;
        BitsLeft = bitsLeft;
    }

    /// <summary>Bits not read yet; negative where more were asked for than there were.</summary>
    public int BitsLeft { get; private set; }

    /// <summary>Number of data bits in <paramref name="bytes"/>, below the end mark.</summary>
    public static int CountBits(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes[bytes.Length - 1] == 0)
        {
            throw new InvalidDataException("A bit stream has no end mark.");
        }

        return ((bytes.Length - 1) * 8) + ZstdBits.Log2(bytes[bytes.Length - 1]);
    }

    /// <summary>The next bits, at most 32 of them, the first one highest.</summary>
    public uint Read(int count)
    {
        uint value = Peek(count);
        BitsLeft -= count;
        return value;
    }

    /// <summary>As <see cref="Read"/>, without moving on.</summary>
    public readonly uint Peek(int count)
    {
        int low = BitsLeft - count;
        if (low >= 0)
        {
            return (uint)ZstdBits.Low(ZstdBits.LoadUpTo64(_bytes, low >> 3) >> (low & 7), count);
        }

        return BitsLeft <= 0 ? 0 : (uint)(ZstdBits.Low(ZstdBits.LoadUpTo64(_bytes, 0), BitsLeft) << -low);
    }

    /// <summary>Moves on without looking.</summary>
    public void Skip(int count) => BitsLeft -= count;
}
