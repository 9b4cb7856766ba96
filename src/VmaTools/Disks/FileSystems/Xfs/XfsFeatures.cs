using System;
using System.Collections.Generic;
using VmaTools.Bytes;

namespace VmaTools.Disks.FileSystems.Xfs;

/// <summary>The features that a superblock names, and which of them are understood.</summary>
internal sealed class XfsFeatures
{
    /// <summary>Where a superblock of version 5 has its checksum.</summary>
    public const int ChecksumOffset = 224;

    private const int AttributesBit = 0x0010;
    private const int Version4Known = 0xfdff;
    private const int QuotaBit = 0x0040;
    private const int ExtentFlagBit = 0x1000;
    private const int DirectoryV2Bit = 0x2000;
    private const int FoldBit = 0x4000;
    private const int MoreBit = 0x8000;
    private const uint LazyCountBit = 0x002;
    private const uint Attributes2Bit = 0x008;
    private const uint ProjectBit = 0x080;
    private const uint FileTypeBit = 0x200;
    private const uint MoreKnown = LazyCountBit | Attributes2Bit | ProjectBit | FileTypeBit;
    private const uint LogKnown = 1;

    private const uint NeedsRepairBit = 1 << 4;

    /// <summary>What a reader must understand, by bit.</summary>
    private static readonly string[] Incompatible =
        ["ftype", "sparse", "metauuid", "bigtime", "needsrepair", "nrext64", "exchange", "parent", "metadir", "zoned", "zone-gaps"];

    /// <summary>What only a writer must understand, by bit.</summary>
    private static readonly string[] ReadOnlyCompatible = ["finobt", "rmapbt", "reflink", "inobtcount"];

    private readonly int _version;
    private readonly uint _more;
    private readonly uint _unknownMore;
    private readonly uint _incompatible;
    private readonly uint _readOnlyCompatible;

    public XfsFeatures(ReadOnlySpan<byte> superblock)
    {
        _version = BigEndian.U16(superblock, 100);
        if ((_version & MoreBit) != 0 || Version == 5)
        {
            // Some kernels wrote the word one place too far.
            _more = BigEndian.U32(superblock, 200) | BigEndian.U32(superblock, 204);
            _unknownMore = BigEndian.U32(superblock, 200) & ~MoreKnown;
        }

        if (Version == 5)
        {
            _readOnlyCompatible = BigEndian.U32(superblock, 212);
            _incompatible = BigEndian.U32(superblock, 216);
            UnknownLogFeatures = BigEndian.U32(superblock, 220) & ~LogKnown;
        }
    }

    /// <summary>The version of the format.</summary>
    public int Version => _version & 0xf;

    /// <summary>True for version 5: each structure has a checksum and says what and where it is.</summary>
    public bool HasChecksums => Version == 5;

    /// <summary>True where directory entries say what they lead to.</summary>
    public bool HasFileTypes => Version == 5 ? Has(0) : (_more & FileTypeBit) != 0;

    public bool HasMetaUuid => Has(2);

    /// <summary>True where names that differ only in the case of Latin letters are the same.</summary>
    public bool FoldsNames => (_version & FoldBit) != 0;

    /// <summary>True where extents can be marked as never written.</summary>
    public bool HasUnwrittenExtents => Version == 5 || (_version & ExtentFlagBit) != 0;

    /// <summary>True where the counts in the superblock are brought up to date at unmounting only.</summary>
    public bool HasLazyCounts => Version == 5 || (_more & LazyCountBit) != 0;

    /// <summary>What replaying the log needs and is not understood, by bits.</summary>
    public uint UnknownLogFeatures { get; }

    public bool NeedsRepair => (_incompatible & NeedsRepairBit) != 0;

    /// <summary>The features in use, as <c>xfs_info</c> names them.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            List<string> names = [];
            Add(names, HasChecksums, "crc");
            Add(names, (_version & AttributesBit) != 0, Version == 5 || (_more & Attributes2Bit) != 0 ? "attr2" : "attr");
            Add(names, (_version & QuotaBit) != 0, "quota");
            Add(names, HasLazyCounts, "lazy-count");
            Add(names, Version == 5 || (_more & ProjectBit) != 0, "projid32bit");
            Add(names, FoldsNames, "ascii-ci");
            Add(names, Version != 5 && HasFileTypes, "ftype");
            AddBits(names, _incompatible, Incompatible, "incompat");
            AddBits(names, _readOnlyCompatible, ReadOnlyCompatible, "ro-compat");
            return names;
        }
    }

    /// <summary>What is in use and not understood, or null.</summary>
    public string? NotUnderstood()
    {
        if (Version is not (4 or 5))
        {
            return $"version {Version}";
        }

        if ((_version & DirectoryV2Bit) == 0)
        {
            return "directories of version 1";
        }

        List<string> unknown = [];
        if (Version == 5)
        {
            AddBits(unknown, _incompatible & ~((1u << Incompatible.Length) - 1), [], "incompat");
        }
        else
        {
            AddBits(unknown, (uint)_version & ~(uint)Version4Known, [], "versionnum");
            AddBits(unknown, _unknownMore, [], "features2");
        }

        return unknown.Count == 0 ? null : string.Join(", ", unknown);
    }

    private static void Add(List<string> names, bool isThere, string name)
    {
        if (isThere)
        {
            names.Add(name);
        }
    }

    private static void AddBits(List<string> names, uint bits, string[] known, string kind)
    {
        for (int bit = 0; bit < 32; bit++)
        {
            if ((bits >> bit & 1) != 0)
            {
                names.Add(bit < known.Length ? known[bit] : $"{kind} 0x{1u << bit:x}");
            }
        }
    }

    private bool Has(int bit) => (_incompatible >> bit & 1) != 0;
}
