using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using VmaTools.Disks.FileSystems.Fat;

namespace VmaTools.Disks.FileSystems.ExFat;

/// <summary>The slots of a directory that describe one file: the file, its stream, its name.</summary>
/// <remarks>
/// <code>
/// 85 file:    1 slots that follow u8   2 checksum of all u16   4 attributes u16   8 created, 12 changed, 16 read u32
///             20 hundredths of created, 21 of changed u8   22, 23, 24 zones of the three u8
/// C0 stream:  1 flags u8 (2: no chain)   3 length of the name u8   8 valid length u64   20 first cluster u32   24 length u64
/// C1 name:    2 fifteen UTF-16 units
/// </code>
/// Slots of 20 (benign) may be passed over, such as those of vendors.
/// </remarks>
internal sealed class ExFatEntrySet
{
    public const byte FileType = 0x85;
    private const byte StreamType = 0xC0;
    private const byte NameType = 0xC1;
    private const int UnitsPerSlot = 15;

    private ExFatEntrySet(List<DirectorySlot> slots, DirectorySlot stream, RawName name)
    {
        File = slots[0].Bytes;
        Offset = slots[0].Offset;
        Stream = stream.Bytes;
        Name = name;
        DataLength = BinaryPrimitives.ReadInt64LittleEndian(Stream.AsSpan(24));
        IsChecksumRight = Checksum(slots) == BinaryPrimitives.ReadUInt16LittleEndian(File.AsSpan(2));
    }

    public byte[] File { get; }

    public byte[] Stream { get; }

    public RawName Name { get; }

    /// <summary>Where it stands on the volume.</summary>
    public long Offset { get; }

    /// <summary>Bytes of the content; negative where it claims more than any volume has.</summary>
    public long DataLength { get; }

    public bool IsChecksumRight { get; }

    /// <summary>How many slots follow that of the file.</summary>
    public static int CountOf(DirectorySlot file) => file.Bytes[1];

    /// <summary>The set, or null where a part of it is missing.</summary>
    /// <param name="slots">The slot of the file and those that follow it.</param>
    public static ExFatEntrySet? Read(List<DirectorySlot> slots)
    {
        DirectorySlot stream = slots.FirstOrDefault(static s => s.Bytes[0] == StreamType);
        if (stream.Bytes is null || slots.Count != CountOf(slots[0]) + 1)
        {
            return null;
        }

        int length = stream.Bytes[3];
        byte[] units = new byte[2 * length];
        int filled = 0;
        foreach (DirectorySlot slot in slots)
        {
            if (slot.Bytes[0] == NameType && filled < units.Length)
            {
                int size = Math.Min(units.Length - filled, 2 * UnitsPerSlot);
                slot.Bytes.AsSpan(2, size).CopyTo(units.AsSpan(filled));
                filled += size;
            }
        }

        return filled == units.Length && length > 0 ? new ExFatEntrySet(slots, stream, RawName.FromUtf16(units)) : null;
    }

    private static ushort Checksum(List<DirectorySlot> slots)
    {
        ushort sum = 0;
        for (int i = 0; i < slots.Count; i++)
        {
            for (int at = 0; at < DirectorySlot.Size; at++)
            {
                // Its own place does not count.
                bool isOwn = i == 0 && at is 2 or 3;
                sum = isOwn ? sum : (ushort)(((sum << 15) | (sum >> 1)) + slots[i].Bytes[at]);
            }
        }

        return sum;
    }
}
