using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;

using VmaTools.GuestFiles;

namespace VmaTools;

/// <summary>A path in a guest, as a person or another file names it: names from the root down, and the letter of a drive.</summary>
public sealed class GuestPath
{
    private GuestPath(char? letter, bool isAbsolute, IReadOnlyList<RawName> names)
    {
        Letter = letter;
        IsAbsolute = isAbsolute;
        Names = names;
    }

    /// <summary>The letter of <c>C:</c>, in upper case, or null.</summary>
    public char? Letter { get; }

    /// <summary>True where the path begins at a root.</summary>
    public bool IsAbsolute { get; }

    /// <summary>The names; <c>.</c> is left out, <c>..</c> is not.</summary>
    public IReadOnlyList<RawName> Names { get; }

    /// <summary>Reads the exact form: <c>/</c> separates, <c>\xNN</c> is a byte, nothing else means anything.</summary>
    /// <param name="text">The path.</param>
    public static GuestPath ParseExact(string text)
    {
        Demand(text);
        char? letter = TakeLetter(text, ['/'], out string rest);
        return Make(letter, rest, ['/'], static name => RawName.Parse(name));
    }

    /// <summary>
    /// Reads an argument such as <c>debian-vg/root:/etc</c>, <c>/etc</c> or <c>C:\Users</c>: the volume ends at the first colon
    /// that a slash or backslash follows; a single letter is a drive of the guest. Behind a drive <c>\</c> separates, too.
    /// </summary>
    /// <param name="text">The argument.</param>
    /// <param name="volume">The volume, or null where none is named.</param>
    public static GuestPath ParseArgument(string text, out string? volume)
    {
        Demand(text);
        volume = null;
        int colon = text.IndexOf(":/", StringComparison.Ordinal);
        int other = text.IndexOf(":\\", StringComparison.Ordinal);
        colon = colon < 0 || (other >= 0 && other < colon) ? other : colon;
        if (colon > 1)
        {
            volume = text.Substring(0, colon);
            return ParseExact(text.Substring(colon + 1));
        }

        if (colon == 1 && TakeLetter(text, ['/', '\\'], out string rest) is char letter)
        {
            return Make(letter, rest, ['/', '\\'], static name => RawName.Parse(name));
        }

        // A volume without a path is its root.
        if (text.Length > 1 && text[text.Length - 1] == ':' && text[0] != '/')
        {
            return text.Length == 2 ? ParseExact(text) : ParseArgument(text + "/", out volume);
        }

        return ParseExact(text);
    }

    /// <summary>Reads the form that people type: <c>\</c> separates, too, and <c>%NN</c> is a byte, as on a drive.</summary>
    /// <param name="text">The path.</param>
    public static GuestPath ParseLenient(string text)
    {
        Demand(text);
        char? letter = TakeLetter(text, ['/', '\\'], out string rest);
        return Make(letter, rest, ['/', '\\'], FromItemName);
    }

    /// <summary>Reads the target of a link: bytes, of which <c>/</c> separates; on Windows' file systems <c>\</c>, too.</summary>
    internal static GuestPath ParseTarget(RawName target, bool isWindows)
    {
        if (isWindows && target.ToUtf16() is string text)
        {
            char? letter = TakeLetter(text, ['/', '\\'], out string rest);
            return Make(letter, rest, ['/', '\\'], static name => RawName.FromUtf16(name.AsSpan()));
        }

        List<RawName> names = [];
        ReadOnlySpan<byte> bytes = target.Bytes;
        bool isAbsolute = !bytes.IsEmpty && bytes[0] == '/';
        while (!bytes.IsEmpty)
        {
            int end = bytes.IndexOf((byte)'/');
            ReadOnlySpan<byte> name = end < 0 ? bytes : bytes.Slice(0, end);
            if (!name.IsEmpty && !name.SequenceEqual("."u8))
            {
                names.Add(new RawName(name));
            }

            bytes = end < 0 ? default : bytes.Slice(end + 1);
        }

        return new GuestPath(null, isAbsolute, names);
    }

    /// <summary>The name that a drive's form of it stands for: <c>%NN</c> is a byte.</summary>
    /// <param name="name">The name, as <see cref="ToItemName"/> gives it.</param>
    public static RawName FromItemName(string name)
    {
        Demand(name);
        if (name.IndexOf('%') < 0)
        {
            return RawName.FromUtf16(name.AsSpan());
        }

        using MemoryStream bytes = new();
        int start = 0;
        for (int i = 0; i + 2 < name.Length; i++)
        {
            if (name[i] == '%' && byte.TryParse(name.Substring(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                Append(bytes, name.AsSpan(start, i - start));
                bytes.WriteByte(value);
                start = i + 3;
                i += 2;
            }
        }

        Append(bytes, name.AsSpan(start));
        return new RawName(bytes.ToArray());
    }

    /// <summary>
    /// A name as a part of a path on a drive: what would mean something else there, or is no text, is written <c>%NN</c>, byte by byte.
    /// </summary>
    public static string ToItemName(RawName name) => GuestItemName.Of(name);

    private static void Demand(string text)
    {
        if (text is null)
        {
            throw new ArgumentNullException(nameof(text));
        }
    }

    private static void Append(MemoryStream bytes, ReadOnlySpan<char> text)
    {
        byte[] encoded = RawName.FromUtf16(text).Bytes.ToArray();
        bytes.Write(encoded, 0, encoded.Length);
    }

    private static char? TakeLetter(string text, char[] separators, out string rest)
    {
        bool hasLetter = text.Length >= 2
            && text[1] == ':'
            && text[0] is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z')
            && (text.Length == 2 || separators.Contains(text[2]));
        rest = hasLetter ? text.Substring(2) : text;
        return hasLetter ? char.ToUpperInvariant(text[0]) : null;
    }

    private static GuestPath Make(char? letter, string rest, char[] separators, Func<string, RawName> parse) => new(
        letter,
        letter is not null || (rest.Length > 0 && separators.Contains(rest[0])),
        rest.Split(separators, StringSplitOptions.RemoveEmptyEntries).Where(static n => n != ".").Select(parse).ToArray());
}
