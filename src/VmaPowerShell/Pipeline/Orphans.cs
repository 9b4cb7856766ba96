using System;
using System.Linq;
using System.Management.Automation;

namespace VmaTools.PowerShell;

/// <summary>Knows the objects of Get-VmaBackup that stand for a log, notes or a marker whose archive is gone.</summary>
internal static class Orphans
{
    /// <summary>The file that an orphan stands for, or null for anything else; one that came through a job counts as well.</summary>
    public static string? FileOf(object? item)
    {
        if (item is null)
        {
            return null;
        }

        PSObject input = PSObject.AsPSObject(item);
        if (input.BaseObject is VmaBackup backup)
        {
            return backup.Kind == VmaBackupKind.Orphan ? System.IO.Path.Combine(backup.Folder, backup.FileName) : null;
        }

        bool isBackup = input.TypeNames.Any(static t => t.EndsWith("VmaTools.VmaBackup", StringComparison.Ordinal));
        return isBackup && input.Properties["Kind"]?.Value is VmaBackupKind.Orphan
            ? System.IO.Path.Combine($"{input.Properties["Folder"]?.Value}", $"{input.Properties["FileName"]?.Value}")
            : null;
    }

    /// <summary>The sentence about such a file.</summary>
    public static string Explain(string file) => $"The archive that '{file}' belongs to is gone: there is nothing to read.";
}
