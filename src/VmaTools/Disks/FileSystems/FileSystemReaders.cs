using System;

namespace VmaTools.Disks.FileSystems;

/// <summary>Every reader of a file system, in the order in which they are asked.</summary>
internal static class FileSystemReaders
{
    /// <summary>Each gives null where its signature is not there, and throws where it is but cannot be read.</summary>
    private static readonly Func<DiskBytes, FileSystemOptions, FileSystem?>[] Readers =
    [
    ];

    /// <summary>The file system on a volume, or null where none that is read here was recognised.</summary>
    /// <exception cref="VmaException">It was recognised, and is too damaged or has a feature that is not understood.</exception>
    public static FileSystem? Open(DiskBytes volume, FileSystemOptions options)
    {
        foreach (Func<DiskBytes, FileSystemOptions, FileSystem?> reader in Readers)
        {
            if (reader(volume, options) is FileSystem fileSystem)
            {
                return fileSystem;
            }
        }

        return null;
    }
}
