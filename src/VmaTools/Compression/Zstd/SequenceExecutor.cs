using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#if !NETSTANDARD2_0
using System.Runtime.Intrinsics;
#endif

namespace VmaTools.Compression;

/// <summary>Decodes the sequences of a block and executes them: copies literals, then a match from the history.</summary>
/// <remarks>
/// Two paths do the same. <see cref="Run{TRecorder}"/> is the fast one: it takes bits without looking at what is left of them and copies in
/// whole words, and so runs only while the stream has many bits left, into buffers that have margins at their ends.
/// <see cref="Finish{TRecorder}"/> does the rest, bounds-checked, byte by byte; it could do it all.
/// </remarks>
internal static class SequenceExecutor
{
    /// <summary>Bytes behind the literals that copying in whole words may read.</summary>
    public const int LiteralsMargin = 64;

    // The bits of one sequence with its next states, and the width of the words loaded.
    private const int SafeBits = 31 + 16 + 16 + 9 + 9 + 8 + 64;

    // A load at any position is sure to bring this many bits.
    private const int LoadedBits = 56;

    /// <summary>Executes what is left of a block's sequences; the stream must end with the last one.</summary>
    public static SequenceFault Finish<TRecorder>(
        ref SequenceRun run,
        ulong[] entries,
        ReadOnlySpan<byte> stream,
        ReadOnlySpan<byte> literals,
        ZstdHistory history,
        int outputEnd,
        TRecorder recorder)
        where TRecorder : struct, IMatchRecorder
    {
        int blockStart = history.Position;
        var reader = new BackwardBitReader(stream, run.BitsLeft);
        byte[] buffer = history.Buffer;
        while (run.Left > 0)
        {
            uint offset = FseEntry.Baseline(run.Offset) + reader.Read(FseEntry.ExtraBits(run.Offset));
            uint matchLength = FseEntry.Baseline(run.MatchLength) + reader.Read(FseEntry.ExtraBits(run.MatchLength));
            uint literalLength = FseEntry.Baseline(run.LiteralLength) + reader.Read(FseEntry.ExtraBits(run.LiteralLength));
            int stateBits = FseEntry.StateBits(run.LiteralLength)
                + FseEntry.StateBits(run.MatchLength)
                + FseEntry.StateBits(run.Offset);
            run.Left--;
            if (reader.BitsLeft < (run.Left > 0 ? stateBits : 0))
            {
                return SequenceFault.BitsRunOut;
            }

            if (FseEntry.ExtraBits(run.Offset) > 1)
            {
                run.Repeat = new RepeatOffsets(offset, run.Repeat.First, run.Repeat.Second);
            }
            else
            {
                run.Repeat = Recall(run.Repeat, offset + (literalLength == 0 ? 1U : 0U));
                offset = run.Repeat.First;
            }

            if (offset == 0)
            {
                return SequenceFault.OffsetZero;
            }

            if (literalLength > literals.Length - run.Literals)
            {
                return SequenceFault.LiteralsRunOut;
            }

            if (literalLength + matchLength > outputEnd - run.Output)
            {
                return SequenceFault.BlockTooLong;
            }

            literals.Slice(run.Literals, (int)literalLength).CopyTo(buffer.AsSpan(run.Output));
            run.Literals += (int)literalLength;
            run.Output += (int)literalLength;
            int reachable = history.OlderEnd > 0 ? history.Window : Math.Min(history.Window, run.Output);
            if (offset > reachable)
            {
                return SequenceFault.OffsetTooFar;
            }

            recorder.Add(run.Output - blockStart, offset, matchLength);
            int from = run.Output - (int)offset;
            for (int left = (int)matchLength; left > 0; left--)
            {
                buffer[run.Output++] = buffer[from < 0 ? from + history.OlderEnd : from];
                from++;
            }

            if (run.Left > 0)
            {
                run.LiteralLength = entries[FseEntry.NextState(run.LiteralLength) + (int)reader.Read(FseEntry.StateBits(run.LiteralLength))];
                run.MatchLength = entries[FseEntry.NextState(run.MatchLength) + (int)reader.Read(FseEntry.StateBits(run.MatchLength))];
                run.Offset = entries[FseEntry.NextState(run.Offset) + (int)reader.Read(FseEntry.StateBits(run.Offset))];
            }
        }

        run.BitsLeft = reader.BitsLeft;
        return reader.BitsLeft == 0 ? SequenceFault.None : SequenceFault.BitsRunOut;
    }

