using System;
using System.Globalization;
using System.Linq;

namespace VmaTools.Guests;

/// <summary>Addresses of network adapters as text.</summary>
internal static class MacText
{
    private const int Digits = 12;

    /// <summary>Whether a text is an address that one adapter can have. Dashes and colons may part its digits.</summary>
    public static bool IsAddress(string text)
    {
        string digits = Plain(text);
        return digits.Length == Digits && digits.All(Uri.IsHexDigit) && (int.Parse(digits.Substring(0, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 1) == 0;
    }

    /// <summary>The address as Proxmox writes it.</summary>
    public static string Normal(string text)
    {
        string digits = Plain(text).ToUpperInvariant();
        return string.Join(":", Enumerable.Range(0, Digits / 2).Select(i => digits.Substring(i * 2, 2)));
    }

    private static string Plain(string text) => text.Replace("-", string.Empty).Replace(":", string.Empty);
}
