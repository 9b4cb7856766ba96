using System;
using System.Runtime.CompilerServices;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>
/// Decodes deflate blocks one after the other into a window of its own. Stops anywhere in a block when enough is
/// decoded, and always where a block ends.
/// </summary>
internal sealed unsafe class Inflater
{
    /// <summary>How far back a match may reach.</summary>
    public const int WindowSize = 32 * 1024;

    // Decoded data between two moves of the history to the front. Larger saves moves, smaller stays in the cache.
    private const int ChunkSize = 192 * 1024;

    // One turn of the fast loop writes at most three literals or a match, and a copy may overshoot.
    private const int OutputMargin = 3 + DeflateCodes.LongestMatch + Unaligned.Overshoot;

    // One turn of the fast loop loads eight bytes twice, and a load advances by seven at most.
    private const int InputMargin = 16;

    private readonly CompressedSource _source;
    private readonly byte[] _window = new byte[WindowSize + ChunkSize + OutputMargin];
    private readonly HuffmanTable _dynamicLengths = DeflateCodes.NewLengthTable();
    private readonly HuffmanTable _dynamicDistances = DeflateCodes.NewDistanceTable();
    private readonly HuffmanTable _codeLengths = DeflateCodes.NewCodeLengthTable();

    // The bits taken from the source and not used up; those above _bitCount are zero.
    private ulong _bits;
    private int _bitCount;

    // _window[_historyStart.._end] is decoded data of this stream; _windowOffset is the offset of _window[0] in all data.
    private int _historyStart;
    private int _end;
    private long _windowOffset;

    private BlockKind _block;
    private bool _lastBlock;
    private HuffmanTable _lengths = DeflateCodes.FixedLengths;
    private HuffmanTable _distances = DeflateCodes.FixedDistances;

    // What the block still has to give before its next symbol: of a stored block its rest, else of a match.
    private int _storedLeft;
    private int _matchLeft;
    private int _matchDistance;

    public Inflater(CompressedSource source, long decodedOffset)
    {
        _source = source;
        _windowOffset = decodedOffset;
    }

    private enum BlockKind
    {
        None,
        Stored,
        Compressed,
    }

    /// <summary>Offset in all decompressed data of the next byte.</summary>
    public long DecodedOffset => _windowOffset + _end;

    /// <summary>Offset in the compressed file after the last byte of which some bit was used.</summary>
    public long CompressedOffset => _source.Offset - (_bitCount >> 3);

    public bool BetweenBlocks => _block == BlockKind.None;

    /// <summary>The unused bits of the byte before <see cref="CompressedOffset"/>.</summary>
    public (byte Bits, int Count) PartialByte => ((byte)(_bits & ((1u << (_bitCount & 7)) - 1)), _bitCount & 7);

    /// <summary>Starts a new deflate stream, to which the data so far is no history.</summary>
    public void Begin() => _historyStart = _end;

    /// <summary>Goes on between two blocks of a stream, whatever was before.</summary>
    public void Resume(long decodedOffset, ReadOnlySpan<byte> history, byte partialBits, int partialCount)
    {
        _block = BlockKind.None;
        _storedLeft = _matchLeft = 0;
        history.CopyTo(_window);
        _windowOffset = decodedOffset - history.Length;
        _historyStart = 0;
        _end = history.Length;
        _bits = partialBits;
        _bitCount = partialCount;
    }

    /// <summary>A copy of what matches in the coming blocks can reach.</summary>
    public byte[] CopyHistory()
    {
        int length = Math.Min(_end - _historyStart, WindowSize);
        return _window.AsSpan(_end - length, length).ToArray();
    }

    /// <summary>The last <paramref name="count"/> bytes decoded.</summary>
    public ReadOnlySpan<byte> Decoded(int count) => _window.AsSpan(_end - count, count);

    /// <summary>Makes sure that the next bytes decoded follow each other in the window; returns how many may.</summary>
    public int MakeRoom(int wanted)
    {
        wanted = Math.Min(wanted, ChunkSize);
        if (_end + wanted > WindowSize + ChunkSize)
        {
            int kept = Math.Min(_end - _historyStart, WindowSize);
            int moved = _end - kept;
            Buffer.BlockCopy(_window, moved, _window, 0, kept);
            _windowOffset += moved;
            _historyStart = 0;
            _end = kept;
        }

        return wanted;
    }

    /// <summary>
    /// Decodes from the current block, or the next where none is begun, to its end or until
    /// <see cref="DecodedOffset"/> is <paramref name="limit"/>, for which <see cref="MakeRoom"/> has made room.
    /// What was decoded before an error stays decoded.
    /// </summary>
    /// <returns>True where this was the end of the last block.</returns>
    public bool Decode(long limit)
    {
        if (_block == BlockKind.None)
        {
            BeginBlock();
        }

        int end = (int)(limit - _windowOffset);
        bool done = _block == BlockKind.Stored ? CopyStored(end) : DecodeSymbols(end);
        if (!done)
        {
            return false;
        }

        _block = BlockKind.None;
        return _lastBlock;
    }