    /// <summary>Executes sequences while that is safe without looking; at least one is left over.</summary>
#if !NETSTANDARD2_0
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
#endif
    public static unsafe SequenceFault Run<TRecorder>(
        ref SequenceRun run,
        ulong[] entries,
        ReadOnlySpan<byte> stream,
        ReadOnlySpan<byte> literals,
        ZstdHistory history,
        int outputEnd,
        TRecorder recorder)
        where TRecorder : struct, IMatchRecorder
    {
        // By reference, since literals without bytes must not become a null pointer: words are copied from there all the same.
        fixed (ulong* table = entries)
        fixed (Match* matches = recorder.Room)
        fixed (byte* bits = stream, firstLiteral = &MemoryMarshal.GetReference(literals), buffer = history.Buffer)
        {
            byte* literal = firstLiteral + run.Literals;
            byte* literalsEnd = firstLiteral + literals.Length;
            byte* output = buffer + run.Output;
            byte* end = buffer + outputEnd;
            byte* blockStart = buffer + history.Position;
            ulong window = (ulong)history.Window;
            nint olderEnd = history.OlderEnd;
            long bitsLeft = run.BitsLeft;
            ulong literalState = run.LiteralLength;
            ulong matchState = run.MatchLength;
            ulong offsetState = run.Offset;
            ulong first = run.Repeat.First;
            ulong second = run.Repeat.Second;
            ulong third = run.Repeat.Third;
            int left = run.Left;
            SequenceFault fault = SequenceFault.None;

            while (left > 1 && bitsLeft >= SafeBits)
            {
                ulong word = ZstdBits.Load64(bits + (bitsLeft >> 3) - 7);
                int at = (int)(bitsLeft & 7) + LoadedBits;

                // All bit counts of the three entries in two additions, which carry nothing from one field to the next.
                ulong counts = literalState + matchState + offsetState;
                int total = (int)((counts + (counts >> 8)) & 0xFF);

                int extra = FseEntry.ExtraBits(offsetState);
                at -= extra;
                ulong offset = FseEntry.Baseline(offsetState) + ZstdBits.Low(word >> at, extra);
                bool repeats = extra < 2;
                ulong matchLength = FseEntry.Baseline(matchState);
                ulong literalLength = FseEntry.Baseline(literalState);
                if (total <= LoadedBits)
                {
                    extra = FseEntry.ExtraBits(matchState);
                    at -= extra;
                    matchLength += ZstdBits.Low(word >> at, extra);
                    extra = FseEntry.ExtraBits(literalState);
                    at -= extra;
                    literalLength += ZstdBits.Low(word >> at, extra);
                    bitsLeft -= total;
                }
                else
                {
                    bitsLeft -= extra;
                    word = ZstdBits.Load64(bits + (bitsLeft >> 3) - 7);
                    at = (int)(bitsLeft & 7) + LoadedBits;
                    extra = FseEntry.ExtraBits(matchState);
                    at -= extra;
                    bitsLeft -= extra;
                    matchLength += ZstdBits.Low(word >> at, extra);
                    extra = FseEntry.ExtraBits(literalState);
                    at -= extra;
                    bitsLeft -= extra;
                    literalLength += ZstdBits.Low(word >> at, extra);
                    word = ZstdBits.Load64(bits + (bitsLeft >> 3) - 7);
                    at = (int)(bitsLeft & 7) + LoadedBits;
                    bitsLeft -= (byte)counts;
                }

                if (!repeats)
                {
                    third = second;
                    second = first;
                    first = offset;
                }
                else
                {
                    // Most often it is the very last one, which changes nothing.
                    offset += literalLength == 0 ? 1UL : 0;
                    if (offset == 0)
                    {
                        offset = first;
                    }
                    else
                    {
                        ulong chosen = offset == 1 ? second : offset == 2 ? third : first - 1;
                        third = offset == 1 ? third : second;
                        second = first;
                        first = chosen;
                        offset = chosen;
                        if (chosen == 0)
                        {
                            fault = SequenceFault.OffsetZero;
                            break;
                        }
                    }
                }

                // The next states, before anything is copied: what waits for them is the slowest chain of all.
                extra = FseEntry.StateBits(literalState);
                at -= extra;
                literalState = table[FseEntry.NextState(literalState) + (int)ZstdBits.Low(word >> at, extra)];
                extra = FseEntry.StateBits(matchState);
                at -= extra;
                matchState = table[FseEntry.NextState(matchState) + (int)ZstdBits.Low(word >> at, extra)];
                extra = FseEntry.StateBits(offsetState);
                at -= extra;
                offsetState = table[FseEntry.NextState(offsetState) + (int)ZstdBits.Low(word >> at, extra)];

                if (literalLength > (ulong)(literalsEnd - literal))
                {
                    fault = SequenceFault.LiteralsRunOut;
                    break;
                }

                if (literalLength + matchLength > (ulong)(end - output))
                {
                    fault = SequenceFault.BlockTooLong;
                    break;
                }

                byte* match = output + literalLength;
                Copy16(literal, output);
                if (literalLength > 16)
                {
                    CopyOn(literal + 16, output + 16, match);
                }

                literal += literalLength;
                output = match + matchLength;
                left--;

                recorder.AddFast(matches, (int)(match - blockStart), (uint)offset, (uint)matchLength);
                byte* from = match - offset;
                if (offset > (ulong)(match - buffer))
                {
                    if (olderEnd == 0 || offset > window)
                    {
                        fault = SequenceFault.OffsetTooFar;
                        break;
                    }

                    // From before the buffer was begun again; perhaps up to where it ended and on from its start.
                    from += olderEnd;
                    ulong older = offset - (ulong)(match - buffer);
                    if (matchLength > older)
                    {
                        CopyAcross(from, (int)older, buffer, match, (int)matchLength);
                        continue;
                    }
                }
                else if (offset > window)
                {
                    fault = SequenceFault.OffsetTooFar;
                    break;
                }
                else if (offset < 16)
                {
                    CopyNear((int)offset, match, output);
                    continue;
                }

                Copy16(from, match);
                if (matchLength > 16)
                {
                    CopyOn(from + 16, match + 16, output);
                }
            }

            recorder.EndFast();
            run.Left = left;
            run.BitsLeft = (int)bitsLeft;
            run.LiteralLength = literalState;
            run.MatchLength = matchState;
            run.Offset = offsetState;
            run.Repeat = new RepeatOffsets((uint)first, (uint)second, (uint)third);
            run.Literals = (int)(literal - firstLiteral);
            run.Output = (int)(output - buffer);
            return fault;
        }
    }

