using System;
using System.Buffers.Binary;

namespace VmaTools.Tests.Images.Reading;

/// <summary>The sums in a VHD: the complement of all bytes but these four.</summary>
internal static class VhdSum
{
    public static void Seal(Span<byte> footer) => Seal(footer, 64);

    public static void Seal(Span<byte> structure, int at)
    {
        structure.Slice(at, 4).Clear();
        uint sum = 0;
        foreach (byte value in structure)
        {
            sum += value;
        }

        BinaryPrimitives.WriteUInt32BigEndian(structure.Slice(at), ~sum);
    }
}
