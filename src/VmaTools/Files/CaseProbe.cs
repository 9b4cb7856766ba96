using System;
using System.IO;

namespace VmaTools.Files;

/// <summary>Asks a file system whether names that differ in case only are one file's.</summary>
internal static class CaseProbe
{
    /// <summary>
    /// Makes a small file of a name that nobody else has, looks for it in capitals, and removes it. Where that cannot be done, such
    /// names count as one.
    /// </summary>
    /// <param name="folder">Full path of the folder; one that does not exist yet gets what folders get where it is made.</param>
    public static bool IgnoresCase(string folder)
    {
        string place = folder;
        while (!Directory.Exists(place))
        {
            if (Path.GetDirectoryName(place) is not { Length: > 0 } parent)
            {
                return true;
            }

            place = parent;
        }

        string mark = $".vmatools-{Guid.NewGuid():N}-probe";
        string? made = place == folder ? null : Path.Combine(place, mark);
        try
        {
            if (made is not null)
            {
                Directory.CreateDirectory(made);
            }

            string name = Path.Combine(made ?? place, mark);
            using FileStream file = NewFile.Create(name, FileShare.ReadWrite | FileShare.Delete, isPrivate: true, FileOptions.DeleteOnClose);
            return File.Exists(Path.Combine(made ?? place, mark.ToUpperInvariant()));
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            return true;
        }
        finally
        {
            Remove(made);
        }
    }

    private static void Remove(string? folder)
    {
        try
        {
            if (folder is not null)
            {
                Directory.Delete(folder);
            }
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            // It was not made, or is locked for a moment: it is empty and hurts nobody.
        }
    }
}