    // 0 is the last offset, 1 and 2 those before it, 3 one less than the last; the one chosen becomes the first.
    private static RepeatOffsets Recall(RepeatOffsets repeat, uint index) => index switch
    {
        0 => repeat,
        1 => new RepeatOffsets(repeat.Second, repeat.First, repeat.Third),
        2 => new RepeatOffsets(repeat.Third, repeat.First, repeat.Second),
        _ => new RepeatOffsets(repeat.First - 1, repeat.First, repeat.Second),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Copy16(byte* from, byte* to)
    {
#if NETSTANDARD2_0
        ulong low = ZstdBits.Load64(from);
        Unsafe.WriteUnaligned(to, low);
        ulong high = ZstdBits.Load64(from + 8);
        Unsafe.WriteUnaligned(to + 8, high);
#else
        Vector128.Store(Vector128.Load(from), to);
#endif
    }

    // Up to 31 bytes past the end. Source and target may overlap where they are 16 bytes or more apart.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void CopyOn(byte* from, byte* to, byte* end)
    {
        do
        {
            Copy16(from, to);
            Copy16(from + 16, to + 16);
            from += 32;
            to += 32;
        }
        while (to < end);
    }

    // A match that begins in the older bytes and ends in the newer ones; the latter part may overlap its target.
    private static unsafe void CopyAcross(byte* from, int older, byte* start, byte* to, int length)
    {
        for (int i = 0; i < older; i++)
        {
            to[i] = from[i];
        }

        to += older;
        for (int i = 0; i < length - older; i++)
        {
            to[i] = start[i];
        }
    }

    // A match that overlaps itself within a word: the bytes between it and its source, over and over.
    private static unsafe void CopyNear(int offset, byte* to, byte* end)
    {
        byte* from = to - offset;
#if !NETSTANDARD2_0
        if (Vector128.IsHardwareAccelerated)
        {
            fixed (byte* patterns = NearPatterns)
            {
                Vector128<byte> pattern = Vector128.Shuffle(Vector128.Load(from), Vector128.Load(patterns + (offset * 16)));
                int step = 16 - (16 % offset);
                do
                {
                    Vector128.Store(pattern, to);
                    to += step;
                }
                while (to < end);
            }

            return;
        }
#endif
        // The first bytes one by one, until source and target are a word apart with the pattern whole.
        int distance = offset * ((7 + offset) / offset);
        byte* source = from;
        byte* whole = from + distance;
        while (to < whole)
        {
            *to++ = *from++;
        }

        while (to < end)
        {
            Unsafe.WriteUnaligned(to, ZstdBits.Load64(source));
            source += 8;
            to += 8;
        }
    }

#if !NETSTANDARD2_0
    private static readonly byte[] NearPatterns = MakeNearPatterns();

    // For each offset below 16, which byte behind the source each byte of a word is.
    private static byte[] MakeNearPatterns()
    {
        byte[] patterns = new byte[16 * 16];
        for (int offset = 1; offset < 16; offset++)
        {
            for (int i = 0; i < 16; i++)
            {
                patterns[(offset * 16) + i] = (byte)(i % offset);
            }
        }

        return patterns;
    }
#endif
}
