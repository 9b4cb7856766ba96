using System;
using VmaTools.Format;

namespace VmaTools.Salvage;

/// <summary>Where in bytes of an archive the next extent has to begin: each tells how long it is, and nothing is between them.</summary>
/// <param name="Next">Where it has to begin.</param>
/// <param name="Last">The header of the extent before it.</param>
internal sealed record ExtentSequence(long Next, byte[] Last)
{
    /// <summary>The last cluster of the extent before.</summary>
    public Slot LastSlot => LastOf(new ExtentHeader(Last));

    /// <summary>Follows the extents in bytes, and tells where the one behind the last of them begins; null where there is none.</summary>
    public static ExtentSequence? Follow(ReadOnlySpan<byte> bytes)
    {
        ExtentSequence? last = null;
        long at = 0;
        while (at + Layout.ExtentHeaderSize <= bytes.Length)
        {
            ExtentHeader header = new(bytes.Slice((int)at));
            if (header.HasMagic && header.HasValidMd5())
            {
                int start = (int)at;
                at += SizeOf(header);
                last = new ExtentSequence(at, bytes.Slice(start, Layout.ExtentHeaderSize).ToArray());
                continue;
            }

            // One that does not begin where it has to makes the one before doubtful.
            last = null;
            int hit = bytes.Slice((int)at + 1).IndexOf(ExtentHeader.Magic);
            if (hit < 0)
            {
                break;
            }

            at += hit + 1;
        }

        return last;
    }

    /// <summary>Bytes from the begin of an extent to that of the next.</summary>
    public static int SizeOf(ExtentHeader header) => Layout.ExtentHeaderSize + (header.BlockCount * Layout.BlockSize);

    /// <summary>How many slots an extent uses, with those between them.</summary>
    public static int CountOf(ExtentHeader header)
    {
        int count = Layout.SlotsPerExtent;
        while (count > 0 && header[count - 1].DeviceId == 0)
        {
            count--;
        }

        return count;
    }

    /// <summary>The last cluster that an extent stores.</summary>
    public static Slot LastOf(ExtentHeader header) => CountOf(header) is > 0 and int count ? header[count - 1] : default;
}
