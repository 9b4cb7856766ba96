using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;

namespace VmaTools.Guests;

/// <summary>The entries of one folder that concern backups, in the order of their names.</summary>
internal sealed class FolderListing
{
    private FolderListing(List<KeyValuePair<BackupFileName, FileSystemInfo>> files, List<string> folders)
    {
        Files = files;
        Folders = folders;
    }

    public IReadOnlyList<KeyValuePair<BackupFileName, FileSystemInfo>> Files { get; }

    public IReadOnlyList<string> Folders { get; }

    /// <summary>Enumerates a folder once. What cannot be read is told, and what was read before it stays.</summary>
    public static FolderListing Read(
        string path, bool withFolders, Action<string, Exception> unreadable, CancellationToken cancellationToken)
    {
        List<KeyValuePair<BackupFileName, FileSystemInfo>> files = [];
        List<string> folders = [];
        try
        {
            foreach (FileSystemInfo entry in new DirectoryInfo(path).EnumerateFileSystemInfos())
            {
                cancellationToken.ThrowIfCancellationRequested();
                BackupFileName name = BackupFileName.Parse(entry.Name);
                bool isWorkFolder = entry is DirectoryInfo && name.IsWorkFolder;
                if (isWorkFolder || (entry is FileInfo && name.Kind is not BackupFileKind.Other))
                {
                    files.Add(new KeyValuePair<BackupFileName, FileSystemInfo>(name, entry));
                }
                else if (entry is DirectoryInfo && withFolders && (entry.Attributes & FileAttributes.ReparsePoint) == 0)
                {
                    folders.Add(entry.FullName);
                }
            }
        }
        catch (Exception e) when (BackupScanner.IsReadFailure(e))
        {
            unreadable(path, e);
        }

        files.Sort((a, b) => string.CompareOrdinal(a.Key.FileName, b.Key.FileName));
        folders.Sort(StringComparer.Ordinal);
        return new FolderListing(files, folders);
    }
}
