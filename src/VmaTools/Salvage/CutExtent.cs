using System;
using System.Collections.Generic;
using VmaTools.Extents;
using VmaTools.Format;

namespace VmaTools.Salvage;

/// <summary>An extent that a hole is in: its header came before, and its last bytes come first behind the hole.</summary>
/// <param name="Header">The header.</param>
/// <param name="Left">How many bytes of it there are behind the hole.</param>
internal sealed record CutExtent(byte[] Header, long Left)
{
    /// <summary>Takes its end for an extent of those clusters that did not come before.</summary>
    /// <param name="bytes">The bytes behind the hole, from which its end is taken.</param>
    /// <param name="frame">Takes it, in place of what it held.</param>
    /// <param name="hasCome">Tells which clusters came before.</param>
    public void Read(SalvageBytes bytes, ExtentFrame frame, Func<Slot, bool> hasCome)
    {
        ExtentHeader header = new(Header);
        List<Slot> slots = [];
        int length = 0;
        for (int i = 0; i < Layout.SlotsPerExtent; i++)
        {
            // Those that came are the first ones.
            Slot slot = header[i];
            if (slot.DeviceId != 0 && (slots.Count > 0 || !hasCome(slot)))
            {
                slots.Add(slot);
                length += slot.BlockCount * Layout.BlockSize;
            }
        }

        long index = frame.Index;
        frame.Clear(index);
        frame.Reserve(length);
        ExtentHeader.Write(frame.Buffer, header.Uuid, slots.ToArray());
        Span<byte> data = frame.Buffer.AsSpan(Layout.ExtentHeaderSize, length);
        data.Clear();

        // What is in the hole counts as before the begin of the bytes; what came before it and belongs to clusters that came is none of it.
        int lost = (int)Math.Max(0, length - Left);
        long passed = Math.Max(0, Left - length);
        while (passed > 0 && bytes.Read(data.Slice(0, (int)Math.Min(passed, data.Length))) is > 0 and int read)
        {
            passed -= read;
        }

        frame.Offset = bytes.Position - lost - Layout.ExtentHeaderSize;
        frame.DataLength = lost + bytes.Read(data.Slice(lost));
        frame.StoredPosition = bytes.StoredPosition;
    }
}
