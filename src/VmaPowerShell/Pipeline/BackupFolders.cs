using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace VmaTools.PowerShell;

/// <summary>The archives that folders of backups stand for.</summary>
internal static class BackupFolders
{
    /// <summary>The archives in a folder by their names, or the file that is named itself.</summary>
    /// <param name="path">Full path of the folder or file.</param>
    /// <param name="recurse">Whether subfolders count.</param>
    /// <param name="unreadable">Told each folder that could not be read.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static IEnumerable<string> ArchivesAt(string path, bool recurse, Action<string, Exception> unreadable, CancellationToken cancellationToken) =>
        System.IO.Directory.Exists(path)
            ? BackupScanner.Scan(path, new BackupScanOptions { Recurse = recurse }, unreadable, cancellationToken)
                .Where(static b => b.Kind == VmaBackupKind.Backup)
                .Select(static b => b.ArchivePath!)
            : [path];

    /// <summary>Whether an archive is of one of some VMs by its name.</summary>
    /// <param name="archive">Full path of the archive.</param>
    /// <param name="vmIds">The VMs; null for any.</param>
    public static bool IsOf(string archive, int[]? vmIds) =>
        vmIds is null || (BackupFileName.Parse(VmaAddresses.FileNameOf(archive)).VMId is int id && vmIds.Contains(id));
}
