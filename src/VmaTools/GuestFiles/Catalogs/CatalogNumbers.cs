using System;
using System.IO;

namespace VmaTools.GuestFiles.Catalogs;

/// <summary>Numbers of 64 bits in few bytes, seven bits each; where they may be negative, with the sign in the lowest bit.</summary>
internal static class CatalogNumbers
{
    public static void Write(Stream target, ulong value)
    {
        while (value >= 0x80)
        {
            target.WriteByte((byte)(value | 0x80));
            value >>= 7;
        }

        target.WriteByte((byte)value);
    }

    public static void WriteSigned(Stream target, long value) => Write(target, (ulong)((value << 1) ^ (value >> 63)));

    /// <summary>Takes a number from the start of some bytes.</summary>
    /// <exception cref="InvalidDataException">They end before it does, or it is too large.</exception>
    public static ulong Read(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int i = 0; i < bytes.Length && i < 10; i++)
        {
            byte next = bytes[i];
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                bytes = bytes.Slice(i + 1);
                return i < 9 || next <= 1 ? value : throw CatalogFormat.Damaged();
            }
        }

        throw CatalogFormat.Damaged();
    }

    /// <inheritdoc cref="Read"/>
    public static long ReadSigned(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = Read(ref bytes);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>Takes a number that is no larger than a limit.</summary>
    /// <exception cref="InvalidDataException">It is, or the bytes end before.</exception>
    public static int ReadCount(ref ReadOnlySpan<byte> bytes, int most)
    {
        ulong value = Read(ref bytes);
        return value <= (ulong)most ? (int)value : throw CatalogFormat.Damaged();
    }
}
