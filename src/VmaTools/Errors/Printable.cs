using System.Text;

namespace VmaTools;

/// <summary>Makes text from an archive harmless to print: control and formatting characters become visible escapes.</summary>
internal static class Printable
{
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
