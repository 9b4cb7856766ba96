using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using VmaTools.Bytes;
using VmaTools.Files;
using VmaTools.GuestFiles.Catalogs;
using VmaTools.Sources;

namespace VmaTools;

/// <summary>What is known of the catalog of an archive: the names, sizes, times and numbers of all files on the guest's volumes.</summary>
public sealed class VmaFileCatalog
{
    /// <summary>What <see cref="State"/> is of an archive that has no catalog.</summary>
    public const string Missing = "Missing";

    private VmaFileCatalog(string? archivePath, string? catalogPath, string state, string? reason)
    {
        ArchivePath = archivePath;
        CatalogPath = catalogPath;
        State = state;
        Reason = reason;
        VMId = archivePath is null ? null : BackupFileName.Parse(Path.GetFileName(archivePath)).VMId;
    }

    /// <summary>Full path of the archive; null where a catalog that cannot be read does not tell it.</summary>
    public string? ArchivePath { get; }

    /// <summary>Full path of the catalog; null where there is none.</summary>
    public string? CatalogPath { get; }

    /// <summary>Number of the VM, by the archive's name; null where that tells none.</summary>
    public int? VMId { get; }

    /// <summary>Bytes that the catalog takes.</summary>
    public long Size { get; private init; }

    /// <summary>What it is good for: <see cref="Missing"/>, or a constant of <see cref="VmaIndexState"/>. Only one that is current is ever used.</summary>
    public string State { get; }

    /// <summary>Why it is not current, in a sentence; null where it is.</summary>
    public string? Reason { get; }

    /// <summary>When the backup was made, by the archive's header; null where the catalog is not current.</summary>
    public DateTime? BackupTimeUtc { get; private init; }

    /// <summary>How many files, directories and others there are in it; 0 where it is not current.</summary>
    public long Entries { get; private init; }

    /// <summary>The ids of the volumes whose files are in it.</summary>
    public IReadOnlyList<string> Volumes { get; private init; } = ReadableList<string>.None;

    /// <summary>The volumes whose files are not in it because they cannot be read: id and reason.</summary>
    public IReadOnlyList<string> UnreadVolumes { get; private init; } = ReadableList<string>.None;

    /// <summary>How many things could not be read on the others.</summary>
    public long FindingCount { get; private init; }

    /// <summary>What is known of the volumes; null where the catalog cannot be searched.</summary>
    private IReadOnlyList<CatalogVolume>? Known { get; init; }

    /// <summary>Where an archive's catalog is found beside it: under the archive's name with <c>.vmafiles</c> appended.</summary>
    /// <param name="archivePath">The archive.</param>
    public static string PathBeside(string archivePath) => CatalogStore.PathBeside(archivePath ?? throw new ArgumentNullException(nameof(archivePath)));

    /// <summary>Refuses a path where something else than a catalog is, as making one does once it begins.</summary>
    /// <param name="path">Where a catalog is to be written.</param>
    /// <exception cref="VmaException">Something else is there.</exception>
    /// <exception cref="IOException">What is there cannot be read.</exception>
    public static void MustNotReplaceOther(string path) => CatalogStore.MustBeCatalog(path ?? throw new ArgumentNullException(nameof(path)));

    /// <summary>The catalog of an archive, beside it or in the user's cache folder; one that is not current tells why.</summary>
    /// <param name="archivePath">The archive, which must be a file.</param>
    public static VmaFileCatalog GetOf(string archivePath)
    {
        using CatalogFile? file = Open(Demand(archivePath), out VmaFileCatalog catalog);
        return catalog;
    }

    /// <summary>The same after all of the catalog was read, so that one which is damaged anywhere is not current.</summary>
    /// <param name="archivePath">The archive, which must be a file.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static VmaFileCatalog Check(string archivePath, CancellationToken cancellationToken = default)
    {
        using CatalogFile? file = Open(Demand(archivePath), out VmaFileCatalog catalog);
        try
        {
            file?.Check(cancellationToken);
            return catalog;
        }
        catch (Exception exception) when (IsUnreadable(exception))
        {
            return catalog.AsDamaged(exception);
        }
    }

