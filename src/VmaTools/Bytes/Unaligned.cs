using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
#if !NETSTANDARD2_0
using System.Runtime.Intrinsics;
#endif

namespace VmaTools.Bytes;

/// <summary>Loads and copies at any address. None checks a bound: the caller has proven what it passes.</summary>
internal static unsafe class Unaligned
{
    /// <summary>How far past its end a copy of <see cref="CopyOver"/> or <see cref="Repeat"/> may write.</summary>
    public const int Overshoot = 32;

    /// <summary>The eight bytes at <paramref name="source"/> as a number whose lowest byte comes first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong LittleEndian64(byte* source)
    {
        ulong value = Unsafe.ReadUnaligned<ulong>(source);
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy4(byte* target, byte* source) =>
        Unsafe.WriteUnaligned(target, Unsafe.ReadUnaligned<uint>(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy8(byte* target, byte* source) =>
        Unsafe.WriteUnaligned(target, Unsafe.ReadUnaligned<ulong>(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy16(byte* target, byte* source)
    {
#if NETSTANDARD2_0
        Copy8(target, source);
        Copy8(target + 8, source + 8);
#else
        Vector128.Load(source).Store(target);
#endif
    }

    /// <summary>
    /// Copies <paramref name="length"/> bytes (at least one) between places at least 16 bytes apart in steps of 16,
    /// reading and writing up to 15 bytes more than asked.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyOver(byte* target, byte* source, int length)
    {
        byte* end = target + length;
        do
        {
            Copy16(target, source);
            target += 16;
            source += 16;
        }
        while (target < end);
    }

    /// <summary>
    /// Continues the bytes before <paramref name="target"/> with a copy from <paramref name="distance"/> bytes back, which
    /// repeats where it overlaps itself; writes up to <see cref="Overshoot"/> bytes more than asked.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Repeat(byte* target, uint distance, int length)
    {
        if (distance >= 16)
        {
            CopyOver(target, target - distance, length);
        }
        else
        {
            RepeatClose(target, distance, length);
        }
    }

    private static void RepeatClose(byte* target, uint distance, int length)
    {
        byte* end = target + length;
        byte* source = target - distance;
        if (distance == 1)
        {
            ulong pattern = *source * 0x0101010101010101UL;
            do
            {
                Unsafe.WriteUnaligned(target, pattern);
                Unsafe.WriteUnaligned(target + 8, pattern);
                target += 16;
            }
            while (target < end);
            return;
        }

        // Eight bytes are copied at a time, of which the first `distance` are certain to be right; stepping by no more
        // than that makes each following copy repair what the one before wrote too early.
        uint step = Math.Min(distance, 8);
        do
        {
            Copy8(target, source);
            target += step;
            source += step;
        }
        while (target < end);
    }
}
