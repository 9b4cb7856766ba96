using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using VmaTools.Extents;
using VmaTools.Files;
using VmaTools.Format;
using VmaTools.Indexing;
using VmaTools.Sources;

namespace VmaTools.GuestFiles.Catalogs;

/// <summary>Where the catalogs of archives are, and how they get there.</summary>
internal static class CatalogStore
{
    /// <summary>What the name of a catalog ends in.</summary>
    public const string Extension = ".vmafiles";

    public static string PathBeside(string archive) => archive + Extension;

    public static string CachePathOf(string archive) => IndexStore.CachePathOf(archive, Extension);

    /// <summary>The places where an archive's catalog is looked for, in order. What is in a folder of somebody else's is not ours.</summary>
    public static string[] PlacesOf(string archive) =>
        IndexStore.IsCacheForeign ? [PathBeside(archive)] : [PathBeside(archive), CachePathOf(archive)];

    /// <summary>The catalogs in the cache folder.</summary>
    public static IEnumerable<string> Kept() => !Directory.Exists(IndexStore.CacheFolder) || IndexStore.IsCacheForeign
        ? []
        : Directory.GetFiles(IndexStore.CacheFolder)
            .Where(static f => f.EndsWith(Extension, StringComparison.Ordinal) && !FileFacts.IsOtherThanFile(f))
            .OrderBy(static f => f, StringComparer.Ordinal);

    /// <summary>Opens a catalog that is of an archive as that is now.</summary>
    /// <param name="path">The catalog.</param>
    /// <param name="archive">The archive.</param>
    /// <param name="state">Why it is not: one of the constants of <see cref="VmaIndexState"/>.</param>
    /// <exception cref="InvalidDataException">It is of another archive, or damaged: the message says so, as a part of a sentence.</exception>
    /// <exception cref="IOException">Catalog or archive cannot be read.</exception>
    /// <exception cref="VmaException">The archive cannot be read.</exception>
    public static CatalogFile Open(string path, string archive, out string state)
    {
        state = CatalogFile.IsOne(path, out bool isOfOtherVersion) && isOfOtherVersion ? VmaIndexState.Outdated : VmaIndexState.Damaged;
        CatalogFile file = CatalogFile.Open(path);
        try
        {
            state = VmaIndexState.Outdated;
            ArchiveBinding known = file.Head.Index.Binding;
            if (!ArchiveBinding.Of(new FileSource(archive, VmaOpenOptions.WindowOf(null)), known.Uuid).Equals(known))
            {
                throw new InvalidDataException("the archive has changed since it was made");
            }

            state = VmaIndexState.Current;
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes the catalog of a guest.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="path">Full path of the catalog.</param>
    /// <param name="fill">Writes it.</param>
    /// <exception cref="VmaException">It cannot be written, something other than a catalog is there, or the archive changed meanwhile.</exception>
    public static void Write(VmaArchive archive, string path, Action<CatalogWriter> fill)
    {
        if (archive.Source is not SeekableSource source || source.Path is null)
        {
            throw archive.Source.NotSeekable();
        }

        bool isCache = path == CachePathOf(source.Path);
        TargetGuard guard = ArchiveGuard.For(source.Path);
        guard = isCache ? guard.ForOwnerOnly() : guard;
        CatalogHead head = new(new IndexHead(ArchiveBinding.Of(source, UuidText.Of(archive.Header.Uuid)), source.PlainName ?? string.Empty), archive.CreationTime);
        PendingFile? pending = null;
        try
        {
            Attempt(path, () =>
            {
                guard.Check(path);
                MustBeCatalog(path);
                IndexStore.MakeFolderOf(path);
                pending = new PendingFile(path, guard, maySparse: false);
            });
            using (CatalogWriter writer = new(pending!.Stream, path, head))
            {
                fill(writer);
            }

            if (archive.FindChange() is { } change)
            {
                throw change;
            }

            Attempt(path, () => pending.Commit(replace: true));
        }
        finally
        {
            pending?.Dispose();
        }
    }

    /// <summary>Refuses what is there and no catalog: a catalog is not written in its place.</summary>
    /// <exception cref="VmaException">Something else is there.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static void MustBeCatalog(string path)
    {
        if (File.Exists(path) && (FileFacts.IsOtherThanFile(path) || !CatalogFile.IsOne(path, out _)))
        {
            throw new VmaException(VmaCodes.TargetExists, "What is there is no catalog, and is not replaced by one.", path);
        }
    }

    private static void Attempt(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (TargetErrors.IsOne(exception))
        {
            throw TargetErrors.Of(exception, path);
        }
    }
}
