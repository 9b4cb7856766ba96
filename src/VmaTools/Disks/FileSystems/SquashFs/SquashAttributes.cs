using System;
using System.Collections.Generic;
using System.Text;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.SquashFs;

/// <summary>The extended attributes.</summary>
/// <remarks>
/// <code>
/// table:   0 where the attributes begin u64   8 number of sets u32   16 list of the blocks of the sets
/// a set:   0 place u64   8 number of attributes u32   12 bytes u32
/// one:     0 prefix u16, bit 8 where the value is elsewhere   2 length u16   4 name, then length u32, value (or the place of both)
/// </code>
/// </remarks>
internal sealed class SquashAttributes
{
    private const int SetSize = 16;
    private const int ListOffset = 16;
    private const int IsElsewhere = 0x100;

    // What Linux takes: bytes of a value, and of all names of a file.
    private const int MaxValue = 64 * 1024;
    private const int MaxNames = 64 * 1024;

    private static readonly string[] Prefixes = ["user.", "trusted.", "security."];

    private readonly DiskBytes _volume;
    private readonly long _table;
    private readonly SquashMetadata _metadata;

    public SquashAttributes(DiskBytes volume, SquashSuperblock superblock, SquashMetadata metadata)
    {
        _volume = volume;
        _table = superblock.AttributeTable;
        _metadata = metadata;
    }

    /// <summary>The attributes of an entry.</summary>
    /// <exception cref="VmaException">They are damaged.</exception>
    public IReadOnlyList<ExtendedAttributeValue> Read(SquashEntry entry)
    {
        if (entry.AttributeSet == SquashEntry.None || _table < 0)
        {
            return [];
        }

        byte[] table = _volume.Read(_table, ListOffset);
        long start = LittleEndian.I64(table, 0);
        if (entry.AttributeSet >= LittleEndian.U32(table, 8))
        {
            throw SquashErrors.Damaged("The entry has a set of attributes that there is not.", _table);
        }

        Span<byte> set = stackalloc byte[SetSize];
        _metadata.ReadTable(_table + ListOffset, (long)entry.AttributeSet * SetSize, set);
        SquashPlace place = SquashPlace.Of(start, LittleEndian.U64(set, 0));
        List<ExtendedAttributeValue> attributes = [];
        int names = 0;
        for (uint left = LittleEndian.U32(set, 8); left > 0; left--)
        {
            byte[] head = Take(ref place, 4);
            int prefix = LittleEndian.U16(head, 0);
            byte[] name = Take(ref place, LittleEndian.U16(head, 2));
            byte[] value = TakeValue(ref place);
            names += name.Length + 1;
            if ((prefix & 0xFF) >= Prefixes.Length || names > MaxNames)
            {
                throw SquashErrors.Damaged("An extended attribute makes no sense.", place.Block);
            }

            if ((prefix & IsElsewhere) != 0)
            {
                SquashPlace other = value.Length == 8 ? SquashPlace.Of(start, LittleEndian.U64(value, 0)) : throw SquashErrors.Damaged("An extended attribute makes no sense.", place.Block);
                value = TakeValue(ref other);
            }

            attributes.Add(new ExtendedAttributeValue(new RawName([.. Encoding.ASCII.GetBytes(Prefixes[prefix & 0xFF]), .. name]), value));
        }

        return attributes;
    }

    private byte[] TakeValue(ref SquashPlace place)
    {
        uint length = LittleEndian.U32(Take(ref place, 4), 0);
        return length <= MaxValue ? Take(ref place, (int)length) : throw SquashErrors.Damaged("The value of an extended attribute is longer than any.", place.Block);
    }

    private byte[] Take(ref SquashPlace place, int count)
    {
        byte[] bytes = new byte[count];
        _metadata.Read(ref place, bytes);
        return bytes;
    }
}
