using System;
using System.Collections.Generic;
using System.Linq;
using VmaTools.Archives;
using VmaTools.Files;

namespace VmaTools.Exports;

/// <summary>One file that is to be written.</summary>
/// <param name="Device">What goes into it.</param>
/// <param name="Path">Where it will be.</param>
/// <param name="TakesNominalSize">Whether zeros take room: always, never, or (null) where the file system has no holes.</param>
internal sealed record RoomNeed(VmaDevice Device, string Path, bool? TakesNominalSize)
{
    /// <summary>Bytes of the device that the file is to hold.</summary>
    public long Size { get; init; } = Device.Size;

    /// <summary>True where that is not the whole device, so that how much of it is stored is not known.</summary>
    public bool IsRange { get; init; }
}


/// <summary>Compares what an export needs with what the volumes have.</summary>
internal static class RoomCheck
{
    /// <summary>Refuses what surely does not fit.</summary>
    /// <returns>Sentences about what may not fit.</returns>
    public static IReadOnlyList<string> Run(VmaArchive archive, IReadOnlyList<RoomNeed> needs, Func<string, TargetVolume>? volumeOf = null)
    {
        List<string> warnings = [];
        volumeOf ??= TargetVolume.Of;
        foreach (IGrouping<string, (RoomNeed Need, TargetVolume Volume)> group in needs
            .Select(n => (Need: n, Volume: volumeOf(n.Path)))
            .GroupBy(static n => n.Volume.Root))
        {
            TargetVolume volume = group.First().Volume;
            foreach ((RoomNeed need, _) in group)
            {
                if (TakesNominalSize(need, volume) && need.Size > volume.MaxFileSize)
                {
                    throw new VmaException(
                        VmaCodes.TargetFileTooLarge,
                        $"The file system of {volume.Root} holds no file larger than {volume.MaxFileSize} bytes; the device has {need.Size}.",
                        need.Path,
                        null,
                        need.Device.Name);
                }
            }

            long nominal = group.Sum(static n => n.Need.Size);
            if (volume.FreeBytes is not long free || nominal <= free)
            {
                continue;
            }

            long? needed = Needed(archive, [.. group.Select(static n => n.Need)], volume);
            if (needed > free)
            {
                throw new VmaException(
                    VmaCodes.TargetNoSpace,
                    $"The export needs {needed} bytes; {volume.Root} has {free} free.",
                    group.First().Need.Path);
            }

            string stored = needed is long bytes ? $"{bytes} bytes are stored" : "how much is stored is unknown";
            warnings.Add($"The devices have {nominal} bytes together, more than the {free} that are free on {volume.Root}; {stored}.");
        }

        return warnings;
    }

    /// <summary>The bytes that are surely needed; null where only decompressing would tell.</summary>
    private static long? Needed(VmaArchive archive, IReadOnlyList<RoomNeed> needs, TargetVolume volume)
    {
        long needed = needs.Where(n => TakesNominalSize(n, volume)).Sum(static n => n.Size);
        List<RoomNeed> sparse = [.. needs.Where(n => !TakesNominalSize(n, volume) && !n.IsRange)];
        if (sparse.Count == 0)
        {
            return needed;
        }

        if (!archive.Source.CanReadAnywhere)
        {
            return needed == 0 ? null : needed;
        }

        ClusterMap map = archive.GetMap();
        return needed + sparse.Sum(n => map[n.Device.DeviceId].StoredBytes);
    }

    private static bool TakesNominalSize(RoomNeed need, TargetVolume volume) => need.TakesNominalSize ?? !volume.HasHoles;
}
