using System.Linq;
using System.Management.Automation.Language;
using System.Text;

namespace VmaTools.PowerShell;

/// <summary>Writes arguments as one types them: PowerShell reads the same text from them, and a terminal can print them.</summary>
internal static class CommandText
{
    /// <summary>A text as an argument: bare, in single quotes, or, with what cannot be printed in numbers, in double quotes.</summary>
    public static string Argument(string text)
    {
        bool isBare = text.Length > 0 && char.IsLetterOrDigit(text[0]) && text.All(static c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.');
        return isBare ? text : Quoted(text);
    }

    /// <summary>A text in quotes.</summary>
    public static string Quoted(string text) =>
        Printable.Text(text) == text ? $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'" : InDoubleQuotes(text);

    private static string InDoubleQuotes(string text)
    {
        StringBuilder builder = new("\"");
        foreach (char c in text)
        {
            string one = c.ToString();
            if (Printable.Text(one) != one)
            {
                builder.Append("$([char]").Append((int)c).Append(')');
            }
            else if (c is '`' or '$' or '"' or '\u201c' or '\u201d' or '\u201e')
            {
                builder.Append('`').Append(c);
            }
            else
            {
                builder.Append(c);
            }
        }

        return builder.Append('"').ToString();
    }
}
