using System;
using System.IO;

namespace VmaTools.GuestFiles.Copying;

/// <summary>What a file has besides its content: permissions, times, an owner and an access list.</summary>
internal static class HostTraits
{
    /// <summary>Gives a copy what its original has.</summary>
    /// <returns>What could not be given that was asked for, as a sentence; else null.</returns>
    public static string? Give(string path, CopyItem item, bool isDirectory, VmaFileExportOptions options)
    {
        FileEntry entry = item.Entry;
        try
        {
            if (options.PreserveMode && entry.Mode is int mode)
            {
                HostFiles.SetMode(path, mode & 0x1ff);
            }

            if (entry.Modified is FileTime modified)
            {
                if (isDirectory)
                {
                    Directory.SetLastWriteTimeUtc(path, modified.ToDateTime());
                }
                else
                {
                    File.SetLastWriteTimeUtc(path, modified.ToDateTime());
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // The content is there and whole. A time that the host's file system does not have is no reason to take it away.
        }

        return options.PreserveAcl ? GiveAccessList(path, item) : null;
    }

    private static string? GiveAccessList(string path, CopyItem item)
    {
        try
        {
            FileSecurity? security = item.Place.Files.ReadSecurity(item.Entry);
            return security is null ? null : HostSecurity.Set(path, security.Sddl);
        }
        catch (VmaException exception)
        {
            return exception.Message;
        }
    }
}
