using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems;

/// <summary>Finds a name among the entries of a directory that has no index of its own.</summary>
internal static class NameLookup
{
    /// <summary>
    /// The entry of that very name; else the one whose name folds to the same; else the one with that short name. Null for none.
    /// </summary>
    /// <param name="entries">The entries of the directory.</param>
    /// <param name="name">The name.</param>
    /// <param name="fold">Folds UTF-16 text the way the file system does.</param>
    /// <exception cref="VmaFileSystemException">Several names fold alike.</exception>
    public static FileEntry? Find(IEnumerable<FileEntry> entries, RawName name, Func<string, string> fold)
    {
        string? folded = Fold(name, fold);
        FileEntry? alike = null;
        FileEntry? another = null;
        FileEntry? byShortName = null;
        foreach (FileEntry entry in entries)
        {
            if (entry.Name == name)
            {
                return entry;
            }

            if (folded is null)
            {
                continue;
            }

            if (string.Equals(Fold(entry.Name, fold), folded, StringComparison.Ordinal))
            {
                another = alike is null ? null : entry;
                alike ??= entry;
            }
            else if (entry.ShortName is RawName shortName && string.Equals(Fold(shortName, fold), folded, StringComparison.Ordinal))
            {
                byShortName ??= entry;
            }
        }

        return another is null
            ? alike ?? byShortName
            : throw new VmaFileSystemException(
                VmaCodes.FileNameAmbiguous, $"Several names differ from the one that was asked for in upper and lower case only: {alike!.Name}, {another.Name}.", alike.FullName);
    }

    private static string? Fold(RawName name, Func<string, string> fold) => name.ToUtf16() is string text ? fold(text) : null;
}
