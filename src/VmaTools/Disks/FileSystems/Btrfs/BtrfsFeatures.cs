using System;
using System.Collections.Generic;

namespace VmaTools.Disks.FileSystems.Btrfs;

/// <summary>The features that a superblock names.</summary>
internal static class BtrfsFeatures
{
    public const ulong BlockGroupTree = 1 << 3;
    public const ulong MetadataUuid = 1 << 10;
    public const ulong NoHoles = 1 << 9;

    private static readonly string?[] Incompatible =
    [
        "mixed_backref", "default_subvol", "mixed_groups", "compress_lzo", "compress_zstd", "big_metadata", "extended_iref", "raid56",
        "skinny_metadata", "no_holes", "metadata_uuid", "raid1c34", "zoned", "extent_tree_v2", "raid_stripe_tree", null,
        "simple_quota", "remap_tree",
    ];

    private static readonly string[] CompatibleForReading = ["free_space_tree", "free_space_tree_valid", "verity", "block_group_tree"];

    // Content or trees lie elsewhere with these.
    private static readonly string[] Refused = ["zoned", "extent_tree_v2", "raid_stripe_tree", "remap_tree"];

    /// <summary>Names of the features in use.</summary>
    public static IReadOnlyList<string> Names(ulong incompatible, ulong compatibleForReading)
    {
        List<string> names = [];
        for (int bit = 0; bit < 64; bit++)
        {
            if ((incompatible >> bit & 1) != 0)
            {
                names.Add(Name(bit));
            }
        }

        for (int bit = 0; bit < CompatibleForReading.Length; bit++)
        {
            if ((compatibleForReading >> bit & 1) != 0)
            {
                names.Add(CompatibleForReading[bit]);
            }
        }

        return names;
    }

    /// <summary>Refuses what is not understood, by name.</summary>
    public static void Check(ulong incompatible)
    {
        for (int bit = 0; bit < 64; bit++)
        {
            if ((incompatible >> bit & 1) == 0)
            {
                continue;
            }

            if (bit >= Incompatible.Length || Incompatible[bit] is null || Array.IndexOf(Refused, Incompatible[bit]) >= 0)
            {
                throw new VmaFileSystemException(
                    VmaCodes.FileSystemFeatureUnknown, $"The Btrfs feature {Name(bit)} is not supported.");
            }
        }
    }

    private static string Name(int bit) =>
        (bit < Incompatible.Length ? Incompatible[bit] : null) ?? FormattableString.Invariant($"incompat bit {bit}");
}
