using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Management.Automation;
using Microsoft.PowerShell.Commands;

namespace VmaTools.PowerShell;

/// <summary>Turns what a user typed, or a pipeline brought, into full paths of files.</summary>
internal static class SourcePaths
{
    /// <summary>Resolves a path that may have wildcards. One that names a file as it stands is taken as it stands.</summary>
    /// <param name="session">The session.</param>
    /// <param name="path">The path.</param>
    /// <param name="onError">Hears why a path leads nowhere.</param>
    public static IEnumerable<string> Expand(SessionState session, string path, Action<ErrorRecord> onError)
    {
        try
        {
            if (!WildcardPattern.ContainsWildcardCharacters(path) || session.InvokeProvider.Item.Exists(path, force: true, literalPath: true))
            {
                return Literal(session, path, onError);
            }

            Collection<string> found = session.Path.GetResolvedProviderPathFromPSPath(path, out ProviderInfo provider);
            if (!IsFileSystem(provider))
            {
                onError(ErrorRecords.NotAFile(path));
                return [];
            }

            // Folders that match a pattern are no archives, and nobody meant them.
            List<string> files = [];
            foreach (string item in found)
            {
                if (!System.IO.Directory.Exists(item))
                {
                    files.Add(item);
                }
            }

            if (files.Count == 0)
            {
                onError(ErrorRecords.PathNotFound(path));
            }

            return files;
        }
        catch (Exception exception) when (exception is ItemNotFoundException or DriveNotFoundException or ProviderNotFoundException)
        {
            onError(ErrorRecords.PathNotFound(path));
            return [];
        }
    }

    /// <summary>Resolves a path as it stands.</summary>
    public static IEnumerable<string> Literal(SessionState session, string path, Action<ErrorRecord> onError)
    {
        string? file = null;
        try
        {
            file = session.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            if (!IsFileSystem(provider) || System.IO.Directory.Exists(file))
            {
                onError(ErrorRecords.NotAFile(path));
                file = null;
            }
            else if (!System.IO.File.Exists(file))
            {
                onError(ErrorRecords.PathNotFound(path));
                file = null;
            }
        }
        catch (Exception exception) when (exception is DriveNotFoundException or ProviderNotFoundException)
        {
            onError(ErrorRecords.PathNotFound(path));
        }

        return file is null ? [] : [file];
    }

    private static bool IsFileSystem(ProviderInfo provider) => provider.ImplementingType == typeof(FileSystemProvider);
}
