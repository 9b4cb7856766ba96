using System;
using System.Globalization;
using System.Text;
using VmaTools.Bytes;

namespace VmaTools.Disks.Partitions;

/// <summary>Text fields and identifiers as they lie on disks, written the way <c>blkid</c> writes them.</summary>
internal static class FieldText
{
    /// <summary>Bytes up to the first NUL, without white space at the end; null where nothing is left.</summary>
    public static string? Utf8(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Trimmed(GuestText.Utf8(end < 0 ? field : field.Slice(0, end)));
    }

    /// <summary>Little-endian UTF-16 up to the first NUL, without white space at the end; null where nothing is left.</summary>
    public static string? Utf16(ReadOnlySpan<byte> field)
    {
        string text = Encoding.Unicode.GetString(field.Slice(0, field.Length & ~1).ToArray());
        int end = text.IndexOf('\0');
        return Trimmed(end < 0 ? text : text.Substring(0, end));
    }

    /// <summary>Sixteen bytes in their order on the disk; null where all are zero.</summary>
    public static string? Uuid(ReadOnlySpan<byte> bytes)
    {
        string hex = Hex(bytes.Slice(0, 16));
        return hex.Trim('0').Length == 0
            ? null
            : hex.Substring(0, 8) + "-" + hex.Substring(8, 4) + "-" + hex.Substring(12, 4) + "-" + hex.Substring(16, 4) + "-" + hex.Substring(20);
    }

    /// <summary>A GUID, whose first three fields lie little-endian on the disk.</summary>
    public static Guid MixedGuid(ReadOnlySpan<byte> bytes) => new(bytes.Slice(0, 16).ToArray());

    /// <summary>The serial number of FAT and exFAT volumes: <c>1234-ABCD</c>.</summary>
    public static string? Serial(uint serial) =>
        serial == 0 ? null : (serial >> 16).ToString("X4", CultureInfo.InvariantCulture) + "-" + (serial & 0xFFFF).ToString("X4", CultureInfo.InvariantCulture);

    public static string Hex(ReadOnlySpan<byte> bytes)
    {
        StringBuilder builder = new(bytes.Length * 2);
        foreach (byte b in bytes)
        {
            builder.Append(b.ToString("x2", CultureInfo.InvariantCulture));
        }

        return builder.ToString();
    }

    private static string? Trimmed(string text)
    {
        string trimmed = text.TrimEnd();
        return trimmed.Length == 0 ? null : trimmed;
    }
}
