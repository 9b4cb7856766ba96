using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;

namespace VmaTools.GuestFiles.Catalogs;

/// <summary>
/// Finds what a path in a guest leads to by the catalog of its archive. Links have their targets in the archive only: where there is one
/// on the way, or anything else that a catalog does not tell, the archive is to be asked.
/// </summary>
internal sealed class CatalogPaths
{
    private readonly CatalogFile _file;
    private readonly string _archivePath;
    private readonly CancellationToken _cancellationToken;

    public CatalogPaths(CatalogFile file, string archivePath, CancellationToken cancellationToken)
    {
        _file = file;
        _archivePath = archivePath;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Finds the file at a path.</summary>
    /// <param name="path">The path.</param>
    /// <param name="volume">The volume it begins at, by any of its names; null for the guest's own root.</param>
    /// <param name="found">The file, or null where there is surely none.</param>
    /// <returns>False where only the archive can tell.</returns>
    /// <exception cref="InvalidDataException">The catalog is damaged.</exception>
    public bool TryFind(GuestPath path, string? volume, out VmaFoundFile? found)
    {
        found = null;
        RawName[] names = [.. path.Names];
        if (names.Length == 0 || Array.Exists(names, static n => n.Bytes.SequenceEqual(".."u8)) || Begin(path, volume) is not { Count: > 0 } starts)
        {
            return false;
        }

        string[] wanted = Array.ConvertAll(names, static n => n.ToPathComponent());
        bool isSure = true;
        foreach (Start start in starts)
        {
            isSure &= TryFollow(start, wanted, out VmaFoundFile? there);
            isSure &= found is null || there is null;
            found ??= there;
        }

        // What cannot be read may be what was looked for.
        return isSure && (found is not null || _file.Contents.Findings == 0);
    }

    private List<Start>? Begin(GuestPath path, string? volume)
    {
        CatalogContents contents = _file.Contents;
        if (volume is not null || path.Letter is not null)
        {
            CatalogVolume[] named = volume is null
                ? [.. contents.Volumes.Where(v => v.Letter == path.Letter)]
                : [.. contents.Volumes.Where(v => v.IsMeant([NamePattern.Exactly(volume)]))];
            return named.Length == 1 && IsSimple(named[0]) ? [new Start(named[0], [], [])] : null;
        }

        return contents.Systems.Count switch
        {
            0 when contents.Volumes.All(IsSimple) => [.. contents.Volumes.Select(static v => new Start(v, [], []))],
            1 when VolumeOf(contents.Systems[0].Root) is { } root => [new Start(root, NamesOf(contents.Systems[0].Root.FullName), contents.Systems[0].Mounts)],
            _ => null,
        };
    }

    // Of Btrfs, paths on a volume begin at the subvolume that is mounted unless another is named.
    private static bool IsSimple(CatalogVolume volume) => volume.FileSystem != "btrfs";

    private CatalogVolume? VolumeOf(CatalogPlace place) => _file.Contents.Volumes.FirstOrDefault(v => v.Id == place.Volume);

    private static string[] NamesOf(string path) => path.Split(['/'], StringSplitOptions.RemoveEmptyEntries);

    private bool TryFollow(Start start, string[] wanted, out VmaFoundFile? found)
    {
        found = null;
        CatalogVolume volume = start.Volume;
        List<string> way = [.. start.Root];
        int first = 0;
        for (int i = 1; i <= wanted.Length; i++)
        {
            KeyValuePair<string, CatalogPlace> mount = start.Mounts.FirstOrDefault(m => m.Key == "/" + string.Join("/", wanted.Take(i)));
            if (mount.Key is null && i < wanted.Length)
            {
                continue;
            }

            // Down to where another volume begins, or to the end.
            if (!TryDescend(volume, way, wanted.Skip(first).Take(i - first).ToArray(), out VmaFoundFile? reached))
            {
                return false;
            }

            if (reached is null)
            {
                return true;
            }

            if (mount.Key is null || !reached.IsDirectory)
            {
                // Whoever reads the archive says that the newest files may be missing.
                found = reached;
                return i == wanted.Length && reached.EntryType == FileEntryType.File && volume.StateText is null;
            }

            if (VolumeOf(mount.Value) is not { } mounted)
            {
                return false;
            }

            volume = mounted;
            way = [.. NamesOf(mount.Value.FullName)];
            first = i;
        }

        // It ends at a directory that another is mounted on.
        return false;
    }

    /// <summary>Goes down on one volume. What is reached is null where a name is not there.</summary>
    private bool TryDescend(CatalogVolume volume, List<string> way, string[] names, out VmaFoundFile? reached)
    {
        reached = null;
        VmaFileQuery query = new()
        {
            Names = way.Concat(names).Distinct().Select(NamePattern.Exactly).ToArray(),
            Volumes = [NamePattern.Exactly(volume.Id)],
        };
        Dictionary<string, List<VmaFoundFile>> byFolder = new(StringComparer.Ordinal);
        new CatalogSearch(query).Run(
            _file,
            _archivePath,
            null,
            entry =>
            {
                string folder = entry.FullName.Substring(0, entry.FullName.Length - entry.Name.Length);
                if (folder.Count(static c => c == '/') <= way.Count + names.Length)
                {
                    if (!byFolder.TryGetValue(folder, out List<VmaFoundFile>? there))
                    {
                        byFolder.Add(folder, there = []);
                    }

                    there.Add(entry);
                }
            },
            _cancellationToken);

        string at = "/";
        bool folds = volume.FoldsNames;
        string[] all = [.. way, .. names];
        for (int i = 0; i < all.Length; i++)
        {
            VmaFoundFile[] alike = byFolder.TryGetValue(at, out List<VmaFoundFile>? here) ? here.Where(f => NamePattern.AreAlike(f.Name, all[i])).ToArray() : [];
            reached = alike.FirstOrDefault(f => f.Name == all[i]) ?? (folds && alike.Length == 1 ? alike[0] : null);
            if (reached is null)
            {
                // Several names fold alike, or it is a short name, of which the catalog tells nothing.
                return !(folds && (alike.Length > 1 || all[i].Any(static c => c is '~' or >= (char)0x80)));
            }

            if (reached.EntryType == FileEntryType.SymbolicLink || (i < all.Length - 1 && !reached.IsDirectory))
            {
                return false;
            }

            at = reached.FullName + "/";
            folds = reached.FoldsNames;
        }

        return true;
    }

    /// <summary>Where a path begins.</summary>
    /// <param name="Volume">The volume.</param>
    /// <param name="Root">The names down to its directory there.</param>
    /// <param name="Mounts">What is mounted below.</param>
    private sealed record Start(CatalogVolume Volume, string[] Root, IReadOnlyList<KeyValuePair<string, CatalogPlace>> Mounts);
}
