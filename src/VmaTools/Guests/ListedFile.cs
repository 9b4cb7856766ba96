using System;
using System.IO;
using VmaTools.Files;

namespace VmaTools.Guests;

/// <summary>What a folder's listing says of a file.</summary>
internal sealed record ListedFile(string Path, long? Length, DateTime LastWriteTimeUtc)
{
    /// <summary>Reads the facts of a file, of its target where it is a link, or of a folder, which has no length.</summary>
    /// <exception cref="IOException">The file is gone or its link leads nowhere.</exception>
    public static ListedFile Of(FileSystemInfo entry)
    {
        if (entry is not FileInfo file)
        {
            return new ListedFile(entry.FullName, null, entry.LastWriteTimeUtc);
        }

        long length = file.Length;
        if ((file.Attributes & FileAttributes.ReparsePoint) != 0)
        {
            // A listing gives the size of the link itself.
            using FileStream target = SourceFile.Open(file.FullName);
            length = target.Length;
        }

        return new ListedFile(file.FullName, length, file.LastWriteTimeUtc);
    }
}