    /// <summary>Drops the rest of a byte of which bits were used and lets the source stand after it.</summary>
    public void AlignSource()
    {
        _source.Position -= _bitCount >> 3;
        _bits = 0;
        _bitCount = 0;
    }

    // Every block starts with
    //   1 bit   last block
    //   2 bits  0 stored, 1 compressed with the fixed codes, 2 with codes that follow, 3 not in use
    private void BeginBlock()
    {
        long start = BitOffset;
        _lastBlock = Take(1) != 0;
        switch (Take(2))
        {
            case 0:
                BeginStored();
                break;
            case 1:
                _lengths = DeflateCodes.FixedLengths;
                _distances = DeflateCodes.FixedDistances;
                _block = BlockKind.Compressed;
                break;
            case 2:
                ReadCodes();
                _lengths = _dynamicLengths;
                _distances = _dynamicDistances;
                _block = BlockKind.Compressed;
                break;
            default:
                throw Corrupt("A deflate block is of a kind that does not exist.", start);
        }
    }

    // A stored block goes on at the next byte with its length and the same inverted, each two bytes, and its data.
    private void BeginStored()
    {
        AlignSource();
        long start = BitOffset;
        uint length = Take(16);
        if (length != (Take(16) ^ 0xFFFF))
        {
            throw Corrupt("The length of a stored deflate block does not match its complement.", start);
        }

        _storedLeft = (int)length;
        _block = BlockKind.Stored;
    }

    private bool CopyStored(int end)
    {
        while (_storedLeft > 0 && _end < end)
        {
            int taken = _source.Read(_window, _end, Math.Min(_storedLeft, end - _end));
            if (taken == 0)
            {
                throw Truncated();
            }

            _end += taken;
            _storedLeft -= taken;
        }

        return _storedLeft == 0;
    }

    // The codes of a block:
    //   5 bits  number of literal and length symbols - 257
    //   5 bits  number of distance symbols - 1
    //   4 bits  number of code lengths for the code length code - 4
    //   3 bits each: these lengths, in an order that puts the rarest last
    //   the code lengths of both alphabets as one list in that code, whose symbols are
    //     0…15 a length, 16 the one before 3…6 times more (2 bits), 17 zero 3…10 times (3 bits), 18 zero 11…138 times (7 bits)
    private void ReadCodes()
    {
        ReadOnlySpan<byte> order = DeflateCodes.CodeLengthOrder;
        long start = BitOffset;
        int lengthSymbols = (int)Take(5) + 257;
        int distanceSymbols = (int)Take(5) + 1;
        int codeLengthSymbols = (int)Take(4) + 4;
        if (lengthSymbols > DeflateCodes.MaxLengthSymbols || distanceSymbols > DeflateCodes.MaxDistanceSymbols)
        {
            throw Corrupt("A deflate block defines more symbols than there are.", start);
        }

        Span<byte> codeLengths = stackalloc byte[order.Length];
        codeLengths.Clear();
        for (int i = 0; i < codeLengthSymbols; i++)
        {
            codeLengths[order[i]] = (byte)Take(3);
        }

        if (!_codeLengths.TryBuild(codeLengths))
        {
            throw Corrupt("The code lengths of a deflate block are no prefix code.", start);
        }

        Span<byte> lengths = stackalloc byte[DeflateCodes.MaxLengthSymbols + DeflateCodes.MaxDistanceSymbols];
        lengths = lengths.Slice(0, lengthSymbols + distanceSymbols);
        int filled = 0;
        while (filled < lengths.Length)
        {
            long symbolStart = BitOffset;
            uint entry = Peek(_codeLengths);
            Skip(HuffmanTable.TotalBits(entry));
            uint symbol = HuffmanTable.Value(entry);
            if (symbol < 16)
            {
                lengths[filled++] = (byte)symbol;
                continue;
            }

            byte value = 0;
            if (symbol == 16)
            {
                if (filled == 0)
                {
                    throw Corrupt("A deflate block repeats a code length before the first.", symbolStart);
                }

                value = lengths[filled - 1];
            }

            int count = (int)(symbol switch { 16 => 3 + Take(2), 17 => 3 + Take(3), _ => 11 + Take(7) });
            if (count > lengths.Length - filled)
            {
                throw Corrupt("A deflate block repeats a code length beyond the last.", symbolStart);
            }

            lengths.Slice(filled, count).Fill(value);
            filled += count;
        }

        if (lengths[DeflateCodes.EndOfBlock] == 0)
        {
            throw Corrupt("A deflate block has no code for its end.", start);
        }

        if (!_dynamicLengths.TryBuild(lengths.Slice(0, lengthSymbols)))
        {
            throw Corrupt("The literal and length codes of a deflate block are no prefix code.", start);
        }

        if (!_dynamicDistances.TryBuild(lengths.Slice(lengthSymbols)))
        {
            throw Corrupt("The distance codes of a deflate block are no prefix code.", start);
        }
    }

