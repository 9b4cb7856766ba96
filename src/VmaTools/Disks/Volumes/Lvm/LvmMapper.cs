using System;
using System.Collections.Generic;
using System.Linq;
using VmaTools.Disks.Volumes.Lvm.Thin;

namespace VmaTools.Disks.Volumes.Lvm;

/// <summary>Puts the bytes of logical volumes together from the physical volumes of their group, and from each other.</summary>
internal sealed class LvmMapper
{
    // Volumes are made of volumes a few deep: a snapshot of a thin volume in a pool over a mirror.
    private const int MaxDepth = 16;
    // Each may be made of many of the others: a text of few KiB could ask for more than any memory has.
    private const int MaxMapped = 10_000;

    private const int SectorSize = 512;

    private readonly LvmGroup _group;
    private readonly Func<LvmPhysical, DiskBytes?> _find;
    private readonly int _sectorSize;
    private int _mapped;

    /// <param name="group">The volume group.</param>
    /// <param name="find">Finds the bytes of a physical volume; null where it is not there.</param>
    /// <param name="sectorSize">Bytes in a logical sector.</param>
    public LvmMapper(LvmGroup group, Func<LvmPhysical, DiskBytes?> find, int sectorSize)
    {
        _group = group;
        _find = find;
        _sectorSize = sectorSize;
    }

    /// <summary>The physical volumes that were asked for and are not there.</summary>
    public HashSet<LvmPhysical> Missing { get; } = [];

    /// <summary>What else is odd about what was mapped: codes and sentences.</summary>
    public List<(string Code, string Message)> Warnings { get; } = [];

    /// <summary>The physical volumes that were asked for.</summary>
    public HashSet<LvmPhysical> Used { get; } = [];

    /// <exception cref="VmaFileSystemException">A segment is of a type that is not read here, or breaks the rules.</exception>
    public DiskBytes Map(LvmSection logical) => Map(logical, 0);

    private DiskBytes Map(LvmSection logical, int depth)
    {
        if (depth > MaxDepth)
        {
            throw logical.Broken("is made of itself");
        }

        if (++_mapped > MaxMapped)
        {
            throw logical.Broken("is made of more volumes than any is");
        }

        if (_group.MergesInto(logical.Name))
        {
            throw new VmaFileSystemException(
                VmaCodes.VolumeNotSupported, $"A snapshot is being merged into the logical volume {Printable.Short(logical.Name)}, which is not read here.");
        }

        List<DiskBytes> parts = [];
        foreach (LvmSection segment in LvmGroup.Segments(logical))
        {
            parts.Add(MapSegment(logical, segment, LvmGroup.CountOf(segment) * _group.ExtentSize, depth));
        }

        return parts.Count == 1 ? parts[0] : new JoinedDiskBytes(parts, _sectorSize);
    }

    private DiskBytes MapSegment(LvmSection logical, LvmSection segment, long length, int depth)
    {
        string type = segment.Text("type");
        switch (type)
        {
            case "striped" or "linear":
                return MapStripes(segment, length, depth);
            case "zero":
                return new ZeroDiskBytes(length);
            case "error":
                return new LostDiskBytes(length, VmaCodes.VolumeMemberMissing, $"A segment of the logical volume {Printable.Short(logical.Name)} is an error on purpose.");
            case "mirror":
                return MapMirror(logical, segment, length, depth);
            case "thin":
                return MapThin(segment, length, depth);
            case "snapshot" when segment.Has("merging_store"):
                throw new VmaFileSystemException(
                    VmaCodes.VolumeNotSupported, "The snapshot is being merged into the volume that it was taken of, which is not read here.");
            case "snapshot":
                return SnapshotDiskBytes.Open(
                    MapOther(segment, segment.Text("origin"), depth), MapOther(segment, segment.Text("cow_store"), depth), length);
            case var raid when LvmRaid.Reads(raid):
                return LvmRaid.Map(segment, raid, length, name => MapOther(segment, name, depth), (code, message) => Warnings.Add((code, message)));
            default:
                throw new VmaFileSystemException(
                    VmaCodes.VolumeNotSupported,
                    $"The logical volume {Printable.Short(logical.Name)} has a segment of type \"{Printable.Short(type)}\", which is not read here.");
        }
    }

