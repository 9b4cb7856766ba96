using System;
using System.Buffers.Binary;
using System.IO;
using VmaTools.Extents;
using VmaTools.Format;

namespace VmaTools.Indexing;

/// <summary>Extents as bytes: all that the rules about devices and clusters look at, and none of their data.</summary>
internal static class ExtentCodec
{
    private const int Suspect = 1;
    private const int PreviousSuspect = 2;

    /// <summary>A frame tells of few things at most; more were never written.</summary>
    private const int MostFindings = 16;

    /// <summary>No archive is longer, so that nothing that is added to an offset makes it negative.</summary>
    public const long MostDecoded = 1L << 62;

    public static void Write(BinaryWriter writer, ExtentFrame frame)
    {
        writer.Write(frame.Offset);
        writer.Write(frame.DataLength);
        writer.Write((byte)((frame.IsSuspect ? Suspect : 0) | (frame.IsPreviousSuspect ? PreviousSuspect : 0)));
        writer.Write((byte)frame.Findings.Count);
        foreach (VmaFinding finding in frame.Findings)
        {
            writer.Write(finding.Code);
            writer.Write(finding.Message);
            writer.Write(finding.Offset ?? 0);
            writer.Write(finding.Extent ?? 0);
        }

        // Clusters mostly follow each other: what differs from one slot to the next compresses to almost nothing.
        ReadOnlySpan<byte> slots = frame.Buffer.AsSpan(ExtentHeader.SlotsOffset);
        ulong previous = 0;
        for (int i = 0; i < Layout.SlotsPerExtent; i++)
        {
            ulong slot = BinaryPrimitives.ReadUInt64BigEndian(slots.Slice(i * sizeof(ulong)));
            writer.Write(unchecked(slot - previous));
            previous = slot;
        }
    }

    /// <exception cref="InvalidDataException">No frame was written like this.</exception>
    /// <exception cref="EndOfStreamException">The data ends before.</exception>
    public static void Read(BinaryReader reader, ExtentFrame frame, long index)
    {
        frame.Clear(index);
        frame.Offset = reader.ReadInt64();
        frame.DataLength = reader.ReadInt32();
        int flags = reader.ReadByte();
        int findings = reader.ReadByte();
        if (frame.Offset is < 0 or > MostDecoded || frame.DataLength is < 0 or > Layout.MaxExtentSize || findings > MostFindings)
        {
            throw new InvalidDataException("An extent in the index is none that can be.");
        }

        frame.IsSuspect = (flags & Suspect) != 0;
        frame.IsPreviousSuspect = (flags & PreviousSuspect) != 0;
        if (frame.IsSuspect && findings == 0)
        {
            throw new InvalidDataException("An extent in the index is suspect for no reason.");
        }

        for (int i = 0; i < findings; i++)
        {
            frame.Report(reader.ReadString(), reader.ReadString(), reader.ReadInt64(), reader.ReadInt64());
        }

        Span<byte> slots = frame.Buffer.AsSpan(ExtentHeader.SlotsOffset);
        ulong slot = 0;
        for (int i = 0; i < Layout.SlotsPerExtent; i++)
        {
            slot = unchecked(slot + reader.ReadUInt64());
            BinaryPrimitives.WriteUInt64BigEndian(slots.Slice(i * sizeof(ulong)), slot);
        }
    }
}
