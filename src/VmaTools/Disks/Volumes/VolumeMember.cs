namespace VmaTools;

/// <summary>What a part of a volume is good for.</summary>
public enum VolumeMemberState
{
    /// <summary>It is there, and read.</summary>
    Present,

    /// <summary>It is on none of the disks.</summary>
    Missing,

    /// <summary>It is there, but left its volume before the others: what it holds is old, and not read.</summary>
    Stale,

    /// <summary>It is there, but holds nothing that is read: a spare, a journal, or one that is being rebuilt.</summary>
    Spare,
}

/// <summary>A part that a volume is put together from: a physical volume, a member of an array, a device of a file system.</summary>
/// <param name="Name">The id of the volume that it is; where it is missing, what is known of it.</param>
/// <param name="Uuid">Its own identity, or null where it is not known.</param>
/// <param name="State">Whether it is there.</param>
public sealed record VolumeMember(string Name, string? Uuid, VolumeMemberState State);
