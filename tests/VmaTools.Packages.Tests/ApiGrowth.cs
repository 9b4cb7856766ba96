using System;
using System.Collections.Generic;
using System.Linq;

namespace VmaTools.Packages.Tests;

/// <summary>Compares two listings of a public surface, as docs/api.txt is one: a line a member, indented in its type.</summary>
internal static class ApiGrowth
{
    private static readonly string[] KindsOfTypes = ["class", "struct", "interface", "enum", "delegate"];

    /// <summary>
    /// What breaks somebody who uses the first and gets the second, each with the types it is in: what is gone, and what is asked now of
    /// those who derive from a class or implement an interface. Whatever else is new breaks nobody.
    /// </summary>
    public static string[] Breaks(string before, string after)
    {
        HashSet<Entry> then = [.. Entries(before)];
        HashSet<Entry> now = [.. Entries(after)];
        return [.. then.Except(now).Concat(now.Except(then).Where(e => IsDemand(e, then))).Select(static e => e.ToString())];
    }

    private static IEnumerable<Entry> Entries(string listing)
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
            string types = string.Join(": ", around.Select(static a => a.Text));

            // What a type derives from comes after a colon; a further interface leaves the type what it was.
            string[] parts = IsType(text) ? text.Split(" : ", 2) : [text];
            yield return new Entry(types, parts[0]);
            around.Add((indent, parts[0]));
            foreach (string parent in parts.Skip(1).SelectMany(static p => p.Split(", ")))
            {
                yield return new Entry(string.Join(": ", around.Select(static a => a.Text)), "is " + parent);
            }
        }
    }

    private static bool IsType(string text) => text.Split('(')[0].Split(' ').Any(static w => KindsOfTypes.Contains(w));

    /// <summary>Whether others have to write it for a type that was there before.</summary>
    private static bool IsDemand(Entry entry, HashSet<Entry> before)
    {
        Entry? type = before.FirstOrDefault(e => e.ToString() == entry.Types);
        return type is not null
            && (type.Text.Contains("interface ", StringComparison.Ordinal)
                || (entry.Text.Contains(" abstract ", StringComparison.Ordinal) && before.Any(e => e.Types == entry.Types && IsConstructor(e, type))));
    }

    // A class whose constructors are all internal is derived from by nobody else, and they are in no listing.
    private static bool IsConstructor(Entry member, Entry type)
    {
        string name = type.Text.Split(' ')[^1].Split('<')[0];
        return member.Text.StartsWith($"protected {name}(", StringComparison.Ordinal) || member.Text.StartsWith($"public {name}(", StringComparison.Ordinal);
    }

    private sealed record Entry(string Types, string Text)
    {
        public override string ToString() => Types.Length == 0 ? Text : Types + ": " + Text;
    }
}
