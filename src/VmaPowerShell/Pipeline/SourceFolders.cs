using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Management.Automation;
using Microsoft.PowerShell.Commands;

namespace VmaTools.PowerShell;

/// <summary>Turns what a user typed, or a pipeline brought, into full paths of folders.</summary>
internal static class SourceFolders
{
    /// <summary>Resolves a path that may have wildcards. One that names a folder as it stands is taken as it stands.</summary>
    /// <param name="session">The session.</param>
    /// <param name="path">The path.</param>
    /// <param name="onError">Hears why a path leads nowhere.</param>
    public static IEnumerable<string> Expand(SessionState session, string path, Action<ErrorRecord> onError)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(path) || session.InvokeProvider.Item.Exists(path, force: true, literalPath: true))
        {
            return Literal(session, path, onError);
        }

        try
        {
            Collection<string> found = session.Path.GetResolvedProviderPathFromPSPath(path, out ProviderInfo provider);
            if (!IsFileSystem(provider))
            {
                onError(ErrorRecords.NotAFolder(path));
                return [];
            }

            // Files that match a pattern beside folders were not meant.
            List<string> folders = [];
            foreach (string item in found)
            {
                if (System.IO.Directory.Exists(item))
                {
                    folders.Add(item);
                }
            }

            if (folders.Count == 0)
            {
                onError(ErrorRecords.FolderNotFound(path));
            }

            return folders;
        }
        catch (Exception exception) when (exception is ItemNotFoundException or DriveNotFoundException or ProviderNotFoundException)
        {
            onError(ErrorRecords.FolderNotFound(path));
            return [];
        }
    }

    /// <summary>Resolves a path as it stands.</summary>
    public static IEnumerable<string> Literal(SessionState session, string path, Action<ErrorRecord> onError)
    {
        try
        {
            string folder = session.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            if (!IsFileSystem(provider) || System.IO.File.Exists(folder))
            {
                onError(ErrorRecords.NotAFolder(path));
            }
            else if (!System.IO.Directory.Exists(folder))
            {
                onError(ErrorRecords.FolderNotFound(path));
            }
            else
            {
                return [folder];
            }
        }
        catch (Exception exception) when (exception is DriveNotFoundException or ProviderNotFoundException)
        {
            onError(ErrorRecords.FolderNotFound(path));
        }

        return [];
    }

    private static bool IsFileSystem(ProviderInfo provider) => provider.ImplementingType == typeof(FileSystemProvider);
}
