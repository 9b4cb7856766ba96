using System;
using System.Collections.Generic;
using System.Linq;

namespace VmaTools.Packages.Tests;

/// <summary>Compares two listings of a public surface, as docs/api.txt is one: a line a member, indented in its type.</summary>
internal static class ApiGrowth
{
    /// <summary>What is in the first and not in the second, each with the types it is in.</summary>
    public static string[] Missing(string before, string after)
    {
        HashSet<string> now = [.. Entries(after)];
        return [.. Entries(before).Where(e => !now.Contains(e))];
    }

    private static IEnumerable<string> Entries(string listing)
    {
        List<(int Indent, string Text)> around = [];
        foreach (string line in listing.ReplaceLineEndings("\n").Split('\n'))
        {
            string text = line.Trim();
            if (text is "" or "{" or "}" || text.StartsWith('[') || text.StartsWith("namespace ", StringComparison.Ordinal))
            {
                continue;
            }

            int indent = line.Length - line.TrimStart().Length;
            around.RemoveAll(a => a.Indent >= indent);
            yield return string.Join(": ", around.Select(static a => a.Text).Append(text));
            around.Add((indent, text));
        }
    }
}
