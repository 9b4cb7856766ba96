using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using VmaTools.Guests;

namespace VmaTools;

/// <summary>Finds backups in folders: archives with what belongs to them, leftovers of broken runs, orphaned companions.</summary>
public static class BackupScanner
{
    /// <summary>
    /// Lists the backups of a folder, lazily, each folder with one enumeration: ordered by file name, byte for byte,
    /// a folder's own before those of its subfolders.
    /// </summary>
    /// <param name="folder">The folder to look into.</param>
    /// <param name="options">What to look at; null for names and notes of this folder alone.</param>
    /// <param name="unreadable">Told each folder or file that could not be read, and why; the scan goes on. May be null.</param>
    /// <param name="cancellationToken">Ends the scan.</param>
    /// <exception cref="ArgumentNullException">There is no folder.</exception>
    public static IEnumerable<VmaBackup> Scan(
        string folder,
        BackupScanOptions? options = null,
        Action<string, Exception>? unreadable = null,
        CancellationToken cancellationToken = default)
    {
        if (folder is null)
        {
            throw new ArgumentNullException(nameof(folder));
        }

        return Walk(folder, options ?? new BackupScanOptions(), unreadable ?? ((_, _) => { }), cancellationToken);
    }

    private static IEnumerable<VmaBackup> Walk(
        string root, BackupScanOptions options, Action<string, Exception> unreadable, CancellationToken cancellationToken)
    {
        Stack<string> pending = new();
        pending.Push(Path.GetFullPath(root));
        while (pending.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string path = pending.Pop();
            FolderListing listing = FolderListing.Read(path, options.Recurse, unreadable, cancellationToken);
            foreach (VmaBackup backup in BackupBuilder.Build(path, listing, options, unreadable))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return backup;
            }

            for (int i = listing.Folders.Count - 1; i >= 0; i--)
            {
                pending.Push(listing.Folders[i]);
            }
        }
    }

    internal static bool IsReadFailure(Exception e) =>
        e is IOException or UnauthorizedAccessException or System.Security.SecurityException or NotSupportedException or ArgumentException or VmaException;
}
