using System;
using System.Collections.Generic;
using System.IO;

namespace VmaTools.Guests;

/// <summary>Puts the files of one folder together into backups.</summary>
internal static class BackupBuilder
{
    public static IEnumerable<VmaBackup> Build(
        string folder, FolderListing listing, BackupScanOptions options, Action<string, Exception> unreadable)
    {
        Dictionary<string, FileInfo> logs = new(StringComparer.Ordinal);
        Dictionary<string, FileInfo> notes = new(StringComparer.Ordinal);
        Dictionary<string, FileInfo> markers = new(StringComparer.Ordinal);
        HashSet<string> archives = new(StringComparer.Ordinal);
        HashSet<string> claimedLogs = new(StringComparer.Ordinal);
        foreach (KeyValuePair<BackupFileName, FileSystemInfo> pair in listing.Files)
        {
            BackupFileName name = pair.Key;
            switch (name.Kind)
            {
                case BackupFileKind.Log:
                    logs[name.BaseName] = (FileInfo)pair.Value;
                    break;
                case BackupFileKind.Notes:
                    notes[name.ArchiveName!] = (FileInfo)pair.Value;
                    claimedLogs.Add(name.BaseName);
                    break;
                case BackupFileKind.Protected:
                    markers[name.ArchiveName!] = (FileInfo)pair.Value;
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
        foreach (KeyValuePair<BackupFileName, FileSystemInfo> pair in listing.Files)
        {
            BackupFileName name = pair.Key;
            string kind = name.Kind switch
            {
                BackupFileKind.Archive => VmaBackupKind.Backup,
                BackupFileKind.Leftover => VmaBackupKind.Leftover,
                BackupFileKind.Encrypted => VmaBackupKind.Encrypted,
                BackupFileKind.Packed => VmaBackupKind.Packed,
                BackupFileKind.Part => VmaBackupKind.Part,
                _ => VmaBackupKind.Orphan,
            };
            if (kind == VmaBackupKind.Orphan)
            {
                bool isLog = name.Kind is BackupFileKind.Log;
                bool hasOwner = isLog ? claimedLogs.Contains(name.BaseName) : archives.Contains(name.ArchiveName!);
                if (hasOwner || !told.Add(isLog ? name.BaseName : name.ArchiveName!))
                {
                    continue;
                }
            }

            ListedFile? facts = null;
            if (kind != VmaBackupKind.Orphan)
            {
                try
                {
                    facts = ListedFile.Of(pair.Value);
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

    private static VmaBackup Describe(
        string kind,
        string folder,
        BackupFileName name,
        ListedFile? facts,
        FileInfo? log,
        FileInfo? notes,
        FileInfo? marker,
        BackupScanOptions options,
        Action<string, Exception> unreadable)
    {
        VmaBackup backup = new(kind, folder, name, facts)
        {
            LogPath = log?.FullName,
            NotesPath = notes?.FullName,
            ProtectedPath = marker?.FullName,
            Notes = options.ReadNotes && notes is not null ? CompanionText.Read(notes, unreadable) : null,
        };
        if (options.ReadLogs && log is not null
            && CompanionText.Read(log, unreadable) is string text && CompanionText.NameFromLog(text) is string logged)
        {
            backup.VMName = logged;
            backup.NameSource = VmaNameSource.Log;
        }
        else if (backup.Notes is not null && CompanionText.NameFromNotes(backup.Notes, name.VMId) is string noted)
        {
            backup.VMName = noted;
            backup.NameSource = VmaNameSource.Notes;
        }

        return backup;
    }
}
