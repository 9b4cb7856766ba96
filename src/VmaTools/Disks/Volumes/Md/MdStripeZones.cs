using System.Collections.Generic;
using System.Linq;

namespace VmaTools.Disks.Volumes.Md;

/// <summary>
/// RAID 0 of members of any size: stripes over all as far as the smallest reaches (the first zone), then over those that reach
/// further, and so on.
/// </summary>
internal static class MdStripeZones
{
    // Which member has the first chunk of a further zone changed by mistake in Linux 3.14; since 5.4 the superblock tells which.
    private const int OriginalLayout = 1;
    private const int AlternateLayout = 2;

    /// <param name="members">The data of the members in the order of their roles, in whole chunks.</param>
    /// <param name="chunkSize">Bytes in a chunk.</param>
    /// <param name="layout">Which of the two layouts the array has; 0 where it is not known.</param>
    public static DiskBytes Build(IReadOnlyList<DiskBytes> members, long chunkSize, int layout)
    {
        if (chunkSize <= 0)
        {
            throw new VmaFileSystemException(VmaCodes.VolumeDamaged, "The superblock of a RAID 0 states no size of a chunk.");
        }

        List<DiskBytes> zones = [];
        long start = 0;
        for (long reached = 0; members.Any(m => m.Length > reached);)
        {
            DiskBytes[] reaching = members.Where(m => m.Length > reached).ToArray();
            if (zones.Count > 0 && reaching.Length > 1 && layout is not (OriginalLayout or AlternateLayout))
            {
                throw new VmaFileSystemException(
                    VmaCodes.VolumeNotSupported,
                    "The members of the RAID 0 are unequal, and its superblock does not tell which of the two layouts it has.");
            }

            long next = reaching.Min(static m => m.Length);
            long from = reached;
            StripedDiskBytes zone = new(
                reaching.Select(m => new RangeDiskBytes(m, from, next - from)).ToArray(),
                chunkSize,
                layout == OriginalLayout ? start / chunkSize : 0);
            zones.Add(zone);
            start += zone.Length;
            reached = next;
        }

        return zones.Count == 1 ? zones[0] : new JoinedDiskBytes(zones, members[0].SectorSize);
    }
}