    /// <summary>Lists the catalogs in the user's cache folder, outdated ones too.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    public static IReadOnlyList<VmaFileCatalog> GetKept() => [.. CatalogStore.Kept().Select(static path =>
    {
        using CatalogFile? file = TryOpen(path, null, out VmaFileCatalog catalog);
        return catalog;
    })];

    /// <summary>Makes the catalog of a guest's files, in place of one that is there.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="path">
    /// The file to write: one in the user's cache folder where null, or in place of one whose files are damaged. It is found again only
    /// there, and beside the archive under the archive's name with <c>.vmafiles</c> appended.
    /// </param>
    /// <param name="onFinding">Hears of what cannot be read, and on which volume; null for nobody.</param>
    /// <param name="cancellationToken">Ends it early; nothing is left then.</param>
    /// <exception cref="VmaException">
    /// The archive is no file, or changed meanwhile; the catalog cannot be written, or something else is there.
    /// </exception>
    /// <exception cref="IOException">The archive cannot be read.</exception>
    public static VmaFileCatalog Build(
        VmaGuest guest, string? path = null, Action<string, FileSystemFinding>? onFinding = null, CancellationToken cancellationToken = default)
    {
        if (guest is null)
        {
            throw new ArgumentNullException(nameof(guest));
        }

        string archive = guest.Archive.ArchivePath is { } file && !RemoteAddress.IsOne(file)
            ? file
            : throw new VmaException(VmaCodes.SourceNotReopenable, "Catalogs are kept of archives that are files.", guest.Archive.ArchivePath);

        // One that is damaged behind its head is found before one in the cache folder, wherever that is made.
        string target = path is not null ? Path.GetFullPath(path)
            : Check(archive, cancellationToken) is { State: VmaIndexState.Damaged, BackupTimeUtc: not null, CatalogPath: { } damaged } ? damaged
            : CatalogStore.CachePathOf(archive);
        CatalogStore.Write(guest.Archive, target, writer => CatalogBuilder.Fill(writer, guest, onFinding, cancellationToken));
        using CatalogFile? built = TryOpen(target, archive, out VmaFileCatalog catalog);
        return built is not null
            ? catalog
            : throw new VmaException(VmaCodes.CatalogDamaged, $"The catalog that was just made cannot be used: {catalog.Reason}", target);
    }

    /// <summary>
    /// Looks for files in the catalogs of archives, on several threads; no archive is read. What is found comes in the order of the archives
    /// and of their catalogs.
    /// </summary>
    /// <param name="archives">Full paths of the archives.</param>
    /// <param name="query">What is looked for.</param>
    /// <param name="onCatalog">
    /// Hears of each archive's catalog when it is done, on the thread that takes the files. Where it is not current, nothing, or not all,
    /// was found.
    /// </param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static IEnumerable<VmaFoundFile> Search(
        IEnumerable<string> archives, VmaFileQuery query, Action<VmaFileCatalog>? onCatalog = null, CancellationToken cancellationToken = default)
    {
        string[] paths = [.. (archives ?? throw new ArgumentNullException(nameof(archives))).Select(Demand)];
        return new OrderedSearch(paths, query ?? throw new ArgumentNullException(nameof(query)), onCatalog ?? (static _ => { })).Run(cancellationToken);
    }

    /// <summary>The version of a file that the catalog of an archive tells of, without reading the archive.</summary>
    /// <param name="archivePath">The archive.</param>
    /// <param name="path">The path in the guest.</param>
    /// <param name="text">The path as it was given.</param>
    /// <param name="volume">The volume that the path begins at, by any of its names; null for the guest's own root.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>Null where only the archive can tell: there is no current catalog, or a link on the way.</returns>
    public static VmaFileVersion? FindVersion(string archivePath, GuestPath path, string text, string? volume = null, CancellationToken cancellationToken = default)
    {
        if (path is null)
        {
            throw new ArgumentNullException(nameof(path));
        }

        using CatalogFile? file = Open(Demand(archivePath), out VmaFileCatalog catalog);
        try
        {
            return file is not null && new CatalogPaths(file, catalog.ArchivePath!, cancellationToken).TryFind(path, volume, out VmaFoundFile? found)
                ? VmaFileVersion.OfCatalog(catalog.ArchivePath!, file.Head.BackupTimeUtc, text, found)
                : null;
        }
        catch (Exception exception) when (IsUnreadable(exception))
        {
            return null;
        }
    }

    /// <summary>Whether files of a volume are in it; null where it cannot be searched.</summary>
    /// <param name="pattern">A pattern of the volume's id, short form, letter, mount point, label or uuid.</param>
    public bool? HasVolume(NamePattern pattern) =>
        Known?.Any(v => v.IsMeant([pattern ?? throw new ArgumentNullException(nameof(pattern))]));

    /// <summary>Deletes the catalog. Where it is needed again it is made again.</summary>
    /// <exception cref="VmaException">It cannot be deleted.</exception>
    public void Delete()
    {
        if (CatalogPath is null)
        {
            return;
        }

        try
        {
            File.Delete(CatalogPath);
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            throw new VmaException(VmaCodes.TargetWriteFailed, $"The catalog cannot be deleted: {exception.Message}", CatalogPath, innerException: exception);
        }
    }

    /// <summary>The kind and the catalog's path.</summary>
    public override string ToString() => $"{nameof(VmaFileCatalog)}: {Printable.Text(CatalogPath ?? State)}";

    /// <summary>Opens the catalog of an archive; null where none is current.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="catalog">What is known of it.</param>
    internal static CatalogFile? Open(string archive, out VmaFileCatalog catalog)
    {
        VmaFileCatalog? first = null;
        foreach (string path in CatalogStore.PlacesOf(archive))
        {
            // What is no regular file could be waited for for ever.
            if (!File.Exists(path) || FileFacts.IsOtherThanFile(path))
            {
                continue;
            }

            if (TryOpen(path, archive, out catalog) is { } file)
            {
                return file;
            }

            first ??= catalog;
        }

        catalog = first ?? new VmaFileCatalog(archive, null, Missing, "There is no catalog of its files.");
        return null;
    }

    /// <summary>The same catalog, of which a part turned out to be damaged.</summary>
    internal VmaFileCatalog AsDamaged(Exception exception) =>
        new(ArchivePath, CatalogPath, VmaIndexState.Damaged, Sentence(exception.Message)) { Size = Size, BackupTimeUtc = BackupTimeUtc, Known = Known };

    internal static bool IsUnreadable(Exception exception) =>
        exception is InvalidDataException or IOException or UnauthorizedAccessException or VmaException or ArgumentException;

    private static CatalogFile? TryOpen(string path, string? archive, out VmaFileCatalog catalog)
    {
        string state = VmaIndexState.Damaged;
        long size = 0;
        try
        {
            size = new FileInfo(path).Length;
            archive ??= CatalogFile.ReadHead(path).Index.ArchivePath;
            CatalogFile file = CatalogStore.Open(path, archive, out state);
            catalog = new VmaFileCatalog(archive, path, state, null)
            {
                Size = size,
                BackupTimeUtc = file.Head.BackupTimeUtc,
                Entries = file.Contents.Volumes.Sum(static v => v.Entries),
                Volumes = ReadableList<string>.Of(file.Contents.Volumes.Select(static v => v.Id)),
                UnreadVolumes = ReadableList<string>.Of(file.Contents.Unread),
                FindingCount = file.Contents.Findings,
                Known = file.Contents.Volumes,
            };
            return file;
        }
        catch (Exception exception) when (IsUnreadable(exception))
        {
            catalog = new VmaFileCatalog(archive, path, state, Sentence(exception.Message)) { Size = size };
            return null;
        }
    }

    private static string Demand(string archive) => Path.GetFullPath(archive ?? throw new ArgumentNullException(nameof(archive)));

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text.Substring(1).TrimEnd('.') + ".";
}
