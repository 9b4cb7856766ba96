using System;
using System.Collections.Generic;
using System.Globalization;

namespace VmaTools.Disks.FileSystems.Ext;

/// <summary>Features that a reader must know or refuse.</summary>
[Flags]
internal enum ExtIncompatible : uint
{
    Compression = 0x1,
    FileType = 0x2,
    Recover = 0x4,
    JournalDevice = 0x8,
    MetaBlockGroups = 0x10,
    Extents = 0x40,
    Bit64 = 0x80,
    MultipleMountProtection = 0x100,
    FlexibleGroups = 0x200,
    ExtendedAttributeInodes = 0x400,
    DirectoryData = 0x1000,
    ChecksumSeed = 0x2000,
    LargeDirectory = 0x4000,
    InlineData = 0x8000,
    Encrypt = 0x10000,
    CaseFold = 0x20000,
}

/// <summary>Features that a reader may pass over.</summary>
[Flags]
internal enum ExtReadOnlyCompatible : uint
{
    SparseSuper = 0x1,
    LargeFile = 0x2,
    BTreeDirectory = 0x4,
    HugeFile = 0x8,
    GroupChecksums = 0x10,
    BigAllocation = 0x200,
    MetadataChecksums = 0x400,
    OrphanPresent = 0x10000,
}

/// <summary>The names of features, as the format's own tools print them.</summary>
internal static class ExtFeatures
{
    public const uint HasJournal = 0x4;
    public const uint DirectoryIndex = 0x20;
    public const uint SparseSuper2 = 0x200;

    public const ExtIncompatible Understood = ExtIncompatible.FileType
        | ExtIncompatible.Recover
        | ExtIncompatible.MetaBlockGroups
        | ExtIncompatible.Extents
        | ExtIncompatible.Bit64
        | ExtIncompatible.MultipleMountProtection
        | ExtIncompatible.FlexibleGroups
        | ExtIncompatible.ExtendedAttributeInodes
        | ExtIncompatible.ChecksumSeed
        | ExtIncompatible.LargeDirectory
        | ExtIncompatible.InlineData
        | ExtIncompatible.Encrypt
        | ExtIncompatible.CaseFold;

    private static readonly string[] Compatible =
    [
        "dir_prealloc", "imagic_inodes", "has_journal", "ext_attr", "resize_inode", "dir_index", "lazy_bg", "", "exclude_bitmap", "sparse_super2",
        "fast_commit", "stable_inodes", "orphan_file",
    ];

    private static readonly string[] Incompatible =
    [
        "compression", "filetype", "needs_recovery", "journal_dev", "meta_bg", "", "extent", "64bit", "mmp", "flex_bg", "ea_inode", "", "dirdata",
        "metadata_csum_seed", "large_dir", "inline_data", "encrypt", "casefold",
    ];

    private static readonly string[] ReadOnlyCompatible =
    [
        "sparse_super", "large_file", "", "huge_file", "uninit_bg", "dir_nlink", "extra_isize", "", "quota", "bigalloc", "metadata_csum", "replica",
        "read-only", "project", "shared_blocks", "verity", "orphan_present",
    ];

    /// <summary>The names of all features in use.</summary>
    public static IReadOnlyList<string> Names(uint compatible, uint incompatible, uint readOnlyCompatible)
    {
        List<string> names = [];
        Add(names, compatible, Compatible, 'C');
        Add(names, incompatible, Incompatible, 'I');
        Add(names, readOnlyCompatible, ReadOnlyCompatible, 'R');
        return names;
    }

    /// <summary>The names of incompatible features.</summary>
    public static string IncompatibleNames(uint features)
    {
        List<string> names = [];
        Add(names, features, Incompatible, 'I');
        return string.Join(", ", names);
    }

    private static void Add(List<string> names, uint features, string[] known, char kind)
    {
        for (int i = 0; i < 32; i++)
        {
            if ((features >> i & 1) != 0)
            {
                bool isKnown = i < known.Length && known[i].Length > 0;
                names.Add(isKnown ? known[i] : "FEATURE_" + kind + i.ToString(CultureInfo.InvariantCulture));
            }
        }
    }
}
