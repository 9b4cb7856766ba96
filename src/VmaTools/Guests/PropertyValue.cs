using System;
using System.Globalization;

namespace VmaTools.Guests;

/// <summary>The scalar values of Proxmox's configurations.</summary>
internal static class PropertyValue
{
    /// <summary>A switch, or null where the text is none.</summary>
    public static bool? Boolean(string? text) => text?.ToUpperInvariant() switch
    {
        "1" or "ON" or "YES" or "TRUE" => true,
        "0" or "OFF" or "NO" or "FALSE" => false,
        _ => null,
    };

    public static int? Integer(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;

    public static long? Long(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;

    /// <summary>A size in bytes: a number, perhaps with a fraction, and K, M, G or T (also KiB and so on).</summary>
    public static long? Size(string? text)
    {
        if (text is null)
        {
            return null;
        }

        if (text.EndsWith("iB", StringComparison.Ordinal))
        {
            text = text.Substring(0, text.Length - 2);
            if (text.Length == 0 || text[text.Length - 1] is >= '0' and <= '9')
            {
                return null;
            }
        }

        int shift = text.Length == 0 ? 0 : text[text.Length - 1] switch { 'K' => 10, 'M' => 20, 'G' => 30, 'T' => 40, _ => 0 };
        string number = shift == 0 ? text : text.Substring(0, text.Length - 1);
        bool isNumber = number.Length > 0 && number[0] != '.' && number[number.Length - 1] != '.';
        if (!isNumber || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value))
        {
            return null;
        }

        return value <= long.MaxValue >> shift ? (long)(value * (1L << shift)) : null;
    }
}
