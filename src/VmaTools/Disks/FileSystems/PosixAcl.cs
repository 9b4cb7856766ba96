using System;
using System.Buffers.Binary;
using System.IO;

namespace VmaTools.Disks.FileSystems;

/// <summary>Access control lists in the form that Linux hands out: version 2, then tag, permissions and id of each entry.</summary>
internal static class PosixAcl
{
    private const int User = 2;
    private const int Group = 8;

    /// <summary>From the form of ext: version 1, with ids only where an entry names somebody; null where it is none.</summary>
    public static byte[]? FromExt(ReadOnlySpan<byte> stored)
    {
        if (stored.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(stored) != 1)
        {
            return null;
        }

        using MemoryStream acl = Begin();
        stored = stored.Slice(4);
        while (stored.Length >= 4)
        {
            ushort tag = BinaryPrimitives.ReadUInt16LittleEndian(stored);
            ushort permissions = BinaryPrimitives.ReadUInt16LittleEndian(stored.Slice(2));
            bool hasId = tag is User or Group;
            if (hasId && stored.Length < 8)
            {
                return null;
            }

            Add(acl, tag, permissions, hasId ? BinaryPrimitives.ReadUInt32LittleEndian(stored.Slice(4)) : uint.MaxValue);
            stored = stored.Slice(hasId ? 8 : 4);
        }

        return stored.IsEmpty ? acl.ToArray() : null;
    }

    /// <summary>From the form of XFS: a count, then entries of 12 bytes; null where it is none.</summary>
    public static byte[]? FromXfs(ReadOnlySpan<byte> stored)
    {
        const int EntrySize = 12;
        if (stored.Length < 4 || BinaryPrimitives.ReadUInt32BigEndian(stored) > (stored.Length - 4) / EntrySize)
        {
            return null;
        }

        using MemoryStream acl = Begin();
        uint count = BinaryPrimitives.ReadUInt32BigEndian(stored);
        for (stored = stored.Slice(4); count > 0; count--, stored = stored.Slice(EntrySize))
        {
            Add(
                acl,
                (ushort)BinaryPrimitives.ReadUInt32BigEndian(stored),
                BinaryPrimitives.ReadUInt16BigEndian(stored.Slice(8)),
                BinaryPrimitives.ReadUInt32BigEndian(stored.Slice(4)));
        }

        return acl.ToArray();
    }

    /// <summary>Begins a list.</summary>
    public static MemoryStream Begin()
    {
        MemoryStream acl = new();
        acl.Write([2, 0, 0, 0], 0, 4);
        return acl;
    }

    /// <summary>Adds an entry. One that names nobody has the id 0xFFFFFFFF.</summary>
    public static void Add(MemoryStream acl, ushort tag, ushort permissions, uint id)
    {
        byte[] entry = new byte[8];
        BinaryPrimitives.WriteUInt16LittleEndian(entry, tag);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(2), permissions);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(4), tag is User or Group ? id : uint.MaxValue);
        acl.Write(entry, 0, entry.Length);
    }
}
