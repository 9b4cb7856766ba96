using System;
using System.Globalization;
using System.Text;

namespace VmaTools.GuestFiles;

/// <summary>
/// The name of a guest's file as a part of a path on a drive: what would mean something else there, or is no text, is written
/// <c>%NN</c>, byte by byte.
/// </summary>
internal static class GuestItemName
{
    public static string Of(RawName name)
    {
        if (name.ToUtf16() is string text)
        {
            bool isWhole = text.Length > 0 && text.Trim('.').Length > 0;
            for (int i = 0; isWhole && i < text.Length; i++)
            {
                isWhole = ItemNames.IsPlain(text, i) && !(char.IsWhiteSpace(text[i]) && (i == 0 || i == text.Length - 1));
                i += char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 1 : 0;
            }

            if (isWhole)
            {
                return text;
            }
        }

        return Escape(name.Bytes);
    }

    /// <summary>Byte by byte: what is plain ASCII stays, and so does text beyond it that is whole.</summary>
    private static string Escape(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return "%00";
        }

        StringBuilder escaped = new(bytes.Length + 16);
        bool isAllDots = bytes.IndexOfAnyExceptDot() < 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            byte b = bytes[i];
            bool isEdge = i == 0 || i == bytes.Length - 1;
            bool isPlain = b is > 0x20 and < 0x7f or (byte)' '
                && b is not ((byte)'/' or (byte)'\\' or (byte)':' or (byte)'%' or (byte)'*' or (byte)'?' or (byte)'[' or (byte)']' or (byte)'`')
                && !(isAllDots || (isEdge && b == ' '));
            if (isPlain)
            {
                escaped.Append((char)b);
            }
            else
            {
                escaped.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return escaped.ToString();
    }

    private static int IndexOfAnyExceptDot(this ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != '.')
            {
                return i;
            }
        }

        return -1;
    }
}
