using System;

namespace VmaTools.Compression;

/// <summary>
/// Reads the blocks of a bzip2 file up to the point where they are sorted bytes (Burrows and Wheeler), and links these for being
/// walked through in the order of the data.
/// </summary>
internal sealed unsafe class Bzip2BlockReader
{
    /// <summary>What a block can hold is this times the level of its stream, 1 to 9.</summary>
    public const int LevelSize = 100_000;

    private const int MaxCodes = 6;
    private const int SymbolsPerSelector = 50;

    // More than a full block can use may be there, and mean nothing.
    private const int MaxSelectors = (9 * LevelSize / SymbolsPerSelector) + 2;

    // A run of one value cannot be longer than a block, whose size has 20 bits.
    private const int MaxRunBits = 20;

    private readonly Bzip2Bits _bits;
    private readonly CompressedSource _source;
    private readonly Bzip2Code[] _codes = new Bzip2Code[MaxCodes];
    private readonly byte[] _selectors = new byte[MaxSelectors];
    private readonly byte[] _lengths = new byte[Bzip2Code.MaxSymbols];
    private readonly byte[] _values = new byte[256];
    private readonly int[] _counts = new int[256];

    public Bzip2BlockReader(CompressedSource source, Bzip2Bits bits)
    {
        _source = source;
        _bits = bits;
        for (int i = 0; i < MaxCodes; i++)
        {
            _codes[i] = new Bzip2Code();
        }
    }

    /// <summary>For each sorted byte: the byte, and, above its 8 bits, where the one that follows it in the data is.</summary>
    public uint[] Links { get; private set; } = [];

    /// <summary>How many bytes the block has.</summary>
    public int Length { get; private set; }

    /// <summary>Where the link to the first byte of the data is.</summary>
    public int Origin { get; private set; }

    /// <summary>The CRC-32 that the data of the block has.</summary>
    public uint Checksum { get; private set; }

    /// <summary>Reads a block behind its mark.</summary>
    /// <exception cref="VmaCompressionException">It cannot be read.</exception>
    public void Read(int level)
    {
        Checksum = _bits.Take(32);
        if (_bits.Take(1) != 0)
        {
            throw _bits.Error(
                VmaCodes.CompressionNotSupported, "A bzip2 block is randomised, as only versions before 0.9.5 made them.");
        }

        Origin = (int)_bits.Take(24);
        int valueCount = ReadValues();
        int codeCount = ReadSelectors(out int selectorCount);
        for (int i = 0; i < codeCount; i++)
        {
            ReadCode(_codes[i], valueCount + 2);
        }

        int capacity = level * LevelSize;
        if (Links.Length < capacity)
        {
            Links = new uint[capacity];
        }

        Array.Clear(_counts, 0, _counts.Length);
        Length = ReadSymbols(capacity, selectorCount, valueCount + 1);
        if (Origin >= Length)
        {
            throw _bits.Corrupt("A bzip2 block begins at a place that it does not have.");
        }

        Link();
    }

    /// <summary>Which bytes are in the block at all, 16 bits each for those of 16 that are.</summary>
    private int ReadValues()
    {
        int count = 0;
        uint groups = _bits.Take(16);
        for (int group = 0; group < 16; group++)
        {
            uint used = (groups & (0x8000u >> group)) != 0 ? _bits.Take(16) : 0;
            for (int i = 0; used != 0 && i < 16; i++)
            {
                if ((used & (0x8000u >> i)) != 0)
                {
                    _values[count++] = (byte)((group * 16) + i);
                }
            }
        }

        return count > 0 ? count : throw _bits.Corrupt("A bzip2 block has no values.");
    }

    /// <summary>Which of the codes each fifty symbols have, as places in a list whose last used comes to the front.</summary>
    private int ReadSelectors(out int count)
    {
        int codeCount = (int)_bits.Take(3);
        int told = (int)_bits.Take(15);
        if (codeCount is < 2 or > MaxCodes || told == 0)
        {
            throw _bits.Corrupt("A bzip2 block has a number of codes that cannot be.");
        }

        Span<byte> order = [0, 1, 2, 3, 4, 5];
        count = Math.Min(told, MaxSelectors);
        for (int i = 0; i < told; i++)
        {
            int place = 0;
            while (_bits.Take(1) != 0)
            {
                if (++place >= codeCount)
                {
                    throw _bits.Corrupt("A bzip2 block names a code that it does not have.");
                }
            }

            byte code = order[place];
            order.Slice(0, place).CopyTo(order.Slice(1));
            order[0] = code;
            if (i < count)
            {
                _selectors[i] = code;
            }
        }

        return codeCount;
    }

    /// <summary>The lengths of a code, each by steps up and down from the one before.</summary>
    private void ReadCode(Bzip2Code code, int symbolCount)
    {
        int length = (int)_bits.Take(5);
        for (int i = 0; i < symbolCount; i++)
        {
            while (true)
            {
                if (length is < 1 or > Bzip2Code.MaxBits)
                {
                    throw _bits.Corrupt("A bzip2 block has a code length that cannot be.");
                }

                if (_bits.Take(1) == 0)
                {
                    break;
                }

                length += _bits.Take(1) == 0 ? 1 : -1;
            }

            _lengths[i] = (byte)length;
        }

        if (!code.TryMake(_lengths, symbolCount))
        {
            throw _bits.Corrupt("A bzip2 block has a code that cannot be.");
        }
    }

