using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace VmaTools.GuestFiles.Catalogs;

/// <summary>Goes through the volumes of a guest for its catalog.</summary>
internal static class CatalogBuilder
{
    public static void Fill(CatalogWriter writer, VmaGuest guest, Action<string, FileSystemFinding>? onFinding, CancellationToken cancellationToken)
    {
        List<CatalogVolume> volumes = [];
        List<string> unread = [];
        long findings = 0;
        foreach (VmaVolume volume in guest.GetVolumes().Where(static v => v.Subvolume is null))
        {
            if (!volume.CanRead)
            {
                unread.AddRange(volume.Refusal is null ? [] : [$"{volume.Id}: {volume.Refusal}"]);
                continue;
            }

            FileSystem files = guest.OpenFileSystem(volume.Id);
            FileWalk walk = new(
                files,
                finding =>
                {
                    findings++;
                    onFinding?.Invoke(volume.Id, finding);
                },
                cancellationToken);
            try
            {
                (long entries, long start, long end) = writer.Write(walk.Below(files.Root, int.MaxValue, withSystem: false), files.FoldsNames);
                volumes.Add(new CatalogVolume(
                    volume.Id, files.Kind, NamesOf(volume), files.FoldsNames(files.Root), volume.GuestDriveLetter?[0], StateOf(files), entries, start, end));
            }
            catch (VmaFileSystemException exception)
            {
                // Its top cannot be read; the others may be.
                unread.Add($"{volume.Id}: {exception.Sentence}");
            }
        }

        writer.Finish(new CatalogContents(volumes, guest.GuestSystems.Select(SystemOf).ToArray(), unread, findings));
    }

    private static string[] NamesOf(VmaVolume volume) => new[]
        {
            volume.Id.Substring(volume.Id.LastIndexOf('/') + 1), volume.MountPoint, volume.Label, volume.Uuid,
        }
        .OfType<string>().Distinct().ToArray();

    private static string? StateOf(FileSystem files) => files.State is FileSystemState.Dirty or FileSystemState.Unknown
        ? files.StateText ?? "The log of the file system is not empty: the newest files may be missing."
        : null;

    private static CatalogSystem SystemOf(GuestSystem system) => new(
        PlaceOf(system.Root), system.Mounts.Select(static m => new KeyValuePair<string, CatalogPlace>(m.Key, PlaceOf(m.Value))).ToArray());

    private static CatalogPlace PlaceOf(GuestPlace place) => new(place.Volume.Id, place.Entry.FullName);
}
