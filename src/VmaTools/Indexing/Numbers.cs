using System;
using System.IO;

namespace VmaTools.Indexing;

/// <summary>Small numbers in few bytes, seven bits each, and reads that get all they ask for.</summary>
internal static class Numbers
{
    public static void Write(BinaryWriter writer, int value)
    {
        uint left = (uint)value;
        while (left >= 0x80)
        {
            writer.Write((byte)(left | 0x80));
            left >>= 7;
        }

        writer.Write((byte)left);
    }

    /// <exception cref="InvalidDataException">The number is negative or too long.</exception>
    /// <exception cref="EndOfStreamException">The data ends before it does.</exception>
    public static int Read(BinaryReader reader)
    {
        long value = 0;
        for (int shift = 0; shift <= 28; shift += 7)
        {
            byte next = reader.ReadByte();
            value |= (long)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value <= int.MaxValue ? (int)value : throw new InvalidDataException("A number of the index is too large.");
            }
        }

        throw new InvalidDataException("A number of the index does not end.");
    }

    /// <exception cref="EndOfStreamException">The data ends before.</exception>
    public static void Fill(BinaryReader reader, Span<byte> target)
    {
        while (!target.IsEmpty)
        {
            byte[] piece = reader.ReadBytes(Math.Min(target.Length, 1 << 16));
            if (piece.Length == 0)
            {
                throw new EndOfStreamException();
            }

            piece.CopyTo(target);
            target = target.Slice(piece.Length);
        }
    }
}
