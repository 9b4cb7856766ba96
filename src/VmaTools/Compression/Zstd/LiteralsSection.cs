using System;
using System.IO;

namespace VmaTools.Compression;

/// <summary>What the header of a block's literals section says.</summary>
/// <remarks>
/// <code>
/// bits 1-0  type: raw, one byte repeated, compressed, compressed with the last table
/// bits 3-2  format of the sizes
///           raw and repeated: x0: 5 bits from bit 3 on (1 byte); 01: 12 bits from bit 4 on (2 bytes); 11: 20 bits (3 bytes)
///           compressed: 00: 10 + 10 bits (3 bytes), one stream; 01: the same, four streams; 10: 14 + 14 bits (4 bytes), four;
///           11: 18 + 18 bits (5 bytes), four; decompressed size first
/// variable  the bytes, the byte, or the table (unless it is the last one again) and the streams
/// </code>
/// </remarks>
internal readonly struct LiteralsSection
{
    private LiteralsSection(int type, bool isOneStream, int headerSize, int length, int compressed)
    {
        IsRaw = type == 0;
        IsRepeated = type == 1;
        HasTable = type == 2;
        IsOneStream = isOneStream;
        HeaderSize = headerSize;
        Length = length;
        Compressed = compressed;
    }

    /// <summary>Whether the literals follow as they are.</summary>
    public bool IsRaw { get; }

    /// <summary>Whether one byte follows, of which all literals are.</summary>
    public bool IsRepeated { get; }

    /// <summary>Whether the literals are coded.</summary>
    public bool IsCoded => !IsRaw && !IsRepeated;

    /// <summary>Whether they are coded with a table that comes first.</summary>
    public bool HasTable { get; }

    /// <summary>Whether they are coded in one stream, not four.</summary>
    public bool IsOneStream { get; }

    public int HeaderSize { get; }

    /// <summary>Number of literals.</summary>
    public int Length { get; }

    /// <summary>Bytes of the section behind the header.</summary>
    public int Compressed { get; }

    /// <summary>Size of the section.</summary>
    public int Size => HeaderSize + Compressed;

    /// <param name="block">The block's content.</param>
    /// <param name="max">The largest size of a block of this frame.</param>
    /// <exception cref="InvalidDataException">The section breaks the rules of the format.</exception>
    public static LiteralsSection Parse(ReadOnlySpan<byte> block, int max)
    {
        if (block.IsEmpty)
        {
            throw new InvalidDataException("A compressed block is empty.");
        }

        int type = block[0] & 3;
        int format = (block[0] >> 2) & 3;
        ulong header = ZstdBits.LoadUpTo64(block, 0);
        int headerSize;
        int length;
        int compressed;
        if (type < 2)
        {
            headerSize = (format & 1) == 0 ? 1 : format == 1 ? 2 : 3;
            length = (int)ZstdBits.Low(header, headerSize * 8) >> (headerSize == 1 ? 3 : 4);
            compressed = type == 0 ? length : 1;
        }
        else
        {
            int bits = format < 2 ? 10 : format == 2 ? 14 : 18;
            headerSize = format < 2 ? 3 : format == 2 ? 4 : 5;
            length = (int)ZstdBits.Low(header >> 4, bits);
            compressed = (int)ZstdBits.Low(header >> (4 + bits), bits);
        }

        if (length > max)
        {
            throw new InvalidDataException("A block has more literals than it may decode to.");
        }

        if (headerSize + compressed > block.Length)
        {
            throw new InvalidDataException("The literals of a block are longer than the block.");
        }

        return new LiteralsSection(type, format == 0, headerSize, length, compressed);
    }

    /// <summary>Decodes coded literals.</summary>
    /// <param name="block">The block's content, in an array with margins around it.</param>
    /// <param name="table">The table in force; where the section has one of its own, already that.</param>
    /// <param name="tableSize">Bytes that the section's own table takes.</param>
    /// <param name="literals">Takes the literals, as many as there are.</param>
    /// <param name="fast">False to decode bounds-checked: the same results, more slowly.</param>
    /// <exception cref="InvalidDataException">The streams break the rules of the format.</exception>
    public void Decode(ReadOnlySpan<byte> block, ushort[] table, int tableSize, Span<byte> literals, bool fast)
    {
        ReadOnlySpan<byte> streams = block.Slice(HeaderSize + tableSize, Compressed - tableSize);
        if (IsOneStream)
        {
            HuffmanDecoder.DecodeOne(table, streams, literals, fast);
        }
        else
        {
            HuffmanDecoder.DecodeFour(table, streams, literals, fast);
        }
    }
}
