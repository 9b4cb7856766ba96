using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;

namespace VmaTools.Files;

/// <summary>Where programs of others are, and how they are given arguments.</summary>
internal static class Programs
{
    /// <summary>
    /// A program in the folders of the PATH, and in those alone: a process is looked for in the user's folder, too, where anybody may have
    /// put one. Null where there is none.
    /// </summary>
    public static string? Find(string name)
    {
        string file = Path.DirectorySeparatorChar == '\\' ? name + ".exe" : name;
        foreach (string entry in (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator))
        {
            string folder = entry.Trim().Trim('"');
            if (folder.Length > 0 && folder.IndexOfAny(Path.GetInvalidPathChars()) < 0 && Path.IsPathRooted(folder) && File.Exists(Path.Combine(folder, file)))
            {
                return Path.Combine(folder, file);
            }
        }

        return null;
    }

    /// <summary>Arguments in one line, as .NET and Windows take it apart again.</summary>
    public static string Join(IEnumerable<string> arguments) => string.Join(" ", arguments.Select(Quote));

    private static string Quote(string argument)
    {
        if (argument.Length > 0 && argument.IndexOfAny([' ', '\t', '"', '\n']) < 0)
        {
            return argument;
        }

        // Backslashes are doubled before a quote, and stand for themselves elsewhere.
        StringBuilder text = new("\"");
        int backslashes = 0;
        foreach (char c in argument)
        {
            if (c == '"')
            {
                text.Append('\\', backslashes + 1);
            }

            backslashes = c == '\\' ? backslashes + 1 : 0;
            text.Append(c);
        }

        return text.Append('\\', backslashes).Append('"').ToString();
    }
}
