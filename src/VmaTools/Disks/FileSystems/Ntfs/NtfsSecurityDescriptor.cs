using System;
using System.Globalization;
using System.Text;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Ntfs;

/// <summary>A security descriptor as SDDL, the text that Windows' own tools write and read.</summary>
internal static class NtfsSecurityDescriptor
{
    private const int HeadLength = 20;
    private const int ListHeadLength = 8;
    private const int MaxSubAuthorities = 15;

    // Control flags.
    private const int HasAccessList = 0x0004;
    private const int HasAuditList = 0x0010;

    private static readonly string[] EntryTypes =
        ["A", "D", "AU", "AL", "", "OA", "OD", "OU", "OL", "XA", "XD", "ZA", "", "XU", "", "", "", "ML", "RA", "SP"];

    private static readonly string[] EntryFlags = ["OI", "CI", "NP", "IO", "ID", "", "SA", "FA"];

    // The rights of which each has two letters, by their bits; those without have none.
    private static readonly string[] Rights =
    [
        "CC", "DC", "LC", "SW", "RP", "WP", "DT", "LO", "CR", "", "", "", "", "", "", "",
        "SD", "RC", "WD", "WO", "", "", "", "", "", "", "", "", "GA", "GX", "GW", "GR",
    ];

    // Descriptor: 0 revision u8   2 control u16   4 owner u32   8 group u32   12 audit list u32   16 access list u32 (offsets)
    // List: 0 revision u8   2 bytes u16   4 entries u16   8 entries: 0 type u8   1 flags u8   2 bytes u16   4 rights u32   8 SID
    //   object entries: 8 flags u32 (1 object, 2 inherited), then these GUIDs, then the SID

    /// <summary>Reads a self-relative descriptor; null where it breaks its form.</summary>
    public static FileSecurity? Parse(ReadOnlySpan<byte> descriptor)
    {
        if (descriptor.Length < HeadLength || descriptor[0] != 1)
        {
            return null;
        }

        int control = LittleEndian.U16(descriptor, 2);
        uint ownerOffset = LittleEndian.U32(descriptor, 4);
        uint groupOffset = LittleEndian.U32(descriptor, 8);
        string? owner = ownerOffset == 0 ? null : Sid(From(descriptor, ownerOffset), out _);
        string? group = groupOffset == 0 ? null : Sid(From(descriptor, groupOffset), out _);
        if ((ownerOffset != 0 && owner is null) || (groupOffset != 0 && group is null))
        {
            return null;
        }

        StringBuilder text = new();
        if (owner is not null)
        {
            text.Append("O:").Append(NtfsWellKnownSids.Shorten(owner));
        }

        if (group is not null)
        {
            text.Append("G:").Append(NtfsWellKnownSids.Shorten(group));
        }

        bool isSound = ((control & HasAccessList) == 0 || TryWriteList(text, "D:", descriptor, LittleEndian.U32(descriptor, 16), control))
            && ((control & HasAuditList) == 0 || TryWriteList(text, "S:", descriptor, LittleEndian.U32(descriptor, 12), control >> 1));
        return isSound ? new FileSecurity(owner, group, text.ToString()) : null;
    }

    private static ReadOnlySpan<byte> From(ReadOnlySpan<byte> bytes, uint offset) => offset < bytes.Length ? bytes.Slice((int)offset) : default;

    /// <param name="text">Gets the list.</param>
    /// <param name="head"><c>D:</c> or <c>S:</c>.</param>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="offset">Where the list begins; 0 for one that is not there, which allows all.</param>
    /// <param name="control">The control flags, moved so that those of the access list stand for the list's.</param>
    private static bool TryWriteList(StringBuilder text, string head, ReadOnlySpan<byte> descriptor, uint offset, int control)
    {
        text.Append(head);
        text.Append((control & 0x1000) != 0 ? "P" : string.Empty)
            .Append((control & 0x0100) != 0 ? "AR" : string.Empty)
            .Append((control & 0x0400) != 0 ? "AI" : string.Empty);
        if (offset == 0)
        {
            text.Append("NO_ACCESS_CONTROL");
            return true;
        }

        ReadOnlySpan<byte> list = From(descriptor, offset);
        if (list.Length < ListHeadLength || LittleEndian.U16(list, 2) > list.Length)
        {
            return false;
        }

        int count = LittleEndian.U16(list, 4);
        list = list.Slice(0, LittleEndian.U16(list, 2));
        ReadOnlySpan<byte> rest = list.Length < ListHeadLength ? default : list.Slice(ListHeadLength);
        for (int i = 0; i < count; i++)
        {
            int length = rest.Length < 4 ? 0 : LittleEndian.U16(rest, 2);
            if (length < 8 || length > rest.Length || !TryWriteEntry(text, rest.Slice(0, length)))
            {
                return false;
            }

            rest = rest.Slice(length);
        }

        return true;
    }

