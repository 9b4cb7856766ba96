using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VmaTools.Bytes;

/// <summary>The 64-bit xxHash with seed 0, fed piece by piece: what a Zstandard frame is checked with.</summary>
internal sealed class Xxh64
{
    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime3 = 0x165667B19E3779F9;
    private const ulong Prime4 = 0x85EBCA77C2B2AE63;
    private const ulong Prime5 = 0x27D4EB2F165667C5;
    private const int StripeSize = 32;

    private readonly byte[] _tail = new byte[StripeSize];
    private ulong _lane1;
    private ulong _lane2;
    private ulong _lane3;
    private ulong _lane4;
    private ulong _length;

    public Xxh64() => Reset();

    private Xxh64(Xxh64 other)
    {
        other._tail.CopyTo(_tail, 0);
        _lane1 = other._lane1;
        _lane2 = other._lane2;
        _lane3 = other._lane3;
        _lane4 = other._lane4;
        _length = other._length;
    }

    private int TailLength => (int)(_length % StripeSize);

    /// <summary>Forgets everything appended so far.</summary>
    public void Reset()
    {
        unchecked
        {
            _lane1 = Prime1 + Prime2;
            _lane2 = Prime2;
            _lane3 = 0;
            _lane4 = 0 - Prime1;
        }

        _length = 0;
    }

    /// <summary>An independent copy that goes on from the same point.</summary>
    public Xxh64 Clone() => new(this);

    /// <summary>Bytes that <see cref="Save"/> writes.</summary>
    public const int SavedSize = (5 * sizeof(ulong)) + StripeSize;

    /// <summary>Writes what is needed to go on later.</summary>
    public void Save(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target, _lane1);
        BinaryPrimitives.WriteUInt64LittleEndian(target.Slice(8), _lane2);
        BinaryPrimitives.WriteUInt64LittleEndian(target.Slice(16), _lane3);
        BinaryPrimitives.WriteUInt64LittleEndian(target.Slice(24), _lane4);
        BinaryPrimitives.WriteUInt64LittleEndian(target.Slice(32), _length);
        _tail.CopyTo(target.Slice(40));
    }

    /// <summary>Goes on from what <see cref="Save"/> wrote.</summary>
    public static Xxh64 Load(ReadOnlySpan<byte> saved)
    {
        Xxh64 hash = new()
        {
            _lane1 = BinaryPrimitives.ReadUInt64LittleEndian(saved),
            _lane2 = BinaryPrimitives.ReadUInt64LittleEndian(saved.Slice(8)),
            _lane3 = BinaryPrimitives.ReadUInt64LittleEndian(saved.Slice(16)),
            _lane4 = BinaryPrimitives.ReadUInt64LittleEndian(saved.Slice(24)),
            _length = BinaryPrimitives.ReadUInt64LittleEndian(saved.Slice(32)),
        };
        saved.Slice(40, StripeSize).CopyTo(hash._tail);
        return hash;
    }

    /// <summary>The hash of some bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> data)
    {
        Xxh64 hash = new();
        hash.Append(data);
        return hash.Digest();
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        int tail = TailLength;
        _length += (ulong)data.Length;
        if (tail + data.Length < StripeSize)
        {
            data.CopyTo(_tail.AsSpan(tail));
            return;
        }

        if (tail > 0)
        {
            int missing = StripeSize - tail;
            data.Slice(0, missing).CopyTo(_tail.AsSpan(tail));
            data = data.Slice(missing);
            MixStripes(_tail);
        }

        int whole = data.Length & -StripeSize;
        MixStripes(data.Slice(0, whole));
        data.Slice(whole).CopyTo(_tail);
    }

    /// <summary>The hash of everything appended so far, which may be continued afterwards.</summary>
    public ulong Digest()
    {
        unchecked
        {
            ulong hash;
            if (_length >= StripeSize)
            {
                hash = RotateLeft(_lane1, 1) + RotateLeft(_lane2, 7) + RotateLeft(_lane3, 12) + RotateLeft(_lane4, 18);
                hash = Merge(hash, _lane1);
                hash = Merge(hash, _lane2);
                hash = Merge(hash, _lane3);
                hash = Merge(hash, _lane4);
            }
            else
            {
                hash = Prime5;
            }

            hash += _length;
            ReadOnlySpan<byte> rest = _tail.AsSpan(0, TailLength);
            for (; rest.Length >= 8; rest = rest.Slice(8))
            {
                hash ^= Round(0, BinaryPrimitives.ReadUInt64LittleEndian(rest));
                hash = (RotateLeft(hash, 27) * Prime1) + Prime4;
            }

            if (rest.Length >= 4)
            {
                hash ^= BinaryPrimitives.ReadUInt32LittleEndian(rest) * Prime1;
                hash = (RotateLeft(hash, 23) * Prime2) + Prime3;
                rest = rest.Slice(4);
            }

            foreach (byte value in rest)
            {
                hash ^= value * Prime5;
                hash = RotateLeft(hash, 11) * Prime1;
            }

            hash = (hash ^ (hash >> 33)) * Prime2;
            hash = (hash ^ (hash >> 29)) * Prime3;
            return hash ^ (hash >> 32);
        }
    }

#if !NETSTANDARD2_0
    // Called a few times with long spans: waiting for a hotter tier would cost more than it brings.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
#endif
    private void MixStripes(ReadOnlySpan<byte> stripes)
    {
        ulong lane1 = _lane1;
        ulong lane2 = _lane2;
        ulong lane3 = _lane3;
        ulong lane4 = _lane4;
        if (BitConverter.IsLittleEndian)
        {
            ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(stripes);
            for (; words.Length >= 4; words = words.Slice(4))
            {
                lane1 = Round(lane1, words[0]);
                lane2 = Round(lane2, words[1]);
                lane3 = Round(lane3, words[2]);
                lane4 = Round(lane4, words[3]);
            }
        }
        else
        {
            for (; stripes.Length >= StripeSize; stripes = stripes.Slice(StripeSize))
            {
                lane1 = Round(lane1, BinaryPrimitives.ReadUInt64LittleEndian(stripes));
                lane2 = Round(lane2, BinaryPrimitives.ReadUInt64LittleEndian(stripes.Slice(8)));
                lane3 = Round(lane3, BinaryPrimitives.ReadUInt64LittleEndian(stripes.Slice(16)));
                lane4 = Round(lane4, BinaryPrimitives.ReadUInt64LittleEndian(stripes.Slice(24)));
            }
        }

        _lane1 = lane1;
        _lane2 = lane2;
        _lane3 = lane3;
        _lane4 = lane4;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Round(ulong lane, ulong input) =>
        unchecked(RotateLeft(lane + (input * Prime2), 31) * Prime1);

    private static ulong Merge(ulong hash, ulong lane) =>
        unchecked(((hash ^ Round(0, lane)) * Prime1) + Prime4);

    // The compilers of both frameworks turn this pattern into one rotate instruction.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong RotateLeft(ulong value, int count) => (value << count) | (value >> (64 - count));
}
