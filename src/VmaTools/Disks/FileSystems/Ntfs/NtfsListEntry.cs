using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>An entry of an attribute list: which record holds an attribute, or a piece of one.</summary>
/// <param name="Type">The attribute's type.</param>
/// <param name="Name">The attribute's name, as UTF-16 units.</param>
/// <param name="LowestCluster">The first cluster that the piece tells of.</param>
/// <param name="Reference">The record.</param>
/// <param name="Number">The attribute's number in the record.</param>
internal readonly record struct NtfsListEntry(
    NtfsAttributeType Type, string Name, long LowestCluster, NtfsReference Reference, ushort Number)
{
    // As Windows has it.
    private const int MaxLength = 256 * 1024;
    private const int HeadLength = 26;

    // Entry: 0 type u32   4 length u16   6 units of the name u8   7 offset of the name u8   8 lowest cluster u64
    //   16 record u64   24 attribute's number u16

    /// <summary>All entries of a list.</summary>
    /// <exception cref="VmaFileSystemException">The list is damaged.</exception>
    public static List<NtfsListEntry> ReadAll(NtfsValue list, DiskBytes metadata)
    {
        byte[] bytes = list.ReadAll(metadata, MaxLength);
        List<NtfsListEntry> entries = [];
        for (int offset = 0; bytes.Length - offset >= HeadLength;)
        {
            ReadOnlySpan<byte> entry = bytes.AsSpan(offset);
            int length = LittleEndian.U16(entry, 4);
            if (length < HeadLength || length > entry.Length || entry[7] + (entry[6] * 2) > length)
            {
                throw list.Record.Damaged($"Its attribute list is damaged at byte {offset}.");
            }

            entries.Add(new NtfsListEntry(
                (NtfsAttributeType)LittleEndian.U32(entry, 0),
                NtfsText.Units(entry.Slice(entry[7], entry[6] * 2)),
                LittleEndian.I64(entry, 8),
                new NtfsReference(LittleEndian.U64(entry, 16)),
                LittleEndian.U16(entry, 24)));
            offset += length;
        }

        return entries;
    }
}
