using System;
using System.Collections.Generic;
using System.Linq;

namespace VmaTools.Disks.Volumes;

/// <summary>Which volumes a name fits.</summary>
internal static class VolumeLookup
{
    private static readonly (string Prefix, Func<DiskVolume, string, bool> Fits)[] Prefixes =
    [
        ("UUID=", HasUuid),
        ("LABEL=", HasLabel),
        ("PARTUUID=", HasPartitionUuid),
        ("PARTLABEL=", HasPartitionLabel),
        ("/dev/disk/by-uuid/", HasUuid),
        ("/dev/disk/by-label/", HasLabel),
        ("/dev/disk/by-partuuid/", HasPartitionUuid),
        ("/dev/disk/by-partlabel/", HasPartitionLabel),

        // FreeBSD's.
        ("/dev/ufs/", static (v, name) => v.FileSystemKind == "ufs" && HasLabel(v, name)),
        ("/dev/ufsid/", static (v, name) => v.FileSystemKind == "ufs" && HasUuid(v, name)),
        ("/dev/msdosfs/", static (v, name) => v.FileSystemKind == "vfat" && HasLabel(v, name)),
        ("/dev/gpt/", HasPartitionLabel),
        ("/dev/gptid/", HasPartitionUuid),
    ];

    // The first that fits anything counts.
    private static readonly Func<DiskVolume, string, bool>[] Ranks =
    [
        static (v, name) => v.Id == name,
        HasName,
        static (v, name) => HasUuid(v, name) || HasPartitionUuid(v, name) || SameUuid(v.VolumeUuid, name),
        static (v, name) => HasLabel(v, name) || HasPartitionLabel(v, name),
    ];

    /// <summary>What fits best; a part of something else only where nothing else does.</summary>
    public static IReadOnlyList<DiskVolume> Find(IReadOnlyList<DiskVolume> volumes, string name)
    {
        foreach ((string prefix, Func<DiskVolume, string, bool> fits) in Prefixes)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                string value = name.Substring(prefix.Length);
                return Best(volumes, v => fits(v, value.Trim('"')));
            }
        }

        foreach (Func<DiskVolume, string, bool> rank in Ranks)
        {
            DiskVolume[] found = Best(volumes, v => rank(v, name));
            if (found.Length > 0)
            {
                return found;
            }
        }

        return [];
    }

    /// <summary>What has a short form; a part of something else only where nothing else does.</summary>
    public static IReadOnlyList<DiskVolume> FindNamed(IReadOnlyList<DiskVolume> volumes, string name) => Best(volumes, v => HasName(v, name));

    private static DiskVolume[] Best(IReadOnlyList<DiskVolume> volumes, Func<DiskVolume, bool> fits)
    {
        DiskVolume[] found = volumes.Where(fits).ToArray();
        DiskVolume[] whole = found.Where(static v => v.MemberOf is null).ToArray();
        return whole.Length > 0 ? whole : found;
    }

    private static bool HasName(DiskVolume volume, string name) =>
        LastPart(volume.Id) == name || volume.DevicePath == name || volume.OtherNames.Contains(name);

    private static bool HasUuid(DiskVolume volume, string uuid) => SameUuid(volume.Uuid, uuid);

    private static bool HasLabel(DiskVolume volume, string label) => volume.Label == label;

    private static bool HasPartitionUuid(DiskVolume volume, string uuid) => SameUuid(volume.Partition?.PartitionUuid, uuid);

    private static bool HasPartitionLabel(DiskVolume volume, string label) => label.Length > 0 && volume.Partition?.Name == label;

    private static bool SameUuid(string? own, string asked) => own is not null && string.Equals(own, asked, StringComparison.OrdinalIgnoreCase);

    /// <summary>The part of an id behind its last slash.</summary>
    public static string LastPart(string id) => id.Substring(id.LastIndexOf('/') + 1);
}
