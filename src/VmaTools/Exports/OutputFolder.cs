using System;
using System.IO;
using VmaTools.Extents;
using VmaTools.Files;

namespace VmaTools;

/// <summary>The folder that an archive is extracted to: new, and nobody else's.</summary>
public static class OutputFolder
{
    /// <summary>Refuses a folder that is there, if only as a link that leads nowhere.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="VmaException">It exists.</exception>
    public static void MustBeNew(string folder)
    {
        if (folder is null)
        {
            throw new ArgumentNullException(nameof(folder));
        }

        if (File.Exists(folder) || Directory.Exists(folder) || FileFacts.Of(Trim(folder), followLink: false) is not null)
        {
            throw Exists(folder);
        }
    }

    /// <summary>Creates it. Where only its owner may read the archive, nobody else may look into it.</summary>
    /// <param name="folder">The folder; those above it are made where they are missing.</param>
    /// <param name="archive">The archive that goes there.</param>
    /// <exception cref="VmaException">It exists, or cannot be created.</exception>
    public static void Create(string folder, VmaArchive archive)
    {
        if (archive is null)
        {
            throw new ArgumentNullException(nameof(archive));
        }

        MustBeNew(folder);
        try
        {
            NewFile.CreateFolder(Path.GetFullPath(folder), ArchiveGuard.For(archive.ArchivePath).IsPrivate);
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            // Somebody may have been faster.
            throw FileFacts.Of(Trim(folder), followLink: false) is not null ? Exists(folder) : TargetErrors.Of(exception, folder);
        }
    }

    private static string Trim(string folder) => folder.TrimEnd(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);

    private static VmaException Exists(string folder) =>
        new(VmaCodes.TargetExists, "unable to create target directory - it exists already.", folder);
}
