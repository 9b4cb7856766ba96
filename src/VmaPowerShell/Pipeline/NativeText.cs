using System;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>
/// Knows an archive whose bytes come through a pipe: one by one, or where a native program wrote them as lines of text, the first of them
/// here in place of a path. Thousands follow, each of which would be no file.
/// </summary>
internal static class NativeText
{
    /// <summary>Stands for a byte in the place of a path, which it cannot be.</summary>
    public const string ByteMark = "\0byte";

    /// <summary>Whether an object is one byte.</summary>
    public static bool IsByte(object? item) => (item is PSObject wrapped ? wrapped.BaseObject : item) is byte;

    /// <summary>Ends the pipeline where a path that leads nowhere is the beginning of an archive, or a byte.</summary>
    /// <exception cref="RuntimeException">It is.</exception>
    public static void ThrowIfArchive(string path)
    {
        ThrowIfByte(path == ByteMark ? default(byte) : path);
        if (IsArchive(path))
        {
            ErrorRecord record = ErrorRecords.From(
                new VmaException(
                    VmaCodes.MangledByTextConversion,
                    "PowerShell hands a native program's output to a cmdlet as lines of text, which an archive does not survive. Name the file itself, pipe it into the vma command, or open a stream (-InputStream)."),
                ErrorRecords.Shown(path));
            throw new RuntimeException(record.Exception.Message, record.Exception, record);
        }
    }

    /// <summary>Ends the pipeline where the bytes of a file come one by one: each would be refused.</summary>
    /// <exception cref="RuntimeException">The object is a byte.</exception>
    public static void ThrowIfByte(object item)
    {
        if (IsByte(item))
        {
            ErrorRecord record = ErrorRecords.Bytes(item);
            throw new RuntimeException(record.Exception.Message, record.Exception, record);
        }
    }

    private static bool IsArchive(string text) =>
        Begins(text, "VMA\0") || Begins(text, "(?/?") || Begins(text, "\u001F?") || Begins(text, "?LZO\0") || Begins(text, "BZh") && text.IndexOf("1AY&SY", StringComparison.Ordinal) == 4;

    /// <summary>Whether a text begins like that. The question mark is a byte beyond ASCII: by whatever encoding it was read, it is no character of ASCII.</summary>
    private static bool Begins(string text, string beginning)
    {
        if (text.Length < beginning.Length)
        {
            return false;
        }

        for (int i = 0; i < beginning.Length; i++)
        {
            if (beginning[i] == '?' ? text[i] <= '\u007F' : text[i] != beginning[i])
            {
                return false;
            }
        }

        return true;
    }
}
