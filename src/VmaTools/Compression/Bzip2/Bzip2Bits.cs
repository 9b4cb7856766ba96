using System;
using System.Runtime.CompilerServices;
using VmaTools.Bytes;

namespace VmaTools.Compression;

/// <summary>The bits of a bzip2 file in order, of each byte the highest first.</summary>
internal sealed unsafe class Bzip2Bits
{
    private readonly CompressedSource _source;

    public Bzip2Bits(CompressedSource source) => _source = source;

    /// <summary>The coming bits, the next one highest. Below the <see cref="Count"/> there may be some of those that follow.</summary>
    public ulong Window { get; set; }

    /// <summary>How many bits of the window count.</summary>
    public int Count { get; set; }

    /// <summary>Offset in the compressed file, in bits, of the next bit.</summary>
    public long Position => (_source.Offset * 8) - Count;

    /// <summary>Where in the decoded data one stands, for errors.</summary>
    public long DecodedPosition { get; set; }

    /// <summary>Goes on at the source's next byte.</summary>
    public void Restart(long decodedPosition)
    {
        DecodedPosition = decodedPosition;
        Window = 0;
        Count = 0;
    }

    /// <summary>Takes up to 32 bits, of which the last is the lowest of the number.</summary>
    public uint Take(int count)
    {
        Fill(count);
        uint value = (uint)(Window >> 32) >> (32 - count);
        Window <<= count;
        Count -= count;
        return value;
    }

    /// <summary>Takes 48 bits, as many as the marks of bzip2 have.</summary>
    public long TakeMark()
    {
        long high = Take(24);
        return (high << 24) | Take(24);
    }

    /// <summary>Sees to it that the window has at least so many bits.</summary>
    public void Fill(int count)
    {
        if (Count < count)
        {
            Refill();
            if (Count < count)
            {
                throw Truncated();
            }
        }
    }

    /// <summary>Fills the window as far as there are bytes; fewer than 56 bits are in it at the end of the file only.</summary>
    public void Refill()
    {
        CompressedSource source = _source;
        while (Count < 56)
        {
            if (source.End - source.Position >= sizeof(ulong))
            {
                fixed (byte* at = &source.Buffer[source.Position])
                {
                    Window |= BigEndian64(at) >> Count;
                }

                int whole = (63 - Count) >> 3;
                source.Position += whole;
                Count += whole << 3;
            }
            else if (source.TryReadByte(out byte value))
            {
                Window |= (ulong)value << (56 - Count);
                Count += 8;
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>Leaves the rest of a byte out, and gives back what was read ahead, so that the source stands at the next byte.</summary>
    public void Align()
    {
        _source.Position -= Count >> 3;
        Count = 0;
        Window = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong BigEndian64(byte* source)
    {
        ulong value = Unaligned.LittleEndian64(source);
        return System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);
    }

    public VmaCompressionException Truncated() => new(
        VmaCodes.CompressedDataTruncated, "The bzip2 file ends before the end of its data.", _source.Offset, DecodedPosition);

    public VmaCompressionException Corrupt(string message) => Error(VmaCodes.CompressedDataCorrupt, message);

    public VmaCompressionException Error(string code, string message) => new(code, message, Position >> 3, DecodedPosition);
}