    /// <summary>Symbol by symbol with every check, through the fast loop wherever that has room; true at the block's end.</summary>
    private bool DecodeSymbols(int end)
    {
        while (true)
        {
            if (_matchLeft > 0)
            {
                CopyMatch(end);
                if (_matchLeft > 0)
                {
                    return false;
                }
            }

            if (end - _end >= OutputMargin && _source.End - _source.Position >= InputMargin)
            {
                DecodeSymbolsFast(end);
            }

            long start = BitOffset;
            uint entry = Peek(_lengths);
            if ((entry & HuffmanTable.End) != 0)
            {
                Skip(HuffmanTable.TotalBits(entry));
                return true;
            }

            // Only now, so that a block whose last byte has just been decoded is known to be at its end.
            if (_end == end)
            {
                return false;
            }

            if ((entry & HuffmanTable.Literal) != 0)
            {
                _window[_end++] = (byte)HuffmanTable.Value(entry);
                Skip(HuffmanTable.TotalBits(entry));
                continue;
            }

            if ((entry & HuffmanTable.Exceptional) != 0)
            {
                throw Corrupt("A deflate block holds a code that stands for no literal and no length.", start);
            }

            int length = (int)TakeValue(entry);
            entry = Peek(_distances);
            if ((entry & HuffmanTable.Exceptional) != 0)
            {
                throw Corrupt("A deflate block holds a code that stands for no distance.", start);
            }

            int distance = (int)TakeValue(entry);
            if (distance > _end - _historyStart)
            {
                throw Corrupt("A deflate match reaches back before the start of the data.", start);
            }

            _matchLeft = length;
            _matchDistance = distance;
        }
    }

    private void CopyMatch(int end)
    {
        int length = Math.Min(_matchLeft, end - _end);
        _matchLeft -= length;
        for (; length > 0; length--)
        {
            _window[_end] = _window[_end - _matchDistance];
            _end++;
        }
    }

    /// <summary>
    /// Decodes as long as neither input nor output comes near its end, which is what makes the checks for these needless
    /// in between. Stops before any symbol that is not a plain literal or a match within the history.
    /// </summary>
    // Compiled in full at the first call: a call lasts for all of the input buffer, and small archives see only a few.
#if !NETSTANDARD2_0
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
#endif
    private void DecodeSymbolsFast(int end)
    {
        fixed (byte* input = _source.Buffer)
        fixed (byte* window = _window)
        fixed (uint* lengths = _lengths.Entries)
        fixed (uint* distances = _distances.Entries)
        {
            byte* next = input + _source.Position;
            byte* nextEnd = input + _source.End - InputMargin;
            byte* target = window + _end;
            byte* targetEnd = window + end - OutputMargin;
            byte* history = window + _historyStart;
            uint lengthMask = (1u << _lengths.RootBits) - 1;
            uint distanceMask = (1u << _distances.RootBits) - 1;
            int lengthRootBits = _lengths.RootBits;
            int distanceRootBits = _distances.RootBits;
            uint lengthSubtableMask = _lengths.SubtableMask;
            uint distanceSubtableMask = _distances.SubtableMask;
            ulong bits = _bits;
            int count = _bitCount;
            int giveBack = 0;

            // The entry of the next code is always looked up ahead, so that its load and a copy overlap: after a refill
            // there are bits for two literals of the first table and any length, or any distance, and one lookup more.
            Refill(ref next, ref bits, ref count);
            uint entry = lengths[(uint)bits & lengthMask];
            while (next <= nextEnd && target <= targetEnd)
            {
                Refill(ref next, ref bits, ref count);
                if ((int)entry < 0)
                {
                    Use(entry, ref bits, ref count);
                    *target++ = (byte)(entry >> 16);
                    entry = lengths[(uint)bits & lengthMask];
                    if ((int)entry < 0)
                    {
                        Use(entry, ref bits, ref count);
                        *target++ = (byte)(entry >> 16);
                        entry = lengths[(uint)bits & lengthMask];
                        if ((int)entry < 0)
                        {
                            Use(entry, ref bits, ref count);
                            *target++ = (byte)(entry >> 16);
                            entry = lengths[(uint)bits & lengthMask];
                            continue;
                        }
                    }
                }

                if ((entry & HuffmanTable.Exceptional) != 0)
                {
                    if ((entry & HuffmanTable.Subtable) == 0)
                    {
                        break;
                    }

                    entry = lengths[HuffmanTable.Value(entry) + ((uint)(bits >> lengthRootBits) & lengthSubtableMask)];
                    if ((int)entry < 0)
                    {
                        Use(entry, ref bits, ref count);
                        *target++ = (byte)(entry >> 16);
                        entry = lengths[(uint)bits & lengthMask];
                        continue;
                    }

                    if ((entry & HuffmanTable.Exceptional) != 0)
                    {
                        break;
                    }
                }

                int lengthBits = HuffmanTable.TotalBits(entry);
                int length = (int)ValueOf(entry, bits);
                Use(entry, ref bits, ref count);
                uint distanceEntry = distances[(uint)bits & distanceMask];
                Refill(ref next, ref bits, ref count);
                if ((distanceEntry & HuffmanTable.Exceptional) != 0)
                {
                    if ((distanceEntry & HuffmanTable.Subtable) != 0)
                    {
                        distanceEntry = distances[HuffmanTable.Value(distanceEntry) + ((uint)(bits >> distanceRootBits) & distanceSubtableMask)];
                    }

                    if ((distanceEntry & HuffmanTable.Exceptional) != 0)
                    {
                        giveBack = lengthBits;
                        break;
                    }
                }

                uint distance = ValueOf(distanceEntry, bits);
                if (distance > target - history)
                {
                    giveBack = lengthBits;
                    break;
                }

                Use(distanceEntry, ref bits, ref count);
                entry = lengths[(uint)bits & lengthMask];
                Unaligned.Repeat(target, distance, length);
                target += length;
            }

            // Bits given back may have gone from the register, and a refill leaves more in it than it counts: start over
            // from the first bit not used.
            long position = ((next - input) * 8) - count - giveBack;
            next = input + (position >> 3);
            _bits = 0;
            _bitCount = 0;
            int used = (int)(position & 7);
            if (used != 0)
            {
                _bits = (uint)*next++ >> used;
                _bitCount = 8 - used;
            }

            _source.Position = (int)(next - input);
            _end = (int)(target - window);
        }
    }

