using System;
using System.IO;
using VmaTools.Extents;
using VmaTools.Files;

namespace VmaTools;

/// <summary>A file that is to be written.</summary>
public static class OutputFile
{
    /// <summary>Looks, before anything is read for it, whether a file could be written: nothing is created.</summary>
    /// <param name="path">The file to be.</param>
    /// <param name="replace">Whether a file of that name would be replaced. A folder, an archive, and what the file is made of never are.</param>
    /// <param name="source">What it is made of, or null.</param>
    /// <exception cref="VmaException">The file exists, or is never replaced.</exception>
    public static void MustBeFree(string path, bool replace = false, string? source = null)
    {
        string full = Path.GetFullPath(path ?? throw new ArgumentNullException(nameof(path)));
        TargetCheck.MustBeFree(full, replace);
        try
        {
            ArchiveGuard.For(source).Check(full);
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            throw TargetErrors.Of(exception, full);
        }
    }
}
