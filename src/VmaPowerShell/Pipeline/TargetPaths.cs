using System.Management.Automation;
using Microsoft.PowerShell.Commands;

namespace VmaTools.PowerShell;

/// <summary>Turns a target, or another file that a user named, into a full path of the file system.</summary>
internal static class TargetPaths
{
    /// <exception cref="VmaException">It lies on a drive of another provider.</exception>
    public static string Resolve(SessionState session, string path)
    {
        string full = session.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        return provider.ImplementingType == typeof(FileSystemProvider)
            ? full
            : throw new VmaException(
                VmaCodes.TargetWriteFailed, $"The path lies on a drive of the provider {provider.Name}; only the file system can be written to. Go to a drive of the file system, or name one.", path);
    }
}
