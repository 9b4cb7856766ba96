using System;
using System.Text;
using VmaTools.Bytes;

namespace VmaTools.Disks.Partitions;

/// <summary>The identity of an ISO 9660, which is the time when it was changed or made.</summary>
internal static class IsoIdentity
{
    private const int Created = 813;
    private const int Modified = 830;
    private const int Size = 17;

    /// <summary>The identity, by the primary descriptor; null where it has no time.</summary>
    // 813 created [17]   830 modified [17]: YYYYMMDDhhmmsscc and zone
    public static string? Of(ReadOnlySpan<byte> descriptor) =>
        IsoTime(descriptor.Slice(Modified, Size)) ?? IsoTime(descriptor.Slice(Created, Size));

    /// <summary>A time in digits, hyphenated to serve as an identity, as <c>blkid</c> does; null for none.</summary>
    private static string? IsoTime(ReadOnlySpan<byte> field)
    {
        string digits = GuestText.Utf8(field.Slice(0, 16));
        foreach (char c in digits)
        {
            if (c is < '0' or > '9')
            {
                return null;
            }
        }

        if (digits.Trim('0').Length == 0 && field[16] == 0)
        {
            return null;
        }

        StringBuilder text = new(digits.Substring(0, 4));
        for (int at = 4; at < 16; at += 2)
        {
            text.Append('-').Append(digits, at, 2);
        }

        return text.ToString();
    }
}
