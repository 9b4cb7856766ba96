using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>The extended attributes of a file (<c>$EA</c>).</summary>
internal static class NtfsExtendedAttributes
{
    // As Windows has it.
    private const int MaxLength = 256 * 1024;
    private const int HeadLength = 8;

    // Attribute: 0 distance to the next u32   4 flags u8   5 length of the name u8   6 length of the value u16
    //   8 name, a 0, value

    /// <exception cref="VmaFileSystemException">They are damaged.</exception>
    public static List<ExtendedAttributeValue> Read(NtfsVolume volume, NtfsFile file)
    {
        List<ExtendedAttributeValue> attributes = [];
        if (file.Open(NtfsAttributeType.ExtendedAttributes) is not NtfsValue value)
        {
            return attributes;
        }

        byte[] bytes = value.ReadAll(volume.Metadata, MaxLength);
        for (int offset = 0; bytes.Length - offset >= HeadLength;)
        {
            ReadOnlySpan<byte> attribute = bytes.AsSpan(offset);
            uint next = LittleEndian.U32(attribute, 0);
            int nameLength = attribute[5];
            int valueStart = HeadLength + nameLength + 1;
            int valueLength = LittleEndian.U16(attribute, 6);
            if (next > attribute.Length || nameLength == 0 || valueStart + valueLength > (next == 0 ? attribute.Length : next))
            {
                throw value.Record.Damaged($"Its extended attributes are damaged at byte {offset}.");
            }

            attributes.Add(new ExtendedAttributeValue(
                new RawName(attribute.Slice(HeadLength, nameLength)), attribute.Slice(valueStart, valueLength).ToArray()));
            if (next == 0)
            {
                break;
            }

            offset += (int)next;
        }

        return attributes;
    }
}
