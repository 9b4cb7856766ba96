using System;
using System.Globalization;
using System.Text;
using VmaTools.Bytes;
using VmaTools.Format;

namespace VmaTools;

/// <summary>
/// The one place where a name from an archive becomes a file name. The result is a single path component that every file
/// system takes, on every system: no separator, drive letter, stream, reserved device name, control character, leading or
/// trailing oddity, and of bounded length.
/// </summary>
public static class SafeFileName
{
    /// <summary>
    /// File systems allow 255 bytes or UTF-16 units; this leaves room for prefixes, extensions and the name of a temporary neighbour.
    /// </summary>
    private const int MaxUtf8Length = 160;

    private const int MaxUnixLength = 255;

    private const char Substitute = '_';

    /// <summary>
    /// Turns <paramref name="name"/> into a file name of at most 160 bytes of UTF-8; one that is fine already comes back unchanged. What is
    /// not fine becomes <c>_</c>, so that two names can become one: whoever writes files has to look.
    /// </summary>
    /// <param name="name">The name of a device or a config.</param>
    public static string From(string name)
    {
        if (name is null)
        {
            throw new ArgumentNullException(nameof(name));
        }

        StringBuilder builder = new(name.Length);
        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            if (char.IsHighSurrogate(c) && i + 1 < name.Length && char.IsLowSurrogate(name[i + 1]))
            {
                bool printable = CharUnicodeInfo.GetUnicodeCategory(name, i) is not (UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned);
                builder.Append(printable ? name.Substring(i, 2) : Substitute.ToString());
                i++;
                continue;
            }

            builder.Append(IsAllowed(c) ? c : Substitute);
        }

        string safe = Truncate(builder.ToString(), name);

        // Windows drops trailing dots and spaces, and a leading dot hides a file (and begins '..').
        safe = safe.TrimEnd(' ', '.') is { } trimmed && trimmed.Length < safe.Length
            ? trimmed + new string(Substitute, safe.Length - trimmed.Length)
            : safe;
        if (safe.Length == 0)
        {
            return Substitute.ToString();
        }

        if (safe[0] is '.' or ' ' or '-')
        {
            safe = Substitute + safe.Substring(1);
        }

        // The mark in front must not make a long name longer: what comes out would then not be fine as it stands.
        return IsReserved(safe) ? Truncate(Substitute + safe, name) : safe;
    }

    /// <summary>
    /// The name of a guest's file on the host. On Windows the rules of <see cref="From"/> hold, but that a leading dot or dash
    /// stays; elsewhere only what no file can be called, and what no terminal should see, gives way.
    /// </summary>
    /// <param name="name">The name in the guest, as text.</param>
    /// <param name="isWindows">Whether the host's names follow Windows' rules.</param>
    internal static string FromGuest(string name, bool isWindows)
    {
        if (isWindows)
        {
            string safe = From(name);
            return name.Length > 1 && name[0] is '.' or '-' && safe.Length > 0 && safe[0] == Substitute && name.Trim('.').Length > 0
                ? name[0] + safe.Substring(1)
                : safe;
        }

        if (name.Trim('.').Length == 0 && name.Length <= 2)
        {
            return new string(Substitute, Math.Max(1, name.Length));
        }

        StringBuilder builder = new(name.Length);
        foreach (char c in name)
        {
            builder.Append(c == '/' || char.IsControl(c) ? Substitute : c);
        }

        // Escapes can make a name longer than any file system takes.
        string text = builder.ToString();
        return Encoding.UTF8.GetByteCount(text) <= MaxUnixLength ? text : Truncate(text, name);
    }

    /// <summary>True where <paramref name="name"/> is a file name as it stands. Costs nothing for the longest names there can be.</summary>
    internal static bool IsFit(string name) => name.Length <= MaxUtf8Length && From(name) == name;

    private static bool IsAllowed(char c)
    {
        if (c is '/' or '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|')
        {
            return false;
        }

        return CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.Control
            or UnicodeCategory.Format
            or UnicodeCategory.Surrogate
            or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.OtherNotAssigned);
    }

    /// <summary>Names that Windows gives to devices, with or without an extension.</summary>
    private static bool IsReserved(string name)
    {
        int dot = name.IndexOf('.');
        string stem = (dot < 0 ? name : name.Substring(0, dot)).TrimEnd(' ').ToUpperInvariant();
        return stem is "CON" or "PRN" or "AUX" or "NUL" or "CLOCK$" or "CONIN$" or "CONOUT$"
            || (stem.Length == 4
                && (stem.StartsWith("COM", StringComparison.Ordinal) || stem.StartsWith("LPT", StringComparison.Ordinal))
                && (char.IsDigit(stem[3]) || stem[3] is '\u00b9' or '\u00b2' or '\u00b3'));
    }

    /// <summary>Shortens a long name and ends it in a mark made from the whole, so that two long names stay two.</summary>
    private static string Truncate(string safe, string name)
    {
        if (Encoding.UTF8.GetByteCount(safe) <= MaxUtf8Length)
        {
            return safe;
        }

        byte[] digest = new byte[Layout.Md5Size];
        Md5.Hash(Encoding.UTF8.GetBytes(name), digest);
        string mark = "~" + BitConverter.ToString(digest, 0, 4).Replace("-", string.Empty);
        int length = Math.Min(safe.Length, MaxUtf8Length);
        while (Encoding.UTF8.GetByteCount(safe.Substring(0, length)) > MaxUtf8Length - mark.Length
            || char.IsHighSurrogate(safe[length - 1]))
        {
            length--;
        }

        return safe.Substring(0, length) + mark;
    }
}
