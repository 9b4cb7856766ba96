using VmaTools.GuestFiles;

namespace VmaTools.Cli.Files;

/// <summary>A form in which volumes and their files are printed.</summary>
internal interface IFileListing
{
    /// <summary>Prints a volume, before its entries.</summary>
    void Volume(VmaVolume volume);

    /// <summary>Prints an entry.</summary>
    void Entry(GuestVolume volume, FileEntry entry);

    /// <summary>Prints what could not be read.</summary>
    void Error(string? volume, string code, string? path, string message);

    /// <summary>Brings what is left to standard output.</summary>
    void Flush();
}