    /// <summary>Brings the bits to 56 or more without a branch; takes whole bytes only as far as they fit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Refill(ref byte* next, ref ulong bits, ref int count)
    {
        bits |= Unaligned.LittleEndian64(next) << count;
        next += (63 - count) >> 3;
        count |= 56;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Use(uint entry, ref ulong bits, ref int count)
    {
        // The processor takes the lowest six bits of a shift, which hold all of the count.
        bits >>= (int)entry;
        count -= (byte)entry;
    }

    /// <summary>The value of an entry with the extra bits behind its code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint ValueOf(uint entry, ulong bits)
    {
        ulong taken = bits & ((1UL << (int)entry) - 1);
        return (entry >> 16) + (uint)(taken >> HuffmanTable.CodeBits(entry));
    }

    private long BitOffset => ((_source.Offset * 8) - _bitCount) >> 3;

    /// <summary>The entry of the next code, of which all bits are there, extra bits included; takes no more bytes than needed.</summary>
    private uint Peek(HuffmanTable table)
    {
        while (true)
        {
            uint entry = table.Entries[(uint)_bits & ((1u << table.RootBits) - 1)];
            if ((entry & HuffmanTable.Subtable) != 0)
            {
                entry = table.Entries[HuffmanTable.Value(entry) + ((uint)(_bits >> table.RootBits) & table.SubtableMask)];
            }

            if (HuffmanTable.TotalBits(entry) <= _bitCount)
            {
                return entry;
            }

            PullByte();
        }
    }

    private uint TakeValue(uint entry)
    {
        uint value = ValueOf(entry, _bits);
        Skip(HuffmanTable.TotalBits(entry));
        return value;
    }

    private uint Take(int count)
    {
        while (_bitCount < count)
        {
            PullByte();
        }

        uint value = (uint)_bits & ((1u << count) - 1);
        Skip(count);
        return value;
    }

    private void Skip(int count)
    {
        _bits >>= count;
        _bitCount -= count;
    }

    private void PullByte()
    {
        if (!_source.TryReadByte(out byte value))
        {
            throw Truncated();
        }

        _bits |= (ulong)value << _bitCount;
        _bitCount += 8;
    }

    private VmaCompressionException Truncated() =>
        new(VmaCodes.CompressedDataTruncated, "The gzip file ends within a deflate block.", _source.Offset, DecodedOffset);

    private VmaCompressionException Corrupt(string message, long compressedOffset) =>
        new(VmaCodes.CompressedDataCorrupt, message, compressedOffset, DecodedOffset);
}
