using System.Collections.Generic;
using System.Globalization;

namespace VmaTools.Disks.FileSystems.Ufs;

/// <summary>The flags of a file system, and the kinds of structures that have check hashes.</summary>
internal static class UfsFeatures
{
    public const uint Unclean = 1;
    public const uint NeedsCheck = 4;
    public const uint SoftUpdatesJournal = 8;
    public const uint GeomJournal = 0x40;
    public const uint CheckHashes = 0x200;

    public const uint SuperblockHash = 1;
    public const uint GroupHash = 2;
    public const uint InodeHash = 4;

    // What is kept for other ways to lay out directories and blocks, which no system has written yet.
    private const uint Reserved = 0xFF000000;

    private static readonly string[] Flags =
    [
        "unclean", "soft-updates", "needs-fsck-run", "journal", "acls", "multilabel", "gjournal", "", "nfsv4acls", "check-hash", "trim",
    ];

    private static readonly string[] ReservedFlags =
        ["indexed-directories", "variable-block-size", "coolopt1", "coolopt2", "coolopt3", "coolopt4", "coolopt5", "coolopt6"];

    private static readonly string[] Hashes = ["superblock", "cylinder-groups", "inodes", "indirect-blocks", "directories"];

    /// <summary>The names of all that is in use.</summary>
    public static IReadOnlyList<string> Names(UfsSuperblock superblock)
    {
        List<string> names = [superblock.IsVersion2 ? "ufs2" : "ufs1"];
        if (!superblock.IsLittleEndian)
        {
            names.Add("big-endian");
        }

        // That flags stand where they do is no feature.
        Add(names, superblock.Flags & ~Reserved & ~0x80u, Flags, string.Empty);
        Add(names, superblock.Hashes, Hashes, "check-hash-");
        return names;
    }

    /// <summary>The names of flags that may mean another layout; null for none.</summary>
    public static string? NotUnderstood(UfsSuperblock superblock)
    {
        List<string> names = [];
        Add(names, (superblock.Flags & Reserved) >> 24, ReservedFlags, string.Empty);
        return names.Count == 0 ? null : string.Join(", ", names);
    }

    private static void Add(List<string> names, uint bits, string[] known, string prefix)
    {
        for (int i = 0; i < 32; i++)
        {
            if ((bits >> i & 1) != 0)
            {
                names.Add(prefix + (i < known.Length ? known[i] : "flag-" + i.ToString(CultureInfo.InvariantCulture)));
            }
        }
    }
}
