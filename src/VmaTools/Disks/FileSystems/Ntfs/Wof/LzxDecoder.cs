using System;
using System.Buffers.Binary;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs.Wof;

/// <summary>LZX with a window of 32 KiB, as WIM images and system files have it.</summary>
internal sealed class LzxDecoder : WofDecoder
{
    private const int Literals = 256;
    private const int DistanceSlots = 30;
    private const int MainSymbols = Literals + (DistanceSlots * 8);
    private const int LengthSymbols = 249;
    private const int AlignedSymbols = 8;
    private const int PreSymbols = 20;
    private const int LongestLength = 7;
    private const int MinMatch = 2;
    private const int DefaultBlock = 32768;

    // The size of the file that calls are moved within; always the same here.
    private const int CallRange = 12_000_000;

    private readonly WofCode _main = new(MainSymbols);
    private readonly WofCode _length = new(LengthSymbols);
    private readonly WofCode _aligned = new(AlignedSymbols);
    private readonly WofCode _pre = new(PreSymbols);
    private readonly byte[] _mainLengths = new byte[MainSymbols];
    private readonly byte[] _lengthLengths = new byte[LengthSymbols];
    private readonly uint[] _recent = new uint[3];

    // Chunk: blocks of a kind (3 bits: 1 verbatim, 2 aligned, 3 plain) and a length (a bit 1 for 32768; else 16 bits).
    public override bool TryDecode(ReadOnlySpan<byte> source, Span<byte> target)
    {
        WofBits bits = new(source);
        _mainLengths.AsSpan().Clear();
        _lengthLengths.AsSpan().Clear();
        _recent.AsSpan().Fill(1);
        for (int at = 0; at < target.Length;)
        {
            int kind = bits.Take(3);
            int length = bits.Take(1) == 1 ? DefaultBlock : (bits.Take(8) << 8) | bits.Take(8);
            if (length == 0 || length > target.Length - at || bits.IsBeyondEnd)
            {
                return false;
            }

            // The plain part of the chunk may be read by a match of the next, so all share one target.
            Span<byte> known = target.Slice(0, at + length);
            bool isSound = kind switch
            {
                1 or 2 => TryReadCodes(ref bits, kind == 2) && TryDecodeBlock(ref bits, known, ref at, kind == 2),
                3 => TryCopyBlock(ref bits, known, ref at),
                _ => false,
            };
            if (!isSound || bits.IsBeyondEnd)
            {
                return false;
            }
        }

        MoveCallsBack(target);
        return true;
    }

    private bool TryCopyBlock(ref WofBits bits, Span<byte> target, ref int at)
    {
        // What is left of the unit at hand goes; where nothing is left, a whole unit does.
        bits.Need(1);
        bits.Align();
        for (int i = 0; i < _recent.Length; i++)
        {
            _recent[i] = bits.TakeBytes(4);
        }

        int length = target.Length - at;
        if (!bits.TryCopy(target.Slice(at)))
        {
            return false;
        }

        at = target.Length;
        if ((length & 1) != 0)
        {
            bits.TakeBytes(1);
        }

        return true;
    }

    private bool TryReadCodes(ref WofBits bits, bool isAligned)
    {
        if (isAligned)
        {
            Span<byte> lengths = stackalloc byte[AlignedSymbols];
            for (int i = 0; i < lengths.Length; i++)
            {
                lengths[i] = (byte)bits.Take(3);
            }

            if (!_aligned.TrySet(lengths))
            {
                return false;
            }
        }

        return TryReadLengths(ref bits, _mainLengths.AsSpan(0, Literals))
            && TryReadLengths(ref bits, _mainLengths.AsSpan(Literals))
            && _main.TrySet(_mainLengths)
            && TryReadLengths(ref bits, _lengthLengths)
            && _length.TrySet(_lengthLengths);
    }

    // Each length is coded by what it is less than it was before, modulo 17; 17 and 18 are runs of zeros, 19 one of the same.
    private bool TryReadLengths(ref WofBits bits, Span<byte> lengths)
    {
        Span<byte> pre = stackalloc byte[PreSymbols];
        for (int i = 0; i < pre.Length; i++)
        {
            pre[i] = (byte)bits.Take(4);
        }

        if (!_pre.TrySet(pre))
        {
            return false;
        }

        for (int i = 0; i < lengths.Length;)
        {
            int symbol = _pre.Take(ref bits, 15);
            int run = symbol switch
            {
                17 => 4 + bits.Take(4),
                18 => 20 + bits.Take(5),
                19 => 4 + bits.Take(1),
                _ => 1,
            };
            bool isZero = symbol is 17 or 18;
            symbol = symbol == 19 ? _pre.Take(ref bits, 15) : symbol;
            if (symbol < 0 || (symbol > 16 && !isZero) || bits.IsBeyondEnd || run > lengths.Length - i)
            {
                return false;
            }

            lengths.Slice(i, run).Fill(isZero ? (byte)0 : (byte)((lengths[i] + 17 - symbol) % 17));
            i += run;
        }

        return true;
    }

    private bool TryDecodeBlock(ref WofBits bits, Span<byte> target, ref int at, bool isAligned)
    {
        while (at < target.Length)
        {
            int symbol = _main.Take(ref bits, 16);
            if (symbol < 0)
            {
                return false;
            }

            if (symbol < Literals)
            {
                target[at++] = (byte)symbol;
                continue;
            }

            int length = (symbol - Literals) & 7;
            int slot = (symbol - Literals) >> 3;
            if (length == LongestLength)
            {
                int more = _length.Take(ref bits, 16);
                if (more < 0)
                {
                    return false;
                }

                length += more;
            }

            if (!TryTakeDistance(ref bits, slot, isAligned, out uint distance) || !TryRepeat(target, ref at, distance, length + MinMatch))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryTakeDistance(ref WofBits bits, int slot, bool isAligned, out uint distance)
    {
        if (slot < _recent.Length)
        {
            distance = _recent[slot];
            _recent[slot] = _recent[0];
            _recent[0] = distance;
            return true;
        }

        // Two slots for each number of extra bits; the first three distances are those used last.
        int extra = (slot >> 1) - 1;
        uint start = (2u + ((uint)slot & 1)) << extra;
        uint more;
        if (isAligned && extra >= 3)
        {
            more = (uint)bits.Take(extra - 3) << 3;
            int low = _aligned.Take(ref bits, 7);
            if (low < 0)
            {
                distance = 0;
                return false;
            }

            more |= (uint)low;
        }
        else
        {
            more = (uint)bits.Take(extra);
        }

        distance = start + more - 2;
        _recent[2] = _recent[1];
        _recent[1] = _recent[0];
        _recent[0] = distance;
        return true;
    }

    /// <summary>
    /// Undoes what is done to make programs compress better: the target of what looks like a call (0xE8) was made absolute.
    /// </summary>
    private static void MoveCallsBack(Span<byte> data)
    {
        for (int at = 0; at < data.Length - 10;)
        {
            int step = data.Slice(at, data.Length - 10 - at).IndexOf((byte)0xe8);
            if (step < 0)
            {
                return;
            }

            at += step;
            int target = (int)LittleEndian.U32(data, at + 1);
            if (target >= -at && target < CallRange)
            {
                BinaryPrimitives.WriteInt32LittleEndian(data.Slice(at + 1), target >= 0 ? target - at : target + CallRange);
            }

            at += 5;
        }
    }
}
