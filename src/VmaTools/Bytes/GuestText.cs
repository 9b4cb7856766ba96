using System;
using System.Text;

namespace VmaTools.Bytes;

/// <summary>Bytes from files made into text without ever failing: what is no UTF-8 becomes U+FFFD.</summary>
internal static class GuestText
{
    public static string Utf8(ReadOnlySpan<byte> bytes)
    {
#if NETSTANDARD2_0
        return Encoding.UTF8.GetString(bytes.ToArray());
#else
        return Encoding.UTF8.GetString(bytes);
#endif
    }

    /// <summary>The white space that Proxmox's patterns mean by <c>\s</c>.</summary>
    public static bool IsSpace(char c) => c is ' ' or (>= '\t' and <= '\r');

    /// <summary>True for a name that Proxmox accepts for a VM: dot-separated labels of letters, digits and hyphens.</summary>
    public static bool IsGuestName(string text)
    {
        if (text.Length is 0 or > 253)
        {
            return false;
        }

        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            bool inner = i > 0 && i < text.Length - 1 && text[i - 1] != '.' && text[i + 1] != '.';
            if (!(IsLetterOrDigit(c) || (c == '-' && inner) || (c == '.' && inner && text[i - 1] != '-' && text[i + 1] != '-')))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsLetterOrDigit(char c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9');
}