    private static bool TryWriteEntry(StringBuilder text, ReadOnlySpan<byte> entry)
    {
        // A type without letters is written as its number, which no tool takes for something else.
        int type = entry[0];
        string name = type < EntryTypes.Length && EntryTypes[type].Length > 0 ? EntryTypes[type] : "0x" + Hex(entry[0]);
        bool hasObjects = type is >= 5 and <= 8 or 11 or 12 or 15 or 16;
        uint rights = LittleEndian.U32(entry, 4);
        ReadOnlySpan<byte> rest = entry.Slice(8);
        string first = string.Empty;
        string second = string.Empty;
        if (hasObjects)
        {
            uint present = rest.Length < 4 ? 0 : LittleEndian.U32(rest, 0);
            rest = rest.Length < 4 ? default : rest.Slice(4);
            if (rest.Length < (16 * (int)(present & 1)) + (8 * (int)(present & 2)))
            {
                return false;
            }

            first = (present & 1) != 0 ? TakeGuid(ref rest) : string.Empty;
            second = (present & 2) != 0 ? TakeGuid(ref rest) : string.Empty;
        }

        if (Sid(rest, out int sidLength) is not string sid)
        {
            return false;
        }

        text.Append('(').Append(name).Append(';');
        for (int i = 0; i < EntryFlags.Length; i++)
        {
            text.Append((entry[1] >> i & 1) != 0 ? EntryFlags[i] : string.Empty);
        }

        text.Append(';').Append(type == 0x11 ? LabelRights(rights) : RightsOf(rights)).Append(';')
            .Append(first).Append(';').Append(second).Append(';').Append(NtfsWellKnownSids.Shorten(sid));

        // A condition, or a claim, follows the SID; it is given as its bytes.
        if (type is >= 9 and <= 16 or 0x12 && rest.Length > sidLength)
        {
            text.Append(";0x");
            foreach (byte b in rest.Slice(sidLength))
            {
                text.Append(Hex(b));
            }
        }

        text.Append(')');
        return true;
    }

    private static string RightsOf(uint rights)
    {
        switch (rights)
        {
            case 0x1f01ff:
                return "FA";
            case 0x120089:
                return "FR";
            case 0x120116:
                return "FW";
            case 0x1200a0:
                return "FX";
        }

        StringBuilder text = new();
        for (int i = 0; i < Rights.Length; i++)
        {
            if ((rights >> i & 1) == 0)
            {
                continue;
            }

            if (Rights[i].Length == 0)
            {
                return "0x" + rights.ToString("x", CultureInfo.InvariantCulture);
            }

            text.Append(Rights[i]);
        }

        return text.ToString();
    }

    private static string LabelRights(uint rights) => (rights & ~7u) != 0
        ? "0x" + rights.ToString("x", CultureInfo.InvariantCulture)
        : ((rights & 1) != 0 ? "NW" : string.Empty) + ((rights & 2) != 0 ? "NR" : string.Empty) + ((rights & 4) != 0 ? "NX" : string.Empty);

    // SID: 0 revision u8   1 sub-authorities u8   2 authority, big-endian [6]   8 sub-authorities u32
    private static string? Sid(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        if (bytes.Length < 8 || bytes[0] != 1 || bytes[1] > MaxSubAuthorities || bytes.Length < 8 + (bytes[1] * 4))
        {
            return null;
        }

        ulong authority = ((ulong)BigEndian.U16(bytes, 2) << 32) | BigEndian.U32(bytes, 4);
        StringBuilder text = new("S-1-");
        text.Append(authority >> 32 != 0
            ? "0x" + authority.ToString("x12", CultureInfo.InvariantCulture)
            : authority.ToString(CultureInfo.InvariantCulture));
        for (int i = 0; i < bytes[1]; i++)
        {
            text.Append('-').Append(LittleEndian.U32(bytes, 8 + (i * 4)).ToString(CultureInfo.InvariantCulture));
        }

        length = 8 + (bytes[1] * 4);
        return text.ToString();
    }

    private static string TakeGuid(ref ReadOnlySpan<byte> bytes)
    {
        string text = new Guid(bytes.Slice(0, 16).ToArray()).ToString();
        bytes = bytes.Slice(16);
        return text;
    }

    private static string Hex(byte value) => value.ToString("x2", CultureInfo.InvariantCulture);
}
