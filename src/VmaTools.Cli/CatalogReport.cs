using System.Globalization;
using System.Threading;
using VmaTools.Cli.Files;

namespace VmaTools.Cli;

/// <summary>Makes the catalog of the files in an archive, and tells of it.</summary>
internal static class CatalogReport
{
    /// <summary>Makes a catalog; the exit code tells whether all could be read.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="target">The file to write; null for the user's cache folder.</param>
    /// <param name="options">How the guest's volumes are opened.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static int Make(VmaArchive archive, string? target, FileSystemOptions options, CancellationToken cancellationToken)
    {
        int code = ExitCodes.Success;
        using VmaGuest guest = GuestArguments.Open(archive, options, cancellationToken);
        VmaFileCatalog catalog = VmaFileCatalog.Build(
            guest,
            target,
            (volume, finding) =>
            {
                code = ExitCodes.Failure;
                Terminal.PrintError($"{finding.Code}: {finding.ToException(volume, archive.ArchivePath).Message}");
            },
            cancellationToken);
        Terminal.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{Printable.Text(catalog.CatalogPath!)}: {catalog.Size} bytes, {catalog.Entries} files and folders"));
        foreach (string volume in catalog.UnreadVolumes)
        {
            Terminal.PrintError($"warning: the catalog has no files of {volume}");
        }

        return code;
    }
}
