using System;
using System.IO;
using System.Linq;

namespace VmaTools.Files;

/// <summary>What the volume under a path can take.</summary>
internal sealed class TargetVolume
{
    private TargetVolume(string root, long? freeBytes, bool hasHoles, long? maxFileSize)
    {
        Root = root;
        FreeBytes = freeBytes;
        HasHoles = hasHoles;
        MaxFileSize = maxFileSize;
    }

    /// <summary>Where the volume is mounted.</summary>
    public string Root { get; }

    /// <summary>Bytes free for this user, or null where the system does not tell.</summary>
    public long? FreeBytes { get; }

    /// <summary>Whether files may have holes, so that zeros take no room.</summary>
    public bool HasHoles { get; }

    /// <summary>The largest file possible, or null where that is no concern.</summary>
    public long? MaxFileSize { get; }

    /// <summary>Looks at the volume that holds <paramref name="path"/>, which need not exist yet.</summary>
    public static TargetVolume Of(string path)
    {
        string existing = path;
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { Length: > 0 } parent)
        {
            existing = parent;
        }

        try
        {
            // On Unix the drive with the longest mount point above the path; on Windows the path's root.
            DriveInfo? drive = DriveInfo.GetDrives()
                .Where(d => IsAbove(d.Name, existing))
                .OrderByDescending(static d => d.Name.Length)
                .FirstOrDefault();
            if (drive is not null)
            {
                return FromFormat(drive.Name, drive.AvailableFreeSpace, drive.DriveFormat);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A volume that does not answer is not judged; writing to it will tell.
        }

        return new TargetVolume(Path.GetPathRoot(existing) ?? existing, null, hasHoles: true, null);
    }

    /// <summary>What is known of a file system by its name.</summary>
    internal static TargetVolume FromFormat(string root, long? freeBytes, string format)
    {
        bool isFat32 = format.ToUpperInvariant() is "FAT32" or "FAT" or "VFAT" or "MSDOS";
        bool isExFat = string.Equals(format, "exfat", StringComparison.OrdinalIgnoreCase);
        return new TargetVolume(root, freeBytes, hasHoles: !isFat32 && !isExFat, isFat32 ? uint.MaxValue : null);
    }

    private static bool IsAbove(string root, string path)
    {
        StringComparison comparison = Path.DirectorySeparatorChar == '\\' ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        string separated = root.EndsWith(Path.DirectorySeparatorChar.ToString(), StringComparison.Ordinal)
            ? root
            : root + Path.DirectorySeparatorChar;
        return (path + Path.DirectorySeparatorChar).StartsWith(separated, comparison);
    }
}
