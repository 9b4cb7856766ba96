using System;
using System.Buffers.Binary;
using VmaTools.Format;

namespace VmaTools.Salvage;

/// <summary>
/// Puts the header of an extent together of which not all bytes are known: much of it is the same in every extent, or follows from the
/// rest, and whether it is right its MD5 tells.
/// </summary>
internal static class HeaderRepair
{
    private const int ReservedByte = 2;
    private const int DeviceByte = 3;

    /// <summary>Completes a header in place.</summary>
    /// <param name="bytes">What there is of it.</param>
    /// <param name="unknown">For each byte 0 where it is known.</param>
    /// <param name="last">The header of an extent before, best of the last one.</param>
    /// <param name="tries">How many guesses may be tried, less those that were: a file made for it could keep one guessing for days.</param>
    /// <returns>False where it is none, or too little of it is known.</returns>
    public static bool TryComplete(Span<byte> bytes, ReadOnlySpan<byte> unknown, ExtentHeader last, ref int tries)
    {
        if (!AreKnown(unknown.Slice(ExtentHeader.Md5Offset, Layout.Md5Size)))
        {
            return false;
        }

        Span<byte> header = stackalloc byte[Layout.ExtentHeaderSize];
        bytes.CopyTo(header);
        ExtentHeader.Magic.CopyTo(header);
        header.Slice(ExtentHeader.Magic.Length, ExtentHeader.BlockCountOffset - ExtentHeader.Magic.Length).Clear();
        last.Uuid.CopyTo(header.Slice(ExtentHeader.UuidOffset));
        for (int i = 0; i < ExtentHeader.Md5Offset; i++)
        {
            if (unknown[i] == 0 && bytes[i] != header[i])
            {
                return false;
            }
        }

        return TrySlots(header, unknown, ExtentSequence.CountOf(last), ExtentSequence.LastOf(last), ref tries) && header.TryCopyTo(bytes);
    }

    /// <summary>Tries how many slots may be used, where that is not known: as many as before, as many as writers fill, any number.</summary>
    private static bool TrySlots(Span<byte> header, ReadOnlySpan<byte> unknown, int usual, Slot before, ref int tries)
    {
        int least = 0;
        int most = Layout.SlotsPerExtent;
        for (int i = Layout.SlotsPerExtent - 1; i >= 0; i--)
        {
            int at = ExtentHeader.SlotsOffset + (i * ExtentHeader.SlotSize);
            if (unknown[at + ReservedByte] == 0 && header[at + ReservedByte] != 0)
            {
                return false;
            }

            if (unknown[at + DeviceByte] != 0)
            {
                continue;
            }

            if (header[at + DeviceByte] == 0)
            {
                most = i;
            }
            else
            {
                least = Math.Max(least, i + 1);
            }
        }

        return (usual >= least && usual <= most && TrySlots(header, unknown, before, usual, ref tries))
            || (Layout.SlotsWritten >= least && Layout.SlotsWritten <= most && TrySlots(header, unknown, before, Layout.SlotsWritten, ref tries))
            || TryAny(header, unknown, before, least, most, ref tries);
    }

    private static bool TryAny(Span<byte> header, ReadOnlySpan<byte> unknown, Slot before, int least, int most, ref int tries)
    {
        for (int used = least; used <= most; used++)
        {
            if (TrySlots(header, unknown, before, used, ref tries))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes for what is unknown of a slot what would follow on the slot before: the next cluster of the same device, all of it.</summary>
    private static bool TrySlots(Span<byte> header, ReadOnlySpan<byte> unknown, Slot before, int used, ref int tries)
    {
        Span<byte> expected = stackalloc byte[ExtentHeader.SlotSize];
        for (int i = 0; i < Layout.SlotsPerExtent; i++)
        {
            int at = ExtentHeader.SlotsOffset + (i * ExtentHeader.SlotSize);
            BinaryPrimitives.WriteUInt64BigEndian(expected, i < used ? new Slot(before.DeviceId, before.Cluster + 1, Layout.FullMask).Raw : 0);
            for (int j = 0; j < ExtentHeader.SlotSize; j++)
            {
                header[at + j] = unknown[at + j] == 0 ? header[at + j] : expected[j];
            }

            before = i < used ? new Slot(BinaryPrimitives.ReadUInt64BigEndian(header.Slice(at))) : before;
        }

        ushort blocks = (ushort)new ExtentHeader(header).MaskedBlockCount();
        for (int i = 0; i < sizeof(ushort); i++)
        {
            byte one = (byte)(blocks >> (8 * (1 - i)));
            if (unknown[ExtentHeader.BlockCountOffset + i] == 0 && header[ExtentHeader.BlockCountOffset + i] != one)
            {
                return false;
            }

            header[ExtentHeader.BlockCountOffset + i] = one;
        }

        return tries-- > 0 && new ExtentHeader(header).HasValidMd5();
    }

    private static bool AreKnown(ReadOnlySpan<byte> unknown)
    {
        foreach (byte one in unknown)
        {
            if (one != 0)
            {
                return false;
            }
        }

        return true;
    }
}
