using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Management.Automation;
using Microsoft.PowerShell.Commands;

namespace VmaTools.PowerShell;

/// <summary>Turns what a user typed, or a pipeline brought, into full paths of files, of folders, or names of archives on servers.</summary>
internal sealed class SourcePaths
{
    /// <summary>Paths of files.</summary>
    public static readonly SourcePaths Files = new(System.IO.File.Exists, System.IO.Directory.Exists, ErrorRecords.PathNotFound, ErrorRecords.NotAFile);

    /// <summary>Paths of either.</summary>
    public static readonly SourcePaths FilesAndFolders = new(
        static path => System.IO.File.Exists(path) || System.IO.Directory.Exists(path), static _ => false, ErrorRecords.NothingFound, ErrorRecords.NotAFolder);

    private readonly Func<string, bool> _isThere;
    private readonly Func<string, bool> _isOfOtherKind;
    private readonly Func<string, ErrorRecord> _notFound;
    private readonly Func<string, ErrorRecord> _notOfKind;
    private readonly Func<string, string>? _nameAddress;

    private SourcePaths(
        Func<string, bool> isThere,
        Func<string, bool> isOfOtherKind,
        Func<string, ErrorRecord> notFound,
        Func<string, ErrorRecord> notOfKind,
        Func<string, string>? nameAddress = null)
    {
        _nameAddress = nameAddress;
        _isThere = isThere;
        _isOfOtherKind = isOfOtherKind;
        _notFound = notFound;
        _notOfKind = notOfKind;
    }

    /// <summary>Paths of archives: of files, and addresses on servers, which wildcards do not apply to.</summary>
    /// <param name="nameAddress">Takes an address, and gives the name that it goes by from there on.</param>
    public static SourcePaths Archives(Func<string, string> nameAddress) =>
        new(System.IO.File.Exists, System.IO.Directory.Exists, ErrorRecords.PathNotFound, ErrorRecords.NotAFile, nameAddress);

    /// <summary>Whether a path stands for whatever matches it.</summary>
    public static bool IsPattern(string path) => WildcardPattern.ContainsWildcardCharacters(path) && !VmaAddresses.IsAddress(path);

    /// <summary>Resolves paths, as they stand or with their wildcards expanded.</summary>
    /// <param name="session">The session.</param>
    /// <param name="paths">The paths.</param>
    /// <param name="areLiteral">Whether to take them as they stand.</param>
    /// <param name="onError">Hears why a path leads nowhere.</param>
    public IEnumerable<string> Resolve(SessionState session, IEnumerable<string> paths, bool areLiteral, Action<ErrorRecord> onError)
    {
        foreach (string path in paths)
        {
            foreach (string found in areLiteral ? Literal(session, path, onError) : Expand(session, path, onError))
            {
                yield return found;
            }
        }
    }

    /// <summary>Resolves a path that may have wildcards. One that names something as it stands is taken as it stands.</summary>
    /// <param name="session">The session.</param>
    /// <param name="path">The path.</param>
    /// <param name="onError">Hears why a path leads nowhere.</param>
    public IEnumerable<string> Expand(SessionState session, string path, Action<ErrorRecord> onError)
    {
        try
        {
            if (!IsPattern(path) || session.InvokeProvider.Item.Exists(path, force: true, literalPath: true))
            {
                return Literal(session, path, onError);
            }

            Collection<string> found = session.Path.GetResolvedProviderPathFromPSPath(path, out ProviderInfo provider);
            if (!IsFileSystem(provider))
            {
                onError(_notOfKind(path));
                return [];
            }

            // Folders that match a pattern beside files were not meant, nor files beside folders.
            List<string> matches = [];
            foreach (string item in found)
            {
                if (!_isOfOtherKind(item))
                {
                    matches.Add(item);
                }
            }

            if (matches.Count == 0)
            {
                TellNotFound(path, onError);
            }

            return matches;
        }
        catch (Exception exception) when (IsNowhere(exception))
        {
            TellNotFound(path, onError);
            return [];
        }
    }

    /// <summary>Resolves a path as it stands.</summary>
    public IEnumerable<string> Literal(SessionState session, string path, Action<ErrorRecord> onError)
    {
        if (VmaAddresses.IsAddress(path))
        {
            return Address(path, onError);
        }

        try
        {
            string full = session.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
            if (!IsFileSystem(provider) || _isOfOtherKind(full))
            {
                onError(_notOfKind(path));
            }
            else if (!_isThere(full))
            {
                TellNotFound(path, onError);
            }
            else
            {
                return [full];
            }
        }
        catch (Exception exception) when (IsNowhere(exception))
        {
            TellNotFound(path, onError);
        }

        return [];
    }

    /// <summary>Takes an address.</summary>
    public IEnumerable<string> Address(string address, Action<ErrorRecord> onError)
    {
        try
        {
            return [_nameAddress?.Invoke(address) ?? throw RemoteArchives.NotTaken(address)];
        }
        catch (VmaException exception)
        {
            onError(ErrorRecords.From(exception, exception.Path));
            return [];
        }
    }

    /// <summary>True for what PowerShell and .NET throw of a path that can name nothing: a NUL, a pattern that is none, no such drive.</summary>
    public static bool IsNowhere(Exception exception) =>
        exception is ItemNotFoundException or DriveNotFoundException or ProviderNotFoundException or ProviderInvocationException
            or WildcardPatternException or PSNotSupportedException or PSInvalidOperationException
            or ArgumentException or NotSupportedException or System.IO.IOException;

    private void TellNotFound(string path, Action<ErrorRecord> onError)
    {
        NativeText.ThrowIfArchive(path);
        onError(_notFound(path));
    }

    private static bool IsFileSystem(ProviderInfo provider) => provider.ImplementingType == typeof(FileSystemProvider);
}
