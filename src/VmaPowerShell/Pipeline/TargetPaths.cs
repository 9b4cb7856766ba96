using System;
using System.Management.Automation;
using Microsoft.PowerShell.Commands;

namespace VmaTools.PowerShell;

/// <summary>Turns a target, or another file that a user named, into a full path of the file system.</summary>
internal static class TargetPaths
{
    /// <param name="session">The session.</param>
    /// <param name="path">The path.</param>
    /// <param name="isRead">Whether the file is only read.</param>
    /// <exception cref="VmaException">It lies on a drive of another provider, or names nothing that can be.</exception>
    public static string Resolve(SessionState session, string path, bool isRead = false)
    {
        string code = isRead ? VmaCodes.SourceReadFailed : VmaCodes.TargetWriteFailed;
        if (VmaAddresses.IsAddress(path))
        {
            throw RemoteArchives.NotTaken(path);
        }

        string full;
        ProviderInfo provider;
        try
        {
            full = session.Path.GetUnresolvedProviderPathFromPSPath(path, out provider, out _);
        }
        catch (Exception exception) when (SourcePaths.IsNowhere(exception))
        {
            throw new VmaException(code, "There is no such drive.", ErrorRecords.Shown(path), innerException: exception);
        }

        if (provider.ImplementingType != typeof(FileSystemProvider))
        {
            throw new VmaException(
                code, $"The path lies on a drive of the provider {provider.Name}; only the file system can be {(isRead ? "read from here" : "written to")}. Go to a drive of the file system, or name one.", path);
        }

        return full.IndexOf('\0') < 0
            ? full
            : throw new VmaException(code, "A path cannot have a NUL in it.", ErrorRecords.Shown(path));
    }
}
