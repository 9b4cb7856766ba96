namespace VmaTools;

/// <summary>What can be odd about a partition table.</summary>
public enum PartitionWarningCode
{
    /// <summary>A partition reaches beyond the end of the disk.</summary>
    PartitionBeyondDisk,

    /// <summary>Two partitions share a range of the disk.</summary>
    PartitionsOverlap,

    /// <summary>An entry makes no sense, such as an end before its start, and was left out.</summary>
    PartitionInvalid,

    /// <summary>The chain of logical partitions is broken: it loops, leaves the disk or never ends.</summary>
    LogicalChainBroken,

    /// <summary>The GPT at the start of the disk is damaged; its copy at the end was used.</summary>
    GptPrimaryDamaged,

    /// <summary>The copy of the GPT at the end of the disk is damaged or missing.</summary>
    GptBackupDamaged,

    /// <summary>Both copies of the GPT are intact, and they differ; the one at the start was used.</summary>
    GptCopiesDiffer,

    /// <summary>The copy of the GPT is not in the last sector, as after a disk was enlarged.</summary>
    GptBackupNotAtEnd,

    /// <summary>No intact copy of the GPT is left; entries were read without the assurance of a checksum, or none at all.</summary>
    GptDamaged,

    /// <summary>The GPT claims more entries than are read.</summary>
    GptTooManyEntries,

    /// <summary>The MBR holds further partitions beside the one that guards the GPT; they were left out.</summary>
    HybridMbr,

    /// <summary>A GPT was read although the MBR does not guard it, so systems may not see it.</summary>
    GptWithoutProtectiveMbr,

    /// <summary>A GPT lies on a disk whose MBR is in use; it was left out.</summary>
    StaleGpt,

    /// <summary>The disk has more partitions than are looked into; file systems of the others are not told.</summary>
    TooManyPartitions,

    /// <summary>The GPT is in use, and sector 0 still holds the boot sector of a file system that had the whole disk before.</summary>
    StaleBootSector,

    /// <summary>A file system has the whole disk, and its boot sector also holds a table of partitions, which was left out.</summary>
    MbrUnderFileSystem,
}

/// <summary>Something odd about a partition table. Reading goes on.</summary>
public sealed class PartitionWarning
{
    internal PartitionWarning(PartitionWarningCode code, string message, int? index = null)
    {
        Code = code;
        Message = message;
        Index = index;
    }

    /// <summary>What is odd.</summary>
    public PartitionWarningCode Code { get; }

    /// <summary>The same in a sentence.</summary>
    public string Message { get; }

    /// <summary>The partition concerned, or null.</summary>
    public int? Index { get; }

    /// <inheritdoc/>
    public override string ToString() => Message;
}
