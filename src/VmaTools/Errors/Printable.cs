using System;
using System.Text;

namespace VmaTools;

/// <summary>Makes text from an archive harmless to print: control and formatting characters become visible escapes.</summary>
public static class Printable
{
    /// <summary>Names longer than this are shortened in messages: one can have 65,535 bytes.</summary>
    private const int ShortLength = 100;

    /// <summary>As <see cref="Text"/>, and no longer than fits a message: 100 characters, then an ellipsis.</summary>
    /// <param name="text">The text.</param>
#pragma warning disable CA1720 // no type is meant
    public static string Short(string text)
#pragma warning restore CA1720
    {
        if ((text ?? throw new ArgumentNullException(nameof(text))).Length <= ShortLength)
        {
            return Text(text);
        }

        int length = char.IsHighSurrogate(text[ShortLength - 1]) ? ShortLength - 1 : ShortLength;
        return Text(text.Substring(0, length)) + "\u2026";
    }

    /// <summary>The text, its control, format and line-breaking characters as <c>\uNNNN</c>; one without any comes back as it is.</summary>
    /// <param name="text">The text.</param>
    public static string Text(string text)
    {
        if (text is null)
        {
            throw new ArgumentNullException(nameof(text));
        }

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
