namespace VmaTools.Disks.Volumes.Md;

/// <summary>What the superblock of one member of a Linux software RAID says, whatever its version.</summary>
/// <param name="ArrayUuid">Identity of the array.</param>
/// <param name="Roles">The role of each member by number, as this one knows them.</param>
internal sealed record MdSuperblock(string ArrayUuid, int[] Roles)
{
    public const uint Magic = 0xA92B4EFC;

    // Roles that are no place in the array.
    public const int Spare = 0xFFFF;
    public const int Faulty = 0xFFFE;
    public const int Journal = 0xFFFD;

    /// <summary>Identity of the member, or null (0.90 has none).</summary>
    public string? MemberUuid { get; init; }

    /// <summary>Name of the array, such as <c>host:data</c>, or null.</summary>
    public string? Name { get; init; }

    /// <summary>The number that the array had as a device (<c>md&lt;N&gt;</c>), or null.</summary>
    public int? Minor { get; init; }

    /// <summary>0, 1, 4, 5, 6, 10; -1 linear.</summary>
    public int Level { get; init; }

    public int Layout { get; init; }

    /// <summary>Bytes in a chunk; 0 where the level has none.</summary>
    public long ChunkSize { get; init; }

    /// <summary>How many members the array has when it is whole.</summary>
    public int RaidDisks { get; init; }

    /// <summary>Bytes of each member that the array uses, where all use the same.</summary>
    public long UsedSize { get; init; }

    /// <summary>First byte of the data on the member.</summary>
    public long DataOffset { get; init; }

    /// <summary>Bytes of data on the member.</summary>
    public long DataSize { get; init; }

    /// <summary>Counts the changes of the array's state: who has less is out of date.</summary>
    public ulong Events { get; init; }

    /// <summary>Number of the member, by which <see cref="Roles"/> has its role.</summary>
    public int Number { get; init; }

    /// <summary>A feature or a state that makes the data unreadable here, in words; null for none.</summary>
    public string? NotUnderstood { get; init; }

    /// <summary>True where the member is being rebuilt, and holds only a part of its data.</summary>
    public bool IsRebuilding { get; init; }

    /// <summary>True where all members hold what they should: no resync was under way.</summary>
    public bool IsInSync { get; init; }

    /// <summary>False where the checksum of the superblock does not match.</summary>
    public bool IsChecksumRight { get; init; }

    /// <summary>Sectors of the list of bad blocks, and where it lies on the member; 0 for none.</summary>
    public int BadBlockSectors { get; init; }

    public long BadBlockOffset { get; init; }

    /// <summary>Bytes that a step of the list of bad blocks stands for, as a power of two of sectors.</summary>
    public int BadBlockShift { get; init; }

    /// <summary>The role that a member has by this superblock's table.</summary>
    public int RoleOf(int number) => number >= 0 && number < Roles.Length ? Roles[number] : Spare;

    /// <summary>The superblock on a member, or null where none can be made sense of.</summary>
    public static MdSuperblock? Read(DiskBytes member) =>
        ReadAtEnd(member).Superblock ?? MdSuperblock1.Read(member, 0) ?? MdSuperblock1.Read(member, 4096);

    /// <summary>Where a superblock of a version that stands at the end (0.90, 1.0) lies, or null for none.</summary>
    public static long? FindAtEnd(DiskBytes member)
    {
        (MdSuperblock? superblock, long offset) = ReadAtEnd(member);
        return superblock is null ? null : offset;
    }

    private static (MdSuperblock? Superblock, long Offset) ReadAtEnd(DiskBytes member)
    {
        long old = (member.Length & ~(MdSuperblockOld.Reserved - 1L)) - MdSuperblockOld.Reserved;
        long newer = (member.Length & ~0xFFFL) - 0x2000;
        if (old > 0 && MdSuperblockOld.Read(member, old) is MdSuperblock found)
        {
            return (found, old);
        }

        return (newer > 0 ? MdSuperblock1.Read(member, newer) : null, newer);
    }
}