    /// <summary>The sorted bytes: runs of the value in front of a list, or the place of the next, which then comes to the front.</summary>
    private int ReadSymbols(int capacity, int selectorCount, int end)
    {
        CompressedSource source = _source;
        Bzip2Bits bits = _bits;
        ulong window = bits.Window;
        int available = bits.Count;
        int length = 0;
        int run = 0;
        int runBits = 0;
        fixed (byte* buffer = source.Buffer)
        fixed (byte* values = _values)
        fixed (uint* links = Links)
        fixed (int* counts = _counts)
        {
            byte* at = buffer + source.Position;
            byte* last = buffer + source.End - sizeof(ulong);
            for (int group = 0; group < selectorCount; group++)
            {
                Bzip2Code code = _codes[_selectors[group]];
                fixed (ushort* table = code.Table)
                {
                    for (int i = 0; i < SymbolsPerSelector; i++)
                    {
                        if (available < Bzip2Code.MaxBits)
                        {
                            if (at <= last)
                            {
                                window |= Bzip2Bits.BigEndian64(at) >> available;
                                at += (63 - available) >> 3;
                                available |= 56;
                            }
                            else
                            {
                                Leave((int)(at - buffer), window, available);
                                bits.Refill();
                                window = bits.Window;
                                available = bits.Count;
                                at = buffer + source.Position;
                                last = buffer + source.End - sizeof(ulong);
                            }
                        }

                        int entry = table[window >> (64 - Bzip2Code.TableBits)];
                        int size = entry & 31;
                        int symbol = entry >> 5;
                        if (size == 0)
                        {
                            uint next = (uint)(window >> (64 - Bzip2Code.MaxBits));
                            size = Bzip2Code.TableBits + 1;
                            while (next >= code.Limits[size])
                            {
                                size++;
                            }

                            if (size > Bzip2Code.MaxBits)
                            {
                                // Bits that are not there count as zeros, so that the end of the file may look like this.
                                Leave((int)(at - buffer), window, available);
                                throw available < Bzip2Code.MaxBits ? bits.Truncated() : bits.Corrupt("A bzip2 block has a symbol that cannot be.");
                            }

                            symbol = code.Symbols[code.Bases[size] + (int)(next >> (Bzip2Code.MaxBits - size))];
                        }

                        available -= size;
                        window <<= size;
                        if (available < 0)
                        {
                            throw bits.Truncated();
                        }

                        if (symbol <= 1)
                        {
                            // The digits of a number in base 2 that has no zero: 1 and 2.
                            if (runBits >= MaxRunBits)
                            {
                                Leave((int)(at - buffer), window, available);
                                throw TooLong();
                            }

                            run += (symbol + 1) << runBits++;
                            continue;
                        }

                        if (run > 0)
                        {
                            if (run > capacity - length)
                            {
                                Leave((int)(at - buffer), window, available);
                                throw TooLong();
                            }

                            uint value = values[0];
                            counts[value] += run;
                            new Span<uint>(links + length, run).Fill(value);
                            length += run;
                            run = runBits = 0;
                        }

                        if (symbol == end)
                        {
                            Leave((int)(at - buffer), window, available);
                            return length;
                        }

                        if (length == capacity)
                        {
                            Leave((int)(at - buffer), window, available);
                            throw TooLong();
                        }

                        int place = symbol - 1;
                        byte moved = values[place];
                        if (place < 16)
                        {
                            for (int j = place; j > 0; j--)
                            {
                                values[j] = values[j - 1];
                            }
                        }
                        else
                        {
                            Buffer.MemoryCopy(values, values + 1, 255, place);
                        }

                        values[0] = moved;
                        counts[moved]++;
                        links[length++] = moved;
                    }
                }
            }

            Leave((int)(at - buffer), window, available);
            throw bits.Corrupt("A bzip2 block does not end where its symbols do.");
        }
    }

    /// <summary>What was read so far counts for everybody.</summary>
    private void Leave(int position, ulong window, int available)
    {
        _source.Position = position;
        _bits.Window = window;
        _bits.Count = available;
    }

    private VmaCompressionException TooLong() => _bits.Corrupt("A bzip2 block is longer than its stream allows.");

    /// <summary>The n-th of equal bytes in sorted order is the n-th among those that are followed: so each is linked to its place.</summary>
    private void Link()
    {
        int sum = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            int count = _counts[i];
            _counts[i] = sum;
            sum += count;
        }

        fixed (uint* links = Links)
        fixed (int* places = _counts)
        {
            int length = Length;
            for (int i = 0; i < length; i++)
            {
                byte value = (byte)links[i];
                links[places[value]++] |= (uint)i << 8;
            }
        }
    }
}
