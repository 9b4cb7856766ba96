using System;
using System.Collections.Generic;

namespace VmaTools;

/// <summary>Modes and attributes of a guest's files as text.</summary>
public static class FileModes
{
    private static readonly string[] Attributes =
    [
        "ReadOnly", "Hidden", "System", "", "Directory", "Archive", "Device", "Normal", "Temporary", "SparseFile", "ReparsePoint", "Compressed",
        "Offline", "NotContentIndexed", "Encrypted", "IntegrityStream", "Virtual", "NoScrubData", "RecallOnOpen", "Pinned", "Unpinned", "",
        "RecallOnDataAccess",
    ];

    /// <summary>The names of DOS attributes, such as <c>Hidden</c>, in the order of their bits; empty for null.</summary>
    /// <param name="attributes">The bits, as Windows counts them.</param>
    public static IReadOnlyList<string> AttributeNames(uint? attributes)
    {
        List<string> names = [];
        for (int i = 0; i < Attributes.Length; i++)
        {
            if (((attributes ?? 0) >> i & 1) != 0 && Attributes[i].Length > 0)
            {
                names.Add(Attributes[i]);
            }
        }

        return names;
    }

    /// <summary>The letter of a type in a unix mode: <c>d</c> for a directory, <c>-</c> for a file.</summary>
    /// <param name="type">The type.</param>
    public static char Letter(FileEntryType type) => type switch
    {
        FileEntryType.Directory => 'd',
        FileEntryType.SymbolicLink => 'l',
        FileEntryType.CharacterDevice => 'c',
        FileEntryType.BlockDevice => 'b',
        FileEntryType.Fifo => 'p',
        FileEntryType.Socket => 's',
        _ => '-',
    };

    /// <summary>Type and permissions as <c>ls</c> shows them; without permissions the DOS attributes as PowerShell does.</summary>
    /// <param name="entry">The entry.</param>
    public static string Text(FileEntry entry)
    {
        if ((entry ?? throw new ArgumentNullException(nameof(entry))).Mode is not int mode)
        {
            uint attributes = entry.Attributes ?? 0;
            return string.Concat(
                entry.Type == FileEntryType.SymbolicLink ? "l" : entry.Type == FileEntryType.Directory ? "d" : "-",
                (attributes & 0x20) != 0 ? "a" : "-",
                (attributes & 0x1) != 0 ? "r" : "-",
                ((attributes & 0x2) != 0 ? "h" : "-") + ((attributes & 0x4) != 0 ? "s" : "-"));
        }

        char[] text = new char[10];
        text[0] = Letter(entry.Type);
        for (int i = 0; i < 9; i++)
        {
            text[i + 1] = (mode & (0x100 >> i)) != 0 ? "rwx"[i % 3] : '-';
        }

        Special(text, 3, (mode & 0x800) != 0, 's');
        Special(text, 6, (mode & 0x400) != 0, 's');
        Special(text, 9, (mode & 0x200) != 0, 't');
        return new string(text);
    }

    private static void Special(char[] text, int index, bool isSet, char letter)
    {
        if (isSet)
        {
            text[index] = text[index] == 'x' ? letter : char.ToUpperInvariant(letter);
        }
    }
}
