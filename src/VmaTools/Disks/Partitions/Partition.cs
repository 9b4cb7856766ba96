using VmaTools.Disks.Partitions;

namespace VmaTools;

/// <summary>A partition of a disk, or the whole of an unpartitioned one (<see cref="Index"/> 0).</summary>
public sealed class Partition
{
    internal Partition(PartitionEntry entry, FileSystemFacts? fileSystem)
    {
        Index = entry.Index;
        Name = entry.Name;
        Type = entry.Type;
        TypeId = entry.TypeId;
        PartitionUuid = entry.Uuid;
        Offset = entry.Offset;
        Size = entry.Size;
        IsBootable = entry.IsBootable;
        IsContainer = entry.IsContainer;
        FileSystem = fileSystem?.Name;
        Label = fileSystem?.Label;
        Uuid = fileSystem?.Uuid;
    }

    /// <summary>The number that systems give the partition: from 1; logical partitions and BSD slices from 5; 0 for a whole disk.</summary>
    public int Index { get; }

    /// <summary>The name in the GPT, or the letter of a BSD slice; else null.</summary>
    public string? Name { get; }

    /// <summary>What the table says the partition is for, in words.</summary>
    public string Type { get; }

    /// <summary>The same as the table has it: a GUID, or a byte such as <c>0x83</c>; null for a whole disk.</summary>
    public string? TypeId { get; }

    /// <summary>The identity of the partition itself: a GUID, or disk signature and number; null for a whole disk.</summary>
    public string? PartitionUuid { get; }

    /// <summary>What the partition holds by its signature, such as <c>ext4</c> or <c>NTFS</c>; null where nothing was recognised.</summary>
    public string? FileSystem { get; }

    /// <summary>The label of the file system, or null.</summary>
    public string? Label { get; }

    /// <summary>The identity of the file system as <c>blkid</c> writes it, or null.</summary>
    public string? Uuid { get; }

    /// <summary>First byte on the disk.</summary>
    public long Offset { get; }

    /// <summary>Number of bytes, as the table states it.</summary>
    public long Size { get; }

    /// <summary>True when the table marks the partition for booting by BIOS.</summary>
    public bool IsBootable { get; }

    /// <summary>True for a partition that is divided further: an extended one, or one with a BSD disklabel.</summary>
    internal bool IsContainer { get; }

    /// <inheritdoc/>
    public override string ToString() => Index + ": " + (FileSystem ?? Type);
}
