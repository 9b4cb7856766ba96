namespace VmaTools.Cli.Files;

/// <summary>A form in which volumes and their files are printed.</summary>
internal interface IFileListing
{
    /// <summary>Prints a volume, before its entries.</summary>
    void Volume(VmaVolume volume);

    /// <summary>Prints an entry.</summary>
    /// <param name="volume">Id of the volume that it is on.</param>
    /// <param name="files">The file system there.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="deleted">What is known of one that was deleted; null for others.</param>
    void Entry(string volume, FileSystem files, FileEntry entry, VmaDeletedFile? deleted = null);

    /// <summary>Prints what could not be read.</summary>
    /// <param name="volume">Id of the volume that it is on, or null.</param>
    /// <param name="path">The path in the guest, or null.</param>
    /// <param name="error">What went wrong.</param>
    void Error(string? volume, string? path, VmaException error);

    /// <summary>Brings what is left to standard output.</summary>
    void Flush();
}
