using System.Text;

namespace VmaTools;

/// <summary>Makes text from an archive harmless to print: control and formatting characters become visible escapes.</summary>
internal static class Printable
{
    /// <summary>Names longer than this are shortened in messages: one can have 65,535 bytes.</summary>
    private const int ShortLength = 100;

    /// <summary>As <see cref="Text"/>, and no longer than fits a message.</summary>
    public static string Short(string text)
    {
        if (text.Length <= ShortLength)
        {
            return Text(text);
        }

        int length = char.IsHighSurrogate(text[ShortLength - 1]) ? ShortLength - 1 : ShortLength;
        return Text(text.Substring(0, length)) + "\u2026";
    }

    public static string Text(string text)
    {
        StringBuilder? builder = null;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            bool harmless = !char.IsControl(c)
                && char.GetUnicodeCategory(c) is not (System.Globalization.UnicodeCategory.Format
                    or System.Globalization.UnicodeCategory.LineSeparator
                    or System.Globalization.UnicodeCategory.ParagraphSeparator);
            if (harmless)
            {
                builder?.Append(c);
                continue;
            }

            builder ??= new StringBuilder(text, 0, i, text.Length + 16);
            builder.Append("\\u").Append(((int)c).ToString("x4", System.Globalization.CultureInfo.InvariantCulture));
        }

        return builder?.ToString() ?? text;
    }
}