    /// <summary>A mirror of the old kind: whatever it says of being in sync, its first leg is.</summary>
    private DiskBytes MapMirror(LvmSection logical, LvmSection segment, long length, int depth)
    {
        IReadOnlyList<object> list = segment.List("mirrors");
        if (list.Count is 0 or > ushort.MaxValue || list.Count % 2 != 0)
        {
            throw segment.Broken("has legs that do not add up");
        }

        bool isInSync = !logical.ListHas("status", "PVMOVE") && !logical.ListHas("status", "NOTSYNCED");
        List<DiskBytes> legs = [];
        for (int i = 0; i < list.Count && (i == 0 || isInSync); i += 2)
        {
            legs.Add(MapArea(segment, list[i], list[i + 1], length, depth));
        }

        return legs.Count == 1 ? legs[0] : new MirroredDiskBytes(legs);
    }

    private ThinDiskBytes MapThin(LvmSection segment, long length, int depth)
    {
        LvmSection pool = _group.FindLogical(segment.Text("thin_pool")) ?? throw segment.Broken("needs a pool that the metadata do not have");
        LvmSection places = pool.Section("segment1");
        ThinMetadata metadata = ThinMetadata.Open(MapOther(places, places.Text("metadata"), depth));
        DiskBytes data = MapOther(places, places.Text("pool"), depth);
        DiskBytes? origin = segment.FindText("external_origin") is string name ? MapOther(segment, name, depth) : null;
        return new ThinDiskBytes(metadata, (ulong)segment.Number("device_id", uint.MaxValue), data, origin, length);
    }

    private DiskBytes MapOther(LvmSection segment, string name, int depth) => _group.FindLogical(name) is LvmSection other
        ? Map(other, depth + 1)
        : throw segment.Broken($"needs \"{Printable.Short(name)}\", which the metadata do not have");

    private DiskBytes MapStripes(LvmSection segment, long length, int depth)
    {
        long count = segment.Number("stripe_count", ushort.MaxValue);
        IReadOnlyList<object> list = segment.List("stripes");
        if (count == 0 || list.Count != count * 2 || length % count != 0)
        {
            throw segment.Broken("has stripes that do not add up");
        }

        DiskBytes[] areas = new DiskBytes[count];
        for (int i = 0; i < areas.Length; i++)
        {
            areas[i] = MapArea(segment, list[2 * i], list[(2 * i) + 1], length / count, depth);
        }

        if (areas.Length == 1)
        {
            return areas[0];
        }

        long chunk = segment.Number("stripe_size", uint.MaxValue) * SectorSize;
        return chunk > 0 && length / count % chunk == 0
            ? new StripedDiskBytes(areas, chunk)
            : throw segment.Broken("has stripes that do not fill whole extents");
    }

    /// <summary>A range of a physical volume, or of another logical volume, that begins with an extent.</summary>
    private DiskBytes MapArea(LvmSection segment, object name, object extent, long length, int depth)
    {
        if (name is not string source || extent is not long first || first < 0 || first > (long.MaxValue / 2 / _group.ExtentSize))
        {
            throw segment.Broken("names no proper place");
        }

        long offset = first * _group.ExtentSize;
        if (_group.FindPhysical(source) is LvmPhysical physical)
        {
            Used.Add(physical);
            if (_find(physical) is DiskBytes bytes)
            {
                string beyond = $"The physical volume {Describe(physical)} is shorter than its volume group says.";
                return JoinedDiskBytes.Part(bytes, physical.DataOffset + offset, length, beyond);
            }

            Missing.Add(physical);
            return new LostDiskBytes(length, VmaCodes.VolumeMemberMissing, $"The physical volume {Describe(physical)} is on none of the disks.");
        }

        return JoinedDiskBytes.Part(
            MapOther(segment, source, depth), offset, length, $"The logical volume {Printable.Short(source)} is shorter than another one needs.");
    }

    /// <summary>What is known of a physical volume, for people.</summary>
    public static string Describe(LvmPhysical physical) =>
        Printable.Short(physical.Name) + " (" + Printable.Short(string.Join(", ", new[] { physical.Device, physical.Uuid }.Where(static t => t is not null))) + ")";
}
