using System;
using System.Collections.Generic;

namespace VmaTools.Disks.Volumes.Lvm;

/// <summary>A physical volume as the metadata of its group name it.</summary>
/// <param name="Name">Its name within the metadata, such as <c>pv0</c>.</param>
/// <param name="Uuid">Its UUID without hyphens.</param>
/// <param name="Device">Where it was when the metadata were written, or null.</param>
/// <param name="DataOffset">First byte of its extents.</param>
internal sealed record LvmPhysical(string Name, string Uuid, string? Device, long DataOffset);

/// <summary>A volume group: what its metadata say.</summary>
/// <remarks>
/// <code>
/// name { id seqno status extent_size (sectors)
///   physical_volumes { pv0 { id device pe_start (sectors) pe_count } … }
///   logical_volumes { root { id status segment_count
///     segment1 { start_extent extent_count type … } … } … } }
/// </code>
/// </remarks>
internal sealed class LvmGroup
{
    private const int SectorSize = 512;
    private const long MaxExtentSectors = 1L << 40;
    private const long MaxSectors = 1L << 53;

    private readonly Dictionary<string, LvmPhysical> _physical = new(StringComparer.Ordinal);
    private readonly HashSet<string> _merging = new(StringComparer.Ordinal);
    private readonly LvmSection? _logical;

    private LvmGroup(LvmSection section)
    {
        Name = section.Name;
        Uuid = section.Text("id");
        Sequence = section.Number("seqno", long.MaxValue);
        ExtentSize = section.Number("extent_size", MaxExtentSectors) * SectorSize;
        if (ExtentSize == 0)
        {
            throw section.Broken("has extents of size 0");
        }

        foreach (LvmSection physical in section.FindSection("physical_volumes")?.Sections ?? [])
        {
            _physical[physical.Name] = new LvmPhysical(
                physical.Name,
                Plain(physical.Text("id")),
                physical.FindText("device"),
                physical.Number("pe_start", MaxSectors) * SectorSize);
        }

        _logical = section.FindSection("logical_volumes");
        foreach (LvmSection logical in Logical)
        {
            if (logical.FindSection("segment1") is LvmSection segment && segment.Has("merging_store") && segment.FindText("origin") is string origin)
            {
                _merging.Add(origin);
            }
        }
    }

    public string Name { get; }

    public string Uuid { get; }

    /// <summary>Counts the changes of the metadata.</summary>
    public long Sequence { get; }

    /// <summary>Bytes.</summary>
    public long ExtentSize { get; }

    public IReadOnlyCollection<LvmPhysical> Physical => _physical.Values;

    /// <summary>The logical volumes, hidden ones too.</summary>
    public IReadOnlyList<LvmSection> Logical => _logical?.Sections ?? [];

    /// <exception cref="VmaFileSystemException">The text is none of a volume group.</exception>
    public static LvmGroup Parse(byte[] text)
    {
        LvmSection root = LvmText.Parse(text);
        return root.Sections.Count > 0 ? new LvmGroup(root.Sections[0]) : throw root.Broken("has no volume group");
    }

    /// <summary>An identifier without its hyphens, as labels have it.</summary>
    public static string Plain(string uuid) => uuid.Replace("-", string.Empty);

    public LvmPhysical? FindPhysical(string name) => _physical.TryGetValue(name, out LvmPhysical? physical) ? physical : null;

    public LvmSection? FindLogical(string name) => _logical?.FindSection(name);

    /// <summary>True for a logical volume that is meant to be used: neither a part of another one, nor what others take their room from.</summary>
    public static bool IsVisible(LvmSection logical) =>
        logical.ListHas("status", "VISIBLE") && logical.FindSection("segment1")?.FindText("type") is not ("thin-pool" or "cache-pool" or "vdo-pool");

    /// <summary>The name that people know it by: a snapshot of the old style is called as the volume that it stores its chunks in.</summary>
    public static string NameOf(LvmSection logical) => logical.FindSection("segment1") is LvmSection segment && segment.FindText("type") == "snapshot"
        ? segment.FindText("cow_store") ?? segment.FindText("merging_store") ?? logical.Name
        : logical.Name;

    /// <summary>True for a volume whose content is being replaced by that of a snapshot.</summary>
    public bool MergesInto(string logical) => _merging.Contains(logical);

    /// <summary>Bytes of a logical volume: the extents of its segments.</summary>
    public long SizeOf(LvmSection logical)
    {
        long extents = 0;
        foreach (LvmSection segment in Segments(logical))
        {
            extents += CountOf(segment);
        }

        return extents > long.MaxValue / ExtentSize ? throw logical.Broken("is larger than any disk") : extents * ExtentSize;
    }

    /// <summary>Extents of a segment.</summary>
    public static long CountOf(LvmSection segment) => segment.Number("extent_count", uint.MaxValue);

    /// <summary>The segments in order, each beginning where the one before it ends.</summary>
    public static IEnumerable<LvmSection> Segments(LvmSection logical)
    {
        long count = logical.Number("segment_count", int.MaxValue);
        long next = 0;
        for (long i = 1; i <= count; i++)
        {
            LvmSection segment = logical.Section($"segment{i}");
            if (segment.Number("start_extent", long.MaxValue) != next)
            {
                throw logical.Broken("has segments that do not follow each other");
            }

            next += CountOf(segment);
            yield return segment;
        }
    }
}
