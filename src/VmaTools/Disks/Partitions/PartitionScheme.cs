namespace VmaTools;

/// <summary>How a disk is divided.</summary>
public enum PartitionScheme
{
    /// <summary>Not at all: empty, unknown, or one file system on the whole disk.</summary>
    None,

    /// <summary>By a master boot record.</summary>
    Mbr,

    /// <summary>By a GUID partition table.</summary>
    Gpt,

    /// <summary>By the disklabel of a BSD system alone.</summary>
    Bsd,
}
