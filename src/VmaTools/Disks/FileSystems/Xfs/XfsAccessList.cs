using System;
using System.Buffers.Binary;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>A POSIX access list as XFS stores it.</summary>
internal static class XfsAccessList
{
    private const int StoredEntrySize = 12;
    private const int EntrySize = 8;
    private const int NamedUser = 0x02;
    private const int NamedGroup = 0x08;

    /// <summary>The form in which a system hands it out: version 2, then tag, permissions and id of each entry; null where malformed.</summary>
    public static byte[]? Convert(ReadOnlySpan<byte> stored)
    {
        if (stored.Length < 4 || (stored.Length - 4) / StoredEntrySize < BigEndian.U32(stored, 0))
        {
            return null;
        }

        int count = (int)BigEndian.U32(stored, 0);
        byte[] list = new byte[4 + (count * EntrySize)];
        BinaryPrimitives.WriteInt32LittleEndian(list, 2);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = stored.Slice(4 + (i * StoredEntrySize), StoredEntrySize);
            Span<byte> target = list.AsSpan(4 + (i * EntrySize), EntrySize);
            uint tag = BigEndian.U32(entry, 0);
            BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)tag);
            BinaryPrimitives.WriteUInt16LittleEndian(target.Slice(2), BigEndian.U16(entry, 8));
            BinaryPrimitives.WriteUInt32LittleEndian(target.Slice(4), tag is NamedUser or NamedGroup ? BigEndian.U32(entry, 4) : uint.MaxValue);
        }

        return list;
    }
}
