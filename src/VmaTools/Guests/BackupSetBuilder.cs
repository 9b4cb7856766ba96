using System;
using System.Collections.Generic;
using System.IO;

namespace VmaTools.Guests;

/// <summary>Puts the files of one folder together into sets.</summary>
internal static class BackupSetBuilder
{
    public static IEnumerable<BackupSet> Build(
        string folder, FolderListing listing, BackupScanOptions options, Action<string, Exception> unreadable)
    {
        Dictionary<string, FileInfo> logs = new(StringComparer.Ordinal);
        Dictionary<string, FileInfo> notes = new(StringComparer.Ordinal);
        Dictionary<string, FileInfo> markers = new(StringComparer.Ordinal);
        HashSet<string> archives = new(StringComparer.Ordinal);
        HashSet<string> claimedLogs = new(StringComparer.Ordinal);
        foreach (KeyValuePair<BackupFileName, FileInfo> pair in listing.Files)
        {
            BackupFileName name = pair.Key;
            switch (name.Kind)
            {
                case BackupFileKind.Log:
                    logs[name.BaseName] = pair.Value;
                    break;
                case BackupFileKind.Notes:
                    notes[name.ArchiveName!] = pair.Value;
                    claimedLogs.Add(name.BaseName);
                    break;
                case BackupFileKind.Protected:
                    markers[name.ArchiveName!] = pair.Value;
                    claimedLogs.Add(name.BaseName);
                    break;
                default:
                    archives.Add(name.FileName);
                    claimedLogs.Add(name.BaseName);
                    break;
            }
        }

        // Notes and markers of one vanished archive are one orphan; so is a log that nothing else in the folder claims.
        HashSet<string> told = new(StringComparer.Ordinal);
        foreach (KeyValuePair<BackupFileName, FileInfo> pair in listing.Files)
        {
            BackupFileName name = pair.Key;
            BackupSetKind kind = name.Kind switch
            {
                BackupFileKind.Archive => BackupSetKind.Backup,
                BackupFileKind.Leftover => BackupSetKind.Leftover,
                _ => BackupSetKind.Orphan,
            };
            if (kind is BackupSetKind.Orphan)
            {
                bool isLog = name.Kind is BackupFileKind.Log;
                bool hasOwner = isLog ? claimedLogs.Contains(name.BaseName) : archives.Contains(name.ArchiveName!);
                if (hasOwner || !told.Add(isLog ? name.BaseName : name.ArchiveName!))
                {
                    continue;
                }
            }

            BackupSet.FileFacts? facts = null;
            if (kind is not BackupSetKind.Orphan)
            {
                try
                {
                    facts = BackupSet.FileFacts.Of(pair.Value);
                }
                catch (Exception e) when (BackupScanner.IsReadFailure(e))
                {
                    // Gone since it was listed, or a link to nowhere.
                    unreadable(pair.Value.FullName, e);
                    continue;
                }
            }

            string key = name.ArchiveName ?? name.FileName;
            yield return Describe(kind, folder, name, facts, Find(logs, name.BaseName), Find(notes, key), Find(markers, key), options, unreadable);
        }
    }

    private static FileInfo? Find(Dictionary<string, FileInfo> files, string key) =>
        files.TryGetValue(key, out FileInfo? file) ? file : null;

    private static BackupSet Describe(
        BackupSetKind kind,
        string folder,
        BackupFileName name,
        BackupSet.FileFacts? facts,
        FileInfo? log,
        FileInfo? notes,
        FileInfo? marker,
        BackupScanOptions options,
        Action<string, Exception> unreadable)
    {
        string? notesText = options.ReadNotes && notes is not null ? CompanionText.Read(notes, unreadable) : null;
        string? vmName = null;
        VmNameSource source = VmNameSource.None;
        if (options.ReadLogs && log is not null && CompanionText.Read(log, unreadable) is string logText)
        {
            vmName = CompanionText.NameFromLog(logText);
            source = vmName is null ? VmNameSource.None : VmNameSource.Log;
        }

        if (vmName is null && notesText is not null)
        {
            vmName = CompanionText.NameFromNotes(notesText, name.VmId);
            source = vmName is null ? VmNameSource.None : VmNameSource.Notes;
        }

        return new BackupSet(kind, folder, name, facts, log?.FullName, notes?.FullName, marker?.FullName, notesText, vmName, source);
    }
}
