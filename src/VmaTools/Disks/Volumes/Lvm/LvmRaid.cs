using System;
using System.Collections.Generic;
using System.Linq;
using VmaTools.Disks.Volumes.Raid;

namespace VmaTools.Disks.Volumes.Lvm;

/// <summary>A segment that is a RAID: its legs are logical volumes, each with another one for metadata.</summary>
internal static class LvmRaid
{
    private const int SectorSize = 512;
    private const int MaxLegs = 255;

    // LVM's names for Linux' levels and layouts.
    private static readonly Dictionary<string, (int Level, int Layout)> Parities = new()
    {
        ["raid4"] = (5, 4),
        ["raid5"] = (5, 2),
        ["raid5_la"] = (5, 0),
        ["raid5_ra"] = (5, 1),
        ["raid5_ls"] = (5, 2),
        ["raid5_rs"] = (5, 3),
        ["raid5_n"] = (5, 5),
        ["raid6"] = (6, 8),
        ["raid6_zr"] = (6, 8),
        ["raid6_nr"] = (6, 9),
        ["raid6_nc"] = (6, 10),
        ["raid6_n_6"] = (6, 5),
        ["raid6_la_6"] = (6, 16),
        ["raid6_ra_6"] = (6, 17),
        ["raid6_ls_6"] = (6, 18),
        ["raid6_rs_6"] = (6, 19),
    };

    /// <summary>True for a type of segment that is read here.</summary>
    public static bool Reads(string type) => Parities.ContainsKey(type) || type is "raid0" or "raid0_meta" or "raid1" or "raid10";

    /// <summary>The bytes of the segment.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="type">Its type.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="map">The bytes of a logical volume by its name.</param>
    /// <param name="warn">Hears of what is odd: a code and a sentence.</param>
    /// <exception cref="VmaException">It breaks the rules, lacks too many legs, or was changed in its shape.</exception>
    public static DiskBytes Map(LvmSection segment, string type, long length, Func<string, DiskBytes> map, Action<string, string> warn)
    {
        if (segment.Has("data_offset") || segment.Has("reshape_count"))
        {
            throw new VmaFileSystemException(VmaCodes.VolumeNotSupported, $"The {type} was changed in its shape, which is not read here.");
        }

        if (type is "raid0" or "raid0_meta")
        {
            IReadOnlyList<object> names = type == "raid0" ? segment.List("raid0_lvs") : [.. segment.List("raids").Where(static (_, i) => i % 2 == 1)];
            DiskBytes[] parts = [.. Names(segment, names).Select(map)];
            return new RangeDiskBytes(new StripedDiskBytes(Cut(segment, parts, length), ChunkSize(segment)), 0, length);
        }

        IReadOnlyList<object> list = segment.List("raids");
        string[] both = Names(segment, list);
        if (both.Length % 2 != 0)
        {
            throw segment.Broken("has legs that do not add up");
        }

        DiskBytes[] legs = [.. both.Where(static (_, i) => i % 2 == 1).Select(map)];
        DiskBytes?[] usable = Usable(legs, [.. both.Where(static (_, i) => i % 2 == 0).Select(n => LvmRaidLeg.Read(map(n)))], type, warn);
        if (type == "raid1")
        {
            DiskBytes[] mirrors = [.. usable.Where(static l => l is not null).Select(l => new RangeDiskBytes(l!, 0, length))];
            return mirrors.Length > 0 ? new MirroredDiskBytes(mirrors) : throw Missing(type);
        }

        if (type == "raid10")
        {
            int copies = (int)segment.Number("data_copies", legs.Length, 2);
            CopiesLayout layout = CopiesLayout.Create(0x100 | copies, legs.Length) ?? throw segment.Broken("has more copies than legs");
            long size = length / legs.Length * copies;
            return new RangeDiskBytes(new CopiedDiskBytes(Enough(usable, legs.Length - 1, type), layout, ChunkSize(segment), size), 0, length);
        }

        (int level, int number) = Parities[type];
        ParityLayout parity = ParityLayout.Create(level, number, legs.Length) ?? throw segment.Broken("has too few legs");
        return new RangeDiskBytes(
            new ParityDiskBytes(Enough(usable, parity.Parities, type), parity, ChunkSize(segment), length / parity.DataMembers), 0, length);
    }

    private static string[] Names(LvmSection segment, IReadOnlyList<object> list) =>
        list.Count is > 0 and <= MaxLegs * 2 && list.All(static n => n is string) ? [.. list.Cast<string>()] : throw segment.Broken("has no proper list of legs");

    private static long ChunkSize(LvmSection segment)
    {
        long size = segment.Number("stripe_size", uint.MaxValue) * SectorSize;
        return size > 0 ? size : throw segment.Broken("has stripes of size 0");
    }

    private static DiskBytes[] Cut(LvmSection segment, DiskBytes[] parts, long length) => length % parts.Length == 0
        ? [.. parts.Select(p => new RangeDiskBytes(p, 0, length / parts.Length))]
        : throw segment.Broken("has stripes that do not add up");

    /// <summary>The legs that hold what they should; null for the others, which are told.</summary>
    private static DiskBytes?[] Usable(DiskBytes[] legs, LvmRaidLeg?[] says, string type, Action<string, string> warn)
    {
        LvmRaidLeg? newest = says.Where(static s => s is not null).OrderByDescending(static s => s!.Events).FirstOrDefault();
        if (says.Any(static s => s is { IsReshaped: true }))
        {
            throw new VmaFileSystemException(VmaCodes.VolumeNotSupported, $"The {type} was changed in its shape, which is not read here.");
        }

        DiskBytes?[] usable = new DiskBytes?[legs.Length];
        for (int i = 0; i < legs.Length; i++)
        {
            bool isStale = newest is not null && ((i < 64 && (newest.Failed >> i & 1) != 0) || (says[i] is { } own && own.Events + 1 < newest.Events));
            bool isGone = IsAllLost(legs[i]);
            usable[i] = isStale || isGone || says[i] is { IsRebuilding: true } ? null : legs[i];
            if (isStale && !isGone)
            {
                warn(VmaCodes.VolumeMemberMissing, $"Leg {i} of the {type} had failed; what it holds is old and was not used.");
            }
        }

        int missing = usable.Count(static l => l is null);
        if (missing > 0)
        {
            warn(VmaCodes.VolumeMemberMissing, $"The {type} is degraded: {missing} of its {legs.Length} legs are missing or out of date.");
            if (newest is { IsInSync: false } && Parities.ContainsKey(type))
            {
                warn(VmaCodes.VolumeDamaged, "The legs were not in sync. What was computed for a missing one is wrong where its parity was not up to date yet.");
            }
        }

        return usable;
    }

    private static bool IsAllLost(DiskBytes leg)
    {
        KnownRange range = leg.FindRange(0, leg.Length);
        return range.Kind == KnownRangeKind.Lost && range.Length >= leg.Length;
    }

    private static DiskBytes?[] Enough(DiskBytes?[] legs, int mayMiss, string type) =>
        legs.Count(static l => l is null) <= mayMiss ? legs : throw Missing(type);

    private static VmaFileSystemException Missing(string type) =>
        new(VmaCodes.VolumeMemberMissing, $"More legs of the {type} are missing or out of date than it can do without.");
}
