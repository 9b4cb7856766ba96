using System;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>Decompresses one LZO1X block.</summary>
/// <remarks>
/// <para>A block is a row of instructions. Each copies a match from the data before and then 0 to 3 literals, except the
/// one that copies a longer run of literals only. How an instruction below 16 is read depends on the one before it:</para>
/// <code>
///   1LLD DDSS  HHHH HHHH            length 5 + L, distance 1 + D + 8H
///   01LD DDSS  HHHH HHHH            length 3 + L, distance 1 + D + 8H
///   001L LLLL  DDDD DDSS DDDD DDDD  length 2 + L, distance 1 + D
///   0001 HLLL  DDDD DDSS DDDD DDDD  length 2 + L, distance 16384 + D + 16384H; 16384 itself ends the block
///   0000 LLLL                       after no literal: 3 + L literals
///   0000 DDSS  HHHH HHHH            after 1 to 3 literals: length 2, distance 1 + D + 4H
///   0000 DDSS  HHHH HHHH            after a run of literals: length 3, distance 2049 + D + 4H
/// </code>
/// <para>S is the number of literals that follow the match. L of zero, where it stands for more than one number of bits,
/// means the largest value of its bits plus the bytes that follow: zero bytes, each worth 255, then one that is not zero.
/// A first byte above 17 is none of these: that many literals less 17 follow, which count as a run from four on.</para>
/// </remarks>
internal static unsafe class Lzo1x
{
    /// <summary>Bytes by which both arrays must be longer than what is in them, so that copies may go in large steps.</summary>
    public const int Slack = 64;

    // What the instruction before did, besides 1 to 3 literals.
    private const uint NoLiterals = 0;
    private const uint LiteralRun = 4;

    private const uint EndDistance = 16384;

    private const string InputEnds = "An LZO block ends within an instruction.";
    private const string OutputOverrun = "An LZO block holds more data than its header says.";

    /// <summary>
    /// Decompresses <paramref name="compressedLength"/> bytes into exactly <paramref name="length"/>; null, or what is
    /// wrong and how many compressed bytes come before it.
    /// </summary>
    public static string? TryDecode(byte[] compressed, int compressedLength, byte[] decoded, int length, out int failedAt)
    {
        string? error = TryDecode(compressed, compressedLength, decoded, length, out int decodedLength, out failedAt);
        return error is null && decodedLength < length ? "An LZO block holds less data than its header says." : error;
    }

    /// <summary>
    /// Decompresses <paramref name="compressedLength"/> bytes into as many as they hold, <paramref name="maxLength"/> at the
    /// most; null, or what is wrong.
    /// </summary>
    public static string? TryDecodeUpTo(byte[] compressed, int compressedLength, byte[] decoded, int maxLength, out int length) =>
        TryDecode(compressed, compressedLength, decoded, maxLength, out length, out _);

    private static string? TryDecode(
        byte[] compressed, int compressedLength, byte[] decoded, int maxLength, out int length, out int failedAt)
    {
        if (compressed.Length - compressedLength < Slack || decoded.Length - maxLength < Slack)
        {
            throw new ArgumentException("The arrays leave no slack.");
        }

        fixed (byte* source = compressed)
        fixed (byte* target = decoded)
        {
            byte* next = source;
            byte* end = target + maxLength;
            string? error = Decode(ref next, source + compressedLength, target, ref end);
            length = (int)(end - target);
            failedAt = (int)Math.Min(next - source, compressedLength);
            return error;
        }
    }

    /// <param name="position">Where to begin; then the instruction that failed, or was the last.</param>
    /// <param name="sourceEnd">The end of what is compressed.</param>
    /// <param name="start">Where what is decoded goes.</param>
    /// <param name="end">How far it may reach; then how far it does.</param>
    private static string? Decode(ref byte* position, byte* sourceEnd, byte* start, ref byte* end)
    {
        byte* targetEnd = end;
        byte* next = position;
        byte* target = start;
        uint previous = NoLiterals;
        if (next < sourceEnd && *next > 17)
        {
            int count = *next - 17;
            next++;
            if (count > sourceEnd - next)
            {
                return InputEnds;
            }

            if (count > targetEnd - target)
            {
                return OutputOverrun;
            }

            Unaligned.CopyOver(target, next, count);
            target += count;
            next += count;
            previous = (uint)Math.Min(count, (int)LiteralRun);
        }

        while (true)
        {
            // Reading an instruction may run into the slack, of a run of zeros by no more than one byte; the end is
            // checked before anything is done with what was read.
            position = next;
            uint instruction = *next++;
            uint distance;
            uint literals;
            int length;
            if (instruction >= 64)
            {
                length = (int)(instruction >> 5) + 1;
                distance = 1 + ((instruction >> 2) & 7) + ((uint)*next++ << 3);
                literals = instruction & 3;
            }
            else if (instruction >= 16)
            {
                uint mask = instruction >= 32 ? 31u : 7u;
                length = (int)(instruction & mask);
                if (length == 0)
                {
                    length = (int)mask + LongLength(ref next, sourceEnd);
                }

                length += 2;
                uint operand = next[0] | ((uint)next[1] << 8);
                next += 2;
                literals = operand & 3;
                distance = 1 + (operand >> 2);
                if (instruction < 32)
                {
                    distance += EndDistance - 1 + ((instruction & 8) << 11);
                    if (distance == EndDistance)
                    {
                        end = target;
                        return End(next, sourceEnd);
                    }
                }
            }
            else if (previous == NoLiterals)
            {
                length = (int)instruction;
                if (length == 0)
                {
                    length = 15 + LongLength(ref next, sourceEnd);
                }

                length += 3;
                if (length > sourceEnd - next)
                {
                    return InputEnds;
                }

                if (length > targetEnd - target)
                {
                    return OutputOverrun;
                }

                Unaligned.CopyOver(target, next, length);
                target += length;
                next += length;
                previous = LiteralRun;
                continue;
            }
            else
            {
                distance = 1 + (instruction >> 2) + ((uint)*next++ << 2);
                literals = instruction & 3;
                length = 2;
                if (previous == LiteralRun)
                {
                    distance += 2048;
                    length = 3;
                }
            }

            if (literals > sourceEnd - next)
            {
                return InputEnds;
            }

            if (distance > target - start)
            {
                return "An LZO match reaches back before the start of its block.";
            }

            if (length > targetEnd - target - literals)
            {
                return OutputOverrun;
            }

            Unaligned.Repeat(target, distance, length);
            target += length;
            Unaligned.Copy4(target, next);
            target += literals;
            next += literals;
            previous = literals;
        }
    }

    /// <summary>What zero bytes and the one after them add to a length; where they run into the end, the caller sees it.</summary>
    private static int LongLength(ref byte* next, byte* sourceEnd)
    {
        // A block is at most 64 MiB, which times 255 would not fit.
        byte* first = next;
        while (*next == 0 && next < sourceEnd)
        {
            next++;
        }

        long length = ((next - first) * 255L) + *next++;
        return (int)Math.Min(length, int.MaxValue / 2);
    }

    private static string? End(byte* next, byte* sourceEnd) => next == sourceEnd
        ? null
        : next < sourceEnd ? "An LZO block ends before its compressed data does." : InputEnds;
}
